#include "base/limits.h"
#include "config/config.h"
#include "config/keys.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define AT(type, field) .offset = offsetof(struct type, field)

/* A path is what the kernel takes; names and conditions are far longer than any that make sense. */
#define PATH_BYTES 4095
#define NAME_BYTES 512
#define TITLE_BYTES 1024
#define FILTER_BYTES 16384
#define URL_BYTES 2048
#define EVENTS_MAX 64

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* What the server pastes into SQL between single quotes, it pastes unescaped. */
#define IN_SQL_QUOTES "'\\"
#define NO_QUOTES "'\"`\\"

static const struct fp_key source_keys[] = {
    { .name = "url", .type = FP_KEY_STRING, .flags = FP_KEY_EITHER, .min = 1, .max = URL_BYTES,
      .excludes = "archive", AT(fp_source_config, url),
      .help = "Address of the DeepFlow server, `http(s)://HOST[:PORT][/PREFIX]`. In Kubernetes the "
              "port is the first nodePort of service `deepflow-server`; inside the cluster it is "
              "20416." },
    { .name = "archive", .type = FP_KEY_STRING, .flags = FP_KEY_EITHER, .min = 1, .max = PATH_BYTES,
      AT(fp_source_config, archive),
      .help = "Directory of saved requests and replies, read instead of asking a server." },
    { .name = "org_id", .type = FP_KEY_INT, .fallback = "0", .min = 0, .max = INT32_MAX,
      AT(fp_source_config, org_id),
      .help = "Organisation, sent as `X-Org-Id`. 0: the header is not sent." },
    { .name = "headers", .type = FP_KEY_HEADERS, .fallback = "{}", .min = 0, .max = 64,
      AT(fp_source_config, headers), .count_offset = offsetof(struct fp_source_config, header_count),
      .help = "Further request headers, name and value; for a proxy that wants them. Here, too, a "
              "name that begins with `_` or `$` is a note." },
    { .name = "token_file", .type = FP_KEY_STRING, .min = 1, .max = PATH_BYTES, .excludes = "token_env",
      AT(fp_source_config, token_file),
      .help = "File whose first line is sent as bearer token. `${CREDENTIALS_DIRECTORY}/` at its beginning is where systemd's "
              "`LoadCredential=` puts it." },
    { .name = "token_env", .type = FP_KEY_STRING, .min = 1, .max = 256, AT(fp_source_config, token_env),
      .help = "Name of an environment variable that holds the bearer token." },
    { .name = "ca_file", .type = FP_KEY_STRING, .min = 1, .max = PATH_BYTES,
      AT(fp_source_config, ca_file),
      .help = "PEM file of the certificate authorities to trust instead of the system's." },
    { .name = "client_cert", .type = FP_KEY_STRING, .min = 1, .max = PATH_BYTES, .needs = "client_key",
      AT(fp_source_config, client_cert),
      .help = "PEM file of the certificate that is shown to the server." },
    { .name = "client_key", .type = FP_KEY_STRING, .min = 1, .max = PATH_BYTES, .needs = "client_cert",
      AT(fp_source_config, client_key),
      .help = "PEM file of that certificate's private key." },
    { .name = "timeout", .type = FP_KEY_MILLISECONDS, .fallback = "\"60s\"", .min = SECOND, .max = DAY,
      AT(fp_source_config, timeout_ms),
      .help = "How long one request may take, from connecting to the last byte." },
    { .name = "connect_timeout", .type = FP_KEY_MILLISECONDS, .fallback = "\"5s\"", .min = 100,
      .max = 10 * MINUTE, AT(fp_source_config, connect_timeout_ms),
      .help = "How long connecting may take." },
    { .name = "stall_timeout", .type = FP_KEY_MILLISECONDS, .fallback = "\"30s\"", .min = SECOND,
      .max = HOUR, AT(fp_source_config, stall_timeout_ms),
      .help = "How long a reply may pause without a single byte." },
    { .name = "retries", .type = FP_KEY_INT, .fallback = "5", .min = 0, .max = 100,
      AT(fp_source_config, retries),
      .help = "Further tries of a request after the first one failed in a way that may pass." },
    { .name = "in_flight", .type = FP_KEY_INT, .fallback = "8", .min = 1, .max = 256,
      AT(fp_source_config, in_flight),
      .help = "Requests at once." },
    { .name = "max_response", .type = FP_KEY_BYTES, .fallback = "\"1GiB\"", .min = 1024,
      .max = (int64_t)FP_LIMIT_RESPONSE_MAX, AT(fp_source_config, max_response),
      .help = "Largest reply that is read, in bytes after decompression." },
};

static const struct fp_key picture_keys[] = {
    { .name = "width", .type = FP_KEY_INT, .fallback = "1200", .min = 100, .max = FP_LIMIT_WIDTH,
      AT(fp_picture_config, width),
      .help = "Width of a flame graph in CSS pixels." },
    { .name = "min_width", .type = FP_KEY_FLOAT, .fallback = "0.1", .min = 0, .max = 100,
      AT(fp_picture_config, min_width),
      .help = "Boxes narrower than this many pixels are not drawn; the picture says how many and how "
              "much." },
    { .name = "icicle", .type = FP_KEY_BOOL, .fallback = "false", AT(fp_picture_config, icicle),
      .help = "Draw the root at the top." },
    { .name = "sort", .type = FP_KEY_CHOICE, .fallback = "\"name\"", .choices = { "name", "value" },
      AT(fp_picture_config, sort_by_value),
      .help = "Order of siblings: by `name`, so that two graphs compare by eye, or by `value`, the "
              "widest first." },
    { .name = "diff_shape", .type = FP_KEY_CHOICE, .fallback = "\"new\"", .choices = { "new", "old" },
      AT(fp_picture_config, diff_old_shape),
      .help = "Shape and widths of a difference graph: those of the `new` profile, or of the `old` one, its baseline." },
    { .name = "diff_palette", .type = FP_KEY_CHOICE, .fallback = "\"red-blue\"", .choices = { "red-blue", "orange-blue" },
      AT(fp_picture_config, diff_orange),
      .help = "Colours of a difference graph, more first: `orange-blue` is told apart by colour-blind eyes, too." },
};

static const struct fp_key svg_keys[] = {
    { .name = "interactive", .type = FP_KEY_BOOL, .fallback = "true", AT(fp_svg_config, interactive),
      .help = "Put a script into the SVG that zooms and searches when the file is opened on its own. The picture is the "
              "same without, and where scripts are blocked." },
};

/* Of the nights, and of their profiles; the rows tell for which. */
#define RETENTION_KEYS(of, within, days, nights, bytes) \
    { .name = "keep_days", .type = FP_KEY_INT, .fallback = "0", .min = 0, .max = 100000, \
      AT(of, within keep_days), .help = days }, \
    { .name = "keep_nights", .type = FP_KEY_INT, .fallback = "0", .min = 0, .max = INT32_MAX, \
      AT(of, within keep_nights), .help = nights }, \
    { .name = "max_bytes", .type = FP_KEY_BYTES, .fallback = "\"0B\"", .min = 0, .max = INT64_C(1) << 50, \
      AT(of, within max_bytes), .help = bytes }

static const struct fp_key kept_profiles_keys[] = {
    RETENTION_KEYS(fp_retention_limits, , "The same as above, of the profiles of a night alone. 0: all stay.",
                   "Only the newest so many nights with data have their profiles. 0: all.",
                   "The profiles of the oldest nights are removed until all take no more than this. `0B`: no limit."),
};

static const struct fp_key_group kept_profiles_group = {
    .path = "retention.profiles",
    .help = "What is removed earlier than the night: `profile.js`, `profile.pb.gz`, `profile.folded.gz`, and what they are "
            "in, `report.html` and `ticket.zip`. Pages and pictures stay.",
    .keys = kept_profiles_keys,
    .count = COUNT(kept_profiles_keys),
    .size = sizeof(struct fp_retention_limits),
};

static const struct fp_key retention_keys[] = {
    RETENTION_KEYS(fp_retention_config, nights.,
                   "Nights that ended more than so many days before the end of the newest one with data are removed. "
                   "0: all stay.",
                   "Only the newest so many nights with data stay, and those without that lie between. The newer ends "
                   "later. 0: all.",
                   "The oldest nights are removed until the files of all take no more than this, `50GiB`. "
                   "`0B`: no limit."),
    { .name = "profiles", .type = FP_KEY_GROUP, AT(fp_retention_config, profiles), .group = &kept_profiles_group,
      .help = "The same for the profiles of nights, most of their bytes." },
};

static const struct fp_key_group retention_group = {
    .path = "retention",
    .help = "What is removed at the end of a run, and by `flamepress prune`. A night stays while no limit is set, or while it is "
            "kept under a name; the newest one does in any case.",
    .keys = retention_keys,
    .count = COUNT(retention_keys),
    .size = sizeof(struct fp_retention_config),
};

/* `defaults` and an entry of `services` share these rows, but for those that only make sense in an entry. */
static const struct fp_key rename_keys[] = {
    { .name = "pattern", .type = FP_KEY_STRING, .flags = FP_KEY_REQUIRED, .min = 1, .max = (int64_t)FP_LIMIT_PATTERN,
      AT(fp_rename, pattern),
      .help = "What is replaced: a text, or after `re:` a regular expression." },
    { .name = "to", .type = FP_KEY_STRING, .flags = FP_KEY_REQUIRED, .min = 0, .max = (int64_t)FP_LIMIT_PATTERN,
      AT(fp_rename, to),
      .help = "What it becomes; with an expression, `$1` or `${name}` is a group of it, `$$` a dollar." },
};

static const struct fp_key_group rename_group = {
    .path = "rename[]",
    .help = "In `defaults` and in `services[]`.",
    .keys = rename_keys,
    .count = COUNT(rename_keys),
    .size = sizeof(struct fp_rename),
    .example = "{\"pattern\": \"re:worker-\\\\d+\", \"to\": \"worker\"}",
};

static const struct fp_key compare_keys[] = {
    { .name = "q", .type = FP_KEY_FLOAT, .fallback = "0.01", .min = 0, .max = 1, AT(fp_compare_config, q),
      .help = "False discovery rate: of the differences that are called changes, at most this share is expected to be "
              "sampling noise." },
    { .name = "min_effect", .type = FP_KEY_FLOAT, .fallback = "0.005", .min = 0, .max = 1,
      AT(fp_compare_config, min_effect),
      .help = "Smallest difference of shares that is a change: 0.005 is half a point, as from 1.0 % to 1.5 %." },
    { .name = "min_samples", .type = FP_KEY_INT, .fallback = "100", .min = 1, .max = INT64_C(1000000000),
      AT(fp_compare_config, min_samples),
      .help = "With fewer samples than this on either side nothing is called a change." },
    { .name = "regression_share", .type = FP_KEY_FLOAT, .fallback = "0", .min = 0, .max = 1,
      AT(fp_compare_config, regression_share),
      .help = "An increase that is a change is a regression only when the share rises by at least this much. A regression "
              "keeps all limits that are set. 0: every increase that is a change, so `min_effect`." },
    { .name = "regression_cores", .type = FP_KEY_FLOAT, .fallback = "0", .min = 0, .max = 1000000,
      AT(fp_compare_config, regression_cores),
      .help = "… and only when it takes at least this many cores more. 0: no such limit. Where values are no CPU time "
              "nothing is a regression then." },
    { .name = "regression_relative", .type = FP_KEY_FLOAT, .fallback = "0", .min = 0, .max = 1000000,
      AT(fp_compare_config, regression_relative),
      .help = "… and only when the share grows by at least this much of itself: 1 is a doubling; what is new always does. "
              "0: no such limit." },
};

static const struct fp_key_group compare_group = {
    .path = "compare",
    .help = "In `defaults` and in `services[]`.",
    .keys = compare_keys,
    .count = COUNT(compare_keys),
    .size = sizeof(struct fp_compare_config),
};

static const struct fp_key service_keys[] = {
    { .name = "name", .type = FP_KEY_STRING, .flags = FP_KEY_ENTRY_ONLY | FP_KEY_EITHER, .min = 1,
      .max = NAME_BYTES, .forbid = IN_SQL_QUOTES, .excludes = "match", AT(fp_service_config, name),
      .help = "The service as DeepFlow knows it (`app_service`); `Total` is the whole host. "
              "`flamepress services` lists the names." },
    { .name = "match", .type = FP_KEY_STRING, .flags = FP_KEY_ENTRY_ONLY | FP_KEY_EITHER, .min = 1,
      .max = NAME_BYTES, AT(fp_service_config, match),
      .help = "Shell pattern (`checkout-*`): one report for each service of the window whose name matches and "
              "each of `events` that it has data of, largest first. `Total` is matched like any other. A "
              "service that another entry names is left to that entry; of two patterns the first has it." },
    { .name = "except", .type = FP_KEY_STRINGS, .flags = FP_KEY_ENTRY_ONLY | FP_KEY_UNIQUE, .min = 1,
      .max = FP_LIMIT_SERVICES, .needs = "match", AT(fp_service_config, except),
      .help = "Names and shell patterns that `match` leaves out." },
    { .name = "group_by", .type = FP_KEY_STRINGS, .flags = FP_KEY_ENTRY_ONLY | FP_KEY_UNIQUE, .min = 1,
      .max = 16, AT(fp_service_config, group_by),
      .help = "Tags, such as `host` or `pod_ns`: one report for each value found in the window, largest first; "
              "with several tags, for each combination that occurs." },
    { .name = "max_services", .type = FP_KEY_INT, .fallback = "200", .min = 1, .max = FP_LIMIT_SERVICES,
      AT(fp_service_config, max_services),
      .help = "Services and values that one entry with `match` or `group_by` may turn into. What is beyond is "
              "named in a warning and in the night's `summary.json`." },
    { .name = "id", .type = FP_KEY_STRING, .flags = FP_KEY_ENTRY_ONLY, .min = 1, .max = NAME_BYTES,
      .excludes = "match", AT(fp_service_config, id),
      .help = "Tells entries with the same name apart (by filter, say) and names the directory. With `group_by`, "
              "`@` and the value follow; an `@` or a backslash in them stands behind a backslash. `--only` takes it. "
              "Default: the name." },
    { .name = "title", .type = FP_KEY_STRING, .flags = FP_KEY_ENTRY_ONLY, .min = 1, .max = TITLE_BYTES,
      .excludes = "match", AT(fp_service_config, title),
      .help = "Heading of the pages. With `group_by`, the tag and its value follow. Default: the name. "
              "Entries with equal titles have their `id` behind it." },
    { .name = "language", .type = FP_KEY_STRING, .fallback = "\"eBPF\"", .min = 1, .max = 64,
      .forbid = NO_QUOTES, AT(fp_service_config, language),
      .help = "`profile_language_type`: `eBPF`, or that of uploaded profiles, such as `Golang` or "
              "`Java`." },
    { .name = "events", .type = FP_KEY_STRINGS, .flags = FP_KEY_UNIQUE, .fallback = "[\"on-cpu\"]",
      .min = 1, .max = EVENTS_MAX, .forbid = NO_QUOTES, AT(fp_service_config, events),
      .help = "`profile_event_type`s to report, such as `on-cpu`, `off-cpu`, `mem-alloc`." },
    { .name = "filter", .type = FP_KEY_STRING, .fallback = "\"\"", .min = 0, .max = FILTER_BYTES,
      AT(fp_service_config, filter),
      .help = "Condition on tags, in SQL: `pod_cluster='prod-cluster' AND pod_ns='orders'`. Empty: "
              "none." },
    { .name = "step", .type = FP_KEY_SECONDS, .fallback = "\"1h\"", .min = 1,
      .max = 366 * INT64_C(86400), AT(fp_service_config, step_s),
      .help = "Longest stretch one request covers; a longer window is asked for in parts. Gauges are "
              "never split." },
    { .name = "min_step", .type = FP_KEY_SECONDS, .min = 1, .max = INT64_C(86400),
      AT(fp_service_config, min_step_s),
      .help = "A reply that may have been cut is asked for again in halves, down to parts of this length. Default: `60s`, "
              "or `step` where that is shorter." },
    { .name = "row_limit", .type = FP_KEY_INT, .fallback = "1000000", .min = 1, .max = 1000000000000,
      AT(fp_service_config, row_limit),
      .help = "The server's `flame_query_limit`, where its replies do not tell: rows it reads at most, "
              "needed to prove that nothing was cut." },
    { .name = "sample", .type = FP_KEY_INT, .fallback = "0", .min = 0, .max = INT64_C(1000000000000),
      AT(fp_service_config, sample),
      .help = "What one row is worth at least, in the unit of the event. 0: what is known of the event (10101 "
              "for `on-cpu` at 99 Hz, else 1)." },
    { .name = "max_kernel_stack_depth", .type = FP_KEY_INT, .fallback = "-1", .min = -1,
      .max = FP_LIMIT_DEPTH, AT(fp_service_config, max_kernel_stack_depth),
      .help = "Sent to the server, which then cuts kernel frames beyond this depth, and also the last kernel "
              "frame of a stack that has no more than that; `max_kernel_depth` cuts exactly. -1: not sent." },
    { .name = "strip_rust_hash", .type = FP_KEY_BOOL, .fallback = "true",
      AT(fp_service_config, transforms.strip_rust_hash),
      .help = "Drop `::h` and 16 digits at the end of names (Rust)." },
    { .name = "rename", .type = FP_KEY_GROUPS, .min = 0, .max = FP_LIMIT_PATTERNS,
      AT(fp_service_config, transforms.rename),
      .count_offset = offsetof(struct fp_service_config, transforms.rename_count), .group = &rename_group,
      .help = "Replace what a pattern matches in names, one entry after the other." },
    { .name = "focus", .type = FP_KEY_STRINGS, .flags = FP_KEY_UNIQUE | FP_KEY_PATTERN, .fallback = "[]", .min = 0,
      .max = FP_LIMIT_PATTERNS, AT(fp_service_config, transforms.focus),
      .help = "Patterns: show only stacks with a frame that one of them matches. Shares stay shares of the whole." },
    { .name = "fold_processes", .type = FP_KEY_BOOL, .fallback = "false",
      AT(fp_service_config, transforms.fold_processes),
      .help = "Drop the level of processes (`Total` has one) and merge equal stacks." },
    { .name = "fold_threads", .type = FP_KEY_BOOL, .fallback = "false", AT(fp_service_config, transforms.fold_threads),
      .help = "Drop the level of threads and merge equal stacks." },
    { .name = "max_kernel_depth", .type = FP_KEY_INT, .fallback = "-1", .min = -1, .max = FP_LIMIT_DEPTH,
      AT(fp_service_config, transforms.max_kernel_depth),
      .help = "At most so many kernel frames in a row; what is deeper counts at the last that stays. Done here, not "
              "by the server, whose own cut is not exact (see `max_kernel_stack_depth`). -1: all." },
    { .name = "hide_kernel", .type = FP_KEY_BOOL, .fallback = "false", AT(fp_service_config, transforms.hide_kernel),
      .help = "Leave out kernel frames; their values count at their callers." },
    { .name = "hide_libraries", .type = FP_KEY_BOOL, .fallback = "false",
      AT(fp_service_config, transforms.hide_libraries),
      .help = "Leave out frames of shared libraries likewise." },
    { .name = "hide", .type = FP_KEY_STRINGS, .flags = FP_KEY_UNIQUE | FP_KEY_PATTERN, .fallback = "[]", .min = 0,
      .max = FP_LIMIT_PATTERNS, AT(fp_service_config, transforms.hide),
      .help = "Patterns: leave out frames that one of them matches likewise." },
    { .name = "merge_recursion", .type = FP_KEY_BOOL, .fallback = "false",
      AT(fp_service_config, transforms.merge_recursion),
      .help = "Show a function that calls itself once: `a;a;a` becomes `a`." },
    { .name = "collapse_wrappers", .type = FP_KEY_BOOL, .fallback = "false",
      AT(fp_service_config, transforms.collapse_wrappers),
      .help = "Of a chain of only children with nearly the same total keep the first and the last frame." },
    { .name = "min_share", .type = FP_KEY_FLOAT, .fallback = "0", .min = 0, .max = 1,
      AT(fp_service_config, transforms.min_share),
      .help = "Gather frames with less than this share of the total (0.001 is a thousandth) in one `[other]` for each "
              "parent. 0: off." },
    { .name = "ticket", .type = FP_KEY_BOOL, .fallback = "true", AT(fp_service_config, ticket),
      .help = "Lay files for a ticket beside each report, and link them from its page: `report.html`, `report.pdf`, "
              "`summary.md` and `ticket.zip`, which has those and the others." },
    { .name = "compare", .type = FP_KEY_GROUP, AT(fp_service_config, compare), .group = &compare_group,
      .help = "When a difference from the baseline is a change." },
};

static const struct fp_key_group source_group = {
    .path = "source",
    .help = "Where the profiles come from: a server (`url`) or a directory of saved replies (`archive`).",
    .keys = source_keys,
    .count = COUNT(source_keys),
    .size = sizeof(struct fp_source_config),
};

static const struct fp_key_group picture_group = {
    .path = "picture",
    .help = "How flame graphs are drawn.",
    .keys = picture_keys,
    .count = COUNT(picture_keys),
    .size = sizeof(struct fp_picture_config),
};

static const struct fp_key_group svg_group = {
    .path = "svg",
    .help = "What holds for `flamegraph.svg` alone.",
    .keys = svg_keys,
    .count = COUNT(svg_keys),
    .size = sizeof(struct fp_svg_config),
};

static const struct fp_key_group defaults_group = {
    .path = "defaults",
    .help = "What holds for every service that does not say otherwise.",
    .keys = service_keys,
    .count = COUNT(service_keys),
    .size = sizeof(struct fp_service_config),
    .leaves_out = FP_KEY_ENTRY_ONLY,
};

static const struct fp_key_group service_group = {
    .path = "services[]",
    .help = "One entry a service (`name`), or for all that a pattern finds (`match`). What it does not say comes "
            "from `defaults`.",
    .keys = service_keys,
    .count = COUNT(service_keys),
    .size = sizeof(struct fp_service_config),
    .example = "{\"name\": \"order-service.jar\"}",
    .inherits = "defaults",
};

static const struct fp_key window_keys[] = {
    { .name = "window", .type = FP_KEY_STRING, .flags = FP_KEY_REQUIRED, .min = 1, .max = FP_KEY_ITEM_MAX,
      AT(fp_window_config, window),
      .help = "What to press." },
    { .name = "baseline", .type = FP_KEY_STRING, .min = 1, .max = FP_KEY_ITEM_MAX, AT(fp_window_config, baseline),
      .help = "What this window is compared with. Default: the `baseline` at the top." },
};

static const struct fp_key_group window_group = {
    .path = "windows[]",
    .help = "A text alone stands for an object with `window`.",
    .keys = window_keys,
    .count = COUNT(window_keys),
    .size = sizeof(struct fp_window_config),
    .example = "\"yesterday\" or {\"window\": \"last week\", \"baseline\": \"previous\"}",
    .shorthand = &window_keys[0],
};

/* `defaults` stands before `services`: entries start as a copy of it. */
static const struct fp_key top_keys[] = {
    { .name = "output", .type = FP_KEY_STRING, .min = 1, .max = PATH_BYTES, AT(fp_config, output),
      .help = "Directory of the site; `-o` on the command line goes before it." },
    { .name = "timezone", .type = FP_KEY_STRING, .min = 1, .max = 128, AT(fp_config, timezone),
      .help = "IANA name such as `Asia/Shanghai`: whose midnight a day begins at. Default: the "
              "system's." },
    { .name = "title", .type = FP_KEY_STRING, .fallback = "\"flamepress\"", .min = 1, .max = TITLE_BYTES,
      AT(fp_config, title),
      .help = "Title of the site." },
    { .name = "lang", .type = FP_KEY_CHOICE, .fallback = "\"en\"", .choices = { "en", "zh" }, AT(fp_config, chinese),
      .help = "Language of pages, pictures, `summary.md` and feed: English or Chinese. `summary.json` and messages are English." },
    { .name = "site_url", .type = FP_KEY_STRING, .min = 1, .max = URL_BYTES, AT(fp_config, site_url),
      .help = "Address that the site is served at, `https://HOST/PATH/`: for the links of `feed.xml` and `summary.md`. "
              "Without it there is no feed." },
    { .name = "metrics_file", .type = FP_KEY_STRING, .min = 1, .max = PATH_BYTES, AT(fp_config, metrics_file),
      .help = "File for the textfile collector of Prometheus' node exporter, `/var/lib/node_exporter/flamepress.prom`: "
              "written anew at the end of each run." },
    { .name = "after_publish", .type = FP_KEY_STRINGS, .flags = FP_KEY_ARGUMENTS, .min = 1, .max = 256,
      AT(fp_config, after_publish),
      .help = "Program and arguments (no shell) to run when nights were published: an absolute path, or a name looked for in "
              "`PATH`. It finds `FLAMEPRESS_SITE`, `FLAMEPRESS_NIGHT`, `FLAMEPRESS_OUTCOME` and `FLAMEPRESS_EXIT_CODE` in "
              "its environment. It gains no rights: `sudo` and setuid programs do not work in it." },
    { .name = "after_publish_timeout", .type = FP_KEY_MILLISECONDS, .fallback = "\"1h\"", .min = SECOND, .max = 7 * DAY,
      AT(fp_config, after_publish_timeout_ms),
      .help = "How long it may take; then it is stopped, with all that it started." },
    { .name = "ping_url", .type = FP_KEY_STRING, .min = 1, .max = URL_BYTES, AT(fp_config, ping_url),
      .help = "Address of a check in the convention of healthchecks.io: `/start` is asked for when a run begins, "
              "`/EXITCODE` when it has ended, both with one `?rid=UUID`." },
    { .name = "deadline", .type = FP_KEY_SECONDS, .fallback = "\"12h\"", .min = 1, .max = 7 * INT64_C(86400),
      AT(fp_config, deadline_s),
      .help = "How long a run may ask. After that nothing more is asked for: what is missing has failed, and the rest is "
              "published." },
    { .name = "retention", .type = FP_KEY_GROUP, AT(fp_config, retention), .group = &retention_group,
      .help = "When old nights, and old profiles, are removed." },
    { .name = "templates", .type = FP_KEY_STRING, .min = 1, .max = PATH_BYTES, AT(fp_config, templates),
      .help = "Directory whose templates replace the built-in ones of the same name." },
    { .name = "assets", .type = FP_KEY_STRING, .min = 1, .max = PATH_BYTES, AT(fp_config, assets),
      .help = "Directory whose assets (style, script) replace the built-in ones of the same name." },
    { .name = "windows", .type = FP_KEY_GROUPS, .fallback = "[\"yesterday\"]", .min = 1,
      .max = FP_LIMIT_WINDOWS, AT(fp_config, windows), .count_offset = offsetof(struct fp_config, window_count),
      .group = &window_group,
      .help = "What to press: `yesterday`, `last week`, `last 6h`, `2026-11-20`, "
              "`2026-11-20T09:00/2026-11-20T18:00` …; `--window` goes before it." },
    { .name = "baseline", .type = FP_KEY_STRING, .fallback = "\"previous\"", .min = 1, .max = 256,
      AT(fp_config, baseline),
      .help = "What a window is compared with: `previous`, the window before; `previous_week`, the same weekday seven days "
              "earlier; a date such as `2026-11-20`; the name of a kept night; or `none`." },
    { .name = "source", .type = FP_KEY_GROUP, .flags = FP_KEY_REQUIRED, AT(fp_config, source),
      .group = &source_group,
      .help = "Where the profiles come from." },
    { .name = "picture", .type = FP_KEY_GROUP, AT(fp_config, picture), .group = &picture_group,
      .help = "How flame graphs are drawn." },
    { .name = "svg", .type = FP_KEY_GROUP, AT(fp_config, svg), .group = &svg_group,
      .help = "The flame graph as a file of its own." },
    { .name = "defaults", .type = FP_KEY_GROUP, AT(fp_config, defaults), .group = &defaults_group,
      .help = "What holds for every service." },
    { .name = "services", .type = FP_KEY_GROUPS, .flags = FP_KEY_REQUIRED, .min = 1,
      .max = FP_LIMIT_SERVICES, AT(fp_config, services),
      .count_offset = offsetof(struct fp_config, service_count),
      .inherits = offsetof(struct fp_config, defaults), .group = &service_group,
      .help = "The services to report, in the order of the pages." },
};

const struct fp_key_group fp_config_keys = {
    .path = "",
    .help = "The file itself.",
    .keys = top_keys,
    .count = COUNT(top_keys),
    .size = sizeof(struct fp_config),
};

const struct fp_key *fp_key_find(const struct fp_key_group *group, const char *name)
{
    for (size_t i = 0; i < group->count; i++)
        if (fp_key_in_group(group, &group->keys[i]) && strcmp(group->keys[i].name, name) == 0)
            return &group->keys[i];
    return NULL;
}

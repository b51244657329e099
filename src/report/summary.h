/*
 * One report as a JSON model: the content of summary.json.
 *
 * This is a public interface, schema 1: members may be added, none is removed,
 * renamed or given another meaning. Same facts, same bytes (fp_model_write): members stand
 * in the order below and lists have a total order. Values are exact integers
 * in the profile's unit; shares are 0 to 1, of `total`; times are unix seconds;
 * texts are UTF-8 as they came from the profile and may hold any character, U+0000 included.
 *
 *   schema           1
 *   service, title, id, event, language   what was asked; id is that of the entry of the configuration, absent for
 *                    files; event is profile_event_type ("on-cpu")
 *   services         [name]: `service` alone, or of files that were merged all services that they are of
 *                    (a file that names none counts with its own name), in the order of the files, none when all are
 *                    empty; `service` and `title` then list the first of them, unless they were given
 *   unit             "microseconds", "nanoseconds", "bytes", "objects", "samples", "goroutines", "units"
 *   window           {start, end (half-open), timezone, label}; null when not known (files)
 *   outcome          "ok", "empty", "partial", "failed"
 *   completeness     "proved", "unproved", "partial"; of a failed report it says nothing
 *   total            of the whole profile, as it came: what every share is of, whatever is shown of it
 *   nodes            of the tree as it is shown (after `transforms`, like all below), the root included; 0
 *                    when there is none
 *   max_depth        frames of the deepest stack
 *   functions_count  how many different frames there are below the root
 *   functions        [{name, kind, self, total, node}], largest self first: the first 10,000, then
 *                    those of the 100 largest totals that are not among them. `total` counts
 *                    recursion once. Threads and processes are in the list too: see `kind`.
 *                    `node` is DeepFlow's node id (a UUIDv5, see profile/node_id.h) of the function's
 *                    largest node, of the profile as it is counted here. Only the first 100
 *                    functions by self and the first 100 by total have it; the others lack it, and
 *                    threads and processes have it in their own lists.
 *                    Rows with a node also say what they were in the baseline: report/function_change.h.
 *   calls            callers and callees of the leading functions: report/callers.h
 *   kinds            [{kind, self, share}] for each kind of frame that occurs: "application",
 *                    "library", "kernel", "cuda", "thread", "process", "host", "object",
 *                    "unknown". The selfs and `removed` add up to `total`.
 *   threads_count, processes_count   how many different names there are
 *   threads          [{name, total, share, node}], largest first, at most 10,000, the first 100 with `node`
 *   processes        the same for processes; only the host (`Total`) has some
 *   unprofiled       the processes (shown or not) that use CPU and have no profile of their own in the
 *                    source: the agent's process matcher does not select them. Threads of the kernel are left out
 *                    (report/host.h says how they are told). null when not known: not the host, or
 *                    the source could not list its services.
 *   baseline, no_baseline, comparison, diff_picture, changes     what changed since the baseline. See report/comparison.h.
 *   transforms       [{name, detail, frames, touched, moved, removed, nodes_before, nodes_after,
 *                    patterns_stopped, patterns_ignored, stopped}]: what was done to the profile before it was
 *                    counted, in the order of application, also what found nothing to do. See
 *                    report/transforms.h.
 *   removed          Σ removed of the transforms: value that is not shown anywhere (focus alone does that)
 *   missing_symbols  frames without a symbol, in the profile as it came; null when there is none. See
 *                    report/missing.h.
 *   requests         {sent (retries, counts and, of the host, the list of services
 *                    included), replies, baseline (of those sent: for the baseline), form, filter, language, source,
 *                    evidence (what `completeness` rests on where files were pressed: "profile", flamepress's
 *                    own, which says it; "reply", "pprof", "folded", which do not; the weakest of several;
 *                    null: a server was asked),
 *                    row_limit (of the server; 0 = does not apply), sample (what a row is
 *                    worth at least), proof ("bound": every total is below row_limit × sample;
 *                    "count": where one is not, the server counted fewer rows than row_limit;
 *                    null: not proved, or there was nothing to prove), counted (replies whose
 *                    rows the server counted), rows (the most of them in one reply; null when
 *                    none was counted)}
 *   failed_parts     [{start, end, why}]: parts of the window that are missing here
 *   covered          share of the window's time that is not in failed_parts
 *   unproved         share of the window's time that is covered by replies which may have been cut: a report that is
 *                    "partial" may be unproved in what it has. 0 where all of them are proved
 *   failure          why it failed and what to do; null
 *   mended_names     names with invalid UTF-8 (replaced by U+FFFD) or of more than 64 KiB (cut, with
 *                    "…sha256:" and the first 16 digits of the whole name's hash)
 *   skipped_lines    lines of folded stacks that begin with '#' and have no count: taken for comments
 *   unbalanced       {nodes, value}: where the reply's total ≠ self + Σ children; the selfs are used
 *   picture          {boxes, rows, width, height}; null when nothing was drawn
 *   hidden           {narrow_nodes, narrow_value, deep_nodes, deep_value, min_width (px)}: what the
 *                    pictures do not show
 *   files            {svg, png, png2x, diff_svg, diff_png, folded, pprof, json}: names beside the page; null = not written
 *   png_note         why there is no png2x though PNGs were asked for; null
 *   folded_note      what the folded file lacks, or why there is none; null
 *   folded_lost      {root, frames}: what folded_note says of a file that is there, in numbers; null
 *   pprof_note       why there is no pprof file; null
 *   profiles_removed true: folded, pprof and script of `files` were there, and were removed later; else absent
 *   generated        unix seconds
 *   generator        "flamepress VERSION"
 *
 * Pure; any number of threads may make summaries at once.
 */
#ifndef FP_REPORT_SUMMARY_H
#define FP_REPORT_SUMMARY_H

#include <jansson.h>

#include "base/error.h"
#include "report/report.h"

#define FP_SUMMARY_SCHEMA 1
#define FP_SUMMARY_FILE "summary.json"

/* The caller owns *ret_summary (json_decref). Fails with FP_ENOMEM only. */
int fp_summary_make(const struct fp_report_facts *facts, json_t **ret_summary, struct fp_error *err);

/* "flamepress VERSION" */
const char *fp_generator(void);

#endif

#include "report/words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "base/limits.h"
#include "base/out.h"
#include "base/utf8.h"

enum fp_unit fp_words_unit(const char *name)
{
    for (int unit = 0; unit < FP_UNIT_COUNT; unit++)
        if (!strcmp(fp_unit_name((enum fp_unit)unit), name))
            return (enum fp_unit)unit;
    return FP_UNIT_UNITS;
}

int64_t fp_words_unit_per_second(enum fp_unit unit)
{
    if (unit == FP_UNIT_MICROSECONDS)
        return 1000000;
    return unit == FP_UNIT_NANOSECONDS ? 1000000000 : 0;
}

const char *fp_words_mark(const char *outcome)
{
    static const struct {
        const char *outcome, *mark;
    } marks[] = {
        { "ok", "\u2713" },
        { "empty", "\u25cb" },
        { "partial", "\u25d0" },
        { "failed", "\u2715" },
        { "damaged", "!" },
    };

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (!strcmp(marks[i].outcome, outcome))
            return marks[i].mark;
    return "?";
}

/* ---- names ---- */

/* A line may break behind "::", ".", "/", ",", ";" and before "<", "(" and "$": the method stays whole. */
static bool may_break(const char *name, size_t at, size_t n)
{
    char before = name[at - 1], after = name[at];

    if (after == '<' || after == '(' || after == '$')
        return true;
    if (before == ':')
        return after != ':' && at >= 2 && name[at - 2] == ':';
    if (before == '.' || before == '/')
        return after != before && at + 1 < n;
    return before == ',' || before == ';';
}

/* Other control characters are made visible where text is escaped; these three would pass there as white
 * space. */
static void push_piece(struct fp_model *model, json_t *list, struct fp_slice piece)
{
    struct fp_str text;

    if (!memchr(piece.data, '\t', piece.len) && !memchr(piece.data, '\n', piece.len) &&
        !memchr(piece.data, '\r', piece.len)) {
        fp_model_push(model, list, fp_model_slice(piece));
        return;
    }
    fp_str_init(&text, FP_LIMIT_TEXT);
    for (size_t i = 0; i < piece.len; i++) {
        if (piece.data[i] == '\t')
            fp_str_puts(&text, "\u2409");
        else if (piece.data[i] == '\n')
            fp_str_puts(&text, "\u240a");
        else if (piece.data[i] == '\r')
            fp_str_puts(&text, "\u240d");
        else
            fp_str_putc(&text, piece.data[i]);
    }
    fp_model_push(model, list, fp_str_ok(&text) ? fp_model_slice(fp_str_slice(&text)) : NULL);
    fp_str_release(&text);
}

static void push_pieces(struct fp_model *model, json_t *list, struct fp_slice name)
{
    size_t start = 0;

    for (size_t at = 1; at < name.len; at++) {
        if (!may_break(name.data, at, name.len))
            continue;
        push_piece(model, list, (struct fp_slice){ name.data + start, at - start });
        start = at;
    }
    push_piece(model, list, (struct fp_slice){ name.data + start, name.len - start });
}

/* The first byte of a character at or after `at`. */
static size_t next_start(struct fp_slice name, size_t at)
{
    while (at < name.len && ((unsigned char)name.data[at] & 0xC0) == 0x80)
        at++;
    return at;
}

/* Nothing to be seen, which looks like a mistake of the page. */
static bool is_blank(struct fp_slice name)
{
    for (size_t i = 0; i < name.len; i++)
        if (name.data[i] != ' ')
            return false;
    return true;
}

void fp_words_put_name(struct fp_model *model, json_t *object, const char *key, const char *cut_key,
                       struct fp_slice name)
{
    json_t *list = fp_model_array(model, object, key);
    char count[FP_UNIT_TEXT];

    if (name.len <= FP_WORDS_NAME_MAX) {
        push_pieces(model, list,
                    !name.len        ? fp_slice_of(fp_lang_word(model->lang, "no_name"))
                    : is_blank(name) ? fp_slice_of(fp_lang_word(model->lang, "blank_name"))
                                     : name);
        if (cut_key)
            fp_model_put(model, object, cut_key, json_null());
        return;
    }
    size_t head = fp_utf8_cut(name.data, name.len, FP_WORDS_NAME_MAX / 3);
    size_t tail = next_start(name, name.len - FP_WORDS_NAME_MAX / 3);

    push_pieces(model, list, (struct fp_slice){ name.data, head });
    fp_model_push(model, list, fp_model_text(" \u2026 "));
    push_pieces(model, list, (struct fp_slice){ name.data + tail, name.len - tail });
    if (cut_key)
        fp_model_say(model, object, cut_key, "name_cut", fp_count_format(count, (int64_t)name.len), NULL);
}

/* ---- numbers ---- */

/* A line may break at a blank, and a number without its unit is hard to read. */
static char *keep_together(char to[FP_UNIT_TEXT])
{
    static const char no_break[] = "\xC2\xA0";

    for (char *at = strchr(to, ' '); at; at = strchr(at + 2, ' ')) {
        if (strlen(to) + 2 > FP_UNIT_TEXT)
            break;
        memmove(at + 2, at + 1, strlen(at));
        memcpy(at, no_break, 2);
    }
    return to;
}

char *fp_words_value(const struct fp_lang *lang, char to[FP_UNIT_TEXT], int64_t value, enum fp_unit unit)
{
    bool measure = unit == FP_UNIT_MICROSECONDS || unit == FP_UNIT_NANOSECONDS || unit == FP_UNIT_BYTES;

    fp_lang_value(lang, to, value, unit);
    return measure ? keep_together(to) : to; /* "2,020,000 goroutines" is too long for narrow columns */
}

char *fp_words_share(char to[FP_UNIT_TEXT], int64_t part, int64_t whole)
{
    return keep_together(fp_share_format(to, part, whole));
}

void fp_words_put_value(struct fp_model *model, json_t *object, const char *key, const char *exact_key,
                        int64_t value, enum fp_unit unit)
{
    char text[FP_UNIT_TEXT];

    fp_model_put(model, object, key, fp_model_text(fp_words_value(model->lang, text, value, unit)));
    fp_model_put(model, object, exact_key, fp_model_text(fp_lang_exact(model->lang, text, value, unit)));
}

void fp_words_put_share(struct fp_model *model, json_t *object, const char *key, int64_t part, int64_t whole)
{
    char text[FP_UNIT_TEXT];

    fp_model_put(model, object, key, fp_model_text(fp_words_share(text, part, whole)));
}

char *fp_words_growth(char to[FP_UNIT_TEXT], double growth)
{
    double percent = 100 * growth;
    char text[FP_UNIT_TEXT];

    if (fabs(percent) < 0.05) {
        snprintf(to, FP_UNIT_TEXT, percent < 0 || percent > 0 ? "\u2248 0 %%" : "0 %%");
        return to;
    }
    if (fabs(percent) < 1000)
        fp_fixed_format(text, percent, 1);
    else
        fp_number_format(text, percent);
    snprintf(to, FP_UNIT_TEXT, "%.40s %%", text);
    return fp_signed(to, percent);
}

void fp_words_put_bar(struct fp_model *model, json_t *object, const char *key, int64_t part, int64_t whole)
{
    int64_t bounded = part < whole ? part : whole; /* a bar never leaves its box */
    int hundredths = bounded > 0 ? (int)(10000.0 * (double)bounded / (double)whole + 0.5) : 0;

    fp_model_printf(model, object, key, "%d.%02d", hundredths / 100, hundredths % 100);
}

/* ---- dates ---- */

/* "Fri 20 Nov 2026" at `text`: its bytes, and the keys of its words; 0 where there is none. */
static size_t read_date(const char *text, char weekday[16], int *ret_day, char month[20], char year[8])
{
    static const char weekdays[] = "MonTueWedThuFriSatSun", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    char day_name[4], month_name[4], end = '\0';
    const char *found_day, *found_month;
    int used = 0;

    if (sscanf(text, "%3[A-Za-z] %2d %3[A-Za-z] %4[0-9]%n%c", day_name, ret_day, month_name, year, &used, &end) < 4 ||
        !used || strlen(day_name) != 3 || strlen(month_name) != 3 || strlen(year) != 4 || *ret_day < 1)
        return 0;
    found_day = strstr(weekdays, day_name);
    found_month = strstr(months, month_name);
    if (!found_day || !found_month || (found_day - weekdays) % 3 || (found_month - months) % 3)
        return 0;
    snprintf(weekday, 16, "weekday_%d", (int)(found_day - weekdays) / 3 % 7 + 1);
    snprintf(month, 20, "month_short_%02d", (int)(found_month - months) / 3 % 12 + 1);
    return (size_t)used;
}

const char *fp_words_label(const struct fp_lang *lang, char to[FP_WORDS_LABEL_MAX], const char *label)
{
    char weekday[16], month[20], year[8];
    bool found = false, fits;
    struct fp_str text;
    int day;

    if (!lang || lang == &fp_langs[0])
        return label; /* they are English as they come */
    fp_str_init(&text, FP_WORDS_LABEL_MAX - 1);
    for (const char *at = label; *at && fp_str_ok(&text);) {
        size_t used = read_date(at, weekday, &day, month, year);

        if (used) {
            fp_lang_say(lang, &text, "date", fp_lang_word(lang, weekday), fp_lang_number((size_t)day).text,
                        fp_lang_word(lang, month), year, NULL);
            found = true;
        } else if (found && strncmp(at, " to ", 4) == 0) {
            fp_str_puts(&text, fp_lang_word(lang, "date_to"));
            used = 4;
        } else {
            fp_str_putc(&text, *at);
            used = 1;
        }
        at += used;
    }
    fits = found && fp_str_ok(&text);
    if (fits)
        memcpy(to, text.data, text.len + 1);
    fp_str_release(&text);
    return fits ? to : label;
}

/* ---- why there is no baseline ---- */

/* The reasons that end in a message of the program. */
static bool ends_in_message(const char *key)
{
    static const char *const keys[] = { "lacks_comparison", "lacks_reply", "lacks_reply_damaged", "lacks_whole_profile" };

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!strcmp(keys[i], key))
            return true;
    return false;
}

void fp_words_put_lacks(struct fp_model *model, json_t *object, const char *key, const json_t *from)
{
    const json_t *words = json_object_get(from, "no_baseline_words");
    const char *reason = json_string_value(json_array_get(words, 0)), *args[FP_WORDS_LACKS_ARGS] = { NULL }, *message = NULL;
    const char *said = fp_model_get_text(from, "no_baseline");
    char dates[FP_WORDS_LACKS_ARGS][FP_WORDS_LABEL_MAX], message_key[40];

    snprintf(message_key, sizeof message_key, "%.30s_message", key);
    /* as the summary has it where it has no key, or one of another version */
    if (!*said || !reason || strncmp(reason, "lacks_", 6) || !fp_lang_look_up(model->lang, reason)) {
        fp_model_put(model, object, key, *said ? fp_model_text("") : json_null());
        fp_model_put(model, object, message_key, fp_model_text_or_null(*said ? said : NULL));
        return;
    }
    for (size_t i = 0; i < FP_WORDS_LACKS_ARGS; i++) {
        const char *text = json_string_value(json_array_get(words, i + 1));

        args[i] = fp_words_label(model->lang, dates[i], text ? text : "");
    }
    if (ends_in_message(reason)) {
        message = args[1];
        args[1] = "";
    } else if (!strcmp(reason, "lacks_unit")) {
        args[1] = fp_lang_word_of(model->lang, "unit_name", args[1], args[1]);
        args[2] = fp_lang_word_of(model->lang, "unit_name", args[2], args[2]);
    }
    fp_model_say(model, object, key, reason, args[0], args[1], args[2], NULL);
    fp_model_put(model, object, message_key, fp_model_text_or_null(message));
}

/* ---- facts, links, commands ---- */

void fp_words_push_fact(struct fp_model *model, json_t *list, const char *key, const char *code,
                        const char *text, const char *second_text)
{
    json_t *row = fp_model_row(model, list);

    fp_model_put(model, row, "key", fp_model_text(fp_lang_word_of(model->lang, "fact", key, key)));
    fp_model_put(model, row, "code", fp_model_text_or_null(code));
    fp_model_put(model, row, "text", fp_model_text_or_null(text));
    fp_model_put(model, row, "second_text", fp_model_text_or_null(second_text));
}

static void format_span(const struct fp_lang *lang, struct fp_str *to, int64_t start, int64_t end, const struct fp_zone *zone)
{
    char from[FP_TIME_TEXT], until[FP_TIME_TEXT];

    fp_lang_say(lang, to, "window_span", fp_time_format(from, start, zone), fp_time_format(until, end, zone), NULL);
}

void fp_words_push_window(struct fp_model *model, json_t *list, int64_t start, int64_t end,
                          const struct fp_zone *zone)
{
    struct fp_str local, utc;

    fp_str_init(&local, FP_LIMIT_TEXT);
    fp_str_init(&utc, FP_LIMIT_TEXT);
    format_span(model->lang, &utc, start, end, NULL);
    if (zone)
        format_span(model->lang, &local, start, end, zone);
    fp_words_push_fact(model, list, "window", NULL, local.len ? local.data : utc.data,
                       fp_lang_word(model->lang, "end_not_included"));
    if (local.len && strcmp(fp_zone_name(zone), "UTC") != 0)
        fp_words_push_fact(model, list, "window in UTC", NULL, utc.data, NULL);
    model->failed |= !fp_str_ok(&local) || !fp_str_ok(&utc);
    fp_str_release(&local);
    fp_str_release(&utc);
}

void fp_words_put_href(struct fp_model *model, json_t *object, const char *key, const char *prefix,
                       struct fp_slice path, const char *file)
{
    struct fp_str href;
    struct fp_out out;

    fp_str_init(&href, FP_LIMIT_TEXT);
    fp_out_to_str(&out, &href);
    fp_out_puts(&out, prefix);
    fp_escape_url_path(&out, path.data, path.len);
    fp_out_puts(&out, file);
    if (fp_out_finish(&out, NULL) < 0)
        model->failed = true;
    fp_model_put(model, object, key, fp_model_slice(fp_str_slice(&href)));
    fp_str_release(&href);
}

static bool plain_word(const char *text)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

    return *text && *text != '-' && text[strspn(text, allowed)] == '\0';
}

static bool has_control(const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)text[0], next = (unsigned char)text[1];

        if (c < 0x20 || c == 0x7F || (c == 0xC2 && next >= 0x80 && next < 0xA0))
            return true;
    }
    return false;
}

/* As one word of a POSIX shell. */
static void put_word(struct fp_str *to, const char *text)
{
    if (plain_word(text)) {
        fp_str_puts(to, text);
        return;
    }
    fp_str_putc(to, '\'');
    for (; *text; text++) {
        if (*text == '\'')
            fp_str_puts(to, "'\\'");
        fp_str_putc(to, *text);
    }
    fp_str_putc(to, '\'');
}

void fp_words_put_again(struct fp_model *model, json_t *object, const char *key, int64_t start, int64_t end,
                        const char *service)
{
    struct fp_str text;

    fp_str_init(&text, FP_LIMIT_TEXT);
    fp_str_printf(&text, "flamepress run -c FILE --since @%lld --until @%lld", (long long)start, (long long)end);
    if (service && *service && !has_control(service)) {
        fp_str_puts(&text, " --only ");
        put_word(&text, service);
    }
    fp_model_put(model, object, key, fp_str_ok(&text) ? fp_model_slice(fp_str_slice(&text)) : NULL);
    fp_str_release(&text);
}

void fp_words_put_incident(struct fp_model *model, json_t *object, const char *key, int64_t start, int64_t end,
                           const char *service, const char *event)
{
    int64_t around = (end - start) / 2;
    struct fp_str text;

    if (around <= 0 || (end - start) % 2 || !*service || has_control(service) || !*event || has_control(event)) {
        fp_model_put(model, object, key, json_null());
        return;
    }
    fp_str_init(&text, FP_LIMIT_TEXT);
    fp_str_puts(&text, "flamepress incident -c FILE --service ");
    put_word(&text, service);
    fp_str_puts(&text, " --event ");
    put_word(&text, event);
    fp_str_printf(&text, " --at @%lld --around %llds -o DIR", (long long)(start + around), (long long)around);
    fp_model_put(model, object, key, fp_str_ok(&text) ? fp_model_slice(fp_str_slice(&text)) : NULL);
    fp_str_release(&text);
}

/*
 * What changed since the baseline, for summary.json, for the night's entry and for the page.
 *
 * In a report's summary.json:
 *
 *   baseline     {label, window {start, end, timezone, label} (null: not known), total, cores (null where that makes
 *                no sense), covered (share of its window that it has),
 *                completeness ("proved", "unproved", "partial"; null: its file does not say), filter (null: that of
 *                the report, else the one it was asked for under), path (of its report's directory below the site; null: it has none there),
 *                source ("site", "server", "file")}; null when there is none
 *   no_baseline  why there is none, in words; null when there is one, or when none was asked for
 *   no_baseline_words  that for pages in other languages: [key of the catalogue (base/lang.h), its arguments …]; not there
 *                when no_baseline is null
 *   comparison   {q, min_effect, min_samples, sampled (values are counts of samples: noise can be told), tested (how
 *                many functions), before_samples, after_samples, changed (how many), too_few, threshold (p values up to
 *                here are discoveries; negative: none), limits {share, cores, relative} (of a regression; 0: none),
 *                regressions (how many)}: the rule of profile/changes.h; null when nothing was compared
 *   diff_picture {width, height (CSS pixels), shape ("new", "old")} of files.diff_svg and diff_png; null
 *   changes      [{name (without what only one process has, profile/ident.h), raw (as it came; null: the same), kind,
 *                verdict ("change", "new", "gone", "moved", "noise", "too_few"), before_share, after_share, before_total,
 *                after_total, before_self, after_self, effect (difference of the shares), by_self (shares and effect are
 *                of self, else of total), lead (index in this list of the change it is part of, its own when it leads;
 *                null), node (DeepFlow's id of its largest node, of the newer profile, or of the baseline for what is
 *                gone; only for 100 of them, leads first; null), cores (difference; null where that makes no sense),
 *                regression (an increase beyond noise and beyond all limits that are set; only changes that lead are,
 *                and only where noise can be told)}], largest effect first: those that are beyond noise, and the largest 200
 *                that are not. Shares are of the whole profiles, whatever is shown of them.
 *
 * In the night's summary.json each entry has
 *
 *   baseline     {label, total, cores}; null
 *   rule         {q, min_effect, min_samples, sampled, tested}; null
 *   no_baseline  as above
 *   changed      how many functions
 *   regressions  how many
 *   too_few      too few samples on a side to tell
 *   leads        [{name, kind, verdict, before_share, after_share, effect, cores, regression, node}], at most 20
 */
#ifndef FP_REPORT_COMPARISON_H
#define FP_REPORT_COMPARISON_H

#include <jansson.h>

#include "base/str.h"
#include "report/model.h"
#include "report/report.h"
#include "report/tables.h"

/* Node ids of the changes that are worth a link, at most `max`, by node of the pair: leads first. `anchors` has room for
 * them; max is at most FP_LIMIT_TOP_FUNCTIONS. */
int fp_comparison_anchors(const struct fp_pair *pair, const struct fp_tree *before, const struct fp_tree *after,
                          const struct fp_changes *changes, struct fp_picture_anchor *anchors, size_t max,
                          size_t *ret_count, struct fp_error *err);

int fp_comparison_put_summary(struct fp_model *model, json_t *root, const struct fp_report_facts *facts,
                              struct fp_error *err);

/* Puts the members above into an entry. */
void fp_comparison_put_entry(struct fp_model *model, json_t *entry, const json_t *summary);

/* Appends one line about a regression, a row of `changes` or of `leads`: "auditLine: nothing → 32.9 % (+0.07 cores)". */
void fp_comparison_say_regression(const json_t *lead, struct fp_str *to);

/*
 * Puts, for the page:
 *   has_changes        is there a section at all? false when nothing was asked for, or the report failed
 *   changes_head       {before, label, href (null), after}: "Compared with", the baseline, and what it came to
 *   changes_verdict    one sentence: how many changed, or that nothing did, or that nobody can tell
 *   changes_notes      sentences: a partial baseline, another filter, no counts of samples
 *   changes_rule       the rule and its numbers; null
 *   changes_up, changes_down   {caption, rows, more, beyond}; null when there is none
 *   moved              {label, text, rows, beyond}; null
 * A row is {place (its anchor; null), href (null), node (for the page's graph; null), pieces, cut, raw, word, before, after,
 * points, amount (null), exact, parts {label, rows, beyond} (null)}.
 */
void fp_comparison_put_view(const struct fp_tables *tables, json_t *to);

#endif

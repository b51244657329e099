/*
 * The page model of a report: its summary, and the same numbers as a reader wants them.
 *
 * Input is the summary (report/summary.h) and nothing else, so a page can be made
 * again from a published summary.json. Texts are complete sentences in plain
 * English; lists are cut to what a page shows, and say so. Members that a template
 * tests are always there (null, false or empty), because Mustache would look for a missing one
 * in the sections around it.
 *
 *   summary                        the summary itself
 *   outcome, mark, is_failed, is_empty, title_pieces, event, when, service_note
 *   figures                        [{label, value, exact}]: the first line of numbers
 *   event_note                     what the event type means for all numbers; null
 *   leads_head, leads              [{pieces, cut, value, exact, share}]: the first few, see report/tables.h
 *   completeness_head, completeness_text
 *   failure, again                 what went wrong; the command that tries again
 *   empty_text, checks             what an empty window may mean
 *   failed_parts_text, failed_rows, failed_beyond
 *   svg, png, png2x, picture_width, picture_height, graph_label, reading, hidden_text
 *   downloads                      [{href, label, note}], png_note, folded_note, pprof_note
 *   incident                       the command that leaves files for a ticket; null: files, or it cannot be said
 *   kinds_text, kind_rows          [{label, hex, hatched, value, exact, share (null: no value), x, bar}]
 *   transforms_line, transforms_text, transform_rows     what was done to the profile; see report/transforms.h
 *   missing_text, missing, nothing_missing               frames without a symbol; see report/missing.h
 *   has_changes, changes_brief, no_baseline, changes_… moved            what changed; see report/comparison.h
 *   unprofiled_text                what the ranking `unprofiled` is about
 *   changes_too_few                said where a change would stand; null
 *   calls                          callers and callees; see report/callers.h
 *   by_self, by_total, threads, processes, unprofiled    rankings: {caption, quiet, value_head, second_head,
 * name_head, rows, more, more_label, more_caption, beyond} query                          [{key, code, text,
 * second_text}] notes                          sentences sections                       [{id, label}]:
 * anchors of the page generated                      text and has_X for each list X that a section of the
 * page hangs on.
 *
 * Pure but for the time zone database. The result shares values with `summary`: one thread for both.
 */
#ifndef FP_REPORT_VIEW_H
#define FP_REPORT_VIEW_H

#include <jansson.h>

#include "base/error.h"
#include "base/lang.h"

/* The caller owns *ret_view (json_decref). Fails with FP_ENOMEM only: a summary with members missing gives a
 * poorer page. */
int fp_view_report(json_t *summary, const struct fp_lang *lang, json_t **ret_view, struct fp_error *err);

#endif

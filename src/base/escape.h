/*
 * A name never meets markup unescaped: one escaper for each context.
 *
 * All of them take bytes that are valid UTF-8 (invalid ones are mended on the
 * way) and are total: every input gives output that is well-formed in its context.
 *
 * - xml: element text and quoted attribute values of XML, SVG and HTML. & < > " '
 *   become entities. Characters that XML 1.0 cannot hold even as references, and
 *   all other C0 controls, DEL included, become their visible pictures (U+2400 …),
 *   C1 controls, non-characters and controls of the writing direction U+FFFD. Source: XML 1.0 (5th ed.), 2.2 Char.
 *   Tab and newline become pictures too unless `text` asks to keep them.
 * - markdown code: a code span, CommonMark 0.31, 6.1: nothing in it is markup, a mention or a link. Its fence is longer
 *   than any run of backticks in it. Controls as in xml; what breaks or turns a line around becomes U+FFFD.
 * - url: one path component or query value, RFC 3986: all but [A-Za-z0-9._~-] in %XX.
 */
#ifndef FP_BASE_ESCAPE_H
#define FP_BASE_ESCAPE_H

#include <stddef.h>

struct fp_out;

/* For names: nothing in the result is white space but spaces. */
void fp_escape_xml(struct fp_out *out, const char *s, size_t n);
/* For running text: tab, newline and carriage return stay. */
void fp_escape_xml_text(struct fp_out *out, const char *s, size_t n);
/* "`name`"; of an empty text nothing. A '|' stays: a code span in a table is the caller's to avoid. */
void fp_escape_markdown_code(struct fp_out *out, const char *s, size_t n);
void fp_escape_url(struct fp_out *out, const char *s, size_t n);
/* A path: like url, but '/' stays. */
void fp_escape_url_path(struct fp_out *out, const char *s, size_t n);

#endif

/*
 * The steps that a picture of one profile and a difference of two have in common; for picture*.c only.
 *
 * A picture is begun, gets its panels from the top, its legend, its notes, and is ended; fp_picture_release is for
 * whoever fails in between.
 */
#ifndef FP_FLAME_PICTURE_PARTS_H
#define FP_FLAME_PICTURE_PARTS_H

#include "flame/picture.h"

/* Checks the width; sets what all pictures have. */
int fp_picture_begin(struct fp_picture *p, const struct fp_picture_options *options, struct fp_error *err);
/* Pixels of a panel as wide as the picture. */
double fp_picture_graph_width(const struct fp_picture *p);
/* Rows that all panels together may have. */
uint32_t fp_picture_max_rows(const struct fp_picture *p);
/* Places the panels one below the other, each with its heading if it has one; returns the y below. */
double fp_picture_place_panels(struct fp_picture *p);
void fp_picture_heading(struct fp_picture *p, struct fp_panel *panel, const char *text);

/* A legend is written from left to right, in as many lines as it needs. */
struct fp_legend_cursor {
    double x, y;
};

struct fp_legend_cursor fp_picture_begin_legend(const struct fp_picture *p, double y);
/* An entry whose text, fill and hatch are set already. */
void fp_picture_place_entry(struct fp_picture *p, struct fp_legend_cursor *at);

void fp_picture_note(struct fp_picture *p, const char *text);
/* A note that is a word of the catalogue. */
void fp_picture_note_word(struct fp_picture *p, const char *word);
/* What a panel does not show: frames of `which` kind ("", " gone"), whose shares are of `whole`, called `name`; both are
 * texts already. */
void fp_picture_note_hidden(struct fp_picture *p, const struct fp_layout *layout, const char *which, int64_t whole,
                            const char *name);

/* Below the legend come the notes, and the picture ends. */
int fp_picture_end(struct fp_picture *p, const struct fp_legend_cursor *below, struct fp_error *err);

#endif

/*
 * The table of keys, for people and for editors.
 *
 * - reference: Markdown, one table a group, for the README.
 * - manual: the same as what a page of the manual says below its title, for flamepress.json(5).
 * - schema: JSON Schema, draft 2020-12, shipped as assets/config.schema.json. It
 *   accepts every configuration without problems; of those with problems it finds
 *   what a schema can say (names, types, bounds, company), not the rest.
 *
 * All write the same bytes every time. Errors are sticky in `out`.
 */
#ifndef FP_CONFIG_REFERENCE_H
#define FP_CONFIG_REFERENCE_H

struct fp_out;

void fp_config_reference(struct fp_out *out);
void fp_config_manual(struct fp_out *out);
void fp_config_schema(struct fp_out *out);

#endif

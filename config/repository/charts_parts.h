/* SPDX-License-Identifier: Apache-2.0 */
/* The parts that the values of an installation are put together from. (I5.1) */
#ifndef CONFIG_REPOSITORY_CHARTS_PARTS_H
#define CONFIG_REPOSITORY_CHARTS_PARTS_H

#include "config/repository/charts.h"

/* Add a part, which goes over those before it: a mapping of values; settings of single values,
 * as --set has them, in a mapping or a list of {name, value}, or as --set-file has them, in a
 * list of {name, path}; a file of values, by its path as it is written; several of them;
 * references {kind, name, valuesKey, targetPath} to ConfigMaps and Secrets. NULL adds nothing.
 */
void charts_part_tree(struct charts *charts, struct chart_release *release,
		      const struct tree_node *tree);
void charts_part_set(struct charts *charts, struct chart_release *release,
		     const struct tree_node *list);
void charts_part_set_files(struct charts *charts, struct chart_release *release,
			   const struct tree_node *list);
void charts_part_file(struct charts *charts, struct chart_release *release,
		      const struct tree_node *path);
/* A file that the values after it replace as a whole: it is no installation of its own. */
void charts_part_replaced(struct charts *charts, struct chart_release *release,
			  const struct tree_node *path);
void charts_part_files(struct charts *charts, struct chart_release *release,
		       const struct tree_node *list);
void charts_part_references(struct charts *charts, struct chart_release *release,
			    const struct tree_node *list);

/* Note a ConfigMap or Secret, and those that a kustomization generates. */
void charts_note_map(struct charts *charts, const struct tree_node *map);
void charts_note_generators(struct charts *charts, const struct tree_node *kustomization);

/* Puts the parts together: `values` are those that are known, and `elsewhere` says whether
 * some are not. */
void charts_put_together(struct charts *charts, struct chart_release *release);

#endif

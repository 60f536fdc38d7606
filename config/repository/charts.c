/* SPDX-License-Identifier: Apache-2.0 */
/* Where installations of the chart are described, and the values that they give. (I5.1) */
#include "config/repository/charts.h"

#include <string.h>

#include "base/text.h"
#include "config/repository/charts_parts.h"
#include "config/repository/charts_render.h"
#include "config/repository/clusters.h"
#include "config/repository/values.h"

/* ---- values ---- */

/* The values of PureLB's chart in the values of one that depends on it, or NULL. */
static const struct tree_node *charts_subchart(const struct charts *charts,
					       const struct tree_node *map)
{
	const struct tree_node *sub = tree_get(map, "purelb");

	if (chart_has_shape(sub))
		return sub;
	ARRAY_FOREACH (const char *const, alias, &charts->aliases) {
		sub = tree_get(map, *alias);
		if (chart_has_shape(sub))
			return sub;
	}
	return NULL;
}

bool charts_is_values(const struct charts *charts, const struct tree_node *map)
{
	return map != NULL && map->type == TREE_MAP && tree_get(map, "apiVersion") == NULL &&
	       (chart_has_shape(map) || charts_subchart(charts, map) != NULL);
}

void charts_note_alias(struct charts *charts, const struct tree_node *chart)
{
	const struct tree_node *list = tree_get(chart, "dependencies");

	for (uint32_t i = 0; list != NULL && list->type == TREE_LIST && i < list->u.list.count;
	     i++) {
		const struct tree_node *item = list->u.list.items[i];
		const char *alias = values_get_text(item, "alias");

		if (alias != NULL && str_equal(values_get_text(item, "name"), "purelb"))
			ARRAY_ADD(charts->arena, &charts->aliases, alias);
	}
}

/* True for "purelb", "repo/purelb", "oci://…/purelb", ".../purelb-0.17.0.tgz". */
static bool charts_is_purelb(const char *chart)
{
	const char *slash = chart != NULL ? strrchr(chart, '/') : NULL;
	const char *name = slash != NULL ? slash + 1 : chart;

	return name != NULL && (str_equal(name, "purelb") || (str_has_prefix(name, "purelb-") &&
							      str_has_suffix(name, ".tgz")));
}

/* Takes the values of PureLB's chart out of those of one that only depends on it, whatever its
 * name is; false: it has none. */
static bool charts_settle_values(const struct charts *charts, struct chart_release *release)
{
	if (release->depends || (!chart_has_shape(release->values) &&
				 charts_subchart(charts, release->values) != NULL)) {
		release->values = charts_subchart(charts, release->values);
		if (release->values == NULL)
			return false;
	}
	if (release->values != NULL && release->values->type != TREE_MAP)
		release->values = NULL;
	return true;
}

/* Adds a release with these values: of PureLB's chart, or of one that depends on it. */
static bool charts_add(struct charts *charts, struct chart_release release, bool is_purelb)
{
	struct chart_release alone = release;

	if (charts->any) {
		ARRAY_ADD(charts->arena, &charts->releases, release);
		return true;
	}
	release.depends = !is_purelb;
	release.installer = charts->installer;
	alone.depends = release.depends;
	ARRAY_FOREACH (const struct chart_part, part, &release.parts)
		if (part->tree != NULL)
			alone.values = values_merge(charts->arena, alone.values, part->tree);
	/* Files of values for other charts are not looked at. */
	if (!charts_settle_values(charts, &alone))
		return false;
	if (release.parts.count == 0)
		release.values = alone.values;
	if (release.name == NULL)
		release.name = "purelb";
	ARRAY_ADD(charts->arena, &charts->releases, release);
	return true;
}

static const struct tree_node *charts_of_text(struct charts *charts,
					      const struct tree_node *scalar)
{
	return scalar != NULL ? values_of_text(charts->snapshot, scalar, NULL, charts->arena)
			      : NULL;
}

/* ---- Flux ---- */

/* What Flux puts into an object; NULL where it is told to leave it as it is. */
static const struct substitutions *charts_applied(const struct charts *charts,
						  const struct tree_node *map)
{
	static const char *const keys[] = { "metadata.labels", "metadata.annotations" };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (tree_get(values_get(map, keys[i]), snapshot_spared_key) != NULL)
			return NULL;
	return charts->snapshot->substitutions;
}

/* The namespace that an object is in, where Flux may put it. */
static const struct tree_node *charts_namespace_of(const struct charts *charts,
						   const struct tree_node *map)
{
	const struct substitutions *values = charts->snapshot->substitutions;

	return values != NULL && values->target_namespace != NULL
		       ? values_text(charts->arena, map->pos, values->target_namespace)
		       : values_get(map, "metadata.namespace");
}

static bool charts_take_flux(struct charts *charts, const struct tree_node *map)
{
	const char *chart = values_get_text(map, "spec.chart.spec.chart");
	const char *reference = values_get_text(map, "spec.chartRef.name");
	const struct tree_node *target = values_get(map, "spec.targetNamespace");
	struct chart_release release = {
		.name = values_get_text(map, "spec.releaseName"),
		.namespace = target != NULL ? target : charts_namespace_of(charts, map),
		.map_namespace = values_get_text(map, "metadata.namespace"),
		.pos = map->pos,
		.applied = charts_applied(charts, map),
	};

	charts_part_references(charts, &release, values_get(map, "spec.valuesFrom"));
	charts_part_tree(charts, &release, values_get(map, "spec.values"));
	if (release.name == NULL)
		release.name = values_get_text(map, "metadata.name");
	return charts_add(charts, release,
			  charts_is_purelb(chart) ||
				  (reference != NULL && str_has_prefix(reference, "purelb")));
}

/* ---- Argo CD ---- */

/* True when the input has a chart of its own in the folder of a repository. */
static bool charts_has_chart(const struct charts *charts, const char *folder)
{
	const char *path = clusters_path(charts->arena, folder + (folder[0] == '/' ? 1 : 0));
	const char *file = path != NULL && path[0] != '\0'
				   ? arena_printf(charts->arena, "/%s/Chart.yaml", path)
				   : "/Chart.yaml";

	ARRAY_FOREACH (const char *const, known, &charts->files)
		if (str_equal(*known, file + 1) || str_has_suffix(*known, file))
			return true;
	return false;
}

/* True when a source installs PureLB's chart: by the name of the chart, or from a folder. One
 * without settings of Helm, and without a chart in the input, is a folder of manifests. */
static bool charts_source_is_purelb(const struct charts *charts, const struct tree_node *source)
{
	const char *chart = values_get_text(source, "chart");
	const char *folder = values_get_text(source, "path");

	if (chart != NULL)
		return charts_is_purelb(chart);
	return charts_is_purelb(folder) &&
	       (tree_get(source, "helm") != NULL || charts_has_chart(charts, folder));
}

static bool charts_take_source(struct charts *charts, const struct tree_node *source,
			       const struct tree_node *map, const struct tree_node *spec)
{
	const struct tree_node *helm = tree_get(source, "helm");
	const struct tree_node *object = tree_get(helm, "valuesObject");
	struct chart_release release = {
		.name = values_get_text(helm, "releaseName"),
		.namespace = values_get(spec, "destination.namespace"),
		.applied = charts_applied(charts, map),
	};

	if (source == NULL || source->type != TREE_MAP)
		return false;
	if (release.name == NULL)
		release.name = values_get_text(map, "metadata.name");
	charts_part_files(charts, &release, tree_get(helm, "valueFiles"));
	/* valuesObject takes the place of values. */
	charts_part_tree(charts, &release,
			 object != NULL ? object
					: charts_of_text(charts, tree_get(helm, "values")));
	charts_part_set(charts, &release, tree_get(helm, "parameters"));
	charts_part_set_files(charts, &release, tree_get(helm, "fileParameters"));
	release.pos = source->pos;
	if (tree_get(source, "chart") == NULL)
		release.folder = values_get_text(source, "path");
	return charts_add(charts, release, charts_source_is_purelb(charts, source));
}

static bool charts_take_application(struct charts *charts, const struct tree_node *map,
				    const struct tree_node *spec)
{
	const struct tree_node *sources = tree_get(spec, "sources");
	bool taken = charts_take_source(charts, tree_get(spec, "source"), map, spec);

	for (uint32_t i = 0;
	     sources != NULL && sources->type == TREE_LIST && i < sources->u.list.count; i++)
		taken |= charts_take_source(charts, sources->u.list.items[i], map, spec);
	return taken;
}

/* ---- k3s and RKE2 ---- */

static bool charts_take_k3s(struct charts *charts, const struct tree_node *map, bool config)
{
	const struct tree_node *target = values_get(map, "spec.targetNamespace");
	const char *name = values_get_text(map, "metadata.name");
	struct chart_release release = {
		.name = name,
		.namespace = target != NULL ? target : values_get(map, "metadata.namespace"),
		.pos = map->pos,
		.applied = charts_applied(charts, map),
		.overriding = config,
	};

	charts_part_tree(charts, &release,
			 charts_of_text(charts, values_get(map, "spec.valuesContent")));
	charts_part_set(charts, &release, values_get(map, "spec.set"));
	if (values_get(map, "spec.valuesSecrets") != NULL)
		release.elsewhere = true;
	return charts_add(charts, release,
			  config || charts_is_purelb(values_get_text(map, "spec.chart")));
}

/* ---- helmfile, Fleet, kustomize ---- */

static bool charts_take_helmfile(struct charts *charts, const struct tree_node *map)
{
	const struct tree_node *list = tree_get(map, "releases");
	bool taken = false;

	for (uint32_t i = 0; list != NULL && list->type == TREE_LIST && i < list->u.list.count;
	     i++) {
		const struct tree_node *item = list->u.list.items[i];
		const struct tree_node *parts = tree_get(item, "values");
		struct chart_release release = {
			.name = values_get_text(item, "name"),
			.namespace = tree_get(item, "namespace"),
			.pos = item->pos,
		};

		for (uint32_t k = 0;
		     parts != NULL && parts->type == TREE_LIST && k < parts->u.list.count;
		     k++) {
			if (parts->u.list.items[k]->type == TREE_MAP)
				charts_part_tree(charts, &release, parts->u.list.items[k]);
			else
				charts_part_file(charts, &release, parts->u.list.items[k]);
		}
		charts_part_set(charts, &release, tree_get(item, "set"));
		taken |= charts_add(charts, release,
				    charts_is_purelb(values_get_text(item, "chart")));
	}
	return taken;
}

/* fleet.yaml of Rancher. */
static bool charts_take_fleet(struct charts *charts, const struct tree_node *map)
{
	const struct tree_node *helm = tree_get(map, "helm");
	const struct tree_node *namespace = tree_get(map, "namespace");
	struct chart_release release = {
		.name = values_get_text(helm, "releaseName"),
		.namespace = namespace != NULL ? namespace : tree_get(map, "defaultNamespace"),
		.pos = map->pos,
		.elsewhere = tree_get(helm, "valuesFrom") != NULL,
	};

	if (values_get_text(helm, "chart") == NULL)
		return false;
	charts_part_tree(charts, &release, tree_get(helm, "values"));
	charts_part_files(charts, &release, tree_get(helm, "valuesFiles"));
	return charts_add(charts, release, charts_is_purelb(values_get_text(helm, "chart")));
}

/* valuesInline and valuesFile, which kustomize puts together into one file. */
static void charts_part_inline(struct charts *charts, struct chart_release *release,
			       const struct tree_node *item)
{
	const struct tree_node *values = tree_get(item, "valuesInline");
	const struct tree_node *file = tree_get(item, "valuesFile");
	const char *merge = values_get_text(item, "valuesMerge");
	const bool under = str_equal(merge, "merge");

	if (under)
		charts_part_tree(charts, release, values);
	if (str_equal(merge, "replace") && values_is_true(values))
		charts_part_replaced(charts, release, file);
	else
		charts_part_file(charts, release, file);
	if (!under)
		charts_part_tree(charts, release, values);
}

static bool charts_take_kustomize(struct charts *charts, const struct tree_node *map)
{
	const struct tree_node *list = tree_get(map, "helmCharts");
	bool taken = false;

	charts_note_generators(charts, map);
	for (uint32_t i = 0; list != NULL && list->type == TREE_LIST && i < list->u.list.count;
	     i++) {
		const struct tree_node *item = list->u.list.items[i];
		const struct tree_node *namespace = tree_get(item, "namespace");
		struct chart_release release = {
			.name = values_get_text(item, "releaseName"),
			.namespace = namespace != NULL ? namespace : tree_get(map, "namespace"),
			.pos = item->pos,
		};

		charts_part_inline(charts, &release, item);
		charts_part_files(charts, &release, tree_get(item, "additionalValuesFiles"));
		taken |= charts_add(charts, release,
				    charts_is_purelb(values_get_text(item, "name")));
	}
	return taken;
}

/* ---- documents ---- */

static bool charts_take_object(struct charts *charts, const struct tree_node *map,
			       const char *kind, const char *api)
{
	if (str_equal(kind, "HelmRelease") && str_has_prefix(api, "helm.toolkit.fluxcd.io/"))
		return charts_take_flux(charts, map);
	if (str_has_prefix(api, "argoproj.io/") && str_equal(kind, "Application"))
		return charts_take_application(charts, map, tree_get(map, "spec"));
	if (str_has_prefix(api, "argoproj.io/") && str_equal(kind, "ApplicationSet"))
		return charts_take_application(charts, map,
					       values_get(map, "spec.template.spec"));
	if (str_has_prefix(api, "helm.cattle.io/") &&
	    (str_equal(kind, "HelmChart") || str_equal(kind, "HelmChartConfig")))
		return charts_take_k3s(charts, map, str_equal(kind, "HelmChartConfig"));
	if (str_equal(api, "v1") && (str_equal(kind, "ConfigMap") || str_equal(kind, "Secret")))
		charts_note_map(charts, map);
	return charts_take_kustomize(charts, map);
}

static bool charts_take_kind(struct charts *charts, const struct tree_node *map,
			     const char *kind, const char *api)
{
	const char *name = values_get_text(map, "metadata.name");
	bool taken;

	if (name != NULL)
		charts->installer = arena_printf(&charts->snapshot->arena, "%s %s", kind, name);
	taken = charts_take_object(charts, map, kind, api);
	charts->installer = NULL;
	return taken;
}

bool charts_take(struct charts *charts, const struct tree_node *document)
{
	const struct tree_node *items = tree_get(document, "items");
	const char *kind = values_get_text(document, "kind");
	const char *api = values_get_text(document, "apiVersion");
	bool taken = false;

	if (document == NULL || document->type != TREE_MAP)
		return false;
	if (charts_is_values(charts, document)) {
		const struct chart_release release = {
			.values = document,
			.whole = document,
			.pos = document->pos,
			.rank = charts->defaults && chart_has_shape(document) ? CHART_DEFAULTS
									      : CHART_VALUES
		};

		return charts_add(charts, release, chart_has_shape(document));
	}
	if (kind == NULL || api == NULL)
		return charts_take_helmfile(charts, document) ||
		       charts_take_fleet(charts, document) ||
		       charts_take_kustomize(charts, document);
	if (str_equal(kind, "List") && items != NULL && items->type == TREE_LIST) {
		for (uint32_t i = 0; i < items->u.list.count; i++) {
			const struct tree_node *item = items->u.list.items[i];

			kind = values_get_text(item, "kind");
			api = values_get_text(item, "apiVersion");
			taken |= kind != NULL && api != NULL &&
				 charts_take_kind(charts, item, kind, api);
		}
		return taken;
	}
	return charts_take_kind(charts, document, kind, api);
}

bool charts_has_source(const struct charts *charts, uint32_t source)
{
	ARRAY_FOREACH (const struct chart_release, release, &charts->releases)
		if (release->pos.source == source)
			return true;
	return false;
}

/* ---- the end ---- */

/* Puts the values of a HelmChartConfig over those of the HelmChart of its name; false: there
 * is none. */
static bool charts_override(struct charts *charts, const struct chart_release *config)
{
	bool found = false;

	ARRAY_FOREACH (struct chart_release, release, &charts->releases) {
		if (release->overriding || release->consumed || release->rank >= CHART_VALUES ||
		    !str_equal(release->name, config->name))
			continue;
		release->values = values_merge(charts->arena, release->values, config->values);
		found = true;
	}
	return found;
}

void charts_collect_values(struct charts *charts)
{
	ARRAY_FOREACH (struct chart_release, release, &charts->releases)
		charts_put_together(charts, release);
}

void charts_finish(struct charts *charts)
{
	ARRAY_FOREACH (struct chart_release, release, &charts->releases) {
		if (release->parts.count == 0)
			continue;
		charts_put_together(charts, release);
		release->consumed = !charts_settle_values(charts, release);
	}
	ARRAY_FOREACH (struct chart_release, config, &charts->releases)
		if (config->overriding && !charts_override(charts, config) &&
		    str_equal(config->name, "purelb")) {
			config->overriding = false;
			config->elsewhere = true;
		}
	for (int rank = 0; rank < CHART_RANKS; rank++)
		ARRAY_FOREACH (const struct chart_release, release, &charts->releases)
			if (!release->overriding && !release->consumed &&
			    (int)release->rank == rank)
				chart_render(charts, release);
	charts->releases.count = 0;
	charts->read.count = 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Where installations of the chart are described, and the values that they give. (I5.1) */
#include "config/repository/charts.h"

#include <string.h>

#include "base/text.h"
#include "config/repository/charts_render.h"
#include "config/repository/values.h"

/* ---- values ---- */

/* The values of PureLB's chart in the values of one that depends on it, or NULL. */
static const struct tree_node *charts_subchart(const struct tree_node *map)
{
	const struct tree_node *sub = tree_get(map, "purelb");

	return chart_has_shape(sub) ? sub : NULL;
}

bool charts_is_values(const struct tree_node *map)
{
	return map != NULL && map->type == TREE_MAP && tree_get(map, "apiVersion") == NULL &&
	       (chart_has_shape(map) || charts_subchart(map) != NULL);
}

/* True for "purelb", "repo/purelb", "oci://…/purelb", ".../purelb-0.17.0.tgz". */
static bool charts_is_purelb(const char *chart)
{
	const char *slash = chart != NULL ? strrchr(chart, '/') : NULL;
	const char *name = slash != NULL ? slash + 1 : chart;

	return name != NULL && (str_equal(name, "purelb") || (str_has_prefix(name, "purelb-") &&
							      str_has_suffix(name, ".tgz")));
}

/* Adds a release with these values: of PureLB's chart, or of one that depends on it. */
static bool charts_add(struct charts *charts, struct chart_release release, bool is_purelb)
{
	const struct tree_node *values = release.values;

	/* A chart of that name may only depend on PureLB's. */
	if (!is_purelb || (!chart_has_shape(values) && charts_subchart(values) != NULL)) {
		values = charts_subchart(values);
		if (values == NULL)
			return false;
		release.values = values;
	}
	if (values != NULL && values->type != TREE_MAP)
		release.values = NULL;
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

/* --set NAME=VALUE, as lists of {name, value} have it. */
static const struct tree_node *charts_set_all(struct charts *charts,
					      const struct tree_node *values,
					      const struct tree_node *list)
{
	if (list == NULL || list->type != TREE_LIST)
		return values;
	for (uint32_t i = 0; i < list->u.list.count; i++) {
		const struct tree_node *item = list->u.list.items[i];
		const struct tree_node *value = tree_get(item, "value");
		const char *name = values_get_text(item, "name");
		struct tree_node *typed;

		if (name == NULL || value == NULL || strpbrk(name, "[\\") != NULL)
			continue;
		typed = values_text(charts->arena, value->pos, value->text);
		*typed = *value;
		if (value->type == TREE_STRING && !value->unknown &&
		    !values_is_true(tree_get(item, "forceString")))
			scalar_resolve(typed, value->text);
		values = values_set_path(charts->arena, values, name, typed);
	}
	return values;
}

/* ---- Flux ---- */

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
	const struct tree_node *from = values_get(map, "spec.valuesFrom");
	const struct tree_node *target = values_get(map, "spec.targetNamespace");
	struct chart_release release = {
		.name = values_get_text(map, "spec.releaseName"),
		.namespace = target != NULL ? target : charts_namespace_of(charts, map),
		.values = values_get(map, "spec.values"),
		.pos = map->pos,
		.elsewhere = from != NULL,
	};

	if (release.name == NULL)
		release.name = values_get_text(map, "metadata.name");
	return charts_add(charts, release,
			  charts_is_purelb(chart) ||
				  (reference != NULL && str_has_prefix(reference, "purelb")));
}

/* ---- Argo CD ---- */

static bool charts_take_source(struct charts *charts, const struct tree_node *source,
			       const struct tree_node *spec, const char *name)
{
	const struct tree_node *helm = tree_get(source, "helm");
	const struct tree_node *values;
	const char *chart = values_get_text(source, "chart");
	struct chart_release release = {
		.name = values_get_text(helm, "releaseName"),
		.namespace = values_get(spec, "destination.namespace"),
		.elsewhere = tree_get(helm, "valueFiles") != NULL,
	};

	if (source == NULL || source->type != TREE_MAP)
		return false;
	if (chart == NULL)
		chart = values_get_text(source, "path");
	if (release.name == NULL)
		release.name = name;
	values = charts_of_text(charts, tree_get(helm, "values"));
	values = values_merge(charts->arena, values, tree_get(helm, "valuesObject"));
	release.values = charts_set_all(charts, values, tree_get(helm, "parameters"));
	release.pos = source->pos;
	return charts_add(charts, release, charts_is_purelb(chart));
}

static bool charts_take_application(struct charts *charts, const struct tree_node *spec,
				    const char *name)
{
	const struct tree_node *sources = tree_get(spec, "sources");
	bool taken = charts_take_source(charts, tree_get(spec, "source"), spec, name);

	for (uint32_t i = 0;
	     sources != NULL && sources->type == TREE_LIST && i < sources->u.list.count; i++)
		taken |= charts_take_source(charts, sources->u.list.items[i], spec, name);
	return taken;
}

/* ---- k3s and RKE2 ---- */

static bool charts_take_k3s(struct charts *charts, const struct tree_node *map, bool config)
{
	const struct tree_node *set = values_get(map, "spec.set");
	const struct tree_node *target = values_get(map, "spec.targetNamespace");
	const char *name = values_get_text(map, "metadata.name");
	struct chart_release release = {
		.name = name,
		.namespace = target != NULL ? target : values_get(map, "metadata.namespace"),
		.pos = map->pos,
		.overriding = config,
	};
	const struct tree_node *values =
		charts_of_text(charts, values_get(map, "spec.valuesContent"));

	for (uint32_t i = 0; set != NULL && set->type == TREE_MAP && i < set->u.map.count; i++)
		values = values_set_path(charts->arena, values, set->u.map.items[i].key,
					 set->u.map.items[i].value);
	release.values = values;
	return charts_add(charts, release,
			  config || charts_is_purelb(values_get_text(map, "spec.chart")));
}

/* ---- helmfile, kustomize ---- */

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
				release.values = values_merge(charts->arena, release.values,
							      parts->u.list.items[k]);
			else
				release.elsewhere = true;
		}
		release.values = charts_set_all(charts, release.values, tree_get(item, "set"));
		taken |= charts_add(charts, release,
				    charts_is_purelb(values_get_text(item, "chart")));
	}
	return taken;
}

static bool charts_take_kustomize(struct charts *charts, const struct tree_node *map)
{
	const struct tree_node *list = tree_get(map, "helmCharts");
	bool taken = false;

	for (uint32_t i = 0; list != NULL && list->type == TREE_LIST && i < list->u.list.count;
	     i++) {
		const struct tree_node *item = list->u.list.items[i];
		const struct tree_node *namespace = tree_get(item, "namespace");
		const struct chart_release release = {
			.name = values_get_text(item, "releaseName"),
			.namespace = namespace != NULL ? namespace : tree_get(map, "namespace"),
			.values = tree_get(item, "valuesInline"),
			.pos = item->pos,
			.elsewhere = tree_get(item, "valuesFile") != NULL,
		};

		taken |= charts_add(charts, release,
				    charts_is_purelb(values_get_text(item, "name")));
	}
	return taken;
}

/* ---- documents ---- */

static bool charts_take_kind(struct charts *charts, const struct tree_node *map,
			     const char *kind, const char *api)
{
	const char *name = values_get_text(map, "metadata.name");

	if (str_equal(kind, "HelmRelease") && str_has_prefix(api, "helm.toolkit.fluxcd.io/"))
		return charts_take_flux(charts, map);
	if (str_has_prefix(api, "argoproj.io/") && str_equal(kind, "Application"))
		return charts_take_application(charts, tree_get(map, "spec"), name);
	if (str_has_prefix(api, "argoproj.io/") && str_equal(kind, "ApplicationSet"))
		return charts_take_application(charts, values_get(map, "spec.template.spec"),
					       name);
	if (str_has_prefix(api, "helm.cattle.io/") &&
	    (str_equal(kind, "HelmChart") || str_equal(kind, "HelmChartConfig")))
		return charts_take_k3s(charts, map, str_equal(kind, "HelmChartConfig"));
	return charts_take_kustomize(charts, map);
}

bool charts_take(struct charts *charts, const struct tree_node *document)
{
	const struct tree_node *items = tree_get(document, "items");
	const char *kind = values_get_text(document, "kind");
	const char *api = values_get_text(document, "apiVersion");
	bool taken = false;

	if (document == NULL || document->type != TREE_MAP)
		return false;
	if (charts_is_values(document)) {
		const struct chart_release release = {
			.values = document,
			.pos = document->pos,
			.rank = charts->defaults && chart_has_shape(document) ? CHART_DEFAULTS
									      : CHART_VALUES
		};

		return charts_add(charts, release, chart_has_shape(document));
	}
	if (kind == NULL || api == NULL)
		return charts_take_helmfile(charts, document) ||
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
		if (release->overriding || release->rank >= CHART_VALUES ||
		    !str_equal(release->name, config->name))
			continue;
		release->values = values_merge(charts->arena, release->values, config->values);
		found = true;
	}
	return found;
}

void charts_finish(struct charts *charts)
{
	ARRAY_FOREACH (struct chart_release, config, &charts->releases)
		if (config->overriding && !charts_override(charts, config) &&
		    str_equal(config->name, "purelb")) {
			config->overriding = false;
			config->elsewhere = true;
		}
	for (int rank = 0; rank < CHART_RANKS; rank++)
		ARRAY_FOREACH (const struct chart_release, release, &charts->releases)
			if (!release->overriding && (int)release->rank == rank)
				chart_render(charts, release);
	charts->releases.count = 0;
}

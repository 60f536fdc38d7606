/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of PureLB's Helm chart, where people keep them, and the objects that the chart makes
 * of them. (I5)
 *
 * Read are values files; Flux HelmRelease; Argo CD Application and ApplicationSet; HelmChart
 * and HelmChartConfig of k3s and RKE2; helmfile; fleet.yaml;
 * helmCharts of a kustomization. A chart that
 * has PureLB's as a dependency keeps the values below `purelb`. What is made are the
 * ServiceGroup, the LBNodeAgent, what matters of the DaemonSet of the agents, and
 * extraObjects.
 */
#ifndef CONFIG_REPOSITORY_CHARTS_H
#define CONFIG_REPOSITORY_CHARTS_H

#include "config/objects/parse.h"
#include "config/objects/snapshot.h"

/* What counts more: of a rank after the first, objects give way to those that are there. */
enum chart_rank {
	CHART_RELEASE,  /* an installation */
	CHART_VARIANT,  /* one of several of a repository, such as overlays */
	CHART_VALUES,   /* a file of values for an installation that may be shown elsewhere */
	CHART_DEFAULTS, /* the values of the chart itself */
	CHART_RANKS,
};

/* One part of the values of an installation: one of these. */
struct chart_part {
	const struct tree_node *tree;      /* the values themselves */
	const struct tree_node *set;       /* settings of single values */
	const struct tree_node *path;      /* of a file, a text */
	const struct tree_node *reference; /* to a ConfigMap or Secret */
	bool replaced; /* a file that other values stand in for: it sets nothing */
};

/* A ConfigMap or Secret that a kustomization makes of files. */
struct chart_generator {
	const char *kind;
	const struct tree_node *tree;
};

/* What a path to values has in it; NULL: it could not be read. */
struct chart_file {
	const char *path;
	const struct tree_node *tree;
};

/* One installation of the chart, or a file of values for one. */
struct chart_release {
	const char *name;
	const char *installer;             /* "HelmRelease purelb"; NULL: no object */
	const struct tree_node *namespace; /* NULL: not known */
	const struct tree_node *values;    /* NULL: the defaults of the chart */
	const struct tree_node *whole;     /* of a file of values: all that is in it */
	const char *map_namespace;         /* in which references are, or NULL */
	const char *folder; /* from the top of the repository, that files are in; or NULL */
	ARRAY_OF(struct chart_part)
	parts; /* of the values, in the order that they are put in */
	struct pos pos;
	const struct substitutions
		*applied; /* that Flux puts into what describes it, or NULL */
	enum chart_rank rank;
	bool elsewhere;  /* more values come from what is not in the input */
	bool depends;    /* the chart only depends on PureLB's */
	bool consumed;   /* a file of values that an installation names */
	bool overriding; /* a HelmChartConfig: its values go over those of the release */
};

struct charts {
	struct snapshot *snapshot;
	bool any;               /* installations of every chart are taken, not only PureLB's */
	bool defaults;          /* what comes next is beside a Chart.yaml */
	const char *installer;  /* of what comes next, or NULL */
	struct arena *arena;    /* of the trees */
	struct tree_list *made; /* takes the objects, with the values of v1's chart as they are,
				 * in place of the snapshot; or NULL */
	ARRAY_OF(struct chart_release) releases;
	ARRAY_OF(const struct tree_node *) maps; /* ConfigMaps and Secrets with values */
	ARRAY_OF(struct chart_generator) generators;
	ARRAY_OF(struct chart_file) read; /* for releases that name them */
	ARRAY_OF(const char *) files;     /* that may be read: their paths */
	ARRAY_OF(const char *) aliases;   /* under which charts depend on PureLB's */
};

/* True for a mapping that has values of the chart: serviceGroup or lbnodeagent in its shape, at
 * the top or below `purelb`. */
bool charts_is_values(const struct charts *charts, const struct tree_node *map);

/* Takes the releases of a document that is a mapping; true when it has one. */
bool charts_take(struct charts *charts, const struct tree_node *document);

/* Notes under which other name a Chart.yaml depends on PureLB's chart. */
void charts_note_alias(struct charts *charts, const struct tree_node *chart);

/* True when a release was taken from this source, by its number plus 1. */
bool charts_has_source(const struct charts *charts, uint32_t source);

/* Puts the values of all releases together, as far as they are in the input. */
void charts_collect_values(struct charts *charts);

/* Makes the objects of all releases, and reports what the chart would ignore. */
void charts_finish(struct charts *charts);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of a project that are not Kubernetes objects: `.purelbtool.yaml`, which says
 * how it wants to be checked, and baselines, which record the findings that it knows.
 */
#ifndef CONFIG_REPOSITORY_PROJECT_H
#define CONFIG_REPOSITORY_PROJECT_H

#include "config/objects/snapshot.h"
#include "config/schema/schema.h"

/* The name of the file that is looked for. */
#define PROJECT_FILE_NAME ".purelbtool.yaml"

/* One of several clusters: its name, and what of the tree is its own. (I7) */
struct project_cluster {
	struct section at;
	struct str_value name;
	struct names_value path; /* one or several, from the folder of the file */
	struct str_value site;
};

struct project_clusters {
	struct section at;
	ARRAY_OF(struct project_cluster) list;
};

/* Other severities below some paths. (A3.4) */
struct project_override {
	struct section at;
	struct str_list paths; /* patterns, as exclude has them, from the folder of the file */
	struct str_list disable;
	struct label_map severity;
};

struct project_overrides {
	struct section at;
	ARRAY_OF(struct project_override) list;
};

/* Values that only say what an option says are checked where they are put in its place
 * (cli/settings.h). */
struct project_file {
	struct str_list disable;   /* codes or slugs */
	struct label_map severity; /* code to FAIL, WARN or INFO */
	struct str_value fail_on;  /* FAIL, WARN or INFO */
	struct str_value namespace;
	struct reserved_ranges reserved;
	struct str_list complete; /* kinds */
	struct str_list exclude;  /* patterns of paths, as --exclude has them */
	struct project_clusters clusters;
	struct project_overrides overrides;
	struct str_list inputs;  /* files and folders, from the folder of the file */
	struct str_list outputs; /* as --output of validate has them */
	struct str_value baseline;
	struct str_list require;
	struct str_list service_cidrs;
	struct label_map substitute;
	struct str_value purelb_version, kubernetes_version, bgp_daemon;
	struct int_value max_findings;
};

struct baseline_entry {
	struct section at;
	struct str_value code;
	struct str_value kind, namespace, name; /* of the resource */
	struct str_value path;
	struct str_value file;    /* of a finding without a resource */
	struct str_value cluster; /* of several */
	struct str_value message; /* for people */
};

struct baseline_entries {
	struct section at;
	ARRAY_OF(struct baseline_entry) list;
};

struct baseline_file {
	struct int_value version;
	struct baseline_entries findings;
};

extern const struct schema project_file_schema;
extern const struct schema baseline_file_schema;

/*
 * Reads a file that is one mapping into the struct at `out`, which is zero before. An empty
 * file leaves it so. `snapshot` is one that nothing was loaded into; it owns the values, and
 * its source number 0 is the file. False when the file cannot be read (sources.errors) or
 * something in it is wrong (problems).
 */
bool project_read(struct snapshot *snapshot, const char *path, const struct schema *schema,
		  void *out);

/*
 * Makes the file that `from` was read from a source of `to`, so that findings of `to` can
 * point into it; returns what pos.source has to be for that. Several snapshots may adopt it.
 */
uint32_t project_adopt(struct snapshot *to, struct snapshot *from);

#endif

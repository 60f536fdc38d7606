/* SPDX-License-Identifier: Apache-2.0 */
/* Files of a project that are not Kubernetes objects: their schemas, and reading them. */
#include "config/repository/project.h"

#include "config/repository/exclude.h"
#include "config/objects/kinds.h"
#include "config/objects/parse.h"

/* ---- .purelbtool.yaml ---- */

enum { INPUTS_MAX = 1000, OUTPUTS_MAX = 20 };

static const char *const level_words[] = { "FAIL", "WARN", "INFO", NULL };
static const char *const daemon_words[] = { "fork-1.1", "fork-1.3", NULL };

static const struct schema_field cluster_fields[] = {
	{ "path", FIELD_NAMES, AT(struct project_cluster, path), .required = true,
	  .description = "what belongs to the cluster: a folder, a kustomize root or a file, "
			 "or several, relative to this file" },
	{ "site", FIELD_STRING, AT(struct project_cluster, site), .min_bytes = 1,
	  .description = "where it is: clusters of one site share a network" },
};
static const struct schema cluster_schema = {
	.fields = cluster_fields,
	.count = ARRAY_LEN(cluster_fields),
	.size = sizeof(struct project_cluster),
	.shorthand = "path",
};

static const struct schema_field override_fields[] = {
	{ "paths", FIELD_STRINGS, AT(struct project_override, paths), .required = true,
	  .rule = exclude_pattern_fault, .max_items = EXCLUDE_PATTERNS_MAX,
	  .description =
		  "files and folders, relative to this file, in the syntax of .gitignore" },
	{ "disable", FIELD_STRINGS, AT(struct project_override, disable), .names_checks = true,
	  .description = "checks to silence there, by code or slug" },
	{ "severity", FIELD_STRING_MAP, AT(struct project_override, severity),
	  .names_checks = true, .words = level_words,
	  .description = "other severities there: {SG006: INFO}" },
};
static const struct schema override_schema = SCHEMA(override_fields, struct project_override);

static const struct schema_field project_fields[] = {
	{ "disable", FIELD_STRINGS, AT(struct project_file, disable), .names_checks = true,
	  .description = "checks to silence, by code or slug; purelbtool explain --list names "
			 "them" },
	{ "severity", FIELD_STRING_MAP, AT(struct project_file, severity), .names_checks = true,
	  .words = level_words, .description = "other severities for checks: {AG013: WARN}" },
	{ "failOn", FIELD_STRING, AT(struct project_file, fail_on), .words = level_words,
	  .standard = "FAIL",
	  .description = "lowest severity that makes validate fail; default FAIL" },
	{ "namespace", FIELD_STRING, AT(struct project_file, namespace),
	  .rule = rule_namespace_name, .pattern = PATTERN_DNS_LABEL,
	  .standard = "purelb-system",
	  .description = "namespace that PureLB is installed in; default purelb-system" },
	{ "reserved", FIELD_OBJECTS, AT(struct project_file, reserved),
	  .schema = &reserved_range_schema,
	  .description = "ranges that somebody else hands out: DHCP, printers" },
	{ "complete", FIELD_STRINGS, AT(struct project_file, complete), .rule = rule_kind_name,
	  .description =
		  "kinds of which the input contains every object, such as ServiceGroup" },
	{ "exclude", FIELD_STRINGS, AT(struct project_file, exclude),
	  .rule = exclude_pattern_fault, .max_items = EXCLUDE_PATTERNS_MAX,
	  .description =
		  "paths below named folders to leave out, in the syntax of .gitignore" },
	{ "clusters", FIELD_NAMED, AT(struct project_file, clusters), .schema = &cluster_schema,
	  .description =
		  "clusters that the tree describes, each checked by itself, then against "
		  "each other: {live: clusters/live, lab: {path: clusters/lab, site: b}}" },
	{ "overrides", FIELD_OBJECTS, AT(struct project_file, overrides),
	  .schema = &override_schema,
	  .description = "other severities for findings below some paths; the last one that "
			 "names a check counts" },
	{ "inputs", FIELD_STRINGS, AT(struct project_file, inputs), .max_items = INPUTS_MAX,
	  .description = "files and folders that are read when the command line names none, "
			 "relative to this file and below its folder" },
	{ "outputs", FIELD_STRINGS, AT(struct project_file, outputs), .max_items = OUTPUTS_MAX,
	  .description = "reports of validate, as FORMAT or FORMAT=FILE: [table, "
			 "sarif=purelb.sarif]; files are relative to this file and below its "
			 "folder" },
	{ "baseline", FIELD_STRING, AT(struct project_file, baseline), .min_bytes = 1,
	  .description = "file of findings to ignore, relative to this file and below its "
			 "folder" },
	{ "require", FIELD_STRINGS, AT(struct project_file, require),
	  .description = "what the input must have, as --require names it: [nodes, services]" },
	{ "serviceCIDRs", FIELD_STRINGS, AT(struct project_file, service_cidrs),
	  .description = "Service networks of the cluster, which no pool may overlap" },
	{ "substitute", FIELD_SCALAR_MAP, AT(struct project_file, substitute),
	  .description = "values for ${KEY} in the input: {VIP_RANGE: 192.0.2.0/28}" },
	{ "purelbVersion", FIELD_SCALAR, AT(struct project_file, purelb_version),
	  .standard = "as the images in the input say, else 0.17",
	  .description = "release of PureLB whose rules apply: 0.15, 0.16, 0.17, one of their "
			 "patches, or latest" },
	{ "kubernetesVersion", FIELD_SCALAR, AT(struct project_file, kubernetes_version),
	  .standard = "the newest kubelet of the Nodes",
	  .description = "release of Kubernetes that the cluster runs, such as \"1.36\"" },
	{ "bgpDaemon", FIELD_STRING, AT(struct project_file, bgp_daemon), .words = daemon_words,
	  .standard = "fork-1.1", .description = "BGP daemon on the nodes" },
	{ "maxFindings", FIELD_INT, AT(struct project_file, max_findings), .bounded = true,
	  .max = UINT32_MAX, .standard = "1000",
	  .description = "how many findings of one code validate lists; 0: all" },
};
const struct schema project_file_schema = SCHEMA(project_fields, struct project_file);

/* ---- baselines ---- */

static const struct schema_field entry_fields[] = {
	{ "code", FIELD_STRING, AT(struct baseline_entry, code), .required = true,
	  .min_bytes = 1, .description = "the code of the check" },
	{ "kind", FIELD_STRING, AT(struct baseline_entry, kind),
	  .description = "kind of the object the finding is about" },
	{ "namespace", FIELD_STRING, AT(struct baseline_entry, namespace) },
	{ "name", FIELD_STRING, AT(struct baseline_entry, name) },
	{ "path", FIELD_STRING, AT(struct baseline_entry, path),
	  .description = "the field in the object: spec.local.v4pools[0].pool" },
	{ "file", FIELD_STRING, AT(struct baseline_entry, file),
	  .description = "the file, for findings about no object" },
	{ "cluster", FIELD_STRING, AT(struct baseline_entry, cluster),
	  .description = "the cluster, where a tree has several" },
	{ "message", FIELD_STRING, AT(struct baseline_entry, message),
	  .description = "for people; ignored when matching" },
};
static const struct schema entry_schema = SCHEMA(entry_fields, struct baseline_entry);

enum { BASELINE_VERSION = 1 };

static const struct schema_field baseline_fields[] = {
	{ "version", FIELD_INT, AT(struct baseline_file, version), .required = true,
	  .bounded = true, .min = BASELINE_VERSION, .max = BASELINE_VERSION,
	  .description = "version of this format" },
	{ "findings", FIELD_OBJECTS, AT(struct baseline_file, findings), .required = true,
	  .schema = &entry_schema,
	  .description = "known findings, which are not reported again" },
};
const struct schema baseline_file_schema = SCHEMA(baseline_fields, struct baseline_file);

/* ---- reading ---- */

static void project_bind_root(struct snapshot *snapshot, const struct tree_node *root,
			      const struct schema *schema, void *out)
{
	struct binder binder = { .sink = &snapshot->problems, .strict = true };

	if (root == NULL || root->type == TREE_NULL)
		return;
	if (root->type == TREE_MAP)
		schema_bind(&binder, schema, root, out);
	else
		problem_add(snapshot, PROBLEM_WRONG_TYPE, NULL, root->pos, NULL,
			    "the file must be one mapping, but this is %s",
			    tree_type_name(root->type))
			->hint = arena_printf(&snapshot->arena, "begin with `%s:`",
					      schema->fields[0].name);
}

bool project_read(struct snapshot *snapshot, const char *path, const struct schema *schema,
		  void *out)
{
	struct arena scratch;

	sources_add(&snapshot->sources, &snapshot->arena, path);
	if (snapshot->sources.errors.count > 0 || snapshot->sources.list.count != 1)
		return false;
	arena_init(&scratch);
	project_bind_root(snapshot, parse_source_tree(snapshot, 0, &scratch), schema, out);
	arena_release(&scratch);
	return snapshot->problems.count == 0 && snapshot->sources.errors.count == 0;
}

uint32_t project_adopt(struct snapshot *to, struct snapshot *from)
{
	struct source source = from->sources.list.items[0];

	source.aside = true;
	if (from->sources.list.count == 0) /* the copy went to the first one that adopted it */
		source.spool = NULL;
	from->sources.list.count = 0;
	ARRAY_ADD(&to->arena, &to->sources.list, source);
	return to->sources.list.count;
}

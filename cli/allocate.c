/* SPDX-License-Identifier: Apache-2.0 */
/*
 * purelbtool allocate: which address every Service gets or keeps, and how full pools are. The
 * answer is that of PureLB's allocator at its start (P3); nothing is asked of a cluster.
 */
#include "cli/cli.h"

#include <string.h>

#include "base/nearest.h"
#include "base/text.h"
#include "cli/common.h"
#include "purelb/allocation/allocation.h"
#include "reports/allocation/allocation.h"

struct settings {
	struct common common;
	const char *pool; /* NULL: all */
	bool check;
};

static const struct option_spec allocate_options[] = {
	COMMON_NAMESPACE,
	COMMON_OUTPUT(output_formats, "table (the default), json or yaml"),
	OPT_TEXT("pool", "POOL", COMPLETES_NOTHING, pool,
		 "report on this ServiceGroup only, and on its Services"),
	OPT_FLAG("check", check,
		 "exit with 1 when a Service is pending: it does not get everything that it "
		 "requests"),
	COMMON_REQUIRE,
	COMMON_AT,
	COMMON_ROWS,
};

static const struct help_row allocate_statuses[] = {
	{ "0", "answered" },
	{ "1", "answered, but objects of the input are broken, or with --check a Service is "
	       "pending" },
	COMMON_TROUBLE,
	{ NULL, NULL },
};

static const struct help_row allocate_examples[] = {
	{ "purelbtool allocate manifests/", "what the Services of a folder will get" },
	{ "kubectl get sg,svc,lease -A -o yaml | purelbtool allocate",
	  "what the Services of a cluster have, and how full its pools are" },
	{ "purelbtool allocate --check -o json manifests/ | jq '.services[].reason'",
	  "for a pipeline: fails when a Service would stay without an address" },
	{ NULL, NULL },
};

/* ---- --pool ---- */

static bool allocate_is_of(const struct allocation *allocation, const struct pool *pool)
{
	ARRAY_FOREACH (const struct allocated_address, address, &allocation->addresses) {
		if (address->pool == pool)
			return true;
	}
	return allocation->addresses.count == 0 &&
	       (allocation->pool == pool || str_equal(allocation->wanted_pool, pool->name));
}

/* What is reported of one pool; NULL after a message: there is none of that name. */
static const struct pool *allocate_choose(const struct cli *cli, const struct cluster *cluster,
					  const char *name, struct pools *pools,
					  struct allocations *all, struct arena *arena)
{
	const struct allocations whole = *all;
	struct nearest near = { .word = name };
	const struct pool *chosen = NULL;

	ARRAY_FOREACH (struct pool, pool, &cluster->pools.list) {
		nearest_offer(&near, pool->name);
		if (!str_equal(pool->name, name))
			continue;
		chosen = pool;
		pools->list.items = pool;
		pools->list.count = 1;
	}
	if (chosen == NULL) {
		cli_error(cli, "--pool %s: no ServiceGroup of this name in the input%s%s%s",
			  name, near.best != NULL ? "; did you mean " : "",
			  near.best != NULL ? near.best : "", near.best != NULL ? "?" : "");
		return NULL;
	}
	memset(&all->list, 0, sizeof(all->list));
	memset(&all->ranges, 0, sizeof(all->ranges));
	ARRAY_FOREACH (const struct allocation, it, &whole.list)
		if (allocate_is_of(it, chosen))
			ARRAY_ADD(arena, &all->list, *it);
	ARRAY_FOREACH (const struct range_use, use, &whole.ranges)
		if (use->pool == chosen)
			ARRAY_ADD(arena, &all->ranges, *use);
	return chosen;
}

/* ---- the run ---- */

struct allocate_answer {
	const struct allocations *all;
	const struct pools *pools;
};

static void allocate_write(const struct output *output, struct screen screen, void *about,
			   struct arena *scratch)
{
	const struct allocate_answer *answer = about;

	if (output->format == OUTPUT_TABLE)
		allocate_table(output->file, screen, answer->all, answer->pools, scratch);
	else
		common_write_tree(output, allocate_json(answer->all, answer->pools, scratch));
}

static int allocate_run(const struct cli *cli, void *settings, struct snapshot *snapshot)
{
	struct settings *s = settings;
	struct cluster cluster = { 0 };
	struct allocations all;
	struct pools pools;
	struct allocate_answer answer = { &all, &pools };
	bool fine = common_inputs_readable(cli, snapshot);
	uint32_t pending;
	bool readable;

	common_resolve(&s->common, snapshot, &cluster);
	allocation_run(&all, &cluster, NULL, &snapshot->arena);
	pools = cluster.pools;
	if (s->pool != NULL &&
	    allocate_choose(cli, &cluster, s->pool, &pools, &all, &snapshot->arena) == NULL) {
		cluster_release(&cluster);
		return STATUS_TROUBLE;
	}
	common_write_reports(cli, &s->common, allocate_write, &answer);
	fine &= outputs_finish(&s->common.outputs, cli);
	readable = common_objects_readable(cli, &s->common, snapshot, &cluster);
	fine &= common_requirements_met(cli, &s->common, snapshot, &cluster);
	cluster_release(&cluster);
	if (!fine)
		return STATUS_TROUBLE;
	pending = common_pending(&all) + (s->common.require != 0 ? common_unknown(&all) : 0);
	return readable && !(s->check && pending > 0) ? STATUS_FINE : STATUS_FINDINGS;
}

const struct command_spec allocate_command = {
	.name = "allocate",
	.operands = "[INPUT]...",
	.operand_completes = COMPLETES_FILES,
	.summary = "which address every Service gets or keeps; how full the pools are",
	.description =
		"Does what PureLB's allocator does when it starts: registers the addresses "
		"that Services hold, then serves the others one by one, oldest first. Shows "
		"for each Service of type LoadBalancer which addresses it keeps or is "
		"assigned, and from which pool, or why it is pending or ignored; then how much "
		"of each range is in use. " COMMON_INPUTS,
	.options = allocate_options,
	.statuses = allocate_statuses,
	.examples = allocate_examples,
	.settings_size = sizeof(struct settings),
	.answer = allocate_run,
};

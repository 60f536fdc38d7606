/* SPDX-License-Identifier: Apache-2.0 */
/*
 * purelbtool inspect: why a Service, a VIP, a node or a pool does not work, link by link, with
 * the evidence of the input. (O4)
 */
#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/text.h"
#include "cli/common.h"
#include "reports/formats/screen.h"
#include "reports/inspect/chain.h"

enum { WIDTH_MIN = 40, WIDTH_MAX = 400 };

struct settings {
	struct common common;
	struct name_list inputs;
	struct option_number width;
	bool all;
	bool page;
	bool require;
};

static const struct option_spec inspect_options[] = {
	{ .name = "file",
	  .letter = 'f',
	  .argument = "INPUT",
	  .kind = OPTION_NAMES,
	  .completes = COMPLETES_FILES,
	  .offset = offsetof(struct settings, inputs),
	  .help = "read this file or folder, or - for standard input (the default); may be "
		  "repeated" },
	COMMON_NAMESPACE,
	COMMON_OUTPUT(output_formats_html, "table (the default), json, yaml or html"),
	OPT_FLAG("all", all, "list Services that are not broken as well"),
	OPT_FLAG("page", page,
		 "go through the causes of PureLB's troubleshooting page, one by one"),
	OPT_FLAG("require", require, "exit with 1 also when something is unknown"),
	OPT_NUMBER("width", 0, "COLUMNS", width, WIDTH_MIN, WIDTH_MAX,
		   "wrap the screen at this many columns (default: 80)"),
	COMMON_AT,
	COMMON_ROWS,
};

static const struct help_row inspect_statuses[] = {
	{ "0", "nothing is broken" },
	{ "1", "something is broken, or with --require unknown" },
	{ "2", "usage error, such as an unknown Service, an input that cannot be read, or a "
	       "report that cannot be written" },
	{ NULL, NULL },
};

static const struct help_row inspect_examples[] = {
	{ "purelbtool inspect shop/web -f capture/",
	  "one Service, from the API to the client" },
	{ "purelbtool inspect 192.0.2.240 node/node-a -f capture/", "an address, and a node" },
	{ "kubectl get sg,lbna,svc,node,lease,endpointslice,pod,event,deploy,ds -A -o yaml | "
	  "purelbtool inspect",
	  "which Services of a cluster are broken, and at which link" },
	{ "purelbtool inspect --page -f capture/", "every cause of the troubleshooting page" },
	{ NULL, NULL },
};

/* ---- subjects ---- */

static bool inspect_name_is(const struct allocation *allocation, const char *subject)
{
	const struct object *object = &allocation->service->object;
	const size_t len = strlen(object->namespace);

	if (strchr(subject, '/') == NULL)
		return str_equal(object->name.s, subject);
	return strncmp(subject, object->namespace, len) == 0 && subject[len] == '/' &&
	       str_equal(subject + len + 1, object->name.s);
}

static bool inspect_holds(const struct allocation *allocation, struct ip ip)
{
	ARRAY_FOREACH (const struct allocated_address, address, &allocation->addresses) {
		if (ip_compare(address->ip, ip) == 0)
			return true;
	}
	return false;
}

static bool inspect_node_or_pool(struct inspection *in, const char *subject)
{
	const struct cluster_node *node =
		str_has_prefix(subject, "node/")
			? cluster_find_node(in->cluster, subject + strlen("node/"))
			: NULL;

	if (node != NULL) {
		chain_of_node(in, node);
		return true;
	}
	if (!str_has_prefix(subject, "pool/"))
		return false;
	ARRAY_FOREACH (const struct pool, pool, &in->cluster->pools.list)
		if (str_equal(pool->name, subject + strlen("pool/"))) {
			chain_of_pool(in, pool);
			return true;
		}
	return false;
}

static void inspect_unknown(const struct cli *cli, const struct inspection *in,
			    const char *subject)
{
	struct nearest near = { .word = subject };

	ARRAY_FOREACH (const struct allocation, allocation, &in->all->list)
		nearest_offer(&near, arena_printf(in->arena, "%s/%s",
						  allocation->service->object.namespace,
						  allocation->service->object.name.s));
	ARRAY_FOREACH (const struct cluster_node, node, &in->cluster->nodes)
		nearest_offer(&near, arena_printf(in->arena, "node/%s", node->name));
	ARRAY_FOREACH (const struct pool, pool, &in->cluster->pools.list)
		nearest_offer(&near, arena_printf(in->arena, "pool/%s", pool->name));
	if (near.best != NULL)
		cli_error(cli, "%s: nothing of this name in the input; did you mean %s?",
			  subject, near.best);
	else
		cli_error(cli,
			  "%s: no Service of type LoadBalancer, VIP, node/NAME or pool/NAME of "
			  "this name in the input",
			  subject);
}

static bool inspect_subject(const struct cli *cli, struct inspection *in, const char *subject)
{
	const uint32_t before = in->chains.count;
	struct ip ip;
	const bool is_ip = ip_parse(subject, &ip);

	if (!inspect_node_or_pool(in, subject))
		ARRAY_FOREACH (const struct allocation, allocation, &in->all->list)
			if (is_ip ? inspect_holds(allocation, ip)
				  : inspect_name_is(allocation, subject))
				chain_of_service(in, allocation);
	if (in->chains.count > before)
		return true;
	inspect_unknown(cli, in, subject);
	return false;
}

static int inspect_compare(const void *pa, const void *pb)
{
	const struct chain *a = pa, *b = pb;
	const int order = str_compare(a->subject, b->subject);

	if (a->state != b->state)
		return a->state > b->state ? -1 : 1;
	return order != 0 ? order : str_compare(a->address, b->address);
}

/* ---- the run ---- */

struct inspect_run {
	struct inspection in;
	const struct page *page; /* NULL: not asked for */
};

static void inspect_write(const struct output *output, bool color, void *about,
			  struct arena *scratch)
{
	const struct inspect_run *run = about;

	if (output->format == OUTPUT_TABLE && run->page != NULL)
		page_table(output->file, color, run->page, run->in.width, scratch);
	else if (output->format == OUTPUT_TABLE)
		inspect_table(output->file, color, &run->in, scratch);
	else if (output->format == OUTPUT_HTML)
		inspect_html(output->file, &run->in, scratch);
	else
		common_write_tree(output, run->page != NULL ? page_json(run->page, scratch)
							    : inspect_json(&run->in, scratch));
}

static int inspect_status(const struct inspect_run *run, bool require)
{
	int status = STATUS_FINE;

	ARRAY_FOREACH (const struct chain, chain, &run->in.chains)
		if (chain->state == LINK_BROKEN || (require && chain->state == LINK_UNKNOWN))
			status = STATUS_FINDINGS;
	if (run->page != NULL)
		ARRAY_FOREACH (const struct page_row, row, &run->page->rows)
			if (row->verdict == PAGE_FOUND ||
			    (require && row->verdict == PAGE_UNKNOWN))
				status = STATUS_FINDINGS;
	return status;
}

static int inspect_report(const struct cli *cli, struct settings *s, struct snapshot *snapshot,
			  struct cluster *cluster, const struct arguments *arguments)
{
	static const struct validate_options options;
	const struct vips_options how = { .candidates = arguments->operands.count > 0 };
	struct observed observed;
	struct allocations all;
	struct vips vips = { 0 };
	struct validation validation;
	struct page page = { 0 };
	struct inspect_run run = { .in = { .cluster = cluster,
					   .observed = &observed,
					   .all = &all,
					   .validation = &validation,
					   .arena = &snapshot->arena,
					   .healthy_as_well = s->all } };
	bool fine = common_inputs_readable(cli, snapshot);
	bool known = true;

	run.in.width = s->width.given ? (unsigned)s->width.value : SCREEN_WIDTH;
	run.in.overview = arguments->operands.count == 0;
	allocation_run(&all, cluster, NULL, &snapshot->arena);
	if (cluster->has_nodes) {
		vips_resolve(&vips, cluster, &all, &how, &snapshot->arena);
		run.in.vips = &vips;
	}
	validate(&validation, snapshot, cluster, &options, NULL);
	observed_build(&observed, cluster, &snapshot->arena);
	seen_build(&run.in.seen, &observed, &snapshot->arena);
	session_facts(&run.in);
	ARRAY_FOREACH (const char *, subject, &arguments->operands)
		known &= inspect_subject(cli, &run.in, *subject);
	if (run.in.overview) {
		ARRAY_FOREACH (const struct allocation, it, &all.list)
			if (it->state != SERVICE_IGNORED)
				chain_of_service(&run.in, it);
		array_sort(run.in.chains.items, run.in.chains.count,
			   sizeof(*run.in.chains.items), inspect_compare);
	}
	if (s->page) {
		page_build(&page, &run.in);
		run.page = &page;
	}
	common_write_reports(cli, &s->common, inspect_write, &run);
	fine &= outputs_finish(&s->common.outputs, cli);
	if (!fine || !known)
		return STATUS_TROUBLE;
	return inspect_status(&run, s->require);
}

static int inspect_run(const struct cli *cli, void *settings, const struct arguments *arguments)
{
	static const char *const standard_input[] = { "-" };
	struct settings *s = settings;
	const bool given = s->inputs.list.count > 0;
	struct cluster cluster = { 0 };
	struct snapshot *snapshot;
	int status = STATUS_TROUBLE;

	if (!given && cli->in_tty)
		return cli_usage_error(
			cli, &inspect_command,
			"no INPUT: name files or folders with -f, or pipe a capture "
			"in");
	if (!outputs_open(&s->common.outputs, cli))
		return STATUS_TROUBLE;
	snapshot = given ? common_load(&s->common, s->inputs.list.items, s->inputs.list.count)
			 : common_load(&s->common, standard_input, 1);
	if (outputs_spare_inputs(&s->common.outputs, snapshot, cli)) {
		common_resolve(&s->common, snapshot, &cluster);
		status = inspect_report(cli, s, snapshot, &cluster, arguments);
		cluster_release(&cluster);
	}
	snapshot_release(snapshot);
	return status;
}

const struct command_spec inspect_command = {
	.name = "inspect",
	.operands = "[SUBJECT]...",
	.operand_completes = COMPLETES_NOTHING,
	.summary = "why a Service, an address or a node does not work, link by link",
	.description =
		"Follows an address from the API to the client: allocated, elected, announced, on "
		"the wire, backends; for remote addresses the interfaces, the import, sessions, "
		"routes and next hops. Each link is ok or BROKEN by what the input shows of the "
		"running cluster, predicted by the configuration, or unknown, with the command "
		"that would show it. SUBJECT is a Service as namespace/name, an address, node/NAME "
		"or pool/NAME; without one, the Services that are broken are listed.",
	.options = inspect_options,
	.statuses = inspect_statuses,
	.examples = inspect_examples,
	.settings_size = sizeof(struct settings),
	.run = inspect_run,
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * purelbtool inspect: why a Service, a VIP, a node or a pool does not work, link by link, with
 * the evidence of the input. (O4)
 */
#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/nearest.h"
#include "base/text.h"
#include "cli/common.h"
#include "reports/formats/screen.h"
#include "reports/inspect/chain.h"

enum { WIDTH_MIN = 40, WIDTH_MAX = 400 };

/* Which Services are listed. */
struct filters {
	const char *service, *pool, *node, *ip;
};

struct settings {
	struct common common;
	struct name_list inputs;
	struct option_number width;
	struct filters filters;
	struct name_list before;
	bool all;
	bool page;
	bool require;
	bool problems;
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
	COMMON_OUTPUT(output_formats_markdown, "table (the default), json, yaml, html or "
					       "markdown"),
	OPT_FLAG("all", all, "also list Services that are not broken"),
	OPT_TEXT("service", "SERVICE", COMPLETES_NOTHING, filters.service,
		 "list only this Service: its name, or namespace/name"),
	OPT_TEXT("pool", "POOL", COMPLETES_NOTHING, filters.pool,
		 "list only the Services of this ServiceGroup"),
	OPT_TEXT("node", "NODE", COMPLETES_NOTHING, filters.node,
		 "list only Services whose address this node has or should have"),
	OPT_TEXT("ip", "ADDRESS", COMPLETES_NOTHING, filters.ip,
		 "list only the Services with this address"),
	OPT_FLAG("problems", problems,
		 "with one of those, list only what is broken; without them, that is the "
		 "default"),
	OPT_NAMES("before", "OLD", before,
		  "compare with this older input: what has changed, and what agents counted in "
		  "between; may be repeated"),
	OPT_FLAG("page", page,
		 "go through the causes of PureLB's troubleshooting page, one by one"),
	OPT_FLAG("require", require, "also exit with 1 when something is unknown"),
	OPT_NUMBER(
		"width", 0, "COLUMNS", width, WIDTH_MIN, WIDTH_MAX,
		"wrap lines at this many columns (default: as many as the terminal has, up to 120, or 80)"),
	COMMON_AT,
	COMMON_ROWS,
};

static const struct help_row inspect_statuses[] = {
	{ "0", "nothing is broken" },
	{ "1", "something is broken, or with --require unknown, or an object of the input "
	       "is not valid" },
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
	{ "purelbtool inspect --node node-a --problems -f capture/",
	  "the broken addresses of one node" },
	{ "purelbtool inspect shop/web -f new.tar --before old.tar",
	  "what has changed between two captures" },
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
	struct ip ip;

	if (ip_parse(subject, &ip)) {
		cli_error(cli, "%s: no Service of the input has this address, or asks for it",
			  subject);
		return;
	}
	ARRAY_FOREACH (const struct allocation, allocation, &in->all->list)
		nearest_offer(&near, arena_printf(in->arena, "%s/%s",
						  allocation->service->object.namespace,
						  allocation->service->object.name.s));
	ARRAY_FOREACH (const struct cluster_node, node, &in->cluster->nodes)
		nearest_offer(&near, arena_printf(in->arena, "node/%s", node->name));
	ARRAY_FOREACH (const struct pool, pool, &in->cluster->pools.list)
		nearest_offer(&near, arena_printf(in->arena, "pool/%s", pool->name));
	if (access(subject, F_OK) == 0)
		cli_error(cli, "%s: that is a file or a folder; to read it, write -f %s",
			  subject, subject);
	else if (near.best != NULL)
		cli_error(cli, "%s: nothing of this name in the input; did you mean %s?",
			  subject, near.best);
	else
		cli_error(cli,
			  "%s: no Service of type LoadBalancer, VIP, node/NAME or pool/NAME of "
			  "this name in the input",
			  subject);
}

/* The Service asks for the address. (P3.10) */
static bool inspect_requests(const struct allocation *allocation, struct ip ip)
{
	const char *text = allocation_requested(allocation->service);

	while (text != NULL && *text != '\0') {
		const size_t len = strcspn(text, ",");
		struct ip one;

		if (ip_parse_bytes(text, len, &one) && ip_compare(one, ip) == 0)
			return true;
		text += len + (text[len] == ',');
	}
	return false;
}

/* The chain of the address, of each Service that has it; else that of the Services that ask for
 * it and wait. */
static void inspect_find_address(struct inspection *in, struct ip ip)
{
	const uint32_t before = in->chains.count;

	ARRAY_FOREACH (const struct allocation, allocation, &in->all->list) {
		uint32_t kept = in->chains.count;
		const uint32_t first = kept;

		if (!inspect_holds(allocation, ip))
			continue;
		chain_of_service(in, allocation);
		for (uint32_t i = first; i < in->chains.count; i++) {
			const struct chain *chain = &in->chains.items[i];
			struct ip of;

			if (chain->address == NULL ||
			    (ip_parse(chain->address, &of) && ip_compare(of, ip) == 0))
				in->chains.items[kept++] = *chain;
		}
		in->chains.count = kept;
	}
	if (in->chains.count > before)
		return;
	ARRAY_FOREACH (const struct allocation, allocation, &in->all->list)
		if (allocation->addresses.count == 0 && inspect_requests(allocation, ip))
			chain_of_service(in, allocation);
}

/* Adds the chains of the subject; false: the input has nothing of that name. */
static bool inspect_find(struct inspection *in, const char *subject)
{
	const uint32_t before = in->chains.count;
	struct ip ip;

	if (ip_parse(subject, &ip))
		inspect_find_address(in, ip);
	else if (!inspect_node_or_pool(in, subject))
		ARRAY_FOREACH (const struct allocation, allocation, &in->all->list)
			if (inspect_name_is(allocation, subject))
				chain_of_service(in, allocation);
	return in->chains.count > before;
}

static bool inspect_subject(const struct cli *cli, struct inspection *in, const char *subject)
{
	if (inspect_find(in, subject))
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

/* ---- filters ---- */

static bool inspect_is_filtered(const struct settings *s)
{
	const struct filters *f = &s->filters;

	return f->service != NULL || f->pool != NULL || f->node != NULL || f->ip != NULL;
}

static bool inspect_has_node(const struct chain *chain, const char *node)
{
	ARRAY_FOREACH (const char *, it, &chain->nodes)
		if (str_equal(*it, node))
			return true;
	return false;
}

static bool inspect_passes(const struct filters *f, const struct chain *chain)
{
	struct ip a, b;

	if (f->pool != NULL && !str_equal(chain->pool, f->pool))
		return false;
	if (f->node != NULL && !inspect_has_node(chain, f->node))
		return false;
	return f->ip == NULL || (chain->address != NULL && ip_parse(f->ip, &a) &&
				 ip_parse(chain->address, &b) && ip_compare(a, b) == 0);
}

static void inspect_filter(struct inspection *in, const struct filters *f)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < in->chains.count; i++)
		if (inspect_passes(f, &in->chains.items[i]))
			in->chains.items[kept++] = in->chains.items[i];
	in->chains.count = kept;
}

/* The names of filters that are nothing of the input; false after a message. */
static bool inspect_filters_known(const struct cli *cli, const struct inspection *in,
				  const struct filters *f)
{
	bool known = f->pool == NULL;
	struct ip ip;

	ARRAY_FOREACH (const struct pool, pool, &in->cluster->pools.list)
		known |= str_equal(pool->name, f->pool);
	if (!known) {
		inspect_unknown(cli, in, arena_printf(in->arena, "pool/%s", f->pool));
		return false;
	}
	if (f->node != NULL && cluster_find_node(in->cluster, f->node) == NULL) {
		inspect_unknown(cli, in, arena_printf(in->arena, "node/%s", f->node));
		return false;
	}
	if (f->ip != NULL && !ip_parse(f->ip, &ip)) {
		cli_error(cli, "--ip %s: not a valid address", f->ip);
		return false;
	}
	known = f->ip == NULL;
	ARRAY_FOREACH (const struct allocation, it, &in->all->list)
		known |= f->ip != NULL && inspect_holds(it, ip);
	if (!known) {
		cli_error(cli, "--ip %s: no Service of the input has this address", f->ip);
		return false;
	}
	known = f->service == NULL;
	ARRAY_FOREACH (const struct allocation, it, &in->all->list)
		known |= f->service != NULL && inspect_name_is(it, f->service);
	if (!known)
		inspect_unknown(cli, in, f->service);
	return known;
}

/* What is found, without what another cause of the page has already shown. */
static void inspect_add_found(struct inspection *in, const struct page *page)
{
	ARRAY_FOREACH (const struct page_row, row, &page->rows) {
		bool told = row->verdict != PAGE_FOUND;

		ARRAY_FOREACH (const struct page_row, other, &in->found)
			told |= str_equal(other->evidence, row->evidence);
		if (!told)
			ARRAY_ADD(in->arena, &in->found, *row);
	}
}

/* ---- one input ---- */

/* All that an inspection is made from. */
struct inspect_input {
	struct snapshot *snapshot;
	struct cluster cluster;
	struct observed observed;
	struct allocations all;
	struct vips vips;
	struct validation validation;
	struct inspection in;
};

static void inspect_prepare(struct inspect_input *input, struct settings *s,
			    struct snapshot *snapshot, bool overview)
{
	struct validate_options options = { 0 };
	const struct vips_options how = { .candidates = !overview };
	struct inspection *in = &input->in;

	input->snapshot = snapshot;
	common_resolve(&s->common, snapshot, &input->cluster);
	*in = (struct inspection){
		.cluster = &input->cluster,
		.observed = &input->observed,
		.all = &input->all,
		.validation = &input->validation,
		.arena = &snapshot->arena,
		.overview = overview,
		.healthy_as_well = s->all || (inspect_is_filtered(s) && !s->problems),
	};
	allocation_run(&input->all, &input->cluster, NULL, &snapshot->arena);
	if (input->cluster.has_nodes) {
		vips_resolve(&input->vips, &input->cluster, &input->all, &how,
			     &snapshot->arena);
		in->vips = &input->vips;
	}
	observed_build(&input->observed, &input->cluster, &snapshot->arena);
	seen_build(&in->seen, &input->observed, &snapshot->arena);
	options.seen = &in->seen;
	validate(&input->validation, snapshot, &input->cluster, &options, NULL);
	validation_gather(&input->validation, snapshot);
	session_facts(&in->sessions, &in->seen, &snapshot->arena);
	chain_compare_sessions(in);
	looked_build(in);
}

static void inspect_all_services(struct inspection *in, const struct filters *f)
{
	ARRAY_FOREACH (const struct allocation, it, &in->all->list)
		if (it->state != SERVICE_IGNORED &&
		    (f->service == NULL || inspect_name_is(it, f->service)))
			chain_of_service(in, it);
	inspect_filter(in, f);
}

/* The older input: each subject of the new one as far as it has it. */
static bool inspect_before(const struct cli *cli, struct inspect_input *old, struct settings *s,
			   struct inspection *in, const struct arguments *arguments)
{
	static const struct filters none;
	struct snapshot *snapshot =
		common_load(&s->common, s->before.list.items, s->before.list.count);
	const struct cluster *now = in->cluster;
	int64_t between_ns;

	inspect_prepare(old, s, snapshot, in->overview);
	if (!outputs_spare_inputs(&s->common.outputs, snapshot, cli) ||
	    !common_inputs_readable(cli, snapshot))
		return false;
	if (in->overview)
		inspect_all_services(&old->in, &none);
	ARRAY_FOREACH (const char *, subject, &arguments->operands)
		(void)inspect_find(&old->in, *subject);
	in->before = &old->in;
	if (now->moment != MOMENT_NONE && old->cluster.moment != MOMENT_NONE) {
		if (__builtin_sub_overflow(now->now_ns, old->cluster.now_ns, &between_ns) ||
		    between_ns < 0) {
			cli_error(cli, "--before %s was captured after the input",
				  s->before.list.items[0]);
			return false;
		}
		in->between = observed_age_ns(in->observed, old->cluster.now_ns);
	}
	inspection_compare(in);
	return true;
}

/* ---- the run ---- */

struct inspect_run {
	const struct inspection *in;
	const struct page *page; /* NULL: not asked for */
	unsigned width;          /* of lines; 0: as wide as the screen */
};

static void inspect_write(const struct output *output, struct screen screen, void *about,
			  struct arena *scratch)
{
	const struct inspect_run *run = about;
	const bool page = run->page != NULL;

	if (run->width > 0)
		screen.width = run->width;
	if (output->format == OUTPUT_TABLE && page)
		page_table(output->file, screen, run->page, scratch);
	else if (output->format == OUTPUT_TABLE)
		inspect_table(output->file, screen, run->in, scratch);
	else if (output->format == OUTPUT_HTML && page)
		page_html(output->file, run->page, scratch);
	else if (output->format == OUTPUT_HTML)
		inspect_html(output->file, run->in, scratch);
	else if (output->format == OUTPUT_MARKDOWN && page)
		page_markdown(output->file, run->page);
	else if (output->format == OUTPUT_MARKDOWN)
		inspect_markdown(output->file, run->in, scratch);
	else
		common_write_tree(output, page ? page_json(run->page, scratch)
					       : inspect_json(run->in, scratch));
}

static int inspect_status(const struct inspect_run *run, bool require)
{
	int status = STATUS_FINE;

	ARRAY_FOREACH (const struct chain, chain, &run->in->chains)
		if (chain->state == LINK_BROKEN || (require && chain->state == LINK_UNKNOWN))
			status = STATUS_FINDINGS;
	if (run->page != NULL)
		ARRAY_FOREACH (const struct page_row, row, &run->page->rows)
			if (row->verdict == PAGE_FOUND ||
			    (require && row->verdict == PAGE_UNKNOWN))
				status = STATUS_FINDINGS;
	return status;
}

static int inspect_report(const struct cli *cli, struct settings *s,
			  struct inspect_input *input, struct inspect_input *old,
			  const struct arguments *arguments)
{
	struct inspection *in = &input->in;
	struct page page = { 0 };
	struct inspect_run run = {
		.in = in,
		.width = s->width.given ? (unsigned)s->width.value : 0,
	};
	bool fine = common_inputs_readable(cli, input->snapshot);
	bool known = true;
	bool readable;

	if (!inspect_filters_known(cli, in, &s->filters))
		return STATUS_TROUBLE;
	ARRAY_FOREACH (const char *, subject, &arguments->operands)
		known &= inspect_subject(cli, in, *subject);
	if (in->overview)
		inspect_all_services(in, &s->filters);
	if (s->before.list.count > 0 && !inspect_before(cli, old, s, in, arguments))
		return STATUS_TROUBLE;
	if (in->overview)
		array_sort(in->chains.items, in->chains.count, sizeof(*in->chains.items),
			   inspect_compare);
	if (s->page || (in->overview && !inspect_is_filtered(s)))
		page_build(&page, in);
	if (s->page)
		run.page = &page;
	else
		inspect_add_found(in, &page);
	common_write_reports(cli, &s->common, inspect_write, &run);
	readable = common_objects_whole(cli, &s->common, input->snapshot, &input->cluster);
	if (old->snapshot != NULL)
		readable &= common_objects_whole(cli, &s->common, old->snapshot, &old->cluster);
	fine &= outputs_finish(&s->common.outputs, cli);
	if (!fine || !known)
		return STATUS_TROUBLE;
	return readable ? inspect_status(&run, s->require) : STATUS_FINDINGS;
}

static int inspect_run(const struct cli *cli, void *settings, const struct arguments *arguments)
{
	static const char *const standard_input[] = { "-" };
	struct settings *s = settings;
	const bool given = s->inputs.list.count > 0;
	const bool chosen = inspect_is_filtered(s);
	struct inspect_input input = { 0 }, old = { 0 };
	struct snapshot *snapshot;
	int status = STATUS_TROUBLE;

	if (!given && cli->in_tty)
		return cli_usage_error(
			cli, &inspect_command,
			"no INPUT: name files or folders with -f, or pipe a capture "
			"in");
	if (chosen && (s->page || arguments->operands.count > 0))
		return cli_usage_error(cli, &inspect_command,
				       "--service, --pool, --node and --ip choose from all "
				       "Services: use them without %s",
				       s->page ? "--page" : "a SUBJECT");
	if (!outputs_open(&s->common.outputs, cli))
		return STATUS_TROUBLE;
	snapshot = given ? common_load(&s->common, s->inputs.list.items, s->inputs.list.count)
			 : common_load(&s->common, standard_input, 1);
	if (outputs_spare_inputs(&s->common.outputs, snapshot, cli)) {
		inspect_prepare(&input, s, snapshot, arguments->operands.count == 0);
		status = inspect_report(cli, s, &input, &old, arguments);
		cluster_release(&input.cluster);
	}
	if (old.snapshot != NULL) {
		cluster_release(&old.cluster);
		snapshot_release(old.snapshot);
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
		"or pool/NAME; without one, the Services that are broken are listed, or those that "
		"--service, --pool, --node and --ip choose.",
	.options = inspect_options,
	.statuses = inspect_statuses,
	.examples = inspect_examples,
	.settings_size = sizeof(struct settings),
	.run = inspect_run,
};

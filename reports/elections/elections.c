/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report of elect: who announces every VIP, who is next, and what each node is good for
 * (P4.3, P5, P6). VIPs and nodes are described once, for JSON and for the tables:
 *
 *	ADDRESS        SERVICE   TYPE   ANNOUNCED BY  ON    NEXT
 *	held
 *	  192.0.2.1    shop/web  local  node-b        eth0  node-a, node-c
 *	predicted
 *	  192.0.2.9    shop/api  local  nobody        -     -
 *	      no live node advertises a subnet that contains it
 *
 *	NODE    STATE       LIVE  WINS  SUBNETS       LBNODEAGENT
 *	node-a  configured  yes      1  192.0.2.0/24  purelb-system/default
 *
 * JSON always has all candidates and announcers; the tables name a few.
 */
#include "reports/elections/elections.h"

#include <string.h>

#include "reports/allocation/allocation.h"

enum {
	NAMES_MAX = 3,    /* so many nodes are named in a cell */
	HASH_DIGITS = 16, /* as many as tell hashes apart */
	HASH_TEXT_MAX = 2 * SHA256_BYTES + 1,
	SUMMARY_INDENT = 11,
};

/* A hash in hexadecimal digits. Returns buf. */
static const char *election_hash_text(const uint8_t hash[static SHA256_BYTES],
				      char buf[static HASH_TEXT_MAX])
{
	static const char digits[] = "0123456789abcdef";

	for (unsigned i = 0; i < SHA256_BYTES; i++) {
		buf[2 * i] = digits[hash[i] >> 4];
		buf[2 * i + 1] = digits[hash[i] & 0xF];
	}
	buf[2 * SHA256_BYTES] = '\0';
	return buf;
}

struct election_table {
	FILE *out;
	struct screen screen;
	const struct election_answer *answer;
	struct arena *scratch;
};

/* ---- names of nodes ---- */

struct election_names {
	struct text text;
	uint32_t named; /* of the names that were offered */
	uint32_t more;
};

static void election_offer_name(struct election_names *cell, const char *name)
{
	if (cell->named == NAMES_MAX) {
		cell->more++;
		return;
	}
	text_add(&cell->text, cell->named > 0 ? ", " : "");
	screen_add(&cell->text, name);
	cell->named++;
}

/* The names as a cell; ends the gathering. */
static const char *election_names_text(struct election_names *cell, struct arena *arena)
{
	const char *copy;

	if (cell->more > 0)
		text_printf(&cell->text, " and %u more", cell->more);
	copy = arena_strdup(arena, cell->named > 0 ? text_str(&cell->text) : "-");
	text_release(&cell->text);
	return copy;
}

/* ---- VIPs ---- */

static void election_fill_candidate(struct report_row *row, const void *item)
{
	const struct candidate *candidate = item;

	report_value(row, candidate->node->name);
}

static void election_fill_node_name(struct report_row *row, const void *item)
{
	const struct cluster_node *node = item;

	report_value(row, node->name);
}

static void election_fill_hash(struct report_row *row, const void *item)
{
	const struct candidate *candidate = item;
	char *hash = arena_alloc(row->arena, HASH_TEXT_MAX);

	report_text(row, "node", candidate->node->name);
	report_text(row, "hash", election_hash_text(candidate->hash, hash));
}

static const struct member name_members[] = { { NULL, NULL, .type = MEMBER_TEXT } };
static const struct record candidate_record = { MEMBERS(name_members),
						election_fill_candidate };
const struct record node_name_record = { MEMBERS(name_members), election_fill_node_name };

static const struct member hash_members[] = {
	{ "node", "Name of the node.", .type = MEMBER_TEXT },
	{ "hash", "SHA-256 that the node has for this VIP; the lowest wins.",
	  .type = MEMBER_TEXT },
};
static const struct record hash_record = { MEMBERS(hash_members), election_fill_hash };

static void election_fill_vip(struct report_row *row, const void *item)
{
	const struct election_answer *answer = row->about;
	const struct vip *vip = item;

	report_text(row, "service",
		    vip->service != NULL ? answer_service(vip->service, row->arena) : NULL);
	report_text(row, "pool", vip->pool != NULL ? vip->pool->name : NULL);
	report_text(row, "type", vip->type != VIP_UNKNOWN ? vip_type_name(vip->type) : NULL);
	report_text(row, "winner", vip->winner != NULL ? vip->winner->name : NULL);
	report_text(row, "state",
		    vip->unknown                 ? "unknown"
		    : vip->announcers.count == 0 ? "nobody"
						 : "announced");
	if (answer->explain)
		REPORT_LIST(row, "hashes", &vip->candidates);
}

static struct cell election_ip_cell(struct report_row *row, const void *item)
{
	const struct vip *vip = item;
	char ip[IP_TEXT_MAX];

	return cell_of(row->arena, SCREEN_STRONG, ip_format(vip->ip, ip));
}

/* Where VIPs were asked for, no heading says which of them are predicted. */
static struct cell election_service_cell(struct report_row *row, const void *item)
{
	const struct election_answer *answer = row->about;
	const struct vip *vip = item;
	const bool mark = answer->asked && vip->predicted;

	if (vip->service == NULL)
		return (struct cell){ "-", SCREEN_PLAIN };
	return cell_of(row->arena, SCREEN_PLAIN,
		       arena_printf(row->arena, "%s%s",
				    answer_service(vip->service, row->arena),
				    mark ? " (predicted)" : ""));
}

/* Of many nodes the first one will do: the JSON has them all. */
static const char *election_announcers_text(struct report_row *row, const struct vip *vip)
{
	const struct election_answer *answer = row->about;
	const uint32_t count = vip->announcers.count;
	struct election_names names = { 0 };

	if (count > NAMES_MAX && count == answer->cluster->nodes.count)
		return arena_printf(row->arena, "all %u nodes", count);
	for (uint32_t i = 0; i < count && (i == 0 || count <= NAMES_MAX); i++)
		election_offer_name(&names, vip->announcers.items[i]->name);
	names.more = count - names.named;
	return election_names_text(&names, row->arena);
}

static struct cell election_announcers_cell(struct report_row *row, const void *item)
{
	const struct vip *vip = item;
	const char *mark = vip->inferred ? " (inferred)" : "";

	if (vip->unknown)
		return (struct cell){ "unknown", SCREEN_WARN };
	if (vip->announcers.count == 0)
		return (struct cell){ arena_printf(row->arena, "nobody%s", mark), SCREEN_FAIL };
	return (struct cell){ arena_printf(row->arena, "%s%s",
					   election_announcers_text(row, vip), mark),
			      SCREEN_PASS };
}

/* Who would win without the winner, and so on. */
static struct cell election_next_cell(struct report_row *row, const void *item)
{
	struct election_names names = { 0 };
	const struct vip *vip = item;

	if (vip->candidates.count == 0 && vip->runner_up != NULL)
		election_offer_name(&names, vip->runner_up->name);
	ARRAY_FOREACH (const struct candidate, candidate, &vip->candidates) {
		if (candidate->node != vip->winner)
			election_offer_name(&names, candidate->node->name);
	}
	return (struct cell){ election_names_text(&names, row->arena), SCREEN_PLAIN };
}

static const struct member vip_members[] = {
	{ "ip", "The address.", REPORT_FIELD(struct vip, ip), .column = 1, .heading = "ADDRESS",
	  .cell = election_ip_cell },
	{ "service", "The Service that has it, as namespace/name.", .type = MEMBER_TEXT,
	  .presence = MEMBER_NULLABLE, .column = 2, .heading = "SERVICE",
	  .cell = election_service_cell },
	{ "pool", "The ServiceGroup that it comes from.", .type = MEMBER_TEXT,
	  .presence = MEMBER_NULLABLE },
	{ "type", "How it is announced.", .type = MEMBER_TEXT, .presence = MEMBER_NULLABLE,
	  .words = "local|remote", .column = 3, .heading = "TYPE" },
	{ "winner", "The node that wins the election.", .type = MEMBER_TEXT,
	  .presence = MEMBER_NULLABLE },
	{ "interface", "The interface that has it.", .presence = MEMBER_NULLABLE,
	  REPORT_FIELD(struct vip, interface), .column = 5, .heading = "ON" },
	{ "candidates", "Nodes that could win, best first.",
	  REPORT_ARRAY(struct vip, candidates, candidate_record), .column = 6,
	  .heading = "NEXT", .cell = election_next_cell },
	{ "hashes", "The hash of each candidate; with --explain.", .type = MEMBER_LIST,
	  .presence = MEMBER_OPTIONAL, .record = &hash_record },
	{ "announcers", "Nodes that have it on an interface.",
	  REPORT_POINTERS(struct vip, announcers, node_name_record), .column = 4,
	  .heading = "ANNOUNCED BY", .cell = election_announcers_cell },
	{ "state",
	  "Whether a node announces it; unknown: the input does not say enough to tell that "
	  "nobody does.",
	  .type = MEMBER_TEXT, .words = "announced|nobody|unknown" },
	{ "predicted", "The Service does not hold the address yet.",
	  REPORT_FIELD(struct vip, predicted) },
	{ "reason", "Why nobody announces it, or why that is unknown.",
	  .presence = MEMBER_NULLABLE, REPORT_FIELD(struct vip, reason), .note = true },
	{ "inferred", "The answer is based on a guess about the nodes' subnets.",
	  .presence = MEMBER_OPTIONAL, REPORT_FIELD(struct vip, inferred) },
};
static const struct record vip_record = { MEMBERS(vip_members), election_fill_vip };

static void election_add_hashes(struct columns *c, const struct vip *vip)
{
	char hash[HASH_TEXT_MAX];

	ARRAY_FOREACH (const struct candidate, candidate, &vip->candidates) {
		election_hash_text(candidate->hash, hash);
		columns_note(c, arena_printf(c->arena, "%.*s %s%s", HASH_DIGITS, hash,
					     candidate->node->name,
					     candidate->preferred
						     ? " (preferred: hosts an endpoint)"
						     : ""));
	}
}

static void election_write_vips(const struct election_table *t)
{
	const bool sections = !t->answer->asked;
	const struct vip *before = NULL;
	struct columns c;

	report_columns(&c, t->scratch, &vip_record, sections ? 2 : 0);
	ARRAY_FOREACH (const struct vip, vip, &t->answer->vips->list) {
		if (sections && (before == NULL || before->predicted != vip->predicted))
			columns_heading(&c, vip->predicted ? "predicted" : "held");
		before = vip;
		report_add_row(&c, &vip_record, vip, t->answer);
		if (vip->affinity_fallback)
			columns_note(&c, "no candidate hosts a healthy endpoint, so its node "
					 "affinity has no effect");
		if (t->answer->explain)
			election_add_hashes(&c, vip);
	}
	columns_write(&c, t->out, t->screen);
}

/* ---- nodes ---- */

/* "namespace/name" of the LBNodeAgent that governs the node; NULL: none. */
const char *answer_agent(const struct cluster_node *node, struct arena *arena)
{
	const struct agent_rule *rule = node->config.governing;
	const struct object *object;

	if (rule == NULL)
		return NULL;
	object = &rule->agent->object;
	return arena_printf(arena, "%s/%s", object->namespace,
			    object->name.s != NULL ? object->name.s : "");
}

static uint32_t election_node_index(const struct report_row *row,
				    const struct cluster_node *node)
{
	const struct election_answer *answer = row->about;

	return (uint32_t)(node - answer->cluster->nodes.items);
}

static void election_fill_node(struct report_row *row, const void *item)
{
	const struct election_answer *answer = row->about;
	const struct cluster_node *node = item;
	const uint32_t index = election_node_index(row, node);

	report_text(row, "state", node_state_name(node->config.state));
	report_bool(row, "live", node->live && !answer->down[index]);
	report_text(row, "agent", answer_agent(node, row->arena));
	report_number(row, "vips", answer->vips->won[index]);
	report_bool(row, "inferred", cluster_node_is_guessed(node));
}

static struct cell election_name_cell(struct report_row *row, const void *item)
{
	const struct cluster_node *node = item;

	return cell_of(row->arena, SCREEN_STRONG, node->name);
}

static struct cell election_state_cell(struct report_row *row, const void *item)
{
	const struct cluster_node *node = item;

	(void)row;
	return (struct cell){ node_state_name(node->config.state),
			      node_state_announces(node->config.state) ? SCREEN_PASS
								       : SCREEN_WARN };
}

static struct cell election_live_cell(struct report_row *row, const void *item)
{
	const struct election_answer *answer = row->about;
	const struct cluster_node *node = item;

	if (answer->down[election_node_index(row, node)])
		return (struct cell){ "down", SCREEN_FAIL };
	if (node->live)
		return (struct cell){ "yes", SCREEN_PASS };
	if (node->placement.state == PLACEMENT_NEVER)
		return (struct cell){ "no agent", SCREEN_PLAIN };
	return (struct cell){ node->lease != NULL ? "expired" : "no lease", SCREEN_FAIL };
}

static struct cell election_subnets_cell(struct report_row *row, const void *item)
{
	const struct cluster_node *node = item;
	struct text s = { 0 };
	struct cell cell = { "none", SCREEN_PLAIN };

	ARRAY_FOREACH (const struct advertised, subnet, &node->subnets.list) {
		text_add(&s, s.len > 0 ? "\n" : "");
		screen_add(&s, subnet->text);
	}
	if (cluster_node_is_guessed(node))
		text_add(&s, s.len > 0 ? " (inferred)" : "unknown");
	if (s.len > 0)
		cell.s = arena_strdup(row->arena, text_str(&s));
	text_release(&s);
	return cell;
}

static const struct member subnet_members[] = {
	{ NULL, NULL, REPORT_FIELD(struct advertised, text) },
};
static const struct record subnet_record = { MEMBERS(subnet_members), NULL };

static const struct member node_members[] = {
	{ "name", "Name of the node.", REPORT_FIELD(struct cluster_node, name), .column = 1,
	  .heading = "NODE", .cell = election_name_cell },
	{ "state", "Its state.", .type = MEMBER_TEXT,
	  .words = "configured|deselected|invalid|no-local|no-config", .column = 2,
	  .heading = "STATE", .cell = election_state_cell },
	{ "live", "It takes part in elections.", .type = MEMBER_BOOL, .column = 3,
	  .heading = "LIVE", .cell = election_live_cell },
	{ "agent", "The LBNodeAgent that governs it, as namespace/name.", .type = MEMBER_TEXT,
	  .presence = MEMBER_NULLABLE, .column = 6, .heading = "LBNODEAGENT" },
	{ "subnets", "Subnets that it advertises.",
	  REPORT_ARRAY(struct cluster_node, subnets.list, subnet_record), .column = 5,
	  .heading = "SUBNETS", .cell = election_subnets_cell },
	{ "vips", "How many VIPs it wins.", .type = MEMBER_NUMBER, .column = 4,
	  .heading = "WINS" },
	{ "inferred", "Its subnets are a guess, or unknown.", .type = MEMBER_BOOL,
	  .presence = MEMBER_OPTIONAL },
};
static const struct record node_record = { MEMBERS(node_members), election_fill_node };

static void election_write_nodes(const struct election_table *t)
{
	struct columns c;

	report_columns(&c, t->scratch, &node_record, 0);
	ARRAY_FOREACH (const struct cluster_node, node, &t->answer->cluster->nodes)
		report_add_row(&c, &node_record, node, t->answer);
	if (t->answer->vips->list.count > 0 && c.rows.count > 0)
		fputc('\n', t->out);
	columns_write(&c, t->out, t->screen);
}

/* ---- the summary ---- */

static void election_write_remark(const struct election_table *t, const char *label,
				  const char *s)
{
	fprintf(t->out, "%s:%*s", label, SUMMARY_INDENT - (int)strlen(label) - 1, "");
	screen_wrap(t->out, s, SUMMARY_INDENT, SUMMARY_INDENT, t->screen.width);
}

static void answer_remark(struct remarks *out, const char *label, const char *text,
			  struct arena *arena)
{
	ARRAY_ADD(arena, &out->list, ((struct remark){ label, text }));
}

/* When it is judged which leases have expired. */
static const char *answer_moment_text(enum moment_origin moment)
{
	switch (moment) {
	case MOMENT_CAPTURE:
		return "evaluated at the capturedAt of the Capture; --at TIME sets another "
		       "time";
	case MOMENT_EVIDENCE:
		return "evaluated at the newest time of the input, of an Event or a "
		       "BGPNodeStatus; --at TIME sets another time";
	default:
		return "evaluated at the newest renewTime of the input; --at TIME sets another "
		       "time";
	}
}

void answer_remarks(struct remarks *out, const struct cluster *cluster, bool at,
		    uint32_t pending, struct arena *arena)
{
	uint32_t expired = 0;
	bool guessed = false;

	*out = (struct remarks){ 0 };
	ARRAY_FOREACH (const struct cluster_node, node, &cluster->nodes) {
		expired += node->lease != NULL && !node->live;
		guessed |= cluster_node_is_guessed(node);
	}
	if (cluster->nodes.count == 0)
		answer_remark(out, "nodes",
			      "there are none in the input; add the output of `kubectl get "
			      "nodes,leases -A -o yaml`, or a NodeInventory",
			      arena);
	if (expired > 0 && !at)
		answer_remark(out, "leases", answer_moment_text(cluster->moment), arena);
	if (guessed)
		answer_remark(out, "inferred",
			      "based on a guess about the nodes' subnets; a NodeInventory or "
			      "Leases make it certain",
			      arena);
	if (pending > 0)
		answer_remark(out, "pending",
			      arena_printf(arena,
					   "%u Service%s not get everything that %s; "
					   "purelbtool allocate says why",
					   pending, pending == 1 ? " does" : "s do",
					   pending == 1 ? "it requests" : "they request"),
			      arena);
}

static void election_write_counts(const struct election_table *t)
{
	uint32_t held = 0, predicted = 0, nobody = 0, unknown = 0;

	ARRAY_FOREACH (const struct vip, vip, &t->answer->vips->list) {
		held += !vip->predicted;
		predicted += vip->predicted;
		nobody += vip->announcers.count == 0 && !vip->unknown;
		unknown += vip->unknown;
	}

	const uint32_t all = held + predicted;

	struct screen_row row = { t->out, t->screen, SUMMARY_INDENT - 1, SUMMARY_INDENT };

	fputs("result:   ", t->out);
	screen_row_add(&row, "", SCREEN_PLAIN,
		       arena_printf(t->scratch, "%u VIP%s", all, all == 1 ? "" : "s"));
	if (!t->answer->asked && all > 0)
		screen_row_add(
			&row, ":", SCREEN_PLAIN,
			arena_printf(t->scratch, "%u held, %u predicted", held, predicted));
	if (nobody > 0)
		screen_row_add(&row, ";", SCREEN_FAIL,
			       arena_printf(t->scratch, "nobody announces %u", nobody));
	if (unknown > 0)
		screen_row_add(&row, ";", SCREEN_WARN,
			       arena_printf(t->scratch, "unknown for %u", unknown));
	fputc('\n', t->out);
}

/* ---- the whole ---- */

static void election_fill(struct report_row *row, const void *item)
{
	const struct election_answer *answer = item;

	REPORT_LIST(row, "vips", &answer->vips->list);
	REPORT_LIST(row, "nodes", &answer->cluster->nodes);
}

static const struct member election_members[] = {
	{ "vips", "The VIPs: those held, then those predicted.", .type = MEMBER_LIST,
	  .record = &vip_record },
	{ "nodes", "The nodes, by name.", .type = MEMBER_LIST, .record = &node_record },
};
const struct record elections_document = { MEMBERS(election_members), election_fill };

cJSON *elect_json(const struct election_answer *answer, struct arena *scratch)
{
	return report_json(&elections_document, answer, answer, scratch);
}

void elect_table(FILE *out, struct screen screen, const struct election_answer *answer,
		 struct arena *scratch)
{
	struct remarks remarks;
	const struct election_table t = { out, screen, answer, scratch };

	election_write_vips(&t);
	election_write_nodes(&t);
	if (answer->vips->list.count + answer->cluster->nodes.count > 0)
		fputc('\n', out);
	answer_remarks(&remarks, answer->cluster, answer->at, answer->pending, scratch);
	ARRAY_FOREACH (const struct remark, remark, &remarks.list)
		election_write_remark(&t, remark->label, remark->text);
	election_write_counts(&t);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The winners of VIPs, for people.
 *
 *	ADDRESS        SERVICE   TYPE   ANNOUNCED BY  ON    NEXT
 *	held
 *	  192.0.2.1    shop/web  local  node-b        eth0  node-a, node-c
 *	predicted
 *	  192.0.2.9    shop/api  local  nobody        -     -
 *	      no live node advertises a subnet that contains it
 *
 *	NODE    STATE       LIVE  VIPS  SUBNETS       LBNODEAGENT
 *	node-a  configured  yes      1  192.0.2.0/24  purelb-system/default
 */
#include "reports/elections/elect_table.h"

#include <string.h>

#include "reports/formats/columns.h"

enum {
	NAMES_MAX = 3,    /* so many nodes are named in a cell */
	HASH_DIGITS = 16, /* as many as tell hashes apart */
	SUMMARY_INDENT = 11,
};

struct table {
	FILE *out;
	bool colour;
	const struct election_answer *answer;
	struct arena *scratch;
};

/* ---- names of nodes ---- */

struct name_cell {
	struct text text;
	uint32_t told; /* of the names that were offered */
	uint32_t more;
};

static void name_offer(struct name_cell *cell, const char *name)
{
	if (cell->told == NAMES_MAX) {
		cell->more++;
		return;
	}
	text_add(&cell->text, cell->told > 0 ? ", " : "");
	screen_add(&cell->text, name);
	cell->told++;
}

/* The names as a cell; ends the gathering. */
static const char *name_text(struct name_cell *cell, struct arena *arena)
{
	const char *copy;

	if (cell->more > 0)
		text_printf(&cell->text, " and %u more", cell->more);
	copy = arena_strdup(arena, cell->told > 0 ? text_str(&cell->text) : "-");
	text_release(&cell->text);
	return copy;
}

/* Of many nodes the first one will do: the JSON has them all. */
static const char *announcers_text(const struct table *t, const struct vip *vip)
{
	const uint32_t count = vip->announcers.count;
	struct name_cell names = { 0 };

	if (count > NAMES_MAX && count == t->answer->cluster->nodes.count)
		return arena_printf(t->scratch, "all %u nodes", count);
	for (uint32_t i = 0; i < count && (i == 0 || count <= NAMES_MAX); i++)
		name_offer(&names, vip->announcers.items[i]->name);
	names.more = count - names.told;
	return name_text(&names, t->scratch);
}

static struct cell announcers_cell(const struct table *t, const struct vip *vip)
{
	if (vip->announcers.count == 0)
		return (struct cell){ vip->inferred ? "nobody (inferred)" : "nobody",
				      SCREEN_FAIL };
	return (struct cell){
		arena_printf(t->scratch, "%s%s", announcers_text(t, vip),
			     vip->inferred ? " (inferred)" : ""),
		SCREEN_PASS,
	};
}

/* Who would win without the winner, and so on. */
static const char *next_text(const struct table *t, const struct vip *vip)
{
	struct name_cell names = { 0 };

	if (vip->candidates.count == 0 && vip->runner_up != NULL)
		name_offer(&names, vip->runner_up->name);
	ARRAY_FOREACH (const struct candidate, candidate, &vip->candidates) {
		if (candidate->node != vip->winner)
			name_offer(&names, candidate->node->name);
	}
	return name_text(&names, t->scratch);
}

/* ---- VIPs ---- */

static void add_hashes(struct columns *c, const struct vip *vip)
{
	char hash[HASH_TEXT_MAX];

	ARRAY_FOREACH (const struct candidate, candidate, &vip->candidates) {
		answer_hash(candidate->hash, hash);
		columns_note(c, arena_printf(c->arena, "%.*s %s%s", HASH_DIGITS, hash,
					     candidate->node->name,
					     candidate->preferred
						     ? " (preferred: hosts an endpoint)"
						     : ""));
	}
}

static const char *service_text(const struct table *t, const struct vip *vip)
{
	if (vip->service == NULL)
		return "-";

	const char *name = answer_service(vip->service, t->scratch);

	/* Elsewhere the heading tells. */
	if (t->answer->asked && vip->predicted)
		return arena_printf(t->scratch, "%s (predicted)", name);
	return name;
}

static void add_vip(const struct table *t, struct columns *c, const struct vip *vip)
{
	struct cell *cells = columns_row(c);
	char ip[IP_TEXT_MAX];

	cells[0] = cell_of(t->scratch, SCREEN_STRONG, ip_format(vip->ip, ip));
	cells[1] = cell_of(t->scratch, SCREEN_PLAIN, service_text(t, vip));
	cells[2].s = vip->type != VIP_UNKNOWN ? vip_type_name(vip->type) : "-";
	cells[3] = announcers_cell(t, vip);
	cells[4] = cell_of(t->scratch, SCREEN_PLAIN,
			   vip->interface != NULL ? vip->interface : "-");
	cells[5].s = next_text(t, vip);
	if (vip->reason != NULL)
		columns_note(c, vip->reason);
	if (vip->affinity_fallback)
		columns_note(c, "no candidate hosts a healthy endpoint, so its node affinity "
				"does not count");
	if (t->answer->explain)
		add_hashes(c, vip);
}

static void write_vips(const struct table *t)
{
	static const struct column list[] = {
		{ "ADDRESS", false },      { "SERVICE", false }, { "TYPE", false },
		{ "ANNOUNCED BY", false }, { "ON", false },      { "NEXT", false },
	};
	const struct vip *before = NULL;
	struct columns c;

	columns_begin(&c, t->scratch, list, sizeof(list) / sizeof(list[0]),
		      t->answer->asked ? 0 : 2);
	ARRAY_FOREACH (const struct vip, vip, &t->answer->vips->list) {
		if (!t->answer->asked &&
		    (before == NULL || before->predicted != vip->predicted))
			columns_heading(&c, vip->predicted ? "predicted" : "held");
		before = vip;
		add_vip(t, &c, vip);
	}
	columns_write(&c, t->out, t->colour);
}

/* ---- nodes ---- */

static struct cell live_cell(const struct table *t, const struct cluster_node *node)
{
	const uint32_t index = (uint32_t)(node - t->answer->cluster->nodes.items);

	if (t->answer->down[index])
		return (struct cell){ "down", SCREEN_FAIL };
	if (node->live)
		return (struct cell){ "yes", SCREEN_PASS };
	return (struct cell){ node->lease != NULL ? "expired" : "no lease", SCREEN_FAIL };
}

static const char *subnets_text(const struct table *t, const struct cluster_node *node)
{
	struct text s = { 0 };
	const char *copy;

	ARRAY_FOREACH (const struct advertised, subnet, &node->subnets.list) {
		text_add(&s, s.len > 0 ? "\n" : "");
		screen_add(&s, subnet->text);
	}
	if (answer_guessed(node))
		text_add(&s, s.len > 0 ? " (inferred)" : "unknown");
	copy = arena_strdup(t->scratch, s.len > 0 ? text_str(&s) : "none");
	text_release(&s);
	return copy;
}

static void add_node(const struct table *t, struct columns *c, const struct cluster_node *node)
{
	const uint32_t index = (uint32_t)(node - t->answer->cluster->nodes.items);
	const char *agent = answer_agent(node, t->scratch);
	struct cell *cells = columns_row(c);

	cells[0] = cell_of(t->scratch, SCREEN_STRONG, node->name);
	cells[1].s = node_state_name(node->config.state);
	cells[1].role = node_state_announces(node->config.state) ? SCREEN_PASS : SCREEN_WARN;
	cells[2] = live_cell(t, node);
	cells[3].s = arena_printf(t->scratch, "%u", t->answer->vips->won[index]);
	cells[4].s = subnets_text(t, node);
	cells[5] = cell_of(t->scratch, SCREEN_PLAIN, agent != NULL ? agent : "-");
}

static void write_nodes(const struct table *t)
{
	static const struct column list[] = {
		{ "NODE", false }, { "STATE", false },   { "LIVE", false },
		{ "WINS", true },  { "SUBNETS", false }, { "LBNODEAGENT", false },
	};
	struct columns c;

	columns_begin(&c, t->scratch, list, sizeof(list) / sizeof(list[0]), 0);
	ARRAY_FOREACH (const struct cluster_node, node, &t->answer->cluster->nodes)
		add_node(t, &c, node);
	if (t->answer->vips->list.count > 0 && c.rows.count > 0)
		fputc('\n', t->out);
	columns_write(&c, t->out, t->colour);
}

/* ---- the summary ---- */

static void write_remark(const struct table *t, const char *label, const char *s)
{
	fprintf(t->out, "%s:%*s", label, SUMMARY_INDENT - (int)strlen(label) - 1, "");
	screen_wrap(t->out, s, SUMMARY_INDENT, SUMMARY_INDENT, SCREEN_WIDTH);
}

static void write_node_remarks(const struct table *t)
{
	uint32_t expired = 0;
	bool guessed = false;

	ARRAY_FOREACH (const struct cluster_node, node, &t->answer->cluster->nodes) {
		expired += node->lease != NULL && !node->live;
		guessed |= answer_guessed(node);
	}
	if (t->answer->cluster->nodes.count == 0)
		write_remark(t, "nodes",
			     "there are none in the input; add the output of `kubectl get "
			     "nodes,leases -A -o yaml`, or a NodeInventory");
	if (expired > 0 && !t->answer->at)
		write_remark(t, "leases",
			     "judged at the newest renewTime of the input; --at TIME judges "
			     "them at another time");
	if (guessed)
		write_remark(t, "inferred",
			     "rests on a guess about the nodes' subnets; a NodeInventory or "
			     "Leases tell for certain");
}

static void write_pending(const struct table *t)
{
	const uint32_t count = t->answer->pending;

	if (count == 0)
		return;
	write_remark(t, "pending",
		     arena_printf(t->scratch,
				  "%u Service%s not get all that %s for; purelbtool allocate "
				  "says why",
				  count, count == 1 ? " does" : "s do",
				  count == 1 ? "it asks" : "they ask"));
}

static void write_counts(const struct table *t)
{
	uint32_t held = 0, predicted = 0, nobody = 0;

	ARRAY_FOREACH (const struct vip, vip, &t->answer->vips->list) {
		held += !vip->predicted;
		predicted += vip->predicted;
		nobody += vip->announcers.count == 0;
	}

	const uint32_t all = held + predicted;

	fprintf(t->out, "result:    %u VIP%s", all, all == 1 ? "" : "s");
	if (!t->answer->asked && all > 0)
		fprintf(t->out, ": %u held, %u predicted", held, predicted);
	if (nobody > 0) {
		fputs("; ", t->out);
		screen_paint(t->out, t->colour, SCREEN_FAIL,
			     arena_printf(t->scratch, "nobody announces %u", nobody));
	}
	fputc('\n', t->out);
}

void elect_table(FILE *out, bool colour, const struct election_answer *answer,
		 struct arena *scratch)
{
	const struct table t = { out, colour, answer, scratch };

	write_vips(&t);
	write_nodes(&t);
	if (answer->vips->list.count + answer->cluster->nodes.count > 0)
		fputc('\n', out);
	write_node_remarks(&t);
	write_pending(&t);
	write_counts(&t);
}

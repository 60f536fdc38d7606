/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every loss of nodes, for programs: what there is before anything is lost, then the losses,
 * each with the VIPs that move or become unreachable and the survivors that gain some.
 */
#include "reports/sweep/sweep.h"

#include "reports/allocation/allocation.h"
#include "reports/elections/elections.h"
#include "reports/sweep/sweep_routers.h"

uint32_t sweep_shown(const struct sweep_answer *answer, uint32_t count)
{
	return count < answer->shown ? count : answer->shown;
}

static const char *sweep_name(const struct cluster_node *node)
{
	return node != NULL ? node->name : NULL;
}

const char *sweep_service_text(const struct sweep_service *service, struct arena *arena)
{
	if (service->namespace == NULL)
		return NULL;
	return arena_printf(arena, "%s/%s", service->namespace,
			    service->name != NULL ? service->name : "");
}

static void sweep_fill_service(struct report_row *row, const void *item)
{
	report_value(row, sweep_service_text(item, row->arena));
}

static const struct member sweep_text_members[] = { { NULL, NULL, .type = MEMBER_TEXT } };
static const struct record sweep_service_record = { MEMBERS(sweep_text_members),
						    sweep_fill_service };

/* ---- one loss ---- */

static void sweep_fill_lost(struct report_row *row, const void *item)
{
	const struct sweep_group *group = item;

	report_value(row, group->name);
}

static const struct record lost_record = { MEMBERS(sweep_text_members), sweep_fill_lost };

static const struct member span_members[] = {
	{ "earliest", "At the earliest.", REPORT_FIELD(struct span, earliest) },
	{ "mean", "On average.", REPORT_FIELD(struct span, mean) },
	{ "latest", "The 99th percentile.", REPORT_FIELD(struct span, latest) },
};
static const struct record span_record = { MEMBERS(span_members), NULL };

static const struct member busiest_members[] = {
	{ "node", "Name of the node.", .type = MEMBER_TEXT },
	{ "vips", "VIPs that it announces afterwards.",
	  REPORT_FIELD(struct sweep_loss, busiest_load) },
};

static void sweep_fill_busiest(struct report_row *row, const void *item)
{
	const struct sweep_loss *loss = item;

	report_text(row, "node", loss->busiest->name);
}

static const struct record busiest_record = { MEMBERS(busiest_members), sweep_fill_busiest };

static void sweep_fill_change(struct report_row *row, const void *item)
{
	const struct sweep_change *change = item;

	report_ip(row, "ip", change->vip->vip->ip);
	REPORT_LIST(row, "services", &change->vip->services);
	report_text(row, "from", sweep_name(change->from));
	report_text(row, "to", sweep_name(change->to));
	report_text(row, "winner", sweep_name(change->winner));
}

static const struct member sweep_change_members[] = {
	{ "ip", "The address.", .type = MEMBER_TEXT },
	{ "services", "The Services that have it, as namespace/name.", .type = MEMBER_LIST,
	  .record = &sweep_service_record },
	{ "from", "The node that announced it; null: none did.", .type = MEMBER_TEXT,
	  .presence = MEMBER_NULLABLE },
	{ "to", "The node that announces it afterwards; null: it is unreachable.",
	  .type = MEMBER_TEXT, .presence = MEMBER_NULLABLE },
	{ "winner", "The node that wins the election, whether it announces the VIP or not.",
	  .type = MEMBER_TEXT, .presence = MEMBER_NULLABLE },
};
static const struct record sweep_change_record = { MEMBERS(sweep_change_members),
						   sweep_fill_change };

static void sweep_fill_gain(struct report_row *row, const void *item)
{
	const struct sweep_gain *gain = item;

	report_text(row, "node", gain->node->name);
}

static const struct member gain_members[] = {
	{ "node", "Name of the node.", .type = MEMBER_TEXT },
	{ "before", "VIPs that it announced before.", REPORT_FIELD(struct sweep_gain, before) },
	{ "after", "VIPs that it announces afterwards.",
	  REPORT_FIELD(struct sweep_gain, after) },
};
static const struct record gain_record = { MEMBERS(gain_members), sweep_fill_gain };

static void sweep_fill_loss(struct report_row *row, const void *item)
{
	const struct sweep_answer *answer = row->about;
	const struct sweep_loss *loss = item;
	struct sweep_detail detail;
	uint32_t lost = 0;

	while (lost < SWEEP_LOST_MAX && loss->groups[lost] != NULL)
		lost++;
	sweep_detail(&detail, answer->sweep, loss, row->arena);
	report_pointers(row, "lost", loss->groups, lost);
	report_item(row, "back", loss->back.latest != 0 ? &loss->back : NULL);
	report_item(row, "busiest", loss->busiest != NULL ? loss : NULL);
	REPORT_LIST(row, "vips", &detail.changes);
	REPORT_LIST(row, "survivors", &detail.gains);
}

static const struct member loss_members[] = {
	{ "lost", "Names of the nodes, or values of the label, that are lost together.",
	  .type = MEMBER_LIST, .record = &lost_record },
	{ "moved", "VIPs that a survivor announces instead.",
	  REPORT_FIELD(struct sweep_loss, moved) },
	{ "unreachable", "VIPs that no node announces any more.",
	  REPORT_FIELD(struct sweep_loss, unreachable) },
	{ "revived", "VIPs that no node announced before but one announces afterwards.",
	  REPORT_FIELD(struct sweep_loss, revived) },
	{ "back", "Seconds until the last VIP is back; null: none moves.",
	  .type = MEMBER_OBJECT, .presence = MEMBER_NULLABLE, .record = &span_record },
	{ "busiest", "The survivor with the most VIPs afterwards.", .type = MEMBER_OBJECT,
	  .presence = MEMBER_NULLABLE, .record = &busiest_record },
	{ "vips", "The affected VIPs, unreachable ones first.", .type = MEMBER_LIST,
	  .record = &sweep_change_record },
	{ "survivors", "Nodes that gain VIPs.", .type = MEMBER_LIST, .record = &gain_record },
};
static const struct record loss_record = { MEMBERS(loss_members), sweep_fill_loss };

/* ---- before anything is lost ---- */

static void sweep_fill_node(struct report_row *row, const void *item)
{
	const struct sweep *sweep = ((const struct sweep_answer *)row->about)->sweep;
	const uint32_t index = *(const uint32_t *)item;

	report_text(row, "name", sweep->cluster->nodes.items[index].name);
	report_bool(row, "live", sweep->cluster->nodes.items[index].live);
	report_number(row, "vips", sweep->load[index]);
}

static const struct member sweep_node_members[] = {
	{ "name", "Name of the node.", .type = MEMBER_TEXT },
	{ "live", "Its lease has not expired.", .type = MEMBER_BOOL },
	{ "vips", "VIPs that it announces on local interfaces.", .type = MEMBER_NUMBER },
};
static const struct record sweep_node_record = { MEMBERS(sweep_node_members), sweep_fill_node };

static const struct member group_members[] = {
	{ "name", "Value of the label.", REPORT_FIELD(struct sweep_group, name) },
	{ "nodes", "Nodes with this value.",
	  REPORT_POINTERS(struct sweep_group, nodes, node_name_record) },
};
static const struct record group_record = { MEMBERS(group_members), NULL };

static void sweep_fill_unreachable(struct report_row *row, const void *item)
{
	const struct sweep_vip *vip = item;

	report_ip(row, "ip", vip->vip->ip);
	report_text(row, "reason", vip->vip->reason);
	report_text(row, "state", vip->vip->unknown ? "unknown" : "nobody");
}

static const struct member unreachable_members[] = {
	{ "ip", "The address.", .type = MEMBER_TEXT },
	{ "services", "The Services that have it, as namespace/name.",
	  REPORT_ARRAY(struct sweep_vip, services, sweep_service_record) },
	{ "reason", "Why no node announces it, or why that is unknown.", .type = MEMBER_TEXT,
	  .presence = MEMBER_NULLABLE },
	{ "state", "Whether it is known that no node announces it.", .type = MEMBER_TEXT,
	  .words = "nobody|unknown" },
};
static const struct record unreachable_record = { MEMBERS(unreachable_members),
						  sweep_fill_unreachable };

/* ---- the whole ---- */

static void sweep_fill_kind(struct report_row *row, const void *item)
{
	const struct sweep_losses *losses = item;

	report_number(row, "shown", sweep_shown(row->about, losses->list.count));
	report_item(row, "slowest", losses->slowest.latest != 0 ? &losses->slowest : NULL);
}

static const struct member losses_members[] = {
	{ "total", "How many losses of this kind there are.",
	  REPORT_FIELD(struct sweep_losses, total) },
	{ "unreachable", "How many of them leave VIPs unreachable.",
	  REPORT_FIELD(struct sweep_losses, harmful) },
	{ "shown", "How many the report has, the worst first.", .type = MEMBER_NUMBER },
	{ "slowest", "The longest time until the last VIP is back.", .type = MEMBER_OBJECT,
	  .presence = MEMBER_NULLABLE, .record = &span_record },
};
static const struct record losses_record = { MEMBERS(losses_members), sweep_fill_kind };

static const struct member share_members[] = {
	{ "low", "At least this share of all.", .type = MEMBER_FRACTION },
	{ "high", "At most this share of all.", .type = MEMBER_FRACTION },
};

static void sweep_fill_share(struct report_row *row, const void *item)
{
	double low, high;

	sweep_share(item, &low, &high);
	report_fraction(row, "low", low);
	report_fraction(row, "high", high);
}

static const struct record share_record = { MEMBERS(share_members), sweep_fill_share };

static void sweep_fill_sample(struct report_row *row, const void *item)
{
	const struct sweep_losses *losses = item;

	sweep_fill_kind(row, item);
	report_item(row, "share", losses->total < losses->population ? losses : NULL);
}

static const struct member sample_members[] = {
	{ "population", "How many losses of this kind there are.",
	  REPORT_FIELD(struct sweep_losses, population) },
	{ "total", "How many of them were worked out, drawn at random if not all.",
	  REPORT_FIELD(struct sweep_losses, total) },
	{ "unreachable", "How many of these leave VIPs unreachable.",
	  REPORT_FIELD(struct sweep_losses, harmful) },
	{ "share",
	  "The share of all losses of this kind that leave VIPs unreachable, with 95 percent "
	  "confidence; null: all were worked out.",
	  .type = MEMBER_OBJECT, .presence = MEMBER_NULLABLE, .record = &share_record },
	{ "shown", "How many the report has, the worst first.", .type = MEMBER_NUMBER },
	{ "slowest", "The longest time until the last VIP is back.", .type = MEMBER_OBJECT,
	  .presence = MEMBER_NULLABLE, .record = &span_record },
};
static const struct record sample_record = { MEMBERS(sample_members), sweep_fill_sample };

static void sweep_fill_totals(struct report_row *row, const void *item)
{
	const struct sweep_answer *answer = item;

	report_number(row, "vips", answer->sweep->list.count);
	report_number(row, "unreachableNow", answer->sweep->unreachable);
	report_number(row, "unknownNow", answer->sweep->unknown);
	report_item(row, "losses", &answer->sweep->single);
	report_item(row, "pairs", answer->pairs ? &answer->sweep->pairs : NULL);
	report_item(row, "triples", answer->triples ? &answer->sweep->triples : NULL);
}

static const struct member sweep_totals_members[] = {
	{ "vips", "How many VIPs there are.", .type = MEMBER_NUMBER },
	{ "unreachableNow", "How many no node announces before anything is lost.",
	  .type = MEMBER_NUMBER },
	{ "unknownNow", "For how many that is unknown.", .type = MEMBER_NUMBER },
	{ "losses", "Losses of one node or one value of the label.", .type = MEMBER_OBJECT,
	  .record = &losses_record },
	{ "pairs", "Losses of two; with --pairs.", .type = MEMBER_OBJECT,
	  .presence = MEMBER_OPTIONAL, .record = &losses_record },
	{ "triples", "Losses of three; with --triples.", .type = MEMBER_OBJECT,
	  .presence = MEMBER_OPTIONAL, .record = &sample_record },
};
static const struct record sweep_totals_record = { MEMBERS(sweep_totals_members),
						   sweep_fill_totals };

static void sweep_list_losses(struct report_row *row, const char *key,
			      const struct sweep_losses *losses)
{
	report_list(row, key, losses->list.items, sweep_shown(row->about, losses->list.count),
		    sizeof(struct sweep_loss));
}

static void sweep_fill(struct report_row *row, const void *item)
{
	const struct sweep_answer *answer = item;
	const struct sweep *sweep = answer->sweep;
	ARRAY_OF(const struct sweep_vip *) unreachable = { 0 };

	ARRAY_FOREACH (const struct sweep_vip, vip, &sweep->list) {
		if (vip->vip->announcers.count == 0)
			ARRAY_ADD(row->arena, &unreachable, vip);
	}
	report_time(row, "leaseDuration", sweep->cluster->lease_duration.ns);
	report_list(row, "nodes", sweep->by_load, sweep->by_load_count,
		    sizeof(*sweep->by_load));
	if (answer->label != NULL)
		REPORT_LIST(row, "groups", &sweep->groups);
	report_pointers(row, "unreachable", unreachable.items, unreachable.count);
	sweep_list_losses(row, "losses", &sweep->single);
	if (answer->pairs)
		sweep_list_losses(row, "pairs", &sweep->pairs);
	if (answer->triples)
		sweep_list_losses(row, "triples", &sweep->triples);
	report_item(row, "routers", answer->routers);
}

static const struct member sweep_members[] = {
	{ "by", "The label whose nodes are lost together; null: each node by itself.",
	  .presence = MEMBER_NULLABLE, REPORT_FIELD(struct sweep_answer, label) },
	{ "leaseDuration", "Seconds until the lease of a node expires.", .type = MEMBER_TIME },
	{ "nodes", "The nodes that run an agent, most VIPs first.", .type = MEMBER_LIST,
	  .record = &sweep_node_record },
	{ "groups", "The nodes by value of the label; with --by.", .type = MEMBER_LIST,
	  .presence = MEMBER_OPTIONAL, .record = &group_record },
	{ "unreachable", "VIPs that no node announces before anything is lost.",
	  .type = MEMBER_LIST, .record = &unreachable_record },
	{ "losses", "Losses of one node or one value of the label, the worst first.",
	  .type = MEMBER_LIST, .record = &loss_record },
	{ "pairs", "Losses of two, the worst first; with --pairs.", .type = MEMBER_LIST,
	  .presence = MEMBER_OPTIONAL, .record = &loss_record },
	{ "triples", "Losses of three, the worst first; with --triples.", .type = MEMBER_LIST,
	  .presence = MEMBER_OPTIONAL, .record = &loss_record },
	{ "routers", "Losses of routers and BGP sessions; with --routers.",
	  .type = MEMBER_OBJECT, .presence = MEMBER_OPTIONAL, .record = &router_losses_record },
	{ "totals", "Counts.", REPORT_SELF(sweep_totals_record) },
};
const struct record sweep_document = { MEMBERS(sweep_members), sweep_fill };

cJSON *sweep_json(const struct sweep_answer *answer, struct arena *scratch)
{
	return report_json(&sweep_document, answer, answer, scratch);
}

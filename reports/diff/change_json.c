/* SPDX-License-Identifier: Apache-2.0 */
/* What a change of the configuration does, for programs. */
#include "reports/diff/change.h"

#include "config/objects/snapshot.h"
#include "reports/elections/elections.h"
#include "reports/allocation/allocation.h"
#include "reports/findings/findings_json.h"
#include "reports/model/json_yaml.h"
#include "reports/model/report.h"
#include "reports/run/run_json.h"

/* ---- words ---- */

const char *pool_change_name(enum pool_change_kind kind)
{
	static const char *const names[] = {
		[POOL_SAME] = "same",       [POOL_ADDED] = "added",
		[POOL_LOST] = "lost",       [POOL_REJECTED] = "rejected",
		[POOL_MENDED] = "mended",   [POOL_GROWN] = "grown",
		[POOL_SHRUNK] = "shrunk",   [POOL_SHIFTED] = "shifted",
		[POOL_CHANGED] = "changed", [POOL_STILL_BAD] = "still-rejected",
	};

	return names[kind];
}

const char *service_change_name(enum service_change_kind kind)
{
	static const char *const names[] = {
		[SERVICE_KEEPS] = "keeps",     [SERVICE_LEFT] = "left",
		[SERVICE_CHANGES] = "changes", [SERVICE_LOSES] = "loses",
		[SERVICE_GAINS] = "gains",     [SERVICE_WAITS] = "waits",
	};

	return names[kind];
}

const char *vip_change_name(enum vip_change_kind kind)
{
	static const char *const names[] = {
		[VIP_STAYS] = "stays",
		[VIP_MOVES] = "moves",
		[VIP_SPREADS] = "spreads",
		[VIP_UNREACHABLE] = "unreachable",
		[VIP_WITHDRAWN] = "withdrawn",
		[VIP_APPEARS] = "appears",
		[VIP_STILL_DARK] = "still-unreachable",
	};

	return names[kind];
}

const char *gap_cause_name(enum gap_cause cause)
{
	static const char *const names[] = {
		[GAP_NONE] = NULL,
		[GAP_HANDOVER] = "handover",
		[GAP_RENEWAL] = "renewal",
		[GAP_CRASH] = "crash",
	};

	return names[cause];
}

/* ---- pools ---- */

static cJSON *cover_json(const struct pool_cover *cover)
{
	cJSON *object;

	if (!cover->judged)
		return cJSON_CreateNull();
	object = cJSON_CreateObject();
	json_add_bool(object, "complete", cover->complete);
	json_add_number(object, "nodes", cover->nodes);
	if (cover->inferred)
		json_add_bool(object, "inferred", true);
	return object;
}

static cJSON *texts_json(const char *const *texts, uint32_t count)
{
	cJSON *list = cJSON_CreateArray();

	for (uint32_t i = 0; i < count; i++)
		json_append(list, json_string(texts[i]));
	return list;
}

static const struct pool *either(const struct pool_change *pool)
{
	return pool->after != NULL ? pool->after : pool->before;
}

static cJSON *pool_json(const struct pool_change *pool, struct arena *scratch)
{
	cJSON *object = cJSON_CreateObject();
	cJSON *cover = cJSON_CreateObject();

	json_add_text(object, "namespace", either(pool)->group->object.namespace);
	json_add_text(object, "name", pool->name);
	json_add_text(object, "type", pool_type_name(either(pool)->type));
	json_add_text(object, "change", pool_change_name(pool->kind));
	json_add_u128(object, "sizeBefore", pool->size_before);
	json_add_u128(object, "sizeAfter", pool->size_after);
	json_add_u128(object, "added", pool->added);
	json_add_u128(object, "removed", pool->removed);
	json_add_number(object, "stranded", pool->stranded);
	json_add(object, "options", texts_json(pool->options.items, pool->options.count));
	json_add(cover, "before", cover_json(&pool->cover_before));
	json_add(cover, "after", cover_json(&pool->cover_after));
	json_add(object, "coverage", cover);
	json_add_text_or_null(object, "reason",
			      pool->after != NULL ? pool_reject_text(pool->after, scratch)
						  : NULL);
	return object;
}

/* ---- Services ---- */

static cJSON *addresses_json(const struct allocation *allocation)
{
	cJSON *list = cJSON_CreateArray();
	char ip[IP_TEXT_MAX];

	if (allocation == NULL)
		return list;
	ARRAY_FOREACH (const struct allocated_address, address, &allocation->addresses)
		json_append(list, json_string(ip_format(address->ip, ip)));
	return list;
}

static cJSON *service_json(const struct service_change *service, struct arena *scratch)
{
	const struct allocation *after = service->after;
	cJSON *object = cJSON_CreateObject();

	json_add_text(object, "namespace", service->service->object.namespace);
	json_add_text(object, "name", answer_name(service->service));
	json_add_text(object, "change", service_change_name(service->kind));
	json_add(object, "before", addresses_json(service->before));
	json_add(object, "after", addresses_json(after));
	json_add_text_or_null(object, "pool",
			      after != NULL ? answer_pools(after, scratch) : NULL);
	json_add_bool(object, "pending", service->pending);
	json_add_bool(object, "already", service->already);
	json_add_text_or_null(object, "reason", service->reason);
	return object;
}

/* ---- VIPs ---- */

static cJSON *gap_json(const struct vip_change *vip)
{
	cJSON *object;

	if (vip->cause == GAP_NONE)
		return cJSON_CreateNull();
	object = cJSON_CreateObject();
	json_add_text(object, "cause", gap_cause_name(vip->cause));
	json_add(object, "earliest", seconds_json(vip->gap.earliest));
	json_add(object, "mean", seconds_json(vip->gap.mean));
	json_add(object, "latest", seconds_json(vip->gap.latest));
	return object;
}

static const char *name_or_null(const struct cluster_node *node)
{
	return node != NULL ? node->name : NULL;
}

static cJSON *announcers_json(const struct vip *vip)
{
	cJSON *list = cJSON_CreateArray();

	if (vip == NULL)
		return list;
	ARRAY_FOREACH (const struct cluster_node *, node, &vip->announcers)
		json_append(list, json_string((*node)->name));
	return list;
}

static cJSON *vip_json(const struct vip_change *vip, struct arena *scratch)
{
	const struct vip *it = vip->after != NULL ? vip->after : vip->before;
	cJSON *object = cJSON_CreateObject();
	char ip[IP_TEXT_MAX];

	json_add_text(object, "ip", ip_format(it->ip, ip));
	json_add_text(object, "service", answer_service(it->service, scratch));
	json_add_text_or_null(object, "type",
			      it->type != VIP_UNKNOWN ? vip_type_name(it->type) : NULL);
	json_add_text(object, "change", vip_change_name(vip->kind));
	json_add_text_or_null(object, "from", name_or_null(vip->from));
	json_add_text_or_null(object, "to", name_or_null(vip->to));
	json_add(object, "announcersBefore", announcers_json(vip->before));
	json_add(object, "announcersAfter", announcers_json(vip->after));
	json_add(object, "gap", gap_json(vip));
	json_add_text_or_null(object, "reason", vip->reason);
	if (it->inferred)
		json_add_bool(object, "inferred", true);
	return object;
}

/* ---- nodes ---- */

static const char *state_or_null(const struct cluster_node *node)
{
	return node != NULL ? node_state_name(node->config.state) : NULL;
}

static const char *agent_or_null(const struct cluster_node *node, struct arena *scratch)
{
	return node != NULL ? answer_agent(node, scratch) : NULL;
}

static cJSON *node_json(const struct node_change *node, struct arena *scratch)
{
	cJSON *object = cJSON_CreateObject();

	json_add_text(object, "name", node->name);
	json_add_text(object, "change",
		      node->before == NULL  ? "added"
		      : node->after == NULL ? "removed"
		      : node->changed       ? "changed"
					    : "same");
	json_add_text_or_null(object, "stateBefore", state_or_null(node->before));
	json_add_text_or_null(object, "stateAfter", state_or_null(node->after));
	json_add_bool(object, "liveBefore", node->before != NULL && node->before->live);
	json_add_bool(object, "liveAfter", node->after != NULL && node->after->live);
	json_add_text_or_null(object, "agentBefore", agent_or_null(node->before, scratch));
	json_add_text_or_null(object, "agentAfter", agent_or_null(node->after, scratch));
	json_add(object, "subnetsGained", texts_json(node->gained.items, node->gained.count));
	json_add(object, "subnetsLost", texts_json(node->lost.items, node->lost.count));
	json_add_number(object, "vipsBefore", node->vips_before);
	json_add_number(object, "vipsAfter", node->vips_after);
	if (node->guessed)
		json_add_bool(object, "inferred", true);
	return object;
}

/* ---- findings ---- */

static cJSON *findings_list(const struct finding *const *findings, uint32_t count,
			    const struct diff_side *side)
{
	cJSON *list = cJSON_CreateArray();

	for (uint32_t i = 0; i < count; i++)
		json_append(list, finding_json(findings[i], side->snapshot));
	return list;
}

static cJSON *all_findings_json(const struct diff *change)
{
	cJSON *object = cJSON_CreateObject();

	json_add(object, "appear",
		 findings_list(change->findings_new.items, change->findings_new.count,
			       &change->after));
	json_add(object, "disappear",
		 findings_list(change->findings_gone.items, change->findings_gone.count,
			       &change->before));
	return object;
}

/* ---- the whole ---- */

static cJSON *totals_json(const struct diff_totals *t)
{
	const struct {
		const char *name;
		uint32_t count;
	} rows[] = {
		{ "pools", t->pools },
		{ "servicesLeft", t->left },
		{ "servicesChanged", t->addresses },
		{ "servicesPending", t->pending_new },
		{ "vipsMoved", t->moved },
		{ "vipsUnreachable", t->unreachable },
		{ "vipsWithdrawn", t->withdrawn },
		{ "vipsAppearing", t->appearing },
		{ "vipsSpread", t->spread },
		{ "nodes", t->nodes },
		{ "findingsAppear", t->findings_new },
		{ "findingsDisappear", t->findings_gone },
	};
	cJSON *object = cJSON_CreateObject();

	json_add_bool(object, "changes", t->any);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		json_add_number(object, rows[i].name, rows[i].count);
	json_add(object, "longestGap", seconds_json(t->longest_gap.latest));
	return object;
}

static cJSON *borrowed_json(const struct diff *change)
{
	cJSON *list = cJSON_CreateArray();

	ARRAY_FOREACH (const enum object_kind, kind, &change->borrowed)
		json_append(list, json_string(kind_table[*kind].name));
	return list;
}

cJSON *change_json(const struct diff *change, struct arena *scratch)
{
	cJSON *document = cJSON_CreateObject();
	cJSON *pools = cJSON_CreateArray();
	cJSON *services = cJSON_CreateArray();
	cJSON *vips = cJSON_CreateArray();
	cJSON *nodes = cJSON_CreateArray();

	json_add(document, "borrowed", borrowed_json(change));
	json_add_bool(document, "oldPoolsStay", change->pools_stay);
	json_add(document, "pools", pools);
	ARRAY_FOREACH (const struct pool_change, pool, &change->pools)
		json_append(pools, pool_json(pool, scratch));
	json_add(document, "services", services);
	ARRAY_FOREACH (const struct service_change, service, &change->services)
		json_append(services, service_json(service, scratch));
	json_add(document, "vips", vips);
	ARRAY_FOREACH (const struct vip_change, vip, &change->vips)
		json_append(vips, vip_json(vip, scratch));
	json_add(document, "nodes", nodes);
	ARRAY_FOREACH (const struct node_change, node, &change->nodes)
		json_append(nodes, node_json(node, scratch));
	json_add(document, "findings", all_findings_json(change));
	json_add(document, "totals", totals_json(&change->totals));
	return document;
}

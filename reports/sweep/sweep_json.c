/* SPDX-License-Identifier: Apache-2.0 */
/* Every loss of nodes, for programs. */
#include "reports/sweep/sweep.h"

#include "reports/elections/elections.h"
#include "reports/allocation/allocation.h"
#include "reports/model/json_yaml.h"
#include "reports/model/report.h"
#include "reports/run/run_json.h"

uint32_t sweep_shown(const struct sweep_answer *answer, uint32_t count)
{
	return count < answer->shown ? count : answer->shown;
}

static cJSON *names_json(const struct sweep_group *group)
{
	cJSON *list = cJSON_CreateArray();

	ARRAY_FOREACH (const struct cluster_node *, node, &group->nodes)
		json_append(list, json_string((*node)->name));
	return list;
}

static cJSON *services_json(const struct sweep_vip *vip, struct arena *scratch)
{
	cJSON *list = cJSON_CreateArray();

	ARRAY_FOREACH (const struct service *, service, &vip->services)
		json_append(list, json_string(answer_service(*service, scratch)));
	return list;
}

static const char *name_or_null(const struct cluster_node *node)
{
	return node != NULL ? node->name : NULL;
}

/* ---- one loss ---- */

static cJSON *back_json(const struct span *back)
{
	cJSON *object;

	if (back->latest == 0)
		return cJSON_CreateNull();
	object = cJSON_CreateObject();
	json_add(object, "earliest", seconds_json(back->earliest));
	json_add(object, "mean", seconds_json(back->mean));
	json_add(object, "latest", seconds_json(back->latest));
	return object;
}

static cJSON *busiest_json(const struct sweep_loss *loss)
{
	cJSON *object;

	if (loss->busiest == NULL)
		return cJSON_CreateNull();
	object = cJSON_CreateObject();
	json_add_text(object, "node", loss->busiest->name);
	json_add_number(object, "vips", loss->busiest_load);
	return object;
}

static cJSON *changes_json(const struct sweep_detail *detail, struct arena *scratch)
{
	cJSON *list = cJSON_CreateArray();
	char ip[IP_TEXT_MAX];

	ARRAY_FOREACH (const struct sweep_change, change, &detail->changes) {
		cJSON *object = cJSON_CreateObject();

		json_add_text(object, "ip", ip_format(change->vip->vip->ip, ip));
		json_add(object, "services", services_json(change->vip, scratch));
		json_add_text_or_null(object, "from", name_or_null(change->from));
		json_add_text_or_null(object, "to", name_or_null(change->to));
		json_add_text_or_null(object, "winner", name_or_null(change->winner));
		json_append(list, object);
	}
	return list;
}

static cJSON *survivors_json(const struct sweep_detail *detail)
{
	cJSON *list = cJSON_CreateArray();

	ARRAY_FOREACH (const struct sweep_gain, gain, &detail->gains) {
		cJSON *object = cJSON_CreateObject();

		json_add_text(object, "node", gain->node->name);
		json_add_number(object, "before", gain->before);
		json_add_number(object, "after", gain->after);
		json_append(list, object);
	}
	return list;
}

static cJSON *loss_json(const struct sweep_answer *answer, const struct sweep_loss *loss,
			struct arena *scratch)
{
	const struct arena_mark mark = arena_mark(scratch);
	cJSON *object = cJSON_CreateObject();
	cJSON *lost = cJSON_CreateArray();
	struct sweep_detail detail;

	sweep_detail(&detail, answer->sweep, loss, scratch);
	for (unsigned i = 0; i < SWEEP_LOST_MAX && loss->groups[i] != NULL; i++)
		json_append(lost, json_string(loss->groups[i]->name));
	json_add(object, "lost", lost);
	json_add_number(object, "moved", loss->moved);
	json_add_number(object, "unreachable", loss->unreachable);
	json_add_number(object, "revived", loss->revived);
	json_add(object, "back", back_json(&loss->back));
	json_add(object, "busiest", busiest_json(loss));
	json_add(object, "vips", changes_json(&detail, scratch));
	json_add(object, "survivors", survivors_json(&detail));
	arena_reset(scratch, mark);
	return object;
}

static cJSON *losses_json(const struct sweep_answer *answer, const struct sweep_losses *losses,
			  struct arena *scratch)
{
	const uint32_t shown = sweep_shown(answer, losses->list.count);
	cJSON *list = cJSON_CreateArray();

	for (uint32_t i = 0; i < shown; i++)
		json_append(list, loss_json(answer, &losses->list.items[i], scratch));
	return list;
}

/* ---- before anything is lost ---- */

static cJSON *nodes_json(const struct sweep *sweep)
{
	cJSON *list = cJSON_CreateArray();

	for (uint32_t i = 0; i < sweep->by_load_count; i++) {
		const uint32_t index = sweep->by_load[i];
		const struct cluster_node *node = &sweep->cluster->nodes.items[index];
		cJSON *object = cJSON_CreateObject();

		json_add_text(object, "name", node->name);
		json_add_bool(object, "live", node->live);
		json_add_number(object, "vips", sweep->load[index]);
		json_append(list, object);
	}
	return list;
}

static cJSON *groups_json(const struct sweep *sweep)
{
	cJSON *list = cJSON_CreateArray();

	ARRAY_FOREACH (const struct sweep_group, group, &sweep->groups) {
		cJSON *object = cJSON_CreateObject();

		json_add_text(object, "name", group->name);
		json_add(object, "nodes", names_json(group));
		json_append(list, object);
	}
	return list;
}

static cJSON *unreachable_json(const struct sweep *sweep, struct arena *scratch)
{
	cJSON *list = cJSON_CreateArray();
	char ip[IP_TEXT_MAX];

	ARRAY_FOREACH (const struct sweep_vip, vip, &sweep->list) {
		cJSON *object;

		if (vip->vip->announcers.count > 0)
			continue;
		object = cJSON_CreateObject();
		json_add_text(object, "ip", ip_format(vip->vip->ip, ip));
		json_add(object, "services", services_json(vip, scratch));
		json_add_text_or_null(object, "reason", vip->vip->reason);
		json_append(list, object);
	}
	return list;
}

static cJSON *kind_json(const struct sweep_answer *answer, const struct sweep_losses *losses)
{
	cJSON *object = cJSON_CreateObject();

	json_add_u128(object, "total", losses->total);
	json_add_u128(object, "unreachable", losses->harmful);
	json_add_number(object, "shown", sweep_shown(answer, losses->list.count));
	json_add(object, "slowest", back_json(&losses->slowest));
	return object;
}

static cJSON *totals_json(const struct sweep_answer *answer)
{
	const struct sweep *sweep = answer->sweep;
	cJSON *object = cJSON_CreateObject();

	json_add_number(object, "vips", sweep->list.count);
	json_add_number(object, "unreachableNow", sweep->unreachable);
	json_add(object, "losses", kind_json(answer, &sweep->single));
	if (answer->pairs)
		json_add(object, "pairs", kind_json(answer, &sweep->pairs));
	return object;
}

cJSON *sweep_json(const struct sweep_answer *answer, struct arena *scratch)
{
	const struct sweep *sweep = answer->sweep;
	cJSON *document = cJSON_CreateObject();

	json_add_text_or_null(document, "by", answer->label);
	json_add(document, "leaseDuration", seconds_json(sweep->cluster->lease_duration.ns));
	json_add(document, "nodes", nodes_json(sweep));
	if (answer->label != NULL)
		json_add(document, "groups", groups_json(sweep));
	json_add(document, "unreachable", unreachable_json(sweep, scratch));
	json_add(document, "losses", losses_json(answer, &sweep->single, scratch));
	if (answer->pairs)
		json_add(document, "pairs", losses_json(answer, &sweep->pairs, scratch));
	json_add(document, "totals", totals_json(answer));
	return document;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The winners of VIPs, for programs. */
#include "reports/elections/elect_json.h"

#include "reports/model/json_yaml.h"

/* ---- VIPs ---- */

static cJSON *candidates_json(const struct vip *vip)
{
	cJSON *list = cJSON_CreateArray();

	ARRAY_FOREACH (const struct candidate, candidate, &vip->candidates)
		json_append(list, json_string(candidate->node->name));
	return list;
}

static cJSON *hashes_json(const struct vip *vip)
{
	cJSON *list = cJSON_CreateArray();
	char hash[HASH_TEXT_MAX];

	ARRAY_FOREACH (const struct candidate, candidate, &vip->candidates) {
		cJSON *object = cJSON_CreateObject();

		json_add_text(object, "node", candidate->node->name);
		json_add_text(object, "hash", answer_hash(candidate->hash, hash));
		json_append(list, object);
	}
	return list;
}

static cJSON *announcers_json(const struct vip *vip)
{
	cJSON *list = cJSON_CreateArray();

	ARRAY_FOREACH (const struct cluster_node *, node, &vip->announcers)
		json_append(list, json_string((*node)->name));
	return list;
}

static cJSON *vip_json(const struct vip *vip, bool explain, struct arena *scratch)
{
	cJSON *object = cJSON_CreateObject();
	char ip[IP_TEXT_MAX];

	json_add_text(object, "ip", ip_format(vip->ip, ip));
	json_add_text_or_null(object, "service",
			      vip->service != NULL ? answer_service(vip->service, scratch)
						   : NULL);
	json_add_text_or_null(object, "pool", vip->pool != NULL ? vip->pool->name : NULL);
	json_add_text_or_null(object, "type",
			      vip->type != VIP_UNKNOWN ? vip_type_name(vip->type) : NULL);
	json_add_text_or_null(object, "winner", vip->winner != NULL ? vip->winner->name : NULL);
	json_add_text_or_null(object, "interface", vip->interface);
	json_add(object, "candidates", candidates_json(vip));
	if (explain)
		json_add(object, "hashes", hashes_json(vip));
	json_add(object, "announcers", announcers_json(vip));
	json_add_bool(object, "predicted", vip->predicted);
	json_add_text_or_null(object, "reason", vip->reason);
	if (vip->inferred)
		json_add_bool(object, "inferred", true);
	return object;
}

/* ---- nodes ---- */

static cJSON *subnets_json(const struct cluster_node *node)
{
	cJSON *list = cJSON_CreateArray();

	ARRAY_FOREACH (const struct advertised, subnet, &node->subnets.list)
		json_append(list, json_string(subnet->text));
	return list;
}

static cJSON *node_json(const struct election_answer *answer, const struct cluster_node *node,
			struct arena *scratch)
{
	const uint32_t index = (uint32_t)(node - answer->cluster->nodes.items);
	cJSON *object = cJSON_CreateObject();

	json_add_text(object, "name", node->name);
	json_add_text(object, "state", node_state_name(node->config.state));
	json_add_bool(object, "live", answer_live(answer, node));
	json_add_text_or_null(object, "agent", answer_agent(node, scratch));
	json_add(object, "subnets", subnets_json(node));
	json_add_number(object, "vips", answer->vips->won[index]);
	if (answer_guessed(node))
		json_add_bool(object, "inferred", true);
	return object;
}

cJSON *elect_json(const struct election_answer *answer, struct arena *scratch)
{
	cJSON *document = cJSON_CreateObject();
	cJSON *vips = cJSON_CreateArray();
	cJSON *nodes = cJSON_CreateArray();

	json_add(document, "vips", vips);
	ARRAY_FOREACH (const struct vip, vip, &answer->vips->list)
		json_append(vips, vip_json(vip, answer->explain, scratch));
	json_add(document, "nodes", nodes);
	ARRAY_FOREACH (const struct cluster_node, node, &answer->cluster->nodes)
		json_append(nodes, node_json(answer, node, scratch));
	return document;
}

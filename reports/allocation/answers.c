/* SPDX-License-Identifier: Apache-2.0 */
/* What the reports of allocate and elect say in the same words. */
#include "reports/allocation/answers.h"

const char *answer_name(const struct service *service)
{
	return service->object.name.s != NULL ? service->object.name.s : "";
}

const char *answer_service(const struct service *service, struct arena *arena)
{
	return arena_printf(arena, "%s/%s", service->object.namespace, answer_name(service));
}

/* ---- pools ---- */

/* The address is the first one from its pool. */
static bool is_first_of_pool(const struct allocation *allocation,
			     const struct allocated_address *address)
{
	ARRAY_FOREACH (const struct allocated_address, before, &allocation->addresses) {
		if (before == address)
			return true;
		if (before->pool == address->pool)
			return false;
	}
	return true;
}

const char *answer_pools(const struct allocation *allocation, struct arena *arena)
{
	struct text names = { 0 };
	const char *copy;

	ARRAY_FOREACH (const struct allocated_address, address, &allocation->addresses) {
		if (address->pool == NULL || !is_first_of_pool(allocation, address))
			continue;
		text_add(&names, names.len > 0 ? ", " : "");
		text_add(&names, address->pool->name);
	}
	copy = names.len > 0 ? arena_strdup(arena, text_str(&names)) : NULL;
	text_release(&names);
	if (copy != NULL)
		return copy;
	return allocation->pool != NULL ? allocation->pool->name : allocation->wanted_pool;
}

const char *answer_pool_type(const struct allocation *allocation)
{
	ARRAY_FOREACH (const struct allocated_address, address, &allocation->addresses) {
		if (address->pool != NULL)
			return pool_type_name(address->pool->type);
	}
	return allocation->pool != NULL ? pool_type_name(allocation->pool->type) : NULL;
}

/* ---- reasons ---- */

static void add_sentence(struct text *t, const char *s)
{
	text_add(t, t->len > 0 ? "; " : "");
	text_add(t, s);
}

static void add_released(struct text *t, const struct allocation *allocation)
{
	char ip[IP_TEXT_MAX];

	if (allocation->released.count == 0)
		return;
	add_sentence(t, "it gives back ");
	ARRAY_FOREACH (const struct ip, released, &allocation->released) {
		text_add(t, released != allocation->released.items ? ", " : "");
		text_add(t, ip_format(*released, ip));
	}
	text_add(t, ", whose family it does not ask for");
}

static void add_ambiguous(struct text *t, const struct allocation *allocation)
{
	char ip[IP_TEXT_MAX];

	ARRAY_FOREACH (const struct allocated_address, address, &allocation->addresses) {
		if (!address->ambiguous)
			continue;
		add_sentence(t, ip_format(address->ip, ip));
		text_add(t, " is in several pools, and which of them PureLB takes it from is "
			    "open");
	}
}

const char *answer_reason(const struct allocation *allocation, struct arena *arena)
{
	struct text t = { 0 };
	const char *copy;

	if (allocation->detail != NULL)
		add_sentence(&t, allocation->detail);
	add_released(&t, allocation);
	add_ambiguous(&t, allocation);
	copy = t.len > 0 ? arena_strdup(arena, text_str(&t)) : NULL;
	text_release(&t);
	return copy;
}

/* ---- nodes ---- */

bool answer_live(const struct election_answer *answer, const struct cluster_node *node)
{
	const uint32_t index = (uint32_t)(node - answer->cluster->nodes.items);

	return node->live && !answer->down[index];
}

/* P4.3: what advertises nothing, whatever it carries, is no guess. */
bool answer_guessed(const struct cluster_node *node)
{
	if (node->config.state == NODE_DESELECTED || node->config.state == NODE_INVALID)
		return false;
	return node->origin == SUBNETS_INFERRED || node->origin == SUBNETS_UNKNOWN;
}

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

const char *answer_hash(const uint8_t hash[static SHA256_BYTES], char buf[static HASH_TEXT_MAX])
{
	static const char digits[] = "0123456789abcdef";

	for (unsigned i = 0; i < SHA256_BYTES; i++) {
		buf[2 * i] = digits[hash[i] >> 4];
		buf[2 * i + 1] = digits[hash[i] & 0xF];
	}
	buf[2 * SHA256_BYTES] = '\0';
	return buf;
}

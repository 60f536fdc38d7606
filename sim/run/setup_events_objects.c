/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arguments of the events that change Kubernetes objects as kubectl does: taints and labels of
 * Nodes, and patches of Services (S6.5).
 */
#include "sim/run/setup_internal.h"

#include "base/text.h"

/* The API server refuses the same in labels and in taints. */
static void event_label_value(struct event_builder *e, const struct str_value *value,
			      const char *what)
{
	if (value->s != NULL && !label_value_valid(value->s) &&
	    !setup_is_reported(e->b, value->pos))
		setup_problem(e->b, value->pos, e->path, "%s: \"%s\" is not a valid %s value",
			      e->path, value->s, what)
			->hint =
			"write at most 63 letters, digits, dashes, dots and underscores";
}

/* The taint to add, or what those to remove must match: all of them without a key. */
void event_taint(struct event_builder *e)
{
	const bool adds = e->out->kind == EVENT_TAINT;
	struct taint *taint = arena_zalloc(e->b->setup->arena, 1, sizeof(*taint));

	taint->key = e->args->key;
	taint->value = e->args->value;
	taint->effect = e->args->effect;
	e->out->taint = taint;
	if (!adds && taint->key.s == NULL)
		e->out->taint = NULL;
	if (taint->key.s == NULL && (adds || taint->effect.s != NULL || taint->value.s != NULL))
		event_missing(e, "the key of the taint", "write it like key: dedicated");
	if (adds && taint->effect.s == NULL)
		event_missing(e, "the effect of the taint",
			      "write effect: NoSchedule, or NoExecute to end Pods that run");
	if (taint->key.s != NULL && !label_key_valid(taint->key.s) &&
	    !setup_is_reported(e->b, taint->key.pos))
		setup_problem(e->b, taint->key.pos, e->path,
			      "\"%s\" is not a valid key of a taint", taint->key.s)
			->hint = "write a name such as dedicated or example.org/dedicated";
	event_label_value(e, &taint->value, "taint");
}

static void event_label_key(struct event_builder *e, const struct str_value *key)
{
	if (!label_key_valid(key->s) && !setup_is_reported(e->b, key->pos))
		setup_problem(e->b, key->pos, e->path, "%s: \"%s\" is not a valid label key",
			      e->path, key->s)
			->hint = "write a name such as rack or example.org/rack";
}

void event_labels(struct event_builder *e)
{
	if (e->args->labels.list.count == 0 && e->args->removed.list.count == 0)
		event_missing(e, "labels", "write labels: {rack: r2}, or remove: [rack]");
	ARRAY_FOREACH (const struct label, label, &e->args->labels.list) {
		event_label_key(e, &label->key);
		event_label_value(e, &label->value, "label");
	}
	ARRAY_FOREACH (const struct str_value, key, &e->args->removed.list)
		event_label_key(e, key);
}

void event_patch(struct event_builder *e)
{
	const struct service *patch = &e->args->patch.service;
	const struct str_value *const texts[] = {
		&patch->type,
		&patch->load_balancer_class,
		&patch->load_balancer_ip,
		&patch->ip_family_policy,
		&patch->external_traffic_policy,
	};
	bool given = patch->ip_families.list.count + patch->ports.list.count +
			     patch->object.annotations.list.count +
			     e->args->removed.list.count >
		     0;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		given |= texts[i]->s != NULL;
	if (!given)
		event_missing(e, "a patch of what PureLB looks at",
			      "write patch: {spec: {externalTrafficPolicy: Local}}, or "
			      "annotations, ipFamilies or ports");
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services that asked MetalLB for an address, as those that ask PureLB. (I9.2, P3.9, P3.10)
 *
 * An address that MetalLB has given is asked for by name: PureLB does not register addresses
 * that it has not given itself. Services of PureLB v1 stay as they are, but for their class.
 * When one Service of the input changes, all that ask for a load balancer are printed, so that
 * none looks deleted.
 */
#include <string.h>

#include "base/text.h"
#include "reports/convert/convert_parts.h"

/* ---- what a Service asks MetalLB for ---- */

static bool metallb_is_prefix(const char *key)
{
	return str_has_prefix(key, "metallb.universe.tf/") ||
	       str_has_prefix(key, "metallb.io/");
}

/* The value of the annotation of either prefix, or NULL. */
static const struct tree_node *metallb_annotation(const struct tree_node *annotations,
						  const char *name)
{
	for (uint32_t i = 0; annotations != NULL && annotations->type == TREE_MAP &&
			     i < annotations->u.map.count;
	     i++) {
		const struct tree_entry *entry = &annotations->u.map.items[i];

		if (!entry->shadowed && metallb_is_prefix(entry->key) &&
		    str_equal(strchr(entry->key, '/') + 1, name) &&
		    entry->value->type == TREE_STRING)
			return entry->value;
	}
	return NULL;
}

/* The addresses of the status, with commas between; NULL: it has none. */
static const char *metallb_held(struct conversion *c, const struct tree_node *map)
{
	const struct tree_node *list = values_get(map, "status.loadBalancer.ingress");
	struct text text = { 0 };
	const char *out = NULL;

	for (uint32_t i = 0; i < convert_items(list); i++) {
		const char *ip = convert_text(list->u.list.items[i], "ip");
		struct ip parsed;

		if (ip == NULL || !ip_parse(ip, &parsed))
			continue;
		if (text.len > 0)
			text_add_char(&text, ',');
		text_add(&text, ip);
	}
	if (text.len > 0)
		out = arena_strdup(c->arena, text_str(&text));
	text_release(&text);
	return out;
}

/* The group that an address is in now; NULL: none that was converted. */
static const struct converted_group *metallb_group_of(const struct conversion *c,
						      const char *text)
{
	const size_t len = strcspn(text, ",");
	uint32_t low = 0, high = c->ranges.count;
	struct ip ip;

	if (!ip_parse_bytes(text, len, &ip))
		return NULL;
	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;

		if (ip_compare(c->ranges.items[middle].range.from, ip) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || !ip_range_contains(c->ranges.items[low - 1].range, ip))
		return NULL;
	return c->ranges.items[low - 1].group;
}

/* The name that a pool has now. */
static const char *metallb_group_name(const struct conversion *c, const char *pool)
{
	for (uint32_t i = 0; i < c->groups.count && i < METALLB_OBJECTS_MAX; i++)
		if (str_equal(c->groups.items[i]->origin, pool))
			return c->groups.items[i]->name;
	return pool;
}

/* ---- Services ---- */

/* PureLB has given it its addresses, or MetalLB is not asked. */
static bool metallb_service_is_ours(const struct tree_node *annotations)
{
	return annotations != NULL && tree_get(annotations, "purelb.io/allocated-by") != NULL;
}

/* "192.0.2.1, 192.0.2.2" without the blanks, which PureLB does not take. */
static const char *metallb_without_blanks(struct conversion *c, const char *text)
{
	char *out = arena_strdup(c->arena, text);
	char *to = out;

	for (const char *from = text; *from != '\0'; from++)
		if (*from != ' ' && *from != '\t')
			*to++ = *from;
	*to = '\0';
	return out;
}

/* Sets what PureLB is asked for in `out`; true: it is something. */
static bool metallb_ask(struct conversion *c, const struct tree_node *map,
			const struct tree_node *annotations, struct tree_node *out)
{
	const struct tree_node *wanted = metallb_annotation(annotations, "loadBalancerIPs");
	const struct tree_node *pool = metallb_annotation(annotations, "address-pool");
	const struct tree_node *key = metallb_annotation(annotations, "allow-shared-ip");
	const char *held = metallb_held(c, map);
	const char *addresses = tree_get(annotations, "purelb.io/addresses") != NULL ||
						convert_text(map, "spec.loadBalancerIP") != NULL
					? ""
					: NULL;

	if (addresses == NULL && wanted != NULL) {
		addresses = metallb_without_blanks(c, wanted->text);
		values_set_text(c->arena, out, "purelb.io/addresses", addresses);
	} else if (addresses == NULL && held != NULL && metallb_group_of(c, held) != NULL) {
		addresses = held;
		convert_comment(c, out,
				"decide: the address that MetalLB assigned; without this "
				"line the Service gets another one");
		values_set_text(c->arena, out, "purelb.io/addresses", addresses);
	}
	if (pool != NULL && tree_get(annotations, "purelb.io/service-group") == NULL) {
		const char *name = metallb_group_name(c, pool->text);

		if (addresses != NULL)
			convert_comment(
				c, out,
				"decide: purelb.io/service-group: %s applies only without a "
				"requested address",
				name);
		else
			values_set_text(c->arena, out, "purelb.io/service-group", name);
	}
	if (key != NULL && tree_get(annotations, "purelb.io/allow-shared-ip") == NULL)
		values_set_text(c->arena, out, "purelb.io/allow-shared-ip", key->text);
	return out->u.map.count > 0;
}

/* A class that PureLB v1 or MetalLB serves, and PureLB v2 does not. (P3.8b) */
static bool metallb_is_old_class(const char *class)
{
	return class != NULL &&
	       (str_equal(class, "purelb.io/purelb") || strstr(class, "metallb") != NULL);
}

/* It has to be deleted, and its status with it: what it holds is asked for, if a group has it.
 */
static void metallb_ask_again(struct conversion *c, const struct tree_node *map,
			      const struct tree_node *annotations, struct tree_node *out)
{
	const char *held = metallb_held(c, map);

	if (tree_get(annotations, "purelb.io/addresses") != NULL ||
	    tree_get(out, "purelb.io/addresses") != NULL ||
	    convert_text(map, "spec.loadBalancerIP") != NULL || held == NULL ||
	    metallb_group_of(c, held) == NULL)
		return;
	convert_comment(c, out,
			"decide: the address that it has now; without this line the recreated "
			"Service gets another one");
	values_set_text(c->arena, out, "purelb.io/addresses", held);
}

/* What PureLB says of the addresses that it has given. (P3.11.10) */
static bool metallb_is_given(const char *key)
{
	return str_equal(key, "purelb.io/allocated-by") ||
	       str_equal(key, "purelb.io/allocated-from") ||
	       str_equal(key, "purelb.io/pool-type") ||
	       str_has_prefix(key, "purelb.io/announcing-");
}

static const struct tree_node *metallb_service_spec(struct conversion *c,
						    const struct metallb_object *service)
{
	static const char key[] = "loadBalancerClass";
	const struct tree_node *spec = tree_get(service->map, "spec");
	const struct tree_node *class = tree_get(spec, key);
	struct tree_node *out = values_map(c->arena, spec->pos);

	if (!metallb_is_old_class(convert_text(spec, key)))
		return spec;
	convert_note(
		c, class->pos, false,
		"%s: PureLB v2 does not serve loadBalancerClass %s, and the API server does "
		"not let it be changed: delete and recreate the Service",
		service->origin, class->text);
	convert_comment(c, out,
			"decide: the class was %s, and cannot be changed in place: delete and "
			"recreate the Service",
			class->text);
	ARRAY_FOREACH (const struct tree_entry, entry, &spec->u.map) {
		if (!entry->shadowed)
			values_set(c->arena, out, entry->key, entry->value);
	}
	values_set_text(c->arena, out, key, "purelb.io/purelbv2");
	return out;
}

/* The Service with these annotations beside those that it keeps. */
static void metallb_write_service(struct conversion *c, const struct metallb_object *service,
				  const struct tree_node *asks)
{
	const struct tree_node *metadata = tree_get(service->map, "metadata");
	const struct tree_node *old = tree_get(metadata, "annotations");
	const char *namespace = convert_text(metadata, "namespace");
	const bool recreated =
		metallb_is_old_class(convert_text(service->map, "spec.loadBalancerClass"));
	struct tree_node *annotations = values_map(c->arena, service->map->pos);
	struct tree_node *map = values_map(c->arena, service->map->pos);
	struct tree_node *out = values_map(c->arena, service->map->pos);
	struct converted *object = ARRAY_PUSH(c->arena, &c->objects);

	*object = (struct converted){ .tree = map,
				      .kind = "Service",
				      .namespace = namespace != NULL ? namespace : "default",
				      .name = service->name,
				      .origin = service->origin,
				      .pos = service->map->pos };
	for (uint32_t i = 0; old != NULL && old->type == TREE_MAP && i < old->u.map.count;
	     i++) {
		const struct tree_entry *entry = &old->u.map.items[i];

		if (!entry->shadowed && !metallb_is_prefix(entry->key) &&
		    !(recreated && metallb_is_given(entry->key)) &&
		    !str_equal(entry->key, "kubectl.kubernetes.io/last-applied-configuration"))
			values_set(c->arena, annotations, entry->key, entry->value);
	}
	ARRAY_FOREACH (const struct tree_entry, entry, &asks->u.map) {
		if (convert_is_comment(entry))
			convert_comment(c, annotations, "%s", entry->value->text);
		else
			values_set(c->arena, annotations, entry->key, entry->value);
	}
	values_set_text(c->arena, map, "apiVersion", "v1");
	values_set_text(c->arena, map, "kind", "Service");
	values_set_text(c->arena, out, "name", service->name);
	values_set_text(c->arena, out, "namespace", namespace);
	values_set(c->arena, out, "labels", tree_get(metadata, "labels"));
	if (annotations->u.map.count > 0)
		values_set(c->arena, out, "annotations", annotations);
	values_set(c->arena, map, "metadata", out);
	values_set(c->arena, map, "spec", metallb_service_spec(c, service));
}

static int metallb_range_order(const void *pa, const void *pb)
{
	const struct converted_range *a = pa, *b = pb;

	return ip_compare(a->range.from, b->range.from);
}

void metallb_convert_services(struct conversion *c, const struct metallb *m)
{
	const uint32_t count = m->services.list.count;
	struct tree_node **asks = arena_zalloc(c->arena, count + 1, sizeof(struct tree_node *));
	bool any = false;

	array_sort(c->ranges.items, c->ranges.count, sizeof(*c->ranges.items),
		   metallb_range_order);
	for (uint32_t i = 0; i < count; i++) {
		const struct tree_node *map = m->services.list.items[i].map;
		const struct tree_node *annotations = values_get(map, "metadata.annotations");
		bool is_metallb = m->pools.list.count > 0;

		asks[i] = values_map(c->arena, map->pos);
		for (uint32_t k = 0; annotations != NULL && annotations->type == TREE_MAP &&
				     k < annotations->u.map.count;
		     k++)
			is_metallb |= metallb_is_prefix(annotations->u.map.items[k].key);
		if (is_metallb && !metallb_service_is_ours(annotations))
			any |= metallb_ask(c, map, annotations, asks[i]);
		if (!metallb_is_old_class(convert_text(map, "spec.loadBalancerClass")))
			continue;
		metallb_ask_again(c, map, annotations, asks[i]);
		any = true;
	}
	for (uint32_t i = 0; any && i < count; i++)
		metallb_write_service(c, &m->services.list.items[i], asks[i]);
}

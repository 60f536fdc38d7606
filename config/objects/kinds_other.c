/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects of other software (objects_other.h): their schemas, and YAML inside ConfigMaps.
 *
 * Of ConfigMaps only those matter that configure kube-proxy, MetalLB or kube-vip; all others
 * are as foreign as objects of kinds that nothing reads. A text in one that is not valid YAML
 * says nothing: whoever reads it will say so.
 */
#include "config/objects/kinds.h"

#include <string.h>

#include "base/text.h"
#include "config/objects/parse.h"

/* ---- KubeProxyConfiguration ---- */

static const struct schema_field kube_proxy_ipvs_fields[] = {
	{ "strictARP", FIELD_BOOL, AT(struct kube_proxy_settings, strict_arp) },
};
static const struct schema kube_proxy_ipvs_schema =
	SCHEMA(kube_proxy_ipvs_fields, struct kube_proxy_settings);

#define KUBE_PROXY_FIELDS                                                                      \
	{ "mode", FIELD_STRING, AT(struct kube_proxy_settings, mode) },                        \
	{                                                                                      \
		"ipvs", FIELD_INLINE, AT(struct kube_proxy_settings, ipvs),                    \
			.schema = &kube_proxy_ipvs_schema                                      \
	}

static const struct schema_field kube_proxy_settings_fields[] = { KUBE_PROXY_FIELDS };
static const struct schema kube_proxy_settings_schema =
	SCHEMA(kube_proxy_settings_fields, struct kube_proxy_settings);

static const struct schema_field kube_proxy_object_ipvs_fields[] = {
	{ "strictARP", FIELD_BOOL, AT(struct kube_proxy, settings.strict_arp) },
};
static const struct schema kube_proxy_object_ipvs_schema =
	SCHEMA(kube_proxy_object_ipvs_fields, struct kube_proxy);

static const struct schema_field kube_proxy_fields[] = {
	OBJECT_FIELDS,
	{ "mode", FIELD_STRING, AT(struct kube_proxy, settings.mode) },
	{ "ipvs", FIELD_INLINE, AT(struct kube_proxy, settings.ipvs),
	  .schema = &kube_proxy_object_ipvs_schema },
};
const struct schema kube_proxy_schema = SCHEMA(kube_proxy_fields, struct kube_proxy);

/* ---- MetalLB ---- */

static const struct schema_field metallb_pool_spec_fields[] = {
	{ "addresses", FIELD_STRINGS, AT(struct metallb_pool, addresses) },
};
static const struct schema metallb_pool_spec_schema =
	SCHEMA(metallb_pool_spec_fields, struct metallb_pool);

static const struct schema_field metallb_pool_fields[] = {
	OBJECT_FIELDS,
	SPEC_FIELD(metallb_pool_spec_schema),
};
const struct schema metallb_pool_schema = SCHEMA(metallb_pool_fields, struct metallb_pool);

static const struct schema_field metallb_entry_fields[] = {
	{ "name", FIELD_STRING, AT(struct metallb_entry, name) },
	{ "addresses", FIELD_STRINGS, AT(struct metallb_entry, addresses) },
};
static const struct schema metallb_entry_schema =
	SCHEMA(metallb_entry_fields, struct metallb_entry);

static const struct schema_field metallb_settings_fields[] = {
	{ "address-pools", FIELD_OBJECTS, AT(struct metallb_settings, pools),
	  .schema = &metallb_entry_schema },
};
static const struct schema metallb_settings_schema =
	SCHEMA(metallb_settings_fields, struct metallb_settings);

/* ---- Cilium ---- */

static const struct schema_field cilium_block_fields[] = {
	{ "cidr", FIELD_STRING, AT(struct cilium_block, cidr) },
	{ "start", FIELD_STRING, AT(struct cilium_block, start) },
	{ "stop", FIELD_STRING, AT(struct cilium_block, stop) },
};
static const struct schema cilium_block_schema =
	SCHEMA(cilium_block_fields, struct cilium_block);

static const struct schema_field cilium_pool_spec_fields[] = {
	{ "disabled", FIELD_BOOL, AT(struct cilium_pool, disabled) },
	{ "blocks", FIELD_OBJECTS, AT(struct cilium_pool, blocks),
	  .schema = &cilium_block_schema },
	{ "cidrs", FIELD_OBJECTS, AT(struct cilium_pool, cidrs),
	  .schema = &cilium_block_schema },
};
static const struct schema cilium_pool_spec_schema =
	SCHEMA(cilium_pool_spec_fields, struct cilium_pool);

static const struct schema_field cilium_pool_fields[] = {
	OBJECT_FIELDS,
	SPEC_FIELD(cilium_pool_spec_schema),
};
const struct schema cilium_pool_schema = SCHEMA(cilium_pool_fields, struct cilium_pool);

/* ---- ConfigMaps ---- */

static const struct schema_field config_map_fields[] = {
	OBJECT_FIELDS,
	{ "data", FIELD_STRING_MAP, AT(struct config_map, data) },
};
const struct schema config_map_schema = SCHEMA(config_map_fields, struct config_map);

#define KUBE_VIP_MAP "kubevip"

static bool config_map_text_is_proxy(const char *text)
{
	return strstr(text, "KubeProxyConfiguration") != NULL;
}

/* MetalLB reads the one named "config" in its namespace; its chart names it after itself.
 * Others use the same words. */
static bool config_map_text_is_metallb(const struct config_map *map, const struct label *text)
{
	const char *name = map->object.name.s, *namespace = map->object.namespace_given.s;

	return str_equal(text->key.s, "config") &&
	       strstr(text->value.s, "address-pools") != NULL &&
	       ((namespace != NULL && strstr(namespace, "metallb") != NULL) ||
		(name != NULL && (strstr(name, "metallb") != NULL ||
				  (str_equal(name, "config") && namespace == NULL))));
}

bool config_map_matters(const struct tree_node *map)
{
	const struct tree_node *metadata = tree_get(map, "metadata");
	const struct tree_node *name = metadata != NULL ? tree_get(metadata, "name") : NULL;
	const struct tree_node *data = tree_get(map, "data");

	if (data == NULL || data->type != TREE_MAP)
		return false;
	if (name != NULL && name->type == TREE_STRING && str_equal(name->text, KUBE_VIP_MAP))
		return true;
	ARRAY_FOREACH (const struct tree_entry, entry, &data->u.map) {
		if (entry->value->type == TREE_STRING &&
		    (config_map_text_is_proxy(entry->value->text) ||
		     (str_equal(entry->key, "config") &&
		      strstr(entry->value->text, "address-pools") != NULL)))
			return true;
	}
	return false;
}

/* Fills the struct from the YAML in a text of the ConfigMap. */
static void config_map_bind(struct snapshot *snapshot, const struct config_map *map,
			    const struct label *text, const struct schema *schema, void *out)
{
	const uint32_t problems = snapshot->problems.count;
	struct binder binder = { .sink = &snapshot->problems, .object = &map->object };
	struct arena scratch;
	const struct tree_node *root;

	arena_init(&scratch);
	root = parse_text_tree(snapshot, text->value.s, text->value.pos, &scratch);
	if (root != NULL && root->type == TREE_MAP)
		schema_bind(&binder, schema, root, out);
	arena_release(&scratch);
	snapshot->problems.count = problems;
}

void config_map_read(struct snapshot *snapshot, struct config_map *map)
{
	ARRAY_FOREACH (const struct label, text, &map->data.list) {
		if (map->proxy_text == NULL && config_map_text_is_proxy(text->value.s)) {
			map->proxy_text = text;
			config_map_bind(snapshot, map, text, &kube_proxy_settings_schema,
					&map->proxy);
		} else if (map->metallb_text == NULL && config_map_text_is_metallb(map, text)) {
			map->metallb_text = text;
			config_map_bind(snapshot, map, text, &metallb_settings_schema,
					&map->metallb);
		}
	}
}

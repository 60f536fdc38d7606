/* SPDX-License-Identifier: Apache-2.0 */
/* The router ID of a node as k8gobgp finds it (spec/bgp.md section 3). */
#include "purelb/bgp/bgp_router_id.h"

#include <string.h>

#include "base/text.h"

#define TEMPLATE_START    "${"
#define ANNOTATION_PREFIX "${node.annotations['"
#define ANNOTATION_SUFFIX "']}"

enum {
	ROUTER_ID_BYTES_MAX = 256,
	POOL_PREFIX_MAX = 24,
};

static const u128 ipv4_mapped = (u128)0xffff << 32;

/* ---- CHECK ---- */

enum router_id_error router_id_check(const char *text, struct ip *out)
{
	if (strlen(text) > ROUTER_ID_BYTES_MAX)
		return ROUTER_ID_TOO_LONG;
	if (!ip_parse(text, out) || ip_family(*out) != IP_V4)
		return ROUTER_ID_NOT_IPV4;
	if (ip_is_loopback(*out))
		return ROUTER_ID_LOOPBACK;
	if (ip_is_link_local(*out))
		return ROUTER_ID_LINK_LOCAL;
	return ip_is_unspecified(*out) ? ROUTER_ID_UNSPECIFIED : ROUTER_ID_FINE;
}

/* ---- HASH ---- */

bool router_id_pool_valid(const char *pool, struct ip_net *out)
{
	return ip_net_parse(pool, out) && out->family == IP_V4 &&
	       ip_net_prefix(*out) <= POOL_PREFIX_MAX;
}

/* FNV-1a, 32 bits */
static uint32_t fnv1a(const char *text)
{
	uint32_t hash = 0x811C9DC5;

	for (; *text != '\0'; text++) {
		hash ^= (unsigned char)*text;
		hash *= 0x01000193;
	}
	return hash;
}

bool router_id_hash(const char *name, const char *pool, struct ip *out)
{
	struct ip_net net;

	if (!router_id_pool_valid(pool, &net))
		return false;

	/* /0 has 2^32 addresses, which is 0 here as it is in k8gobgp. */
	uint32_t size = (uint32_t)(UINT64_C(1) << (32 - ip_net_prefix(net)));
	uint32_t offset = fnv1a(name) % (uint32_t)(size - 2) + 1;
	uint32_t id = (uint32_t)ip_net_first(net).v + offset;

	out->v = ipv4_mapped | id;
	return true;
}

/* n(n-1) pairs, each equal in one of 2(size-2) cases. */
uint64_t router_id_collision_odds(uint32_t nodes, const char *pool)
{
	struct ip_net net;

	if (nodes < 2 || !router_id_pool_valid(pool, &net))
		return 0;

	uint64_t size = UINT64_C(1) << (32 - ip_net_prefix(net));
	uint64_t odds = 2 * (size - 2) / ((uint64_t)nodes * (nodes - 1));

	return odds > 0 ? odds : 1;
}

/* ---- the node's addresses ---- */

/* The first usable IPv4 address of that type, as the Node has it written; NULL: none. */
static const char *usable_address(const struct node *node, const char *type, struct ip *out)
{
	ARRAY_FOREACH (const struct node_address, address, &node->addresses.list) {
		if (str_equal(address->type.s, type) && address->address.s != NULL &&
		    router_id_check(address->address.s, out) == ROUTER_ID_FINE)
			return address->address.s;
	}
	return NULL;
}

/* There is something to read addresses from: the object, or what stands for it. */
static bool object_tells(const struct router_id_node *node)
{
	return node->object != NULL &&
	       (node->object->addresses.at.set || node->assumed_ipv4 == NULL);
}

/* The address of the node by which it is identified, or NULL. */
static const char *internal_ipv4(struct router_id *out, const struct router_id_node *node,
				 struct arena *arena)
{
	char text[IP_TEXT_MAX];

	if (object_tells(node))
		return usable_address(node->object, "InternalIP", &out->ip);
	out->assumed = true;
	if (node->assumed_ipv4 == NULL ||
	    router_id_check(ip_format(*node->assumed_ipv4, text), &out->ip) != ROUTER_ID_FINE)
		return NULL;
	return arena_strdup(arena, text);
}

/* ---- the three ways ---- */

static void fail(struct router_id *out, enum router_id_error error)
{
	out->source = ROUTER_ID_UNRESOLVED;
	out->error = error;
	out->text = NULL;
}

/* A value that is used if CHECK passes it. */
static void take_checked(struct router_id *out, const char *text, enum router_id_source source)
{
	enum router_id_error error = router_id_check(text, &out->ip);

	if (error != ROUTER_ID_FINE) {
		fail(out, error);
		return;
	}
	out->source = source;
	out->text = text;
}

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* [a-zA-Z0-9]([a-zA-Z0-9._/-]*[a-zA-Z0-9])? */
static bool annotation_key_valid(const char *key, size_t len)
{
	if (len == 0 || !is_alnum(key[0]) || !is_alnum(key[len - 1]))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!is_alnum(key[i]) && strchr("._/-", key[i]) == NULL)
			return false;
	return true;
}

/* The key in ${node.annotations['key']}, or NULL when the text is something else. */
static const char *annotation_key(const char *text, struct arena *arena)
{
	size_t before = strlen(ANNOTATION_PREFIX);
	size_t after = strlen(ANNOTATION_SUFFIX);
	size_t len = strlen(text);

	if (len < before + after || !str_has_prefix(text, ANNOTATION_PREFIX) ||
	    !str_has_suffix(text, ANNOTATION_SUFFIX) ||
	    !annotation_key_valid(text + before, len - before - after))
		return NULL;
	return arena_strndup(arena, text + before, len - before - after);
}

static void from_annotation(struct router_id *out, const char *template,
			    const struct router_id_node *node, struct arena *arena)
{
	const char *value;

	out->annotation = annotation_key(template, arena);
	if (out->annotation == NULL) {
		fail(out, ROUTER_ID_BAD_TEMPLATE);
		return;
	}
	if (node->object == NULL) {
		fail(out, ROUTER_ID_NO_NODE);
		return;
	}
	value = label_map_text(&node->object->object.annotations, out->annotation);
	if (value == NULL || value[0] == '\0')
		fail(out, ROUTER_ID_NO_ANNOTATION);
	else
		take_checked(out, value, ROUTER_ID_TEMPLATE);
}

/* An address of the node by a template; `none` is why when there is none. */
static void from_address(struct router_id *out, const char *text,
			 const struct router_id_node *node, enum router_id_error none)
{
	if (text != NULL)
		take_checked(out, text, ROUTER_ID_TEMPLATE);
	else
		fail(out, node->known ? none : ROUTER_ID_NO_NODE);
}

static void from_template(struct router_id *out, const char *template,
			  const struct router_id_node *node, struct arena *arena)
{
	static const char *const internal[] = { "${NODE_IP}", "${NODE_IPV4}", NULL };

	if (str_in(template, internal)) {
		from_address(out, internal_ipv4(out, node, arena), node, ROUTER_ID_NO_INTERNAL);
		return;
	}
	if (!str_equal(template, "${NODE_EXTERNAL_IP}")) {
		from_annotation(out, template, node, arena);
		return;
	}

	bool told = node->object != NULL && node->object->addresses.at.set;
	const char *text = told ? usable_address(node->object, "ExternalIP", &out->ip) : NULL;

	from_address(out, text, node, told ? ROUTER_ID_NO_EXTERNAL : ROUTER_ID_NO_NODE);
}

/* The node's address, else the hash, which CHECK does not see. */
static void automatic(struct router_id *out, const char *pool,
		      const struct router_id_node *node, struct arena *arena)
{
	char text[IP_TEXT_MAX];

	out->text = internal_ipv4(out, node, arena);
	out->source = ROUTER_ID_NODE_IPV4;
	if (out->text != NULL)
		return;
	if (!node->known) {
		fail(out, ROUTER_ID_NO_NODE);
		return;
	}
	if (!router_id_hash(node->name, pool, &out->ip)) {
		fail(out, ROUTER_ID_BAD_POOL);
		return;
	}
	out->source = ROUTER_ID_HASH;
	out->text = arena_strdup(arena, ip_format(out->ip, text));
}

void router_id_resolve(struct router_id *out, const char *router_id, const char *pool,
		       const struct router_id_node *node, struct arena *arena)
{
	*out = (struct router_id){ .error = ROUTER_ID_FINE };
	if (router_id == NULL)
		router_id = "";
	if (strlen(router_id) > ROUTER_ID_BYTES_MAX) {
		fail(out, ROUTER_ID_TOO_LONG);
		return;
	}
	if (router_id[0] != '\0' && !str_has_prefix(router_id, TEMPLATE_START)) {
		take_checked(out, router_id, ROUTER_ID_EXPLICIT);
		return;
	}
	out->waits = object_tells(node) && node->object->addresses.list.count == 0;
	if (router_id[0] != '\0')
		from_template(out, router_id, node, arena);
	else
		automatic(out, pool != NULL && pool[0] != '\0' ? pool : ROUTER_ID_POOL, node,
			  arena);
}

/* ---- texts ---- */

const char *router_id_source_name(enum router_id_source source)
{
	static const char *const names[] = {
		[ROUTER_ID_UNRESOLVED] = "unresolved",    [ROUTER_ID_EXPLICIT] = "explicit",
		[ROUTER_ID_TEMPLATE] = "template",        [ROUTER_ID_NODE_IPV4] = "node-ipv4",
		[ROUTER_ID_HASH] = "hash-from-node-name",
	};

	return names[source];
}

const char *router_id_error_text(enum router_id_error error)
{
	static const char *const texts[ROUTER_ID_ERRORS] = {
		[ROUTER_ID_FINE] = "is fine",
		[ROUTER_ID_TOO_LONG] = "is longer than 256 bytes",
		[ROUTER_ID_NOT_IPV4] = "is not an IPv4 address",
		[ROUTER_ID_LOOPBACK] = "is a loopback address",
		[ROUTER_ID_LINK_LOCAL] = "is a link-local address",
		[ROUTER_ID_UNSPECIFIED] = "is the unspecified address",
		[ROUTER_ID_BAD_TEMPLATE] =
			("is none of the templates ${NODE_IP}, ${NODE_IPV4}, "
			 "${NODE_EXTERNAL_IP} and ${node.annotations['KEY']}"),
		[ROUTER_ID_NO_INTERNAL] = "needs an IPv4 InternalIP, and the node has none",
		[ROUTER_ID_NO_EXTERNAL] = "needs an IPv4 ExternalIP, and the node has none",
		[ROUTER_ID_NO_ANNOTATION] =
			"names an annotation that the node does not have, or that is empty",
		[ROUTER_ID_BAD_POOL] =
			"needs routerIDPool, which is no IPv4 network of /24 or wider",
		[ROUTER_ID_NO_NODE] = "depends on the Node object, which is not in the input",
	};

	return texts[error];
}

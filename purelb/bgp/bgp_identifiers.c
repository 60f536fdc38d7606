/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers that BGP speakers are known by: the router ID of a node (BG3), and route
 * distinguishers as k8gobgp reads them (BG5.5).
 */
#include "purelb/bgp/bgp_parts.h"

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
static uint32_t router_id_fnv1a(const char *text)
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
	uint32_t offset = router_id_fnv1a(name) % (uint32_t)(size - 2) + 1;
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
static const char *router_id_usable_address(const struct node *node, const char *type,
					    struct ip *out)
{
	ARRAY_FOREACH (const struct node_address, address, &node->addresses.list) {
		if (str_equal(address->type.s, type) && address->address.s != NULL &&
		    router_id_check(address->address.s, out) == ROUTER_ID_FINE)
			return address->address.s;
	}
	return NULL;
}

/* There is something to read addresses from: the object, or what stands for it. */
static bool router_id_object_address(const struct router_id_node *node)
{
	return node->object != NULL &&
	       (node->object->addresses.at.set || node->assumed_ipv4 == NULL);
}

/* The address of the node by which it is identified, or NULL. */
static const char *router_id_internal_ipv4(struct router_id *out,
					   const struct router_id_node *node,
					   struct arena *arena)
{
	char text[IP_TEXT_MAX];

	if (router_id_object_address(node))
		return router_id_usable_address(node->object, "InternalIP", &out->ip);
	out->assumed = true;
	if (node->assumed_ipv4 == NULL ||
	    router_id_check(ip_format(*node->assumed_ipv4, text), &out->ip) != ROUTER_ID_FINE)
		return NULL;
	return arena_strdup(arena, text);
}

/* ---- the three ways ---- */

static void router_id_fail(struct router_id *out, enum router_id_error error)
{
	out->source = ROUTER_ID_UNRESOLVED;
	out->error = error;
	out->text = NULL;
}

/* A value that is used if CHECK passes it. */
static void router_id_set_checked(struct router_id *out, const char *text,
				  enum router_id_source source)
{
	enum router_id_error error = router_id_check(text, &out->ip);

	if (error != ROUTER_ID_FINE) {
		router_id_fail(out, error);
		return;
	}
	out->source = source;
	out->text = text;
}

static bool router_id_is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* [a-zA-Z0-9]([a-zA-Z0-9._/-]*[a-zA-Z0-9])? */
static bool router_id_annotation_valid(const char *key, size_t len)
{
	if (len == 0 || !router_id_is_alnum(key[0]) || !router_id_is_alnum(key[len - 1]))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!router_id_is_alnum(key[i]) && strchr("._/-", key[i]) == NULL)
			return false;
	return true;
}

/* The key in ${node.annotations['key']}, or NULL when the text is something else. */
static const char *router_id_annotation_key(const char *text, struct arena *arena)
{
	size_t before = strlen(ANNOTATION_PREFIX);
	size_t after = strlen(ANNOTATION_SUFFIX);
	size_t len = strlen(text);

	if (len < before + after || !str_has_prefix(text, ANNOTATION_PREFIX) ||
	    !str_has_suffix(text, ANNOTATION_SUFFIX) ||
	    !router_id_annotation_valid(text + before, len - before - after))
		return NULL;
	return arena_strndup(arena, text + before, len - before - after);
}

static void router_id_from_annotation(struct router_id *out, const char *template,
				      const struct router_id_node *node, struct arena *arena)
{
	const char *value;

	out->annotation = router_id_annotation_key(template, arena);
	if (out->annotation == NULL) {
		router_id_fail(out, ROUTER_ID_BAD_TEMPLATE);
		return;
	}
	if (node->object == NULL) {
		router_id_fail(out, ROUTER_ID_NO_NODE);
		return;
	}
	value = label_map_text(&node->object->object.annotations, out->annotation);
	if (value == NULL || value[0] == '\0')
		router_id_fail(out, ROUTER_ID_NO_ANNOTATION);
	else
		router_id_set_checked(out, value, ROUTER_ID_TEMPLATE);
}

/* An address of the node by a template; `none` is why when there is none. */
static void router_id_from_address(struct router_id *out, const char *text,
				   const struct router_id_node *node, enum router_id_error none)
{
	if (text != NULL)
		router_id_set_checked(out, text, ROUTER_ID_TEMPLATE);
	else
		router_id_fail(out, node->known ? none : ROUTER_ID_NO_NODE);
}

static void router_id_from_template(struct router_id *out, const char *template,
				    const struct router_id_node *node, struct arena *arena)
{
	static const char *const internal[] = { "${NODE_IP}", "${NODE_IPV4}", NULL };

	if (str_in(template, internal)) {
		router_id_from_address(out, router_id_internal_ipv4(out, node, arena), node,
				       ROUTER_ID_NO_INTERNAL);
		return;
	}
	if (!str_equal(template, "${NODE_EXTERNAL_IP}")) {
		router_id_from_annotation(out, template, node, arena);
		return;
	}

	bool told = node->object != NULL && node->object->addresses.at.set;
	const char *text =
		told ? router_id_usable_address(node->object, "ExternalIP", &out->ip) : NULL;

	router_id_from_address(out, text, node,
			       told ? ROUTER_ID_NO_EXTERNAL : ROUTER_ID_NO_NODE);
}

/* The node's address, else the hash, which CHECK does not see. */
static void router_id_automatic(struct router_id *out, const char *pool,
				const struct router_id_node *node, struct arena *arena)
{
	char text[IP_TEXT_MAX];

	out->text = router_id_internal_ipv4(out, node, arena);
	out->source = ROUTER_ID_NODE_IPV4;
	if (out->text != NULL)
		return;
	if (!node->known) {
		router_id_fail(out, ROUTER_ID_NO_NODE);
		return;
	}
	if (!router_id_hash(node->name, pool, &out->ip)) {
		router_id_fail(out, ROUTER_ID_BAD_POOL);
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
		router_id_fail(out, ROUTER_ID_TOO_LONG);
		return;
	}
	if (router_id[0] != '\0' && !str_has_prefix(router_id, TEMPLATE_START)) {
		router_id_set_checked(out, router_id, ROUTER_ID_EXPLICIT);
		return;
	}
	out->waits = router_id_object_address(node) && node->object->addresses.list.count == 0;
	if (router_id[0] != '\0')
		router_id_from_template(out, router_id, node, arena);
	else
		router_id_automatic(out,
				    pool != NULL && pool[0] != '\0' ? pool : ROUTER_ID_POOL,
				    node, arena);
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
			("is not one of the templates ${NODE_IP}, ${NODE_IPV4}, "
			 "${NODE_EXTERNAL_IP} and ${node.annotations['KEY']}"),
		[ROUTER_ID_NO_INTERNAL] = "needs an IPv4 InternalIP, and the node has none",
		[ROUTER_ID_NO_EXTERNAL] = "needs an IPv4 ExternalIP, and the node has none",
		[ROUTER_ID_NO_ANNOTATION] =
			"names an annotation that the node does not have, or that is empty",
		[ROUTER_ID_BAD_POOL] =
			"needs routerIDPool, which is not an IPv4 network of /24 or wider",
		[ROUTER_ID_NO_NODE] = "depends on the Node object, which is not in the input",
	};

	return texts[error];
}

enum { DIGITS_MAX = 10 };

/* A number of 32 bits at the start of the text, whatever follows. */
static bool bgp_rd_begins_with_number(const char *text)
{
	uint64_t number = 0;
	const char *p = text;

	for (; *p >= '0' && *p <= '9' && number <= UINT32_MAX; p++)
		number = number * 10 + (uint64_t)(*p - '0');
	return p > text && number <= UINT32_MAX;
}

/* Two texts with a colon between them, each beginning with a number: what the controller makes
 * a route distinguisher of. */
bool bgp_rd_usable(const char *text)
{
	const char *colon = text != NULL ? strchr(text, ':') : NULL;

	return colon != NULL && strchr(colon + 1, ':') == NULL &&
	       bgp_rd_begins_with_number(text) && bgp_rd_begins_with_number(colon + 1);
}

/* The number that `len` digits make; UINT64_MAX for more of them than matter. */
static uint64_t bgp_rd_number(const char *digits, size_t len)
{
	uint64_t value = 0;

	if (len > DIGITS_MAX)
		return UINT64_MAX;
	for (size_t i = 0; i < len; i++)
		value = value * 10 + (uint64_t)(digits[i] - '0');
	return value;
}

static bool bgp_rd_is_address(const char *text, size_t len)
{
	struct ip ip;

	return ip_parse_bytes(text, len, &ip) && ip_family(ip) == IP_V4;
}

enum bgp_rd_fault bgp_rd_check(const char *text)
{
	static const char digits[] = "0123456789";
	const char *colon;
	size_t before;
	size_t behind;

	if (text == NULL || text[0] == '\0')
		return BGP_RD_MISSING;
	colon = strchr(text, ':');
	if (colon == NULL)
		return BGP_RD_SHAPE;
	before = strspn(text, digits);
	behind = strspn(colon + 1, digits);
	if (behind == 0 || colon[1 + behind] != '\0')
		return BGP_RD_SHAPE;
	if (bgp_rd_is_address(text, (size_t)(colon - text)))
		return BGP_RD_ADDRESS;
	if (before == 0 || text + before != colon)
		return BGP_RD_SHAPE;
	if (bgp_rd_number(text, before) > UINT16_MAX)
		return BGP_RD_LARGE;
	return bgp_rd_number(colon + 1, behind) > UINT32_MAX ? BGP_RD_NUMBER : BGP_RD_FINE;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the rules for Services share. */
#ifndef CONFIG_OBJECTS_SERVICE_RULES_H
#define CONFIG_OBJECTS_SERVICE_RULES_H

#include "base/text.h"
#include "config/objects/rules.h"

enum { SERVICE_NAME_MAX = 63 };

static inline const struct service *service_of(const struct object_rules *r)
{
	return (const struct service *)(const void *)r->object;
}

/* Sets a hint that ends with a value. */
static inline void service_hint(struct object_rules *r, struct finding *f, const char *text,
				const char *value)
{
	f->hint = arena_printf(&r->snapshot->arena, "%s%s", text, value);
}

/* Sets the hint to write a text in place of another, and the fix that does so: one that is safe
 * if only the case of letters changes. */
static inline void service_hint_instead(struct object_rules *r, struct finding *f,
					const struct str_value *old, const char *value)
{
	service_hint(r, f, "write ", value);
	finding_fix_value(&r->snapshot->problems, f, FIX_VALUE, old->s, value);
	finding_fix_is_unsafe_but_for_case(f);
}

/* An unknown type is one finding; nothing is concluded from it. */
static inline bool service_type_is_known(const struct service *s)
{
	static const char *const types[] = { "ClusterIP",    "NodePort", "LoadBalancer",
					     "ExternalName", "",         NULL };

	return s->type.s == NULL || str_in(s->type.s, types);
}

static inline bool service_has_type(const struct service *s, const char *type)
{
	return str_equal(s->type.s, type);
}

static inline bool service_is_headless(const struct service *s)
{
	return str_equal(s->cluster_ip.s, "None") ||
	       (s->cluster_ips.list.count > 0 &&
		str_equal(s->cluster_ips.list.items[0].s, "None"));
}

/* Ports (service_port_rules.c). */
void service_check_ports(struct object_rules *r);

#endif

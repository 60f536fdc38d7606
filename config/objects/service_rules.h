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

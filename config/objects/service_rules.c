/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the API server refuses in a Service although each field has an allowed type and word:
 * its name, the rules between its fields, and the syntax of names, addresses and networks in
 * it (A5.1). Where releases or settings of Kubernetes differ, the problem is mild.
 *
 * Left out: what depends on the cluster (families it has, node ports in use, quotas, admission
 * policies), and what is refused only as a change of a Service that exists.
 */
#include "config/objects/service_rules.h"

#include <ctype.h>
#include <string.h>

#include "base/ip.h"
#include "base/text.h"

/* ---- names ---- */

/* The start of a name: the API server appends letters and digits, so that a dash may end it. */
static void service_check_generate_name(struct object_rules *r)
{
	const struct str_value *start = &r->object->generate_name;
	const char *whole;

	if (start->s == NULL || start->s[0] == '\0')
		return;
	whole = arena_printf(&r->snapshot->arena, "%sx", start->s);
	if (dns_label_valid(start->s) || dns_label_valid(whole))
		return;
	object_refuse(r, start->pos, "metadata.generateName",
		      "\"%s\" is not a valid start of a Service name", start->s)
		->hint = "use lowercase letters, digits and dashes, beginning with a letter";
}

/* A name is a DNS label that begins with a letter; newer releases also take a digit. */
static void service_check_name(struct object_rules *r)
{
	const struct object *o = r->object;
	struct finding *f;
	const char *meant;

	if (o->name.s == NULL) {
		service_check_generate_name(r);
		return;
	}
	if (!dns_label_valid(o->name.s)) {
		f = problem_add(r->snapshot, PROBLEM_INCOMPLETE, o, o->name.pos,
				"metadata.name", "\"%s\" is not a valid Service name",
				o->name.s);
		meant = object_name_from(r, o->name.s, true, SERVICE_NAME_MAX);
		if (meant != NULL && isalpha((unsigned char)meant[0]))
			service_hint_instead(r, f, &o->name, meant);
		else
			f->hint = "use at most 63 lowercase letters, digits and dashes, "
				  "beginning with a letter";
	} else if (isdigit((unsigned char)o->name.s[0])) {
		f = problem_add(r->snapshot, PROBLEM_INCOMPLETE, o, o->name.pos,
				"metadata.name",
				"the Service name \"%s\" begins with a digit: Kubernetes "
				"refuses it unless RelaxedServiceNameValidation is enabled, "
				"which exists since 1.34",
				o->name.s);
		f->mild = true;
		service_hint(r, f, "begin it with a letter, as in svc-", o->name.s);
	}
	object_check_namespace_name(r->snapshot, o);
}

/* ---- addresses and networks ---- */

/* `s` without the zeros in front of the numbers of an IPv4 address, which old releases take. */
static const char *service_without_zeros(struct object_rules *r, const char *s)
{
	char *out = arena_strdup(&r->snapshot->arena, s);
	char *end = out;
	bool inside = false; /* a number has begun with another digit than 0 */

	for (const char *p = s; *p != '\0'; p++) {
		if (!isdigit((unsigned char)*p))
			inside = false;
		else if (*p == '0' && !inside && isdigit((unsigned char)p[1]))
			continue;
		else
			inside = true;
		*end++ = *p;
	}
	*end = '\0';
	return out;
}

enum address_state { ADDRESS_VALID, ADDRESS_ZEROS, ADDRESS_INVALID };

static enum address_state service_address(struct object_rules *r, const char *s, bool network,
					  struct ip *ip)
{
	const char *bare = service_without_zeros(r, s);
	struct ip_net net;

	if (network ? ip_net_parse(s, &net) : ip_parse(s, ip))
		return ADDRESS_VALID;
	if (network ? ip_net_parse(bare, &net) : ip_parse(bare, ip))
		return ADDRESS_ZEROS;
	return ADDRESS_INVALID;
}

/* Reports an address or a network that is not one; true when it is usable. */
static bool service_check_address(struct object_rules *r, const struct str_value *v,
				  const char *path, bool network, struct ip *ip)
{
	const enum address_state state = service_address(r, v->s, network, ip);
	const char *what = network ? "a network" : "an IP address";
	struct finding *f;
	struct ip alone;
	struct ip_net net;

	if (state == ADDRESS_VALID)
		return true;
	f = object_refuse(r, v->pos, path,
			  state == ADDRESS_ZEROS
				  ? "\"%s\" has a number with a leading zero: newer releases "
				    "of Kubernetes refuse %s like that"
				  : "\"%s\" is not %s",
			  v->s, what);
	f->mild = state == ADDRESS_ZEROS;
	if (f->mild)
		service_hint_instead(r, f, v, service_without_zeros(r, v->s));
	else if (network && ip_parse(v->s, &alone))
		finding_set_fix(&r->snapshot->problems, f, FIX_VALUE, v->s,
				arena_printf(&r->snapshot->arena, "%s/%s", v->s,
					     ip_family(alone) == IP_V4 ? "32" : "128"),
				"write ", "");
	else if (!network && ip_net_parse(v->s, &net))
		f->hint = "write the address without the slash and what follows it";
	else
		f->hint = network ? "write a network such as 192.0.2.0/24"
				  : "write an address such as 192.0.2.1";
	return state == ADDRESS_ZEROS;
}

static void service_check_external_ips(struct object_rules *r)
{
	const struct str_list *all = &service_of(r)->external_ips;

	for (uint32_t i = 0; i < all->list.count; i++) {
		const struct str_value *v = &all->list.items[i];
		const char *path = arena_printf(&r->snapshot->arena, "spec.externalIPs[%u]", i);
		struct ip ip;

		if (service_check_address(r, v, path, false, &ip) &&
		    (ip_is_unspecified(ip) || ip_is_loopback(ip) || ip_is_link_local(ip) ||
		     ip_is_link_local_multicast(ip)))
			object_refuse(r, v->pos, path,
				      "%s cannot be an external IP: it is unspecified, "
				      "loopback, link-local or link-local multicast",
				      v->s)
				->hint = "write an address that is routed to the nodes";
	}
}

/* White space around a network does not matter to the API server. */
static void service_check_source_range(struct object_rules *r, const char *text, size_t len,
				       struct pos pos, const char *path)
{
	struct str_value v = { .pos = pos };
	struct ip ip;

	while (len > 0 && isspace((unsigned char)*text)) {
		text++;
		len--;
	}
	while (len > 0 && isspace((unsigned char)text[len - 1]))
		len--;
	v.s = arena_strndup(&r->snapshot->arena, text, len);
	service_check_address(r, &v, path, true, &ip);
}

static void service_check_source_ranges(struct object_rules *r)
{
	static const char key[] = "service.beta.kubernetes.io/load-balancer-source-ranges";
	const struct service *s = service_of(r);
	const struct str_value *written = label_map_get(&s->object.annotations, key);
	const char *path =
		arena_printf(&r->snapshot->arena, "metadata.annotations[\"%s\"]", key);

	for (uint32_t i = 0; i < s->source_ranges.list.count; i++) {
		const struct str_value *v = &s->source_ranges.list.items[i];

		service_check_source_range(r, v->s, strlen(v->s), v->pos,
					   arena_printf(&r->snapshot->arena,
							"spec.loadBalancerSourceRanges[%u]",
							i));
	}
	if (s->source_ranges.list.count > 0 || written == NULL || written->s == NULL ||
	    written->s[strspn(written->s, " \t")] == '\0')
		return;
	for (const char *p = written->s;; p++) {
		const size_t len = strcspn(p, ",");

		service_check_source_range(r, p, len, written->pos, path);
		p += len;
		if (*p == '\0')
			break;
	}
}

/* ---- families and clusterIPs ---- */

/* The first family that comes twice; the place of a wrong one is known already. */
static void service_check_families(struct object_rules *r)
{
	const struct str_list *all = &service_of(r)->ip_families;

	for (uint32_t i = 1; i < all->list.count && i <= 2; i++)
		for (uint32_t k = 0; k < i; k++)
			if (str_equal(all->list.items[i].s, all->list.items[k].s)) {
				object_refuse(r, all->list.items[i].pos,
					      arena_printf(&r->snapshot->arena,
							   "spec.ipFamilies[%u]", i),
					      "%s appears twice in ipFamilies",
					      all->list.items[i].s)
					->hint = "name each family once";
				return;
			}
}

/* What a Service has in clusterIPs, or in clusterIP alone, from which they are made. */
static void service_check_cluster_ip_list(struct object_rules *r, const struct str_value *ips,
					  uint32_t count, bool alone)
{
	const struct service *s = service_of(r);
	enum ip_family families[2] = { 0 };

	for (uint32_t i = 0; i < count; i++) {
		const char *path =
			alone ? "spec.clusterIP"
			      : arena_printf(&r->snapshot->arena, "spec.clusterIPs[%u]", i);
		struct ip ip;

		if ((str_equal(ips[i].s, "None") && count == 1) ||
		    !service_check_address(r, &ips[i], path, false, &ip))
			return;
		families[i] = ip_family(ip);

		const char *family = ip_family_name(families[i]);

		if (i < s->ip_families.list.count &&
		    !str_equal(s->ip_families.list.items[i].s, family) &&
		    !object_refused_at(r, "spec.ipFamilies")) {
			object_refuse(r, ips[i].pos, path, "%s is %s, but ipFamilies[%u] is %s",
				      ips[i].s, family, i, s->ip_families.list.items[i].s)
				->hint = "write ipFamilies and clusterIPs in the same order";
			return;
		}
	}
	if (count == 2 && families[0] == families[1])
		object_refuse(r, ips[1].pos, "spec.clusterIPs[1]",
			      "both of clusterIPs are %s; one for each family is allowed",
			      ip_family_name(families[0]))
			->hint = "keep one for each family";
}

static void service_check_cluster_ips(struct object_rules *r)
{
	const struct service *s = service_of(r);
	const struct str_list *all = &s->cluster_ips;
	const bool single = s->cluster_ip.s != NULL && s->cluster_ip.s[0] != '\0';

	if (all->list.count == 0) {
		service_check_cluster_ip_list(r, &s->cluster_ip, single ? 1 : 0, true);
		return;
	}
	if (!single)
		service_hint(r,
			     object_refuse(r, all->at.key, "spec.clusterIPs",
					   "clusterIPs is given and clusterIP is not"),
			     "add clusterIP: ", all->list.items[0].s);
	else if (!str_equal(s->cluster_ip.s, all->list.items[0].s))
		service_hint(r,
			     object_refuse(r, all->list.items[0].pos, "spec.clusterIPs[0]",
					   "the first of clusterIPs is %s, but clusterIP is %s",
					   all->list.items[0].s, s->cluster_ip.s),
			     "write the same in both: ", s->cluster_ip.s);
	else if (all->list.count > 2)
		object_refuse(r, all->list.items[2].pos, "spec.clusterIPs",
			      "clusterIPs has %u entries; two are allowed, one for each family",
			      all->list.count)
			->hint = "keep one for each family";
	else
		service_check_cluster_ip_list(r, all->list.items, all->list.count, false);
}

/* Two families, or two addresses, need a policy that allows two. */
static void service_check_policy(struct object_rules *r)
{
	const struct service *s = service_of(r);
	const char *policy = s->ip_family_policy.s;
	const bool families = s->ip_families.list.count == 2;
	const bool ips = s->cluster_ips.list.count == 2;

	if ((!families && !ips) || object_refused_at(r, "spec.ipFamilies") ||
	    object_refused_at(r, "spec.clusterIPs") ||
	    object_refused_at(r, "spec.ipFamilyPolicy"))
		return;
	if (policy == NULL && service_is_headless(s) && s->selector.list.count == 0)
		return; /* such a Service is dual-stack by default */
	if (policy != NULL && !str_equal(policy, "SingleStack"))
		return;
	object_refuse(r,
		      policy != NULL ? s->ip_family_policy.pos
		      : families     ? s->ip_families.at.key
				     : s->cluster_ips.at.key,
		      "spec.ipFamilyPolicy",
		      "two %s are given, but ipFamilyPolicy is SingleStack%s",
		      families ? "families" : "clusterIPs", policy == NULL ? " by default" : "")
		->hint =
		"write `ipFamilyPolicy: RequireDualStack`, or PreferDualStack where one "
		"family is enough";
}

/* ---- what goes with what ---- */

static void service_check_load_balancer_fields(struct object_rules *r)
{
	const struct service *s = service_of(r);
	const struct {
		const char *name;
		bool given;
		struct pos pos;
	} fields[] = {
		{ "loadBalancerClass", s->load_balancer_class.s != NULL,
		  s->load_balancer_class.pos },
		{ "loadBalancerSourceRanges", s->source_ranges.list.count > 0,
		  s->source_ranges.at.key },
		{ "allocateLoadBalancerNodePorts", s->allocate_node_ports.set,
		  s->allocate_node_ports.pos },
	};

	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (fields[i].given && !service_has_type(s, "LoadBalancer"))
			object_refuse(
				r, fields[i].pos,
				arena_printf(&r->snapshot->arena, "spec.%s", fields[i].name),
				"%s is for Services of type LoadBalancer, and this one is %s",
				fields[i].name,
				s->type.s != NULL && s->type.s[0] != '\0' ? s->type.s
									  : "ClusterIP")
				->hint = "write `type: LoadBalancer`, or remove the field";
	if (s->load_balancer_class.s == NULL || label_key_valid(s->load_balancer_class.s))
		return;

	struct finding *f =
		object_refuse(r, s->load_balancer_class.pos, "spec.loadBalancerClass",
			      "\"%s\" is not a valid loadBalancerClass: it must be a name, "
			      "optionally with a domain and a slash in front",
			      s->load_balancer_class.s);

	f->hint = "remove it to have the default load balancer, or write the class of another "
		  "load balancer";
}

static void service_check_traffic(struct object_rules *r)
{
	const struct service *s = service_of(r);
	const bool balanced = service_has_type(s, "LoadBalancer");
	const bool external =
		balanced || service_has_type(s, "NodePort") ||
		(!service_has_type(s, "ExternalName") && s->external_ips.list.count > 0);
	const char *policy = s->external_traffic_policy.s;

	if (policy != NULL && policy[0] != '\0' && !external)
		object_refuse(r, s->external_traffic_policy.pos, "spec.externalTrafficPolicy",
			      "externalTrafficPolicy is for Services that are reached from "
			      "outside, and this one is not")
			->hint = "write `type: LoadBalancer`, or remove the field";
	if (s->health_check_node_port.set && s->health_check_node_port.v > 0 &&
	    !(balanced && str_equal(policy, "Local")))
		object_refuse(r, s->health_check_node_port.pos, "spec.healthCheckNodePort",
			      "healthCheckNodePort is for Services of type LoadBalancer with "
			      "externalTrafficPolicy Local")
			->hint = "remove it, or write `externalTrafficPolicy: Local`";
}

static void service_check_affinity(struct object_rules *r)
{
	const struct service *s = service_of(r);

	if (s->affinity_config.set && !str_equal(s->session_affinity.s, "ClientIP") &&
	    !object_refused_at(r, "spec.sessionAffinity"))
		object_refuse(r, s->affinity_config.key, "spec.sessionAffinityConfig",
			      "sessionAffinityConfig needs sessionAffinity ClientIP")
			->hint = "write `sessionAffinity: ClientIP`, or remove the field";
}

static void service_check_headless(struct object_rules *r)
{
	const struct service *s = service_of(r);
	const char *type = s->type.s;

	if (service_is_headless(s) &&
	    (service_has_type(s, "LoadBalancer") || service_has_type(s, "NodePort")))
		object_refuse(
			r, s->cluster_ip.s != NULL ? s->cluster_ip.pos : s->cluster_ips.at.pos,
			"spec.clusterIP", "clusterIP is None, which type %s does not allow",
			type)
			->hint = "remove clusterIP: a Service with an address of a load "
				 "balancer has a clusterIP";
}

/* An ExternalName is a name for another name: it has no addresses of its own. */
static void service_check_external_name(struct object_rules *r)
{
	const struct service *s = service_of(r);
	const bool addresses = s->cluster_ips.list.count > 0 ||
			       (s->cluster_ip.s != NULL && s->cluster_ip.s[0] != '\0');
	const bool families = s->ip_families.list.count > 0;
	const char *name = s->external_name.s;
	size_t len;

	if (!service_has_type(s, "ExternalName"))
		return;
	if (addresses)
		object_refuse(
			r, s->cluster_ip.s != NULL ? s->cluster_ip.pos : s->cluster_ips.at.key,
			"spec.clusterIP", "a Service of type ExternalName has no clusterIP")
			->hint = "remove it, or write another type";
	if (families || s->ip_family_policy.s != NULL)
		object_refuse(r, families ? s->ip_families.at.key : s->ip_family_policy.pos,
			      families ? "spec.ipFamilies" : "spec.ipFamilyPolicy",
			      "a Service of type ExternalName has no families")
			->hint = "remove it, or write another type";
	if (name == NULL || name[0] == '\0') {
		object_refuse(r, s->type.pos, "spec.externalName",
			      "a Service of type ExternalName needs an externalName")
			->hint = "add `externalName:` with a domain name";
		return;
	}
	len = strlen(name);
	if (!dns_subdomain_valid(
		    arena_strndup(&r->snapshot->arena, name, len - (name[len - 1] == '.'))))
		object_refuse(r, s->external_name.pos, "spec.externalName",
			      "\"%s\" is not a valid externalName", name)
			->hint = "write a domain name in lowercase letters";
}

void service_check_rules(struct object_rules *r)
{
	const struct service *s = service_of(r);

	service_check_name(r);
	if (!service_type_is_known(s) || !s->object.spec.set)
		return;
	service_check_ports(r);
	service_check_families(r);
	service_check_cluster_ips(r);
	service_check_policy(r);
	service_check_headless(r);
	service_check_external_name(r);
	service_check_external_ips(r);
	service_check_source_ranges(r);
	service_check_load_balancer_fields(r);
	service_check_traffic(r);
	service_check_affinity(r);
}

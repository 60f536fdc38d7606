/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SV019, SV020 and AG112: other load balancers that the Services show, k3s ServiceLB, MetalLB,
 * Cilium, kube-vip: annotations that ask them for something, statuses that they wrote.
 *
 * Which controller wrote a status is concluded from what is in the input: a DaemonSet of
 * ServiceLB, a pool of MetalLB that has the address, or addresses of nodes, which PureLB never
 * hands out.
 */
#include "validator/services/services.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "purelb/agents/known.h"
#include "purelb/pools/rivals.h"

/* ---- SV019 ---- */

struct rival_annotation {
	const char *key; /* behind any of the prefixes */
	const char *ours;
};

struct rival_prefix {
	const char *prefix;
	const char *owner;
	struct rival_annotation keys[4];
};

static const struct rival_prefix rival_prefixes[] = {
	{ "metallb.universe.tf/",
	  "MetalLB",
	  { { "address-pool", KEY_GROUP },
	    { "loadBalancerIPs", KEY_ADDRESSES },
	    { "allow-shared-ip", KEY_SHARING } } },
	{ "metallb.io/",
	  "MetalLB",
	  { { "address-pool", KEY_GROUP },
	    { "loadBalancerIPs", KEY_ADDRESSES },
	    { "allow-shared-ip", KEY_SHARING } } },
	{ "kube-vip.io/", "kube-vip", { { "loadbalancerIPs", KEY_ADDRESSES } } },
	{ "io.cilium/",
	  "Cilium",
	  { { "lb-ipam-ips", KEY_ADDRESSES }, { "lb-ipam-sharing-key", KEY_SHARING } } },
	{ "lbipam.cilium.io/",
	  "Cilium",
	  { { "ips", KEY_ADDRESSES }, { "sharing-key", KEY_SHARING } } },
};

const char *services_counterpart(const char *key, const char **owner)
{
	for (size_t i = 0; i < ARRAY_LEN(rival_prefixes); i++) {
		const struct rival_prefix *prefix = &rival_prefixes[i];

		if (!str_has_prefix(key, prefix->prefix))
			continue;
		*owner = prefix->owner;
		for (size_t k = 0; k < ARRAY_LEN(prefix->keys) && prefix->keys[k].key != NULL;
		     k++)
			if (strcmp(key + strlen(prefix->prefix), prefix->keys[k].key) == 0)
				return prefix->keys[k].ours;
		return NULL;
	}
	return NULL;
}

/* "10.0.0.1, 10.0.0.2" without the blanks, which PureLB does not trim. */
static const char *services_without_blanks(struct checker *ck, const char *text)
{
	char *copy = arena_strdup(ck->arena, text);
	char *to = copy;

	for (const char *from = copy; *from != '\0'; from++)
		if (*from != ' ')
			*to++ = *from;
	*to = '\0';
	return copy;
}

static bool services_has_group(const struct checker *ck, const char *name)
{
	ARRAY_FOREACH (const struct pool, pool, &ck->cluster->pools.list)
		if (str_equal(pool->name, name))
			return true;
	return false;
}

/* Something in the input is PureLB's, so that the Service may be meant for it. */
static bool services_show_purelb(const struct checker *ck, const struct service *service)
{
	return known_purelb_service(service) || service->load_balancer_class.s != NULL ||
	       known_purelb(ck->snapshot);
}

void services_check_foreign_annotations(struct checker *ck, const struct allocation *allocation)
{
	const struct service *service = allocation->service;

	if (!service_is_ours(allocation))
		return;
	ARRAY_FOREACH (const struct label, annotation, &service->object.annotations.list) {
		const char *owner = NULL;
		const char *ours = services_counterpart(annotation->key.s, &owner);
		const char *meant;
		struct finding *f;

		if (ours == NULL || service_value(service, ours) != NULL ||
		    !services_show_purelb(ck, service))
			continue;
		f = report(ck, CHECK_SV019, &service->object, annotation->key.pos,
			   "annotation %s belongs to %s, and PureLB does not read it",
			   annotation->key.s, owner);
		finding_path(ck, f, ANNOTATION_PATH, annotation->key.s);
		meant = services_without_blanks(ck, annotation->value.s);
		finding_hint(ck, f, "write %s: \"%s\"", ours, meant);
		if (str_equal(meant, annotation->value.s) &&
		    (!str_equal(ours, KEY_GROUP) || services_has_group(ck, meant))) {
			finding_fix_value(&ck->findings, f, FIX_KEY, annotation->key.s, ours);
			finding_fix_is_unsafe(f);
		}
	}
}

/* ---- SV020 ---- */

#define SERVICE_LB_NAME      "svccontroller.k3s.cattle.io/svcname"
#define SERVICE_LB_NAMESPACE "svccontroller.k3s.cattle.io/svcnamespace"

/* The DaemonSet of k3s ServiceLB that serves the Service, or NULL. */
static const struct workload *services_service_lb(const struct checker *ck,
						  const struct service *service)
{
	ARRAY_FOREACH (struct workload *, daemon_set, &ck->snapshot->daemon_sets) {
		const struct label_map *labels = &(*daemon_set)->object.labels;
		const char *namespace = label_map_text(labels, SERVICE_LB_NAMESPACE);

		if (str_equal(label_map_text(labels, SERVICE_LB_NAME),
			      service->object.name.s) &&
		    (namespace == NULL || str_equal(namespace, service->object.namespace)))
			return *daemon_set;
	}
	return NULL;
}

static void services_report_service_lb(struct checker *ck, const struct service *service,
				       const struct workload *daemon_set)
{
	const bool holds = service->ingress.list.count > 0;
	struct finding *f = report(
		ck, CHECK_SV020, &service->object,
		holds ? service->ingress.at.pos : service->object.name.pos,
		"k3s ServiceLB also serves this Service, with DaemonSet \"%s\": it writes the "
		"addresses of nodes into the status, and PureLB writes its own",
		daemon_set->object.name.s);

	f->place.path = holds ? "status.loadBalancer.ingress" : "metadata.name";
	finding_hint(ck, f,
		     "start k3s with --disable=servicelb, or give the Services that ServiceLB "
		     "should serve another loadBalancerClass");
	finding_related(ck, f, daemon_set->object.name.pos, "the DaemonSet is here");
}

bool services_is_branded(const struct service *service)
{
	const struct label_map *annotations = &service->object.annotations;

	return str_equal(label_map_text(annotations, "purelb.io/allocated-by"), "PureLB") ||
	       label_map_text(annotations, "purelb.io/allocated-from") != NULL;
}

static void services_report_writer(struct checker *ck, const struct service *service,
				   struct ip ip, const struct rival_range *rival,
				   const struct node *node)
{
	uint32_t index = 0;
	const struct ingress *ingress = service_ingress(service, ip, &index);
	char text[IP_TEXT_MAX];
	struct finding *f;

	ip_format(ip, text);
	if (rival != NULL)
		f = report(ck, CHECK_SV020, &service->object, ingress->ip.pos,
			   "the Service holds %s, which belongs to %s: %s wrote the status, so "
			   "it also serves this Service",
			   text, rival->owner, rival->by);
	else if (node == NULL)
		f = report(
			ck, CHECK_SV020, &service->object, ingress->ip.pos,
			"the Service holds %s, which is in no ServiceGroup, and PureLB did not "
			"allocate it: another load balancer wrote the status, so it also serves "
			"this Service",
			text);
	else
		f = report(
			ck, CHECK_SV020, &service->object, ingress->ip.pos,
			"the Service holds %s, the address of node \"%s\": another load "
			"balancer wrote the status, such as k3s ServiceLB, so it also serves "
			"this Service",
			text, node->object.name.s);
	finding_path(ck, f, "status.loadBalancer.ingress[%u].ip", index);
	finding_hint(ck, f,
		     "switch the other load balancer off, or give the Services that it "
		     "should serve another loadBalancerClass");
	if (rival != NULL)
		finding_related(ck, f, rival->place.pos, "%s is here", rival->owner);
	else if (node != NULL)
		finding_related(ck, f, node->object.name.pos, "node \"%s\" is here",
				node->object.name.s);
}

bool services_report_other_writer(struct checker *ck, const struct allocation *allocation)
{
	const struct service *service = allocation->service;
	const struct workload *daemon_set = services_service_lb(ck, service);

	if (daemon_set != NULL) {
		services_report_service_lb(ck, service, daemon_set);
		return true;
	}
	ARRAY_FOREACH (const struct allocated_address, address, &allocation->addresses) {
		const struct ip_range one = { address->ip, address->ip };
		const struct rival_range *rival;
		const struct node *node;

		if (address->added || address->pool != NULL)
			continue;
		rival = rivals_meet(ck->rivals, one);
		if (rival != NULL && (rival->by == NULL || rival->holds))
			rival = NULL;
		node = ck->cluster->pools.list.count > 0
			       ? rivals_node_with(ck->rivals, address->ip)
			       : NULL;
		if (rival == NULL && node == NULL && services_is_branded(service))
			continue;
		services_report_writer(ck, service, address->ip, rival, node);
		return true;
	}
	return false;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OB002, OB009, OB011 to OB013, OB015, OB018 and OB038: Services as they are in the cluster:
 * those that wait, who has their addresses, and whether a backend is ready. (O2.1, O2.2, O2.5)
 */
#include "validator/observed/observed_checks.h"

#include <inttypes.h>
#include <string.h>

#include "base/duration.h"
#include "base/text.h"
#include "purelb/announcing/slots.h"

/* ---- OB002 ---- */

static void observed_check_waiting(struct checker *ck, const struct observed *observed,
				   const struct allocation *allocation)
{
	static const char *const failed[] = { "AllocationFailed", NULL };
	const struct service *service = allocation->service;
	const struct event *event;
	char ip[IP_TEXT_MAX];
	struct finding *f;

	if (observed->allocator.state == COMPONENT_DOWN ||
	    observed->allocator.state == COMPONENT_ABSENT ||
	    observed_waiting(observed, allocation) != WAITING)
		return;
	event = observed_event(observed, &service->object, failed);
	ip_format(allocation->addresses.items[0].ip, ip);
	if (event != NULL && event->message.s != NULL) {
		f = report(ck, CHECK_OB002, &service->object, service->object.name.pos,
			   "the Service waits for an address although %s is free: the "
			   "allocator reported \"%s\"%s",
			   ip, event->message.s,
			   event->count.set && event->count.v > 1
				   ? arena_printf(ck->arena, " (%" PRId64 " times)",
						  event->count.v)
				   : "");
		finding_related(ck, f, event->message.pos, "the Event is here");
	} else {
		const char *age = observed_age(observed, service->object.creation_time.s);

		f = report(ck, CHECK_OB002, &service->object, service->object.name.pos,
			   "the Service has waited for an address for %s although %s is free",
			   age != NULL ? age : "a while", ip);
	}
	f->place.path = "metadata.name";
	finding_hint(ck, f,
		     "read what the allocator says: kubectl -n %s logs deployment/allocator",
		     ck->snapshot->install_namespace);
}

/* ---- OB015 ---- */

static void observed_check_backends(struct checker *ck, const struct observed *observed,
				    const struct allocation *allocation)
{
	const struct service *service = allocation->service;
	const struct backends backends = observed_backends(observed, service);
	struct finding *f;

	if (allocation->state == SERVICE_IGNORED || service->ingress.list.count == 0 ||
	    !backends.known || backends.ready > 0 || backends.serving > 0 ||
	    service->object.deletion_time.s != NULL)
		return;
	f = report(ck, CHECK_OB015, &service->object, service->object.name.pos,
		   backends.total == 0
			   ? "the Service has no endpoints: connections to its address are "
			     "refused or time out%.0u"
			   : "none of the %u endpoints of the Service is ready: connections to "
			     "its address are refused or time out",
		   backends.total);
	f->place.path = "metadata.name";
	if (backends.total == 0 && service->selector.list.count == 0)
		finding_hint(ck, f,
			     "the Service has no selector: add an EndpointSlice with the label "
			     "kubernetes.io/service-name: %s in namespace %s, or a selector",
			     service->object.name.s, service->object.namespace);
	else
		finding_hint(ck, f,
			     backends.total == 0
				     ? "compare its selector with the labels of the Pods: "
				       "kubectl -n %s describe service %s"
				     : "find out why its Pods are not ready: kubectl -n %s "
				       "describe service %s",
			     service->object.namespace, service->object.name.s);
	if (backends.first != NULL)
		finding_related(ck, f, backends.first->at.pos, "an endpoint is here");
}

/* ---- OB009, OB011 to OB013 ---- */

struct finding *observed_report_vip(struct checker *ck, enum check_code code,
				    const struct vip *vip, const char *message)
{
	const struct ingresses *all = &vip->service->ingress;
	struct finding *f = report(ck, code, &vip->service->object,
				   vip->service->object.name.pos, "%s", message);

	f->place.path = "metadata.name";
	for (uint32_t i = 0; i < all->list.count; i++) {
		struct ip ip;

		if (all->list.items[i].ip.s == NULL ||
		    !ip_parse(all->list.items[i].ip.s, &ip) || ip_compare(ip, vip->ip) != 0)
			continue;
		f->place.pos = all->list.items[i].ip.pos;
		finding_path(ck, f, "status.loadBalancer.ingress[%u].ip", i);
		break;
	}
	f->inferred = vip->inferred;
	return f;
}

/* The announcing annotation of the Service has a slot for the address (P6.8). */
static bool observed_has_slot(const struct service *service, struct ip ip)
{
	struct announce_slot slot;

	return slots_find(service, ip, &slot) != NULL;
}

/* P6.8: the winner writes its slot when it announces. */
static void observed_check_slot(struct checker *ck, const struct vip *vip)
{
	char ip[IP_TEXT_MAX];
	struct finding *f;

	if (ck->snapshot->captures.count == 0 || observed_has_slot(vip->service, vip->ip))
		return;
	f = observed_report_vip(
		ck, CHECK_OB011, vip,
		arena_printf(
			ck->arena,
			"the Service holds %s, but no announcer is recorded: %s would have "
			"written %s%s",
			ip_format(vip->ip, ip),
			vip->inferred ? "the node that wins it"
				      : arena_printf(ck->arena, "node \"%s\", which wins it,",
						     vip->winner->name),
			SLOTS_PREFIX, ip_family_name(ip_family(vip->ip))));
	if (vip->inferred) {
		finding_hint(ck, f,
			     "look at the agents: kubectl -n %s get pods -o wide, and their "
			     "logs",
			     ck->snapshot->install_namespace);
		return;
	}
	finding_hint(ck, f,
		     "look at the agent of \"%s\": kubectl -n %s get pods -o wide, and its log",
		     vip->winner->name, ck->snapshot->install_namespace);
}

/* ---- OB018 ---- */

/* The nodes whose agents have failed to announce the address, and have not done so since; at
 * most one of a local address. True when there are any. */
static bool observed_check_failed(struct checker *ck, const struct observed *observed,
				  const struct vip *vip)
{
	static const char *const failed[] = { "AnnouncementFailed", NULL };
	ARRAY_OF(const char *) names = { 0 };
	const struct cluster_node *const *nodes = vip->announcers.items;
	uint32_t count = vip->announcers.count;
	const struct event *first = NULL;
	char ip[IP_TEXT_MAX];
	struct finding *f;

	if (vip->type != VIP_REMOTE) {
		nodes = (const struct cluster_node *const *)&vip->winner;
		count = vip->winner != NULL;
	}
	if (observed_event(observed, &vip->service->object, failed) == NULL)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		const struct event *event = observed_announce_failure(observed, vip->service,
								      vip->ip, nodes[i]->name);

		if (event == NULL || observed_holds(observed, nodes[i], vip->ip))
			continue;
		if (first == NULL)
			first = event;
		ARRAY_ADD(ck->arena, &names, nodes[i]->name);
	}
	if (first == NULL)
		return false;
	f = observed_report_vip(ck, CHECK_OB018, vip,
				arena_printf(ck->arena, "%s could not announce %s: \"%s\"",
					     name_list(ck->arena, names.items, names.count, 3),
					     ip_format(vip->ip, ip), first->message.s));
	finding_related(ck, f, first->message.pos, "the Event is here");
	finding_hint(
		ck, f,
		"fix the interface of \"%s\" as the message says, then read the log of its "
		"agent: kubectl -n %s get pods -o wide",
		names.items[0], ck->snapshot->install_namespace);
	return true;
}

static bool observed_all_looked_at(struct checker *ck, const struct observed *observed)
{
	ARRAY_FOREACH (const struct cluster_node, node, &ck->cluster->nodes)
		if (!observed_looked_at(observed, node))
			return false;
	return true;
}

/* Who wins it is not known: all that can be said is that nobody has it. */
static void observed_check_nowhere(struct checker *ck, const struct observed *observed,
				   const struct vip *vip)
{
	uint32_t count;
	char ip[IP_TEXT_MAX];
	struct finding *f;

	observed_holders_of(observed, vip->ip, &count);
	if (count > 0 || !observed_all_looked_at(ck, observed))
		return;
	f = observed_report_vip(ck, CHECK_OB009, vip,
				arena_printf(ck->arena,
					     "no node has %s on an interface: nobody answers "
					     "for it",
					     ip_format(vip->ip, ip)));
	finding_hint(ck, f, "look at the agents and their logs: kubectl -n %s get pods -o wide",
		     ck->snapshot->install_namespace);
}

/* The kernel does not answer for an address that another host has. (RFC 4862, 5.4) */
static void observed_report_duplicate(struct checker *ck, const struct vip *vip,
				      const struct observed_holder *holder)
{
	char ip[IP_TEXT_MAX];
	struct finding *f = report(
		ck, CHECK_OB038, holder->node->inventory_object,
		holder->net->entry->address.pos,
		"%s is on node \"%s\" (%s), which wins it, but duplicate address detection failed: "
		"another host has the address, and the node does not answer for it",
		ip_format(vip->ip, ip), holder->node->name, holder->interface->name);

	f->place.path = holder->node->inventory_path;
	finding_hint(
		ck, f,
		"find the other host (ip neigh show %s) and remove the address there; then "
		"ip addr del %s dev %s on the node: the agent adds it again",
		ip, holder->net->entry->address.s, holder->interface->name);
}

/* The winner's interfaces were looked at. */
static void observed_check_place(struct checker *ck, const struct observed *observed,
				 const struct vip *vip)
{
	uint32_t count;
	const struct observed_holder *holders = observed_holders_of(observed, vip->ip, &count);
	char ip[IP_TEXT_MAX];
	struct finding *f;

	ip_format(vip->ip, ip);
	if (count == 0) {
		f = observed_report_vip(
			ck, CHECK_OB009, vip,
			arena_printf(ck->arena,
				     observed_all_looked_at(ck, observed)
					     ? "no node has %s on an interface; \"%s\", "
					       "which wins it, should: nobody answers for it"
					     : "%s is not on an interface of \"%s\", which "
					       "wins it",
				     ip, vip->winner->name));
		finding_hint(ck, f, "look at the agent of \"%s\" and its log",
			     vip->winner->name);
		return;
	}
	/* Several holders are ND005. */
	if (count == 1 && holders[0].node != vip->winner) {
		f = observed_report_vip(
			ck, CHECK_OB012, vip,
			arena_printf(ck->arena, "%s is on node \"%s\" (%s), but \"%s\" wins it",
				     ip, holders[0].node->name, holders[0].interface->name,
				     vip->winner->name));
		finding_hint(ck, f,
			     "look at the agents of both nodes; the address moves by itself "
			     "once they agree");
		finding_related(ck, f, holders[0].net->entry->address.pos, "it is here");
	}
	for (uint32_t i = 0; i < count; i++) {
		const struct node_net *net = holders[i].net;

		if (holders[i].node == vip->winner && (net->flags & ADDRESS_DADFAILED))
			observed_report_duplicate(ck, vip, &holders[i]);
		if (holders[i].node != vip->winner || !(net->flags & ADDRESS_PERMANENT) ||
		    vip->how.options.permanent || vip->how.act != ANNOUNCING_LOCAL)
			continue;
		f = report(ck, CHECK_OB013, holders[i].node->inventory_object,
			   net->entry->address.pos,
			   "%s is permanent on node \"%s\" (%s), but its agent would give it "
			   "a lifetime of %" PRId64 "s: something else added it, and it stays "
			   "there when the address moves",
			   ip, holders[i].node->name, holders[i].interface->name,
			   vip->how.options.valid_s);
		f->place.path = holders[i].node->inventory_path;
		finding_hint(ck, f, "remove it: ip addr del %s dev %s; the agent adds it again",
			     net->entry->address.s, holders[i].interface->name);
	}
}

void check_observed_services(struct checker *ck)
{
	const struct observed *observed = observed_of(ck);

	if (!observed->live)
		return;
	ARRAY_FOREACH (const struct allocation, allocation, &ck->allocations->list) {
		observed_check_waiting(ck, observed, allocation);
		observed_check_backends(ck, observed, allocation);
	}
	if (ck->vips == NULL || observed_is_dead(ck->cluster))
		return;
	ARRAY_FOREACH (const struct vip, vip, &ck->vips->list) {
		if (vip->predicted || !vip->considered || vip->reason != NULL ||
		    !service_is_branded(vip->service))
			continue;
		/* That it is nowhere, or without an announcer, follows from it. */
		if (observed_check_failed(ck, observed, vip) || vip->winner == NULL ||
		    vip->type == VIP_REMOTE)
			continue;
		/* Redacted leases still show that some node wins it. (O5.2) */
		if (!vip->inferred ||
		    (capture_is_redacted(ck->snapshot) && ck->cluster->has_leases))
			observed_check_slot(ck, vip);
		if (vip->inferred)
			observed_check_nowhere(ck, observed, vip);
		else if (observed_looked_at(observed, vip->winner))
			observed_check_place(ck, observed, vip);
	}
}

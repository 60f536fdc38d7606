/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The chain of a Service: the first link, the last one, and what follows from all of them. (O4)
 *
 * The cause is that of the first broken link: what comes after it may only follow from it.
 */
#include "reports/inspect/chain.h"

#include <string.h>

#include "base/text.h"
#include "purelb/pools/order.h"
#include "validator/grouping.h"

const char *link_state_name(enum link_state state)
{
	static const char *const names[] = { "ok", "predicted", "unknown", "BROKEN" };

	return names[state];
}

/* ---- pieces ---- */

struct chain_link *chain_add(struct inspection *in, struct chain *chain, const char *name,
			     enum link_state state, const char *text)
{
	struct chain_link *link = ARRAY_PUSH(in->arena, &chain->links);

	*link = (struct chain_link){ .name = name, .state = state, .text = text };
	return link;
}

void chain_prove(struct inspection *in, struct chain_link *link, const char *source,
		 const char *age, struct pos pos, const char *text)
{
	struct link_evidence *evidence = ARRAY_PUSH(in->arena, &link->evidence);

	*evidence = (struct link_evidence){ source, age, text, NULL };
	if (pos.source > 0)
		evidence->location = arena_printf(
			in->arena, "%s:%u",
			in->cluster->snapshot->sources.list.items[pos.source - 1].name,
			pos.line);
}

void chain_prove_file(struct inspection *in, struct chain_link *link,
		      const struct evidence_origin *from, const char *text)
{
	const enum evidence_form form = from->file->form;

	chain_prove(in, link,
		    form == EVIDENCE_PACKETS   ? "packets"
		    : form == EVIDENCE_METRICS ? "metrics"
					       : evidence_form_table[form].command,
		    seen_age(&in->seen, from->file),
		    (struct pos){ .source = from->file->source + 1, .line = from->line }, text);
}

void chain_ask(struct inspection *in, struct chain *chain, const char *what, const char *how)
{
	struct chain_unknown *unknown = ARRAY_PUSH(in->arena, &chain->unknown);

	*unknown = (struct chain_unknown){ what, how };
}

/* What is wrong with such a link does not follow from what is wrong before it. */
static bool chain_is_of_its_own(const struct inspection *in, const struct chain_link *link)
{
	if (link->state == LINK_PREDICTED)
		return str_equal(link->name, "nodes forward");
	return link->state == LINK_BROKEN && (str_equal(link->name, "backends") ||
					      (str_equal(link->name, "session") &&
					       chain_finding(in, CHECK_BG004, NULL) == NULL));
}

void chain_finish(struct inspection *in, struct chain *chain)
{
	const struct chain_link *first = NULL;

	chain->state = LINK_OK;
	ARRAY_FOREACH (const struct chain_link, link, &chain->links) {
		if (link->state > chain->state)
			chain->state = link->state;
		if (link->state != LINK_BROKEN)
			continue;
		if (chain->cause == NULL)
			chain->cause = link->cause != NULL ? link->cause : link->text;
		if (first != NULL || (link->action == NULL && chain->actions.count == 0))
			continue;
		first = link;
		if (chain->actions.count == 0)
			ARRAY_ADD(in->arena, &chain->actions, link->action);
	}
	ARRAY_FOREACH (const struct chain_link, link, &chain->links)
		if (first != NULL && link != first && link->action != NULL &&
		    chain_is_of_its_own(in, link))
			ARRAY_ADD(in->arena, &chain->actions,
				  arena_printf(in->arena, "then, for link %u: %s",
					       (unsigned)(link - chain->links.items) + 1,
					       link->action));
	/* Nothing is seen to be broken, but something will be, or may well be. */
	ARRAY_FOREACH (const struct chain_link, link, &chain->links)
		if (chain->cause == NULL && chain->actions.count == 0 &&
		    link->state == LINK_PREDICTED && link->action != NULL)
			ARRAY_ADD(in->arena, &chain->actions, link->action);
}

static const struct finding *chain_finding_in(const struct finding_sink *findings,
					      enum check_code code, const struct object *object)
{
	ARRAY_FOREACH (const struct finding, finding, findings) {
		const struct finding *about = grouping_about(finding, object);

		if (finding->code == (uint32_t)code && about != NULL)
			return about;
	}
	return NULL;
}

const struct finding *chain_finding(const struct inspection *in, enum check_code code,
				    const struct object *object)
{
	const struct finding *finding =
		chain_finding_in(&in->validation->findings, code, object);

	return finding != NULL ? finding
			       : chain_finding_in(&in->validation->told, code, object);
}

const struct finding *chain_worst_finding(const struct inspection *in,
					  const struct object *object)
{
	const struct finding_sink *const lists[] = { &in->validation->findings,
						     &in->validation->told };
	const struct finding *worst = NULL;

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		ARRAY_FOREACH (const struct finding, finding, lists[i]) {
			const struct finding *about = grouping_about(finding, object);

			if (about != NULL && about->severity >= SEVERITY_WARN &&
			    (worst == NULL || about->severity > worst->severity))
				worst = about;
		}
	return worst;
}

/* ---- link 1: allocated ---- */

/* "192.168.1.240 from edge 192.168.1.240-192.168.1.250 (7 of 11 used)" */
static const char *chain_allocated_text(const struct inspection *in, struct ip ip,
					const struct pool *pool)
{
	char text[IP_TEXT_MAX], used[U128_TEXT_MAX], size[U128_TEXT_MAX];

	ip_format(ip, text);
	if (pool == NULL)
		return arena_printf(in->arena, "%s, which is in no ServiceGroup", text);
	ARRAY_FOREACH (const struct range_use, use, &in->all->ranges) {
		if (use->pool == pool && ip_range_contains(use->range->range, ip))
			return arena_printf(in->arena, "%s from %s %s (%s of %s used)", text,
					    pool->name, use->range->entry->pool.s,
					    u128_format(use->used, used),
					    u128_format(use->size, size));
	}
	return arena_printf(in->arena, "%s from %s", text, pool->name);
}

static void chain_allocator_broken(struct inspection *in, struct chain *chain,
				   const struct allocation *allocation, const char *would)
{
	static const char *const failed[] = { "AllocationFailed", NULL };
	const struct component *allocator = &in->observed->allocator;
	const struct event *event =
		observed_event(in->observed, &allocation->service->object, failed);
	const char *age =
		observed_age(in->observed, allocation->service->object.creation_time.s);
	const char *waits =
		age != NULL ? arena_printf(in->arena, "has waited for %s: ", age) : "";
	struct chain_link *link;

	if (allocator->state == COMPONENT_DOWN || allocator->state == COMPONENT_ABSENT) {
		link = chain_add(
			in, chain, "allocated", LINK_BROKEN,
			arena_printf(in->arena, "%sthe allocator %s", waits, allocator->text));
		chain_prove(in, link, allocator->pod != NULL ? "Pod" : "Deployment",
			    observed_age(in->observed, allocator->since), allocator->pos,
			    allocator->text);
		link->action =
			component_advice(allocator, "allocator",
					 in->cluster->snapshot->install_namespace, in->arena);
	} else {
		link = chain_add(
			in, chain, "allocated", LINK_BROKEN,
			event != NULL
				? arena_printf(in->arena, "%sthe allocator reports \"%s\"",
					       waits, event->message.s)
				: arena_printf(in->arena, "%sthe allocator has not served it",
					       waits));
		link->action = arena_printf(
			in->arena,
			"read the allocator's log: kubectl -n %s logs deployment/allocator",
			in->cluster->snapshot->install_namespace);
	}
	if (event != NULL)
		chain_prove(in, link, "Event",
			    observed_age(in->observed, event_last_seen(event)),
			    event->object.pos, event->message.s);
	link->predicted = arena_printf(in->arena, "it would get %s", would);
}

enum ip_family chain_family_of(const char *reason)
{
	return reason == NULL                   ? IP_NONE
	       : strstr(reason, "IPv6") != NULL ? IP_V6
	       : strstr(reason, "IPv4") != NULL ? IP_V4
						: IP_NONE;
}

/* "held by shop/a (192.168.1.240), shop/b (192.168.1.241) and 2 more"; IP_NONE: of any family
 */
static const char *chain_pool_holders(const struct inspection *in, const struct pool *pool,
				      enum ip_family family)
{
	ARRAY_OF(const char *) holders = { 0 };
	char ip[IP_TEXT_MAX];

	ARRAY_FOREACH (const struct allocation, allocation, &in->all->list)
		ARRAY_FOREACH (const struct allocated_address, address, &allocation->addresses)
			if (address->pool == pool &&
			    (family == IP_NONE || ip_family(address->ip) == family))
				ARRAY_ADD(in->arena, &holders,
					  arena_printf(in->arena, "%s/%s (%s)",
						       allocation->service->object.namespace,
						       allocation->service->object.name.s,
						       ip_format(address->ip, ip)));
	return holders.count == 0
		       ? "no Service of the input holds one"
		       : arena_printf(in->arena, "held by %s",
				      name_list(in->arena, holders.items, holders.count, 3));
}

/* What to change in a ServiceGroup that PureLB rejects; NULL: nothing is known. */
static const char *chain_fix_pool(const struct inspection *in, const char *name)
{
	ARRAY_FOREACH (const struct pool, pool, &in->cluster->pools.list) {
		const struct finding *worst =
			pool->reject != POOL_ACCEPTED && str_equal(pool->name, name)
				? chain_worst_finding(in, &pool->group->object)
				: NULL;

		if (worst != NULL && worst->hint != NULL)
			return arena_printf(in->arena, "change ServiceGroup %s: %s", name,
					    worst->hint);
	}
	return NULL;
}

static void chain_pending(struct inspection *in, struct chain *chain,
			  const struct allocation *allocation)
{
	static const char *const failed[] = { "AllocationFailed", NULL };
	const struct component *allocator = &in->observed->allocator;
	const struct finding *finding = chain_worst_finding(in, &allocation->service->object);
	const struct event *event =
		allocation->addresses.count == 0
			? observed_event(in->observed, &allocation->service->object, failed)
			: NULL;
	struct chain_link *link = chain_add(in, chain, "allocated", LINK_BROKEN,
					    allocation->detail != NULL ? allocation->detail
								       : "it gets no address");

	if (allocation->state ==
	    SERVICE_UNKNOWN) { /* I3: absent from the input is not missing */
		link->state = LINK_UNKNOWN;
		chain_ask(in, chain, "which ServiceGroups there are",
			  arena_printf(in->arena, "kubectl get servicegroups -n %s -o yaml",
				       in->cluster->snapshot->install_namespace));
	}
	if (allocation->reason == REASON_EXTERNAL) {
		link->state = LINK_UNKNOWN;
		chain_ask(in, chain, "what the external IPAM answers",
			  "kubectl logs of its sidecar in the allocator's Pod");
	}
	if (allocation->reason == REASON_EXHAUSTED && allocation->pool != NULL && !in->overview)
		link->text =
			arena_printf(in->arena, "%s: %s", link->text,
				     chain_pool_holders(in, allocation->pool,
							chain_family_of(allocation->detail)));
	/* That it waits is seen, whatever the input lacks. */
	if (event != NULL && event->message.s != NULL) {
		if (link->state == LINK_UNKNOWN)
			link->text = arena_printf(in->arena, "the allocator reports: %s; %s",
						  event->message.s, link->text);
		link->state = LINK_BROKEN;
		chain_prove(in, link, "Event",
			    observed_age(in->observed, event_last_seen(event)),
			    event->object.pos, event->message.s);
	}
	if (finding != NULL) {
		chain_prove(in, link, check_table[finding->code].code, NULL, finding->place.pos,
			    finding->message);
		link->action =
			finding->hint != NULL && str_has_prefix(finding->hint, "did you mean")
				? arena_printf(in->arena,
					       "correct the name of the ServiceGroup: %s",
					       finding->hint)
				: finding->hint;
	}
	if (allocation->reason == REASON_REJECTED_POOL) {
		const char *fix = chain_fix_pool(in, allocation->wanted_pool);

		link->action = fix != NULL ? fix : link->action;
	}
	if (allocator->state != COMPONENT_DOWN && allocator->state != COMPONENT_ABSENT)
		return;
	/* Both have to be fixed. */
	link->text = arena_printf(in->arena, "%s; and the allocator %s", link->text,
				  allocator->text);
	if (link->action != NULL)
		ARRAY_ADD(in->arena, &chain->actions, link->action);
	ARRAY_ADD(in->arena, &chain->actions,
		  component_advice(allocator, "allocator",
				   in->cluster->snapshot->install_namespace, in->arena));
}

static void chain_ignored(struct inspection *in, struct chain *chain,
			  const struct allocation *allocation)
{
	chain_add(in, chain, "allocated", LINK_OK,
		  allocation->detail != NULL ? allocation->detail
					     : "PureLB does not serve this Service");
}

/* ", shared with shop/b (key web)", or "". (P3.7) */
static const char *chain_sharing_text(const struct inspection *in,
				      const struct allocation *allocation, struct ip ip)
{
	ARRAY_OF(const char *) others = { 0 };

	if (allocation->sharing_key == NULL)
		return "";
	ARRAY_FOREACH (const struct allocation, other, &in->all->list) {
		if (other == allocation)
			continue;
		ARRAY_FOREACH (const struct allocated_address, it, &other->addresses)
			if (ip_compare(it->ip, ip) == 0)
				ARRAY_ADD(in->arena, &others,
					  arena_printf(in->arena, "%s/%s",
						       other->service->object.namespace,
						       other->service->object.name.s));
	}
	return others.count == 0
		       ? ""
		       : arena_printf(in->arena, ", shared with %s (key %s)",
				      name_list(in->arena, others.items, others.count, 3),
				      allocation->sharing_key);
}

static void chain_held(struct inspection *in, struct chain *chain,
		       const struct allocation *allocation,
		       const struct allocated_address *address)
{
	static const char *const assigned[] = { "AddressAssigned", NULL };
	const struct object *object = &allocation->service->object;
	const struct event *event = observed_event(in->observed, object, assigned);
	const struct finding *shared = chain_finding(in, CHECK_SV015, object);
	const struct finding *homeless = chain_finding(in, CHECK_SV014, object);
	struct chain_link *link =
		chain_add(in, chain, "allocated", LINK_OK,
			  arena_printf(in->arena, "%s%s",
				       chain_allocated_text(in, address->ip, address->pool),
				       chain_sharing_text(in, allocation, address->ip)));

	if (event != NULL)
		chain_prove(in, link, "Event",
			    observed_age(in->observed, event_last_seen(event)),
			    event->object.pos, "AddressAssigned");
	chain_prove(in, link, "status of the Service", NULL, allocation->service->status.pos,
		    link->text);
	if (shared != NULL) {
		link->state = LINK_BROKEN;
		link->text = shared->message;
		link->action = shared->hint;
	} else if (homeless != NULL) {
		link->predicted = homeless->message;
	}
}

/* ---- the last link ---- */

/*
 * With externalTrafficPolicy Local a node without a ready backend drops what it attracts. The
 * nodes that have the address are those whose interfaces show it, else those that the model
 * says.
 */
static void chain_local_backends(struct inspection *in, struct chain_link *link,
				 const struct vip *vip, const struct backends *backends)
{
	ARRAY_OF(const char *) dropping = { 0 };
	bool *has = seen_holders(&in->seen, vip->ip, false, in->arena);
	bool seen = false;
	const char *names;

	for (uint32_t i = 0; i < in->cluster->nodes.count; i++)
		seen |= has[i];
	ARRAY_FOREACH (const struct cluster_node *, node, &vip->announcers)
		if (!seen)
			has[*node - in->cluster->nodes.items] = true;
	for (uint32_t i = 0; i < in->cluster->nodes.count; i++)
		if (has[i] && !backends->nodes[i])
			ARRAY_ADD(in->arena, &dropping, in->cluster->nodes.items[i].name);
	if (dropping.count == 0)
		return;
	names = name_list(in->arena, dropping.items, dropping.count, 3);
	link->state = seen ? LINK_BROKEN : LINK_PREDICTED;
	link->text = arena_printf(
		in->arena,
		"%s, but none on %s, which %s the address: with externalTrafficPolicy Local, "
		"traffic arriving there is dropped",
		link->text, names, dropping.count == 1 ? "has" : "have");
	link->action = arena_printf(in->arena,
				    "set externalTrafficPolicy: Cluster, or run a Pod of the "
				    "Service on %s",
				    names);
}

/* " -l app=web,tier=front" */
static const char *chain_selector(const struct inspection *in, const struct service *service)
{
	const char *text = "";

	ARRAY_FOREACH (const struct label, label, &service->selector.list)
		text = arena_printf(in->arena, "%s%s%s=%s", text, *text == '\0' ? " -l " : ",",
				    label->key.s, label->value.s != NULL ? label->value.s : "");
	return text;
}

static const char *chain_no_endpoint(const struct service *service)
{
	return service->selector.list.count > 0
		       ? "there is no endpoint: the selector matches no Pod"
		       : "there is no endpoint: the Service has no selector, and no "
			 "EndpointSlice names it";
}

/* `vip` is NULL where nothing is known of who announces it. */
static void chain_backends(struct inspection *in, struct chain *chain,
			   const struct service *service, const struct vip *vip)
{
	const struct backends backends = observed_backends(in->observed, service);
	struct component down = { 0 };
	const char *container = NULL;
	struct chain_link *link;

	if (!backends.known) {
		chain_add(in, chain, "backends", LINK_UNKNOWN,
			  "no EndpointSlices in the input");
		chain_ask(in, chain, "whether a Pod is ready",
			  arena_printf(in->arena, "kubectl -n %s get endpointslices -o yaml",
				       service->object.namespace));
		return;
	}
	if (backends.ready > 0) {
		link = chain_add(in, chain, "backends", LINK_OK,
				 arena_printf(in->arena, "%u of %u ready%s%s", backends.ready,
					      backends.total,
					      *backends.places != '\0' ? " on " : "",
					      backends.places));
		if (vip != NULL && *backends.places != '\0' && !vip->how.resets_policy &&
		    str_equal(service->external_traffic_policy.s, "Local"))
			chain_local_backends(in, link, vip, &backends);
	} else if (backends.serving > 0) {
		link = chain_add(in, chain, "backends", LINK_OK,
				 "none ready, but some still serve while terminating");
	} else {
		link = chain_add(in, chain, "backends", LINK_BROKEN,
				 backends.total == 0
					 ? chain_no_endpoint(service)
					 : arena_printf(in->arena,
							"none of %u endpoints is ready",
							backends.total));
		if (observed_backend_down(in->observed, service, &down, &container))
			link->text = arena_printf(in->arena, "%s; Pod %s %s", link->text,
						  down.pod->object.name.s, down.text);
		link->action =
			down.pod != NULL && down.state == COMPONENT_DOWN
				? component_advice(&down, container, service->object.namespace,
						   in->arena)
			: backends.total == 0 && service->selector.list.count == 0
				? arena_printf(in->arena,
					       "add an EndpointSlice with the label "
					       "kubernetes.io/service-name: %s in namespace %s",
					       service->object.name.s,
					       service->object.namespace)
				: arena_printf(in->arena,
					       "kubectl -n %s get pods%s; kubectl -n %s "
					       "describe service %s",
					       service->object.namespace,
					       chain_selector(in, service),
					       service->object.namespace,
					       service->object.name.s);
	}
	if (backends.slice != NULL)
		chain_prove(in, link, "EndpointSlice", NULL, backends.slice->object.pos,
			    link->text);
}

/* ---- a Service ---- */

static const struct vip *chain_vip(const struct inspection *in, const struct service *service,
				   struct ip ip)
{
	if (in->vips == NULL)
		return NULL;
	ARRAY_FOREACH (const struct vip, vip, &in->vips->list) {
		if (vip->service == service && ip_compare(vip->ip, ip) == 0)
			return vip;
	}
	return NULL;
}

struct chain *chain_begin(struct inspection *in, const char *subject)
{
	struct chain *chain = ARRAY_PUSH(in->arena, &in->chains);

	*chain = (struct chain){ .subject = subject };
	return chain;
}

static void chain_of_address(struct inspection *in, struct chain *chain,
			     const struct allocation *allocation,
			     const struct allocated_address *address)
{
	const struct vip *vip = chain_vip(in, allocation->service, address->ip);
	const bool remote =
		vip != NULL ? vip->type == VIP_REMOTE
			    : address->pool != NULL && address->pool->type == POOL_TYPE_REMOTE;
	char text[IP_TEXT_MAX];
	const enum waiting waiting =
		address->added ? observed_waiting(in->observed, allocation) : WAITING_NOT;

	ip_format(address->ip, text);
	chain->pool = address->pool != NULL ? address->pool->name : NULL;
	if (vip != NULL && !remote && vip->winner != NULL)
		ARRAY_ADD(in->arena, &chain->nodes, vip->winner->name);
	else if (vip != NULL && remote)
		ARRAY_FOREACH (const struct cluster_node *, node, &vip->announcers)
			ARRAY_ADD(in->arena, &chain->nodes, (*node)->name);
	if (address->pool != NULL)
		chain->about = arena_printf(in->arena, "pool %s (%s)", address->pool->name,
					    pool_type_name(address->pool->type));
	if (waiting == WAITING) {
		chain_allocator_broken(in, chain, allocation, text);
		return;
	}
	chain->address = arena_strdup(in->arena, text);
	if (address->added) {
		struct chain_link *link = chain_add(
			in, chain, "allocated", LINK_PREDICTED,
			arena_printf(in->arena, "it gets %s",
				     chain_allocated_text(in, address->ip, address->pool)));

		link->predicted = link->text;
	} else {
		chain_held(in, chain, allocation, address);
	}
	if (in->cluster->nodes.count == 0 || vip == NULL) {
		chain_add(in, chain, "elected", LINK_UNKNOWN, "no nodes in the input");
		chain_ask(in, chain, "which node announces it",
			  "kubectl get nodes,leases -A -o yaml");
	} else if (remote) {
		chain_remote(in, chain, vip);
	} else {
		chain_local(in, chain, vip);
	}
	chain_backends(in, chain, allocation->service, vip);
}

void chain_of_service(struct inspection *in, const struct allocation *allocation)
{
	const struct object *object = &allocation->service->object;
	const char *subject =
		arena_printf(in->arena, "%s/%s", object->namespace, object->name.s);
	struct chain *chain;

	if (allocation->addresses.count == 0 || allocation->state == SERVICE_IGNORED) {
		chain = chain_begin(in, subject);
		if (allocation->state == SERVICE_IGNORED)
			chain_ignored(in, chain, allocation);
		else
			chain_pending(in, chain, allocation);
		chain->pool = allocation->pool != NULL ? allocation->pool->name
						       : allocation->wanted_pool;
		chain_finish(in, chain);
		return;
	}
	ARRAY_FOREACH (const struct allocated_address, address, &allocation->addresses) {
		chain = chain_begin(in, subject);
		chain_of_address(in, chain, allocation, address);
		chain_finish(in, chain);
		if (chain->address == NULL)
			return;
	}
	if (allocation->state == SERVICE_PENDING) {
		chain = chain_begin(in, subject);
		chain_pending(in, chain, allocation);
		chain_finish(in, chain);
	}
}

const char *chain_look_at_agent(const struct inspection *in, const struct cluster_node *node)
{
	const struct component *agent = &in->observed->agents[node - in->cluster->nodes.items];
	const char *namespace = in->cluster->snapshot->install_namespace;

	if (agent->state == COMPONENT_DOWN || agent->state == COMPONENT_ABSENT)
		return component_advice(agent, "lbnodeagent", namespace, in->arena);
	if (agent->pod != NULL)
		return arena_printf(in->arena,
				    "read the log of the agent of %s: kubectl -n %s logs %s "
				    "-c lbnodeagent",
				    node->name, namespace, agent->pod->object.name.s);
	return arena_printf(in->arena, "check the agent of %s: kubectl -n %s get pods -o wide",
			    node->name, namespace);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CV010 to CV014: what the release of PureLB that a cluster runs does not do, and what it does
 * wrong. (A4, P10) Which rules a release follows is in purelb/pools/release.c; faults that only
 * its logs, metrics and plugins would show are left out.
 */
#include "validator/check.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/objects/workloads.h"

static const char *releases_text(struct checker *ck)
{
	return release_text(ck->cluster->release.release, ck->arena);
}

static const char *releases_name(const struct object *object)
{
	return object->name.s != NULL ? object->name.s : "(no name)";
}

/* ---- CV010: fields ---- */

static void releases_report_field(struct checker *ck, const struct lost_field *lost)
{
	struct finding *f = report(
		ck, CHECK_CV010, lost->object, lost->pos, "PureLB %s %s %s of %s \"%s\": %s%s",
		releases_text(ck), lost->dropped ? "does not have" : "ignores", lost->path,
		lost->object->kind_name, releases_name(lost->object),
		lost->dropped ? "the API server drops the field, and " : "", lost->loss);

	f->place.path = lost->path;
	if (!lost->dropped)
		f->severity = SEVERITY_WARN;
	finding_hint(ck, f, "upgrade to PureLB 0.17, which has it");
}

/* What follows from another field that is dropped is not said beside it. */
static bool releases_follows(struct checker *ck, const struct lost_field *lost)
{
	static const char *const flags[] = { "spec.enforceNamespaces", "spec.namespaceDefault",
					     NULL };

	return str_in(lost->path, flags) &&
	       cluster_lost_field(ck->cluster, lost->object, "spec.namespaces") != NULL;
}

void releases_check_fields(struct checker *ck)
{
	ARRAY_FOREACH (const struct lost_field, lost, &ck->cluster->lost.list)
		if (!lost->by_crd && !releases_follows(ck, lost))
			releases_report_field(ck, lost);
}

/* ---- CV011: the images ---- */

static void releases_report_unknown(struct checker *ck, const struct release_part *part)
{
	struct finding *f;

	if (part->object == NULL || release_is_modeled(part->release))
		return;
	f = report(ck, CHECK_CV011, part->object, part->image.pos,
		   "the rules of PureLB %s, the release of this image, are not known: those of "
		   "%s are used",
		   release_text(part->release, ck->arena), releases_text(ck));
	f->severity =
		release_is_before(part->release, RELEASE_0_15) ? SEVERITY_WARN : SEVERITY_INFO;
	finding_hint(ck, f, "name the nearest release with --purelb-version");
}

/* The newest release of the part; only of one that has an object. */
static struct release releases_newest(const struct release_part *part)
{
	return part->newer != NULL ? part->newer_release : part->release;
}

static bool releases_differ(struct release a, struct release b)
{
	return release_is_before(a, b) || release_is_before(b, a);
}

/* Two workloads of one part, as after an upgrade of one of them, or two Pods in a rollout. What
 * the other part runs is told with it, where that is not the newer one. */
static void releases_report_several(struct checker *ck, const struct release_part *part,
				    const struct release_part *other, bool of_agents)
{
	bool plural, pods;
	struct finding *f;

	if (part->object == NULL || part->newer == NULL)
		return;
	pods = part->object->kind == KIND_POD;
	plural = of_agents && !pods;
	f = report(ck, CHECK_CV011, part->object, part->image.pos,
		   "the %s of %s \"%s\" run%s PureLB %s and %s of \"%s\" %s",
		   !of_agents ? "allocator"
		   : plural   ? "node agents"
			      : "node agent",
		   part->object->kind_name, releases_name(part->object), plural ? "" : "s",
		   release_text(part->release, ck->arena), plural ? "those" : "that",
		   releases_name(part->newer), release_text(part->newer_release, ck->arena));
	finding_related(ck, f, part->newer_image.pos, "the other image is here");
	if (pods)
		finding_hint(ck, f,
			     "wait until the rollout has ended: kubectl -n %s get %s -o wide",
			     ck->snapshot->install_namespace,
			     of_agents ? "daemonsets" : "deployments");
	else if (other->object == NULL ||
		 !releases_differ(releases_newest(other), part->newer_release))
		finding_hint(ck, f, "give both images the tag of the newer one");
	else
		finding_hint(ck, f, "give all images of PureLB the tag of the newest one");
	if (other->object != NULL &&
	    releases_differ(releases_newest(other), part->newer_release))
		finding_related(
			ck, f, other->newer != NULL ? other->newer_image.pos : other->image.pos,
			"the image of the %s, PureLB %s, is here",
			of_agents ? "allocator" : "node agents",
			release_text(releases_newest(other), ck->arena));
}

/* The allocator and the node agents, each of one release. */
static void releases_report_apart(struct checker *ck, const struct release_choice *choice)
{
	const struct release_part *agents = &choice->agents, *allocator = &choice->allocator;
	struct finding *f;

	if (agents->object == NULL || allocator->object == NULL || agents->newer != NULL ||
	    allocator->newer != NULL || !releases_differ(agents->release, allocator->release))
		return;
	f = report(ck, CHECK_CV011, allocator->object, allocator->image.pos,
		   "the allocator runs PureLB %s and the node agents run %s",
		   release_text(allocator->release, ck->arena),
		   release_text(agents->release, ck->arena));
	finding_hint(ck, f, "give both images the tag of the newer one");
	finding_related(ck, f, agents->image.pos, "the image of the node agents is here");
}

/* Nothing is guessed from a digest or from a tag such as "latest". */
static void releases_report_nameless(struct checker *ck, const struct release_choice *choice)
{
	const struct release_part *agents = &choice->agents, *allocator = &choice->allocator;
	const bool of_agents = agents->nameless != NULL && agents->object == NULL;
	const bool of_allocator = allocator->nameless != NULL && allocator->object == NULL;
	const struct release_part *part = of_agents ? agents : allocator;
	struct finding *f;

	if (!of_agents && !of_allocator)
		return;
	f = report(ck, CHECK_CV011, part->nameless, part->nameless_image.pos,
		   "the image%s of the %s do%s not name a release of PureLB, so which one runs "
		   "is unknown: the rules of %s%s are used",
		   of_agents && of_allocator ? "s" : "",
		   of_agents && of_allocator ? "node agents and the allocator"
		   : of_agents               ? "node agents"
					     : "allocator",
		   of_agents && of_allocator ? "" : "es", releases_text(ck),
		   choice->by == NULL || (choice->by != agents->object &&
					  choice->by != allocator->object)
			   ? ""
		   : of_agents ? ", the release of the allocator,"
			       : ", the release of the node agents,");
	f->severity = SEVERITY_INFO;
	finding_hint(ck, f, "name the release with --purelb-version");
	if (of_agents && of_allocator)
		finding_related(ck, f, allocator->nameless_image.pos,
				"the image of the allocator is here");
}

/* One of several workloads of a part, of which another one names its release. */
static void releases_report_nameless_beside(struct checker *ck, const struct release_part *part)
{
	struct finding *f;

	if (part->nameless == NULL || part->object == NULL)
		return;
	f = report(
		ck, CHECK_CV011, part->nameless, part->nameless_image.pos,
		"the image of %s \"%s\" does not name a release of PureLB, so which one runs "
		"there is unknown: the rules of %s are used",
		part->nameless->kind_name, releases_name(part->nameless), releases_text(ck));
	f->severity = SEVERITY_INFO;
	finding_hint(ck, f, "name the release with --purelb-version");
	finding_related(ck, f, part->image.pos, "the image of \"%s\" names %s",
			releases_name(part->object), release_text(part->release, ck->arena));
}

/* What a rollout has not reached. */
static void releases_report_behind(struct checker *ck, const struct release_part *part,
				   const char *container, const struct pod *pod)
{
	const struct object *asked = part->newer != NULL ? part->newer : part->object;
	const bool of_node = pod->node_name.s != NULL && str_equal(container, WORKLOAD_AGENT);
	struct str_value image;
	struct release release;
	struct finding *f;

	if (!release_is_behind(ck->snapshot, part, container, pod, &image, &release))
		return;
	f = report(ck, CHECK_CV011, &pod->object, image.pos,
		   "%s \"%s\" runs %s PureLB %s, and %s \"%s\" asks for %s",
		   of_node ? "node" : "Pod",
		   of_node ? pod->node_name.s : releases_name(&pod->object),
		   str_equal(container, WORKLOAD_AGENT) ? "the agent of" : "the allocator of",
		   release_text(release, ck->arena), asked->kind_name, releases_name(asked),
		   release_text(releases_newest(part), ck->arena));
	finding_hint(ck, f,
		     "wait until the rollout has ended: kubectl -n %s rollout status %s/%s%s",
		     ck->snapshot->install_namespace,
		     asked->kind == KIND_DAEMON_SET ? "daemonset" : "deployment",
		     releases_name(asked),
		     asked->kind == KIND_DAEMON_SET
			     ? "; with updateStrategy OnDelete, delete the Pods that are left"
			     : "");
	finding_related(ck, f, part->newer != NULL ? part->newer_image.pos : part->image.pos,
			"that image is here");
}

void releases_check_images(struct checker *ck)
{
	const struct release_choice *choice = &ck->cluster->release;
	const struct release_part *agents = &choice->agents, *allocator = &choice->allocator;

	if (choice->origin == RELEASE_BY_IMAGE)
		releases_report_unknown(ck, agents->object != NULL ? agents : allocator);
	if (choice->origin != RELEASE_GIVEN) {
		releases_report_nameless(ck, choice);
		releases_report_nameless_beside(ck, agents);
		releases_report_nameless_beside(ck, allocator);
	}
	releases_report_several(ck, agents, allocator, true);
	releases_report_several(ck, allocator, agents, false);
	releases_report_apart(ck, choice);
	ARRAY_FOREACH (struct pod *const, pod, &ck->snapshot->pods) {
		releases_report_behind(ck, agents, WORKLOAD_AGENT, *pod);
		releases_report_behind(ck, allocator, WORKLOAD_ALLOCATOR, *pod);
	}
}

/* ---- CV012: affinity ---- */

void releases_check_affinity(struct checker *ck)
{
	static const char key[] = "purelb.io/node-affinity";

	if (release_has(ck->cluster->release.release, RELEASE_HAS_AFFINITY))
		return;
	ARRAY_FOREACH (struct service *const, service, &ck->snapshot->services) {
		const struct str_value *value =
			label_map_get(&(*service)->object.annotations, key);
		struct finding *f;

		if (value == NULL || !str_equal((*service)->type.s, "LoadBalancer"))
			continue;
		f = report(ck, CHECK_CV012, &(*service)->object, value->pos,
			   "PureLB %s ignores %s: any node with the subnet can win the "
			   "addresses of the Service",
			   releases_text(ck), key);
		finding_path(ck, f, "metadata.annotations[\"%s\"]", key);
		finding_hint(ck, f, "upgrade to PureLB 0.17, which has it");
	}
}

/* ---- CV013: what may be either of several ---- */

static void releases_check_names(struct checker *ck)
{
	ARRAY_FOREACH (const struct pool, pool, &ck->cluster->pools.list) {
		struct finding *f;

		if (pool->reject != POOL_NAME_TAKEN)
			continue;
		f = report(ck, CHECK_CV013, &pool->group->object, pool->group->object.name.pos,
			   "ServiceGroups in the namespaces %s and %s are both named \"%s\": "
			   "PureLB %s uses either of them, unpredictably",
			   pool->reject_by->group->object.namespace,
			   pool->group->object.namespace, pool->name, releases_text(ck));
		f->place.path = "metadata.name";
		finding_hint(ck, f, "give one of them another name");
		finding_related(ck, f, pool->reject_by->group->object.name.pos,
				"the other one is here");
	}
}

static void releases_check_agents(struct checker *ck)
{
	const struct lbnodeagent *first = NULL;

	ARRAY_FOREACH (const struct agent_rule, rule, &ck->cluster->agents.list) {
		struct finding *f;

		if (!rule->agent->local.at.set)
			continue;
		if (first == NULL) {
			first = rule->agent;
			continue;
		}
		f = report(ck, CHECK_CV013, &rule->agent->object, rule->agent->local.at.key,
			   "LBNodeAgents \"%s\" and \"%s\" both have spec.local: every node of "
			   "PureLB %s uses either of them, unpredictably",
			   releases_name(&first->object), releases_name(&rule->agent->object),
			   releases_text(ck));
		f->place.path = "spec.local";
		finding_hint(ck, f,
			     "keep one LBNodeAgent with spec.local, or upgrade to PureLB 0.17");
		finding_related(ck, f, first->local.at.key, "the other one is here");
	}
}

void releases_check_order(struct checker *ck)
{
	if (ck->cluster->pools.unordered)
		releases_check_names(ck);
	if (!release_has(ck->cluster->release.release, RELEASE_HAS_SELECTORS))
		releases_check_agents(ck);
}

/* ---- CV014: faults that a later release does not have ---- */

static bool releases_hold_addresses(const struct checker *ck)
{
	ARRAY_FOREACH (struct service *const, service, &ck->snapshot->services)
		if ((*service)->ingress.list.count > 0)
			return true;
	return false;
}

static bool releases_many_nodes(const struct checker *ck)
{
	return ck->cluster->nodes.count > 1;
}

/* The chart made the DaemonSet, and k8gobgp is in it. */
static bool releases_chart_speaks(const struct checker *ck)
{
	const struct object *agents = ck->cluster->release.agents.object;

	return agents != NULL && agents->kind == KIND_DAEMON_SET &&
	       workload_speaker((const struct workload *)(const void *)agents) != NULL &&
	       str_equal(label_map_text(&agents->labels, "app.kubernetes.io/managed-by"),
			 "Helm");
}

static int releases_compare_addresses(const void *pa, const void *pb)
{
	return ip_compare(*(const struct ip *)pa, *(const struct ip *)pb);
}

static bool releases_is_local(const struct checker *ck, struct ip ip)
{
	ARRAY_FOREACH (const struct pool, pool, &ck->cluster->pools.list)
		if (pool->type == POOL_TYPE_LOCAL && pool_has(pool, ip))
			return true;
	return false;
}

/* Some local address is held by two Services. */
static bool releases_share_local(const struct checker *ck)
{
	struct {
		ARRAY_OF(struct ip) list;
	} held = { { 0 } };

	ARRAY_FOREACH (struct service *const, service, &ck->snapshot->services) {
		ARRAY_FOREACH (const struct ingress, ingress, &(*service)->ingress.list) {
			struct ip ip;

			if (ingress->ip.s != NULL && ip_parse(ingress->ip.s, &ip))
				ARRAY_ADD(ck->scratch, &held.list, ip);
		}
	}
	if (held.list.count < 2)
		return false;
	qsort(held.list.items, held.list.count, sizeof(*held.list.items),
	      releases_compare_addresses);
	for (uint32_t i = 1; i < held.list.count; i++)
		if (ip_compare(held.list.items[i - 1], held.list.items[i]) == 0 &&
		    (i == 1 || ip_compare(held.list.items[i - 2], held.list.items[i]) != 0) &&
		    releases_is_local(ck, held.list.items[i]))
			return true;
	return false;
}

/* Local IPv6 ranges, and an LBNodeAgent that asks for gratuitous frames. */
static bool releases_gratuitous_v6(const struct checker *ck)
{
	bool asked = false;

	ARRAY_FOREACH (const struct agent_rule, rule, &ck->cluster->agents.list) {
		const struct garp_config *garp = &rule->agent->local.garp_config;

		asked |= garp->at.set && (!garp->enabled.set || garp->enabled.v);
	}
	ARRAY_FOREACH (const struct pool, pool, &ck->cluster->pools.list)
		if (asked && pool->type == POOL_TYPE_LOCAL && pool->v6.count > 0)
			return true;
	return false;
}

/* A fault of upstream's changelog. */
struct release_fault {
	struct release from, fixed; /* the first release that has it, the first that has not */
	bool of_allocator;          /* the finding is at its image, else at the agents' */
	bool (*bites)(const struct checker *ck);
	const char *text;
};

/* P10.3 */
static const struct release_fault release_faults[] = {
	{ { 0, 15, 0 },
	  { 0, 16, 1 },
	  true,
	  releases_hold_addresses,
	  "after a start of the allocator and after each change of a ServiceGroup, a Service "
	  "that gets an address can be given one that another Service holds" },
	{ { 0, 15, 0 },
	  { 0, 16, 1 },
	  false,
	  releases_many_nodes,
	  "the renewal of any lease makes every node agent process all Services again, which "
	  "loads the API server" },
	{ { 0, 16, 1 },
	  { 0, 16, 5 },
	  false,
	  releases_chart_speaks,
	  "the ClusterRole of the chart lacks bgpnodestatuses, so k8gobgp cannot write the "
	  "BGPNodeStatus of its node" },
	{ { 0, 15, 0 },
	  { 0, 17, 0 },
	  false,
	  releases_share_local,
	  "a node that loses the election for an address that Services share keeps the "
	  "address, so two nodes answer for it" },
	{ { 0, 15, 0 },
	  { 0, 17, 0 },
	  false,
	  releases_gratuitous_v6,
	  "nothing gratuitous is sent for IPv6 addresses, whatever garpConfig says: neighbors "
	  "find the new node only when their cache entry fails" },
};

static void releases_check_fault(struct checker *ck, const struct release_fault *fault)
{
	const struct release_choice *choice = &ck->cluster->release;
	const struct release_part *part =
		fault->of_allocator ? &choice->allocator : &choice->agents;
	struct finding *f;

	if (part->object == NULL || release_is_before(part->release, fault->from) ||
	    !release_is_before(part->release, fault->fixed) || !fault->bites(ck))
		return;
	f = report(ck, CHECK_CV014, part->object, part->image.pos,
		   "PureLB %s has a bug that is fixed in %s: %s",
		   release_text(part->release, ck->arena),
		   release_text(fault->fixed, ck->arena), fault->text);
	finding_hint(ck, f, "upgrade to PureLB %s or later",
		     release_text(fault->fixed, ck->arena));
}

void releases_check_faults(struct checker *ck)
{
	for (size_t i = 0; i < ARRAY_LEN(release_faults); i++)
		releases_check_fault(ck, &release_faults[i]);
}

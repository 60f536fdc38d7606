/* SPDX-License-Identifier: Apache-2.0 */
/* What to do about a program that does not run, or a session that is down: one sentence. */
#include "purelb/observed/observed.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

const char *component_advice(const struct component *component, const char *name,
			     const char *namespace, struct arena *arena)
{
	const char *pod = component->pod != NULL ? component->pod->object.name.s : NULL;

	if (component->text == NULL)
		return arena_printf(arena, "check it: kubectl -n %s get pods -o wide",
				    namespace);
	if (pod != NULL && strstr(component->text, "CrashLoopBackOff") != NULL)
		return arena_printf(arena,
				    "find out why it ends: kubectl -n %s logs %s -c %s "
				    "--previous",
				    namespace, pod, name);
	if (pod != NULL && strstr(component->text, "OOMKilled") != NULL)
		return arena_printf(arena,
				    "raise the memory limit of container %s of Pod %s: it was "
				    "killed for want of memory",
				    name, pod);
	if (pod != NULL && strstr(component->text, "is on node") != NULL)
		return "bring the node back, or delete it so that its Pods start elsewhere";
	if (pod != NULL)
		return arena_printf(arena, "find out why: kubectl -n %s describe pod %s",
				    namespace, pod);
	if (strstr(component->text, "scaled to 0") != NULL)
		return arena_printf(
			arena, "scale it up: kubectl -n %s scale deployment %s --replicas 1",
			namespace, component->object->name.s);
	if (component->state == COMPONENT_ABSENT && component->object == NULL)
		return arena_printf(
			arena,
			"install the allocator in namespace %s, or name the namespace of "
			"PureLB with -n",
			namespace);
	return arena_printf(arena, "find out why: kubectl -n %s describe %s %s", namespace,
			    component->object != NULL &&
					    component->object->kind == KIND_DAEMON_SET
				    ? "daemonset"
				    : "deployment",
			    component->object != NULL && component->object->name.s != NULL
				    ? component->object->name.s
				    : name);
}

bool error_mentions(const char *text, const char *part)
{
	const size_t len = strlen(part);

	if (text == NULL)
		return false;
	for (; *text != '\0'; text++)
		if (strncasecmp(text, part, len) == 0)
			return true;
	return false;
}

const char *bgp_session_advice(const struct bgp_neighbor_status *neighbor, const char *error,
			       struct arena *arena)
{
	const char *peer = neighbor->address.s;

	if (error_mentions(error, "bad peer as") || error_mentions(error, "peer as mismatch") ||
	    error_mentions(error, "2/2") || error_mentions(error, "as number"))
		return arena_printf(
			arena,
			"set peerAsn in the BGPConfiguration to the ASN of %s, and remote-as "
			"on the router to the ASN of the nodes",
			peer);
	if (error_mentions(error, "bgp identifier") || error_mentions(error, "2/3") ||
	    error_mentions(error, "router id"))
		return "give each node its own router ID: routerID: ${NODE_IP}";
	if (error_mentions(error, "hold timer"))
		return arena_printf(
			arena,
			"find what delays or drops packets between the nodes and %s, "
			"or raise the hold time",
			peer);
	if (error_mentions(error, "refused"))
		return arena_printf(arena,
				    "make %s listen on TCP port 179 and accept the nodes as "
				    "neighbors: it refuses the connection",
				    peer);
	if (error_mentions(error, "md5") || error_mentions(error, "password") ||
	    error_mentions(error, "authentication"))
		return "configure the same password on both ends";
	if (neighbor->state.s != NULL && str_equal(neighbor->state.s, "Idle"))
		return arena_printf(arena,
				    "check that the neighbor %s is not shut down in the "
				    "BGPConfiguration, and what the router reports about the "
				    "nodes",
				    peer);
	return arena_printf(
		arena,
		"check that TCP port 179 is open between the nodes and %s, and that the nodes "
		"are configured as its neighbors",
		peer);
}

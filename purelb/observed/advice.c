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
	if (pod != NULL && strstr(component->text, "OOMKilled") != NULL)
		return arena_printf(arena,
				    "raise the memory limit of container %s of Pod %s: it was "
				    "killed because it ran out of memory",
				    name, pod);
	if (pod != NULL && strstr(component->text, "CrashLoopBackOff") != NULL)
		return arena_printf(arena,
				    "find out why it exits: kubectl -n %s logs %s -c %s "
				    "--previous",
				    namespace, pod, name);
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

static bool advice_is_number(char c)
{
	return (c >= '0' && c <= '9') || c == '.';
}

bool error_mentions(const char *text, const char *part)
{
	const size_t len = strlen(part);

	/* "2/2" is no part of "10.0.2.2/24". */
	const bool number = part[0] >= '0' && part[0] <= '9';

	if (text == NULL)
		return false;
	for (const char *at = text; *at != '\0'; at++)
		if (strncasecmp(at, part, len) == 0 &&
		    !(number && ((at > text && (advice_is_number(at[-1]) || at[-1] == '/')) ||
				 advice_is_number(at[len]))))
			return true;
	return false;
}

/* What to do about an error that has one of these: the first counts. */
static const struct session_advice_row {
	const char *part;
	const char *before, *after; /* around the neighbor's name; `after` NULL: without it */
} session_advices[] = {
#define WRONG_ASN                                                                              \
	"set peerAsn in the BGPConfiguration to the ASN of ",                                  \
		", and remote-as on the router to the ASN of the nodes"
	{ "bad peer as", WRONG_ASN },
	{ "peer as mismatch", WRONG_ASN },
	{ "2/2", WRONG_ASN },
	{ "as number", WRONG_ASN },
#undef WRONG_ASN
#define SAME_ID "give each node its own router ID: routerID: ${NODE_IP}", NULL
	{ "bgp identifier", SAME_ID },
	{ "2/3", SAME_ID },
	{ "router id", SAME_ID },
#undef SAME_ID
	{ "hold timer", "find out what delays or drops packets between the nodes and ",
	  ", or raise the hold time" },
	{ "refused", "make ",
	  " listen on TCP port 179 and accept the nodes as neighbors: it refuses the "
	  "connection" },
	{ "md5", "configure the same password on both ends", NULL },
	{ "password", "configure the same password on both ends", NULL },
	{ "authentication", "configure the same password on both ends", NULL },
#define TOO_MANY                                                                               \
	"raise the limit of prefixes for the nodes on ",                                       \
		", or advertise fewer: set an aggregation in the ServiceGroup"
	{ "maximum number of prefixes", TOO_MANY },
	{ "6/1", TOO_MANY },
	{ "prefix limit", TOO_MANY },
#undef TOO_MANY
#define NOT_A_NEIGHBOR                                                                         \
	"configure the nodes as neighbors on ", ": it takes the connection and closes it"
	{ "configured", NOT_A_NEIGHBOR },
	{ "6/3", NOT_A_NEIGHBOR },
	{ "6/5", NOT_A_NEIGHBOR },
	{ "connection rejected", NOT_A_NEIGHBOR },
	{ "reset by peer", NOT_A_NEIGHBOR },
#undef NOT_A_NEIGHBOR
#define SHUT_DOWN                                                                              \
	"start the session again where it is shut down: in the BGPConfiguration, or on ", ""
	{ "administrative", SHUT_DOWN },
	{ "admin down", SHUT_DOWN },
	{ "6/2", SHUT_DOWN },
#undef SHUT_DOWN
};

const char *bgp_session_advice(const struct bgp_neighbor_status *neighbor, const char *error,
			       struct arena *arena)
{
	const char *peer = neighbor->address.s;
	const char *state = neighbor->state.s != NULL ? neighbor->state.s : "";

	for (uint32_t i = 0; i < ARRAY_LEN(session_advices); i++) {
		const struct session_advice_row *row = &session_advices[i];

		if (!error_mentions(error, row->part))
			continue;
		return row->after == NULL
			       ? row->before
			       : arena_printf(arena, "%s%s%s", row->before, peer, row->after);
	}
	if (strcasecmp(state, "Idle") == 0)
		return arena_printf(arena,
				    "check that the session to %s is not shut down in the "
				    "BGPConfiguration, and what the router reports about the "
				    "nodes",
				    peer);
	/* The connection is there. */
	if (strcasecmp(state, "OpenSent") == 0 || strcasecmp(state, "OpenConfirm") == 0)
		return arena_printf(arena,
				    "find out why %s does not answer the OPEN: its log, and "
				    "ASN, router ID and hold time on both ends",
				    peer);
	return arena_printf(
		arena,
		"check that TCP port 179 is open between the nodes and %s, and that the nodes "
		"are configured as its neighbors",
		peer);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Causes in words. */
#include "sim/engine/cause.h"

#include <stdio.h>

static const char *cause_node_name(const struct sim *sim, uint32_t node)
{
	return sim->setup->nodes.items[node].name;
}

/* "node-a", "node-a and 2 others" */
static void cause_name_nodes(const struct sim *sim, const struct cause *cause, char *buf,
			     size_t size)
{
	if (cause->others == 0)
		(void)snprintf(buf, size, "%s", cause_node_name(sim, cause->node));
	else
		(void)snprintf(buf, size, "%s and %u other%s",
			       cause_node_name(sim, cause->node), cause->others,
			       cause->others > 1 ? "s" : "");
}

/* ", noticed at node-b's renewal" */
static void cause_name_via(const struct sim *sim, uint32_t reader, const struct cause *cause,
			   char *buf, size_t size)
{
	buf[0] = '\0';
	if (cause->via == VIA_RESYNC)
		(void)snprintf(buf, size, ", noticed at its own resync");
	else if (cause->via == VIA_LIST)
		(void)snprintf(buf, size, ", noticed when it listed all leases");
	else if (cause->via == VIA_LEASE && cause->by == reader)
		(void)snprintf(buf, size, ", noticed at its own renewal");
	else if (cause->via == VIA_LEASE && cause->by != cause->node)
		(void)snprintf(buf, size, ", noticed at %s's renewal",
			       cause_node_name(sim, cause->by));
}

static const char *cause_plain_text(const struct sim *sim, uint32_t version,
				    const struct cause *cause)
{
	switch (cause->kind) {
	case CAUSE_RELISTED:
		return "everything was listed again";
	case CAUSE_STARTED:
		return "the agent started";
	case CAUSE_CONFIG:
		/* The first is what the inputs say. */
		if (version == 0)
			return "its configuration arrived";
		return sim->setup->versions.items[version].what;
	case CAUSE_SERVICE:
		return "the Service changed";
	case CAUSE_ENDPOINTS:
		return "its endpoints changed";
	case CAUSE_RESYNC:
		return "everything is processed again every 10 minutes";
	case CAUSE_HEALTHY:
		return "its own lease was renewed again";
	case CAUSE_STOPPED:
		return "the agent stopped";
	case CAUSE_NONE:
	case CAUSE_EXPIRED:
	case CAUSE_DELETED:
	case CAUSE_JOINED:
	case CAUSE_SUBNETS:
		break;
	}
	return "no particular cause";
}

static bool cause_names_nodes(enum cause_kind kind)
{
	return kind == CAUSE_EXPIRED || kind == CAUSE_DELETED || kind == CAUSE_JOINED ||
	       kind == CAUSE_SUBNETS;
}

const char *cause_text(const struct sim *sim, uint32_t node, uint32_t version,
		       const struct cause *cause, char buf[static CAUSE_TEXT_MAX])
{
	char nodes[CAUSE_TEXT_MAX / 3] = "";
	char via[CAUSE_TEXT_MAX / 3] = "";
	const double ago = (double)(sim->engine.now - cause->when) / (double)NS_PER_SEC;
	const bool many = cause->others > 0;
	const char *of = many ? "leases of " : "lease of ";
	const bool own = cause->node == node && cause->others == 0;

	if (cause_names_nodes(cause->kind)) {
		cause_name_nodes(sim, cause, nodes, sizeof(nodes));
		cause_name_via(sim, node, cause, via, sizeof(via));
	}
	switch (cause->kind) {
	case CAUSE_EXPIRED:
		(void)snprintf(buf, CAUSE_TEXT_MAX, "%s%s expired %.1fs ago%s",
			       own ? "its own lease" : of, own ? "" : nodes, ago, via);
		break;
	case CAUSE_DELETED:
		(void)snprintf(buf, CAUSE_TEXT_MAX, "%s%s %s deleted", of, nodes,
			       many ? "were" : "was");
		break;
	case CAUSE_JOINED:
		(void)snprintf(buf, CAUSE_TEXT_MAX, "%s%s %s live again%s", of, nodes,
			       many ? "are" : "is", via);
		break;
	case CAUSE_SUBNETS:
		(void)snprintf(buf, CAUSE_TEXT_MAX, "%s advertises different subnets", nodes);
		break;
	default:
		(void)snprintf(buf, CAUSE_TEXT_MAX, "%s",
			       cause_plain_text(sim, version, cause));
		break;
	}
	return buf;
}

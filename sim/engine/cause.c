/* SPDX-License-Identifier: Apache-2.0 */
/* Causes in words. */
#include "sim/engine/cause.h"

#include <stdio.h>
#include <string.h>

static const char *cause_node_name(const struct sim *sim, uint32_t node)
{
	return sim->setup->nodes.items[node].name;
}

/* Appends what fits. An agent has a cause for each of thousands of addresses: printing takes
 * too long. */
static void cause_add(char *buf, size_t size, const char *more)
{
	const size_t length = strlen(buf);
	const size_t added = strnlen(more, size - 1 - length);

	memcpy(buf + length, more, added);
	buf[length + added] = '\0';
}

enum { PART_MAX = CAUSE_TEXT_MAX / 3 };

/* "node-a", "node-a and 2 others" */
static void cause_name_nodes(const struct sim *sim, const struct cause *cause,
			     char buf[static PART_MAX])
{
	if (cause->others == 0)
		cause_add(buf, PART_MAX, cause_node_name(sim, cause->node));
	else
		(void)snprintf(buf, PART_MAX, "%s and %u other%s",
			       cause_node_name(sim, cause->node), cause->others,
			       cause->others > 1 ? "s" : "");
}

/* ", noticed at node-b's renewal" */
static void cause_name_via(const struct sim *sim, uint32_t reader, const struct cause *cause,
			   char buf[static PART_MAX])
{
	if (cause->via == VIA_RESYNC) {
		cause_add(buf, PART_MAX, ", noticed at its own resync");
	} else if (cause->via == VIA_LIST) {
		cause_add(buf, PART_MAX, ", noticed when it listed all leases");
	} else if (cause->via == VIA_LEASE && cause->by == reader) {
		cause_add(buf, PART_MAX, ", noticed at its own renewal");
	} else if (cause->via == VIA_LEASE && cause->by != cause->node) {
		cause_add(buf, PART_MAX, ", noticed at ");
		cause_add(buf, PART_MAX, cause_node_name(sim, cause->by));
		cause_add(buf, PART_MAX, "'s renewal");
	}
}

static const char *cause_plain_text(const struct sim *sim, uint32_t version,
				    const struct cause *cause)
{
	switch (cause->kind) {
	case CAUSE_RELISTED:
		return "everything was listed again";
	case CAUSE_STARTED:
		return "the agent started";
	case CAUSE_CONFIGURED:
		return "its configuration arrived";
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

const char *cause_text(const struct sim *sim, uint32_t node, uint32_t version,
		       const struct cause *cause, char buf[static CAUSE_TEXT_MAX])
{
	const bool many = cause->others > 0;
	char ago[PART_MAX];
	char nodes[PART_MAX] = "";
	char via[PART_MAX] = "";
	const char *parts[] = { many ? "leases of " : "lease of ", nodes, "", via };

	switch (cause->kind) {
	case CAUSE_EXPIRED:
		if (cause->node == node && !many) {
			parts[0] = "its own lease";
			parts[1] = "";
		}
		(void)snprintf(ago, sizeof(ago), " expired %.1fs ago",
			       (double)(sim->engine.now - cause->when) / (double)NS_PER_SEC);
		parts[2] = ago;
		break;
	case CAUSE_DELETED:
		parts[2] = many ? " were deleted" : " was deleted";
		parts[3] = "";
		break;
	case CAUSE_JOINED:
		parts[2] = many ? " are live again" : " is live again";
		break;
	case CAUSE_SUBNETS:
		parts[0] = "";
		parts[2] = " advertises different subnets";
		parts[3] = "";
		break;
	default:
		return cause_plain_text(sim, version, cause);
	}
	cause_name_nodes(sim, cause, nodes);
	cause_name_via(sim, node, cause, via);
	buf[0] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		cause_add(buf, CAUSE_TEXT_MAX, parts[i]);
	return buf;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What iproute2 and sysctl print on nodes, kept in one folder a node, as the nodes of a
 * NodeInventory:
 *
 *	FOLDER/NODE/addr.json	ip -j addr
 *	FOLDER/NODE/route.json	ip -j route
 *	FOLDER/NODE/route6.json	ip -j -6 route
 *	FOLDER/NODE/sysctl.txt	sysctl net.ipv4.conf; need not be there
 *	FOLDER/NODE/segments.txt	lines "INTERFACE SEGMENT", by hand; need not be there
 */
#ifndef CONFIG_EVIDENCE_NODE_CAPTURES_H
#define CONFIG_EVIDENCE_NODE_CAPTURES_H

#include "config/objects/snapshot.h"

struct node_captures {
	/* By name. Places are those in the captures. */
	ARRAY_OF(struct inventory_node) nodes;
	/* What was left out on purpose, a sentence each, with the node's name. */
	ARRAY_OF(const char *) notes;
	uint32_t broken; /* nodes with a problem: they are not in `nodes` */
};

/*
 * Reads the folders below `folder` in the order of their names. Mistakes become problems of
 * the snapshot; what cannot be read is in its sources.errors. All results live in its arena.
 * Returns false when the folder itself cannot be read or has no node in it: sources.errors
 * says why.
 */
bool node_captures_load(struct snapshot *snapshot, const char *folder,
			struct node_captures *out);

/* The parts: each reads one file of the node into `node` and returns false after a problem or
 * an error. (node_captures_ip.c, node_captures_text.c) */
struct capture_file {
	struct snapshot *snapshot;
	struct arena *scratch; /* emptied by the caller */
	const char *path;
	struct node_captures *captures;
	struct inventory_node *node;
};

bool capture_read_addresses(const struct capture_file *file);
bool capture_read_routes(const struct capture_file *file, const char *family);
bool capture_read_sysctls(const struct capture_file *file);
bool capture_read_segments(const struct capture_file *file);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hash of what a tree says, so that objects that stand twice in the input can be told from
 * objects that differ. Places and comments play no part in it; the order of keys does, as it
 * does for whoever compares two files.
 */
#include "config/yaml/tree.h"

/* FNV-1a, 64 bits. */
static const uint64_t hash_start = 0xcbf29ce484222325U;
static const uint64_t hash_prime = 0x100000001b3U;

static uint64_t tree_hash_text(uint64_t hash, const char *text)
{
	for (; text != NULL && *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * hash_prime;
	return (hash ^ 0xffU) * hash_prime; /* no byte of a text: its end */
}

static uint64_t tree_hash_node(uint64_t hash, const struct tree_node *node)
{
	uint64_t entries = 0;

	hash = (hash ^ (uint64_t)node->type) * hash_prime;
	switch (node->type) {
	case TREE_LIST:
		ARRAY_FOREACH (const struct tree_node *, item, &node->u.list)
			hash = tree_hash_node(hash, *item);
		break;
	case TREE_MAP:
		/* In whatever order they are written. */
		ARRAY_FOREACH (struct tree_entry, entry, &node->u.map)
			entries += tree_hash_node(tree_hash_text(hash_start, entry->key),
						  entry->value);
		hash = (hash ^ entries) * hash_prime;
		break;
	default:
		hash = tree_hash_text(hash, node->text);
	}
	return (hash ^ 0xfeU) * hash_prime;
}

uint64_t tree_hash(const struct tree_node *node)
{
	return node != NULL ? tree_hash_node(hash_start, node) : 0;
}

bool tree_is_read(const struct tree_node *node)
{
	if (node->type == TREE_LIST)
		ARRAY_FOREACH (const struct tree_node *, item, &node->u.list)
			if (!tree_is_read(*item))
				return false;
	if (node->type == TREE_MAP)
		ARRAY_FOREACH (const struct tree_entry, entry, &node->u.map)
			if (!tree_is_read(entry->value))
				return false;
	return node->type != TREE_UNREAD;
}

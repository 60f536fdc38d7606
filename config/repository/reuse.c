/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store of what files brought.
 *
 * A file is read into a snapshot of its own, which sees the sources of the real one, so that
 * places in it have the right numbers; what came into its lists is then added to those of the
 * real one. What all files brought the first time lies in one arena; what is read later has an
 * arena of its own, so that it goes when the file is read again. When many files are read
 * anew, since others came or went before them, everything is forgotten and read once more.
 */
#include "config/repository/reuse.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/text.h"

enum {
	REUSE_APART_MAX = 200, /* files with an arena of their own */
	REUSE_KEY_MAX = 4200,  /* bytes of a path and the number of its pass */
};

/* What one reading of a file brought. */
struct reuse_content {
	bool kept;
	bool apart; /* what it brought lies in its own arena */
	uint32_t source;
	uint64_t values;         /* hash of the values for variables */
	struct snapshot brought; /* only its lists; its arena when it is apart */
	struct tree_list trees;
};

struct reuse_entry {
	char *key; /* "PASS PATH" */
	bool has_words, no_evidence;
	struct file_words words;
	struct reuse_content objects, trees;
	UT_hash_handle hh;
};

struct reuse {
	struct reuse_entry *entries;
	struct arena shared; /* of what the first load brought */
	bool settled;        /* the first load is over */
	uint32_t pass;
	uint32_t parsed;
	uint32_t apart; /* contents with arenas of their own */
};

struct reuse *reuse_new(void)
{
	struct reuse *reuse = mem_alloc(sizeof(*reuse));

	*reuse = (struct reuse){ .settled = false };
	arena_init(&reuse->shared);
	return reuse;
}

static void reuse_drop(struct reuse *reuse, struct reuse_content *content)
{
	if (content->kept && content->apart) {
		arena_release(&content->brought.arena);
		reuse->apart--;
	}
	*content = (struct reuse_content){ .kept = false };
}

static void reuse_remove(struct reuse *reuse, struct reuse_entry *entry)
{
	reuse_drop(reuse, &entry->objects);
	reuse_drop(reuse, &entry->trees);
	free(entry->key);
	free(entry);
}

void reuse_forget_all(struct reuse *reuse)
{
	struct reuse_entry *entry = reuse->entries;

	HASH_CLEAR(hh, reuse->entries); /* the table; the entries are still a list */
	while (entry != NULL) {
		struct reuse_entry *next = entry->hh.next;

		reuse_remove(reuse, entry);
		entry = next;
	}
	arena_release(&reuse->shared);
	reuse->settled = false;
}

void reuse_free(struct reuse *reuse)
{
	if (reuse == NULL)
		return;
	reuse_forget_all(reuse);
	free(reuse);
}

void reuse_begin(struct reuse *reuse)
{
	if (reuse->apart > REUSE_APART_MAX)
		reuse_forget_all(reuse);
	reuse->settled = reuse->entries != NULL;
	reuse->pass = 0;
	reuse->parsed = 0;
}

void reuse_next_pass(struct reuse *reuse)
{
	if (reuse != NULL)
		reuse->pass++;
}

/* ---- entries ---- */

static struct reuse_entry *reuse_find(const struct reuse *reuse, const char *path,
				      uint32_t pass)
{
	char key[REUSE_KEY_MAX];
	struct reuse_entry *entry;

	snprintf(key, sizeof(key), "%u %s", pass, path);
	HASH_FIND_STR(reuse->entries, key, entry);
	return entry;
}

static struct reuse_entry *reuse_entry(struct reuse *reuse, const char *path)
{
	struct reuse_entry *entry = reuse_find(reuse, path, reuse->pass);
	char key[REUSE_KEY_MAX];

	if (entry != NULL)
		return entry;
	snprintf(key, sizeof(key), "%u %s", reuse->pass, path);
	entry = mem_alloc(sizeof(*entry));
	*entry = (struct reuse_entry){ .key = mem_alloc(strlen(key) + 1) };
	memcpy(entry->key, key, strlen(key) + 1);
	HASH_ADD_KEYPTR(hh, reuse->entries, entry->key, strlen(entry->key), entry);
	return entry;
}

void reuse_forget(struct reuse *reuse, const char *path)
{
	enum { PASSES_MAX = 600 };

	/* A pass without the file may come before one with it. */
	for (uint32_t pass = 0; pass < PASSES_MAX && pass <= reuse->pass; pass++) {
		struct reuse_entry *entry = reuse_find(reuse, path, pass);

		if (entry == NULL)
			continue;
		reuse_drop(reuse, &entry->objects);
		reuse_drop(reuse, &entry->trees);
		entry->has_words = entry->no_evidence = false;
	}
}

bool reuse_words(const struct reuse *reuse, const char *path, struct file_words *words)
{
	const struct reuse_entry *entry =
		reuse != NULL ? reuse_find(reuse, path, reuse->pass) : NULL;

	if (entry == NULL || !entry->has_words)
		return false;
	*words = entry->words;
	return true;
}

void reuse_keep_words(struct reuse *reuse, const char *path, const struct file_words *words)
{
	struct reuse_entry *entry;

	if (reuse == NULL)
		return;
	entry = reuse_entry(reuse, path);
	entry->words = *words;
	entry->has_words = true;
}

bool reuse_is_no_evidence(const struct reuse *reuse, const char *path)
{
	const struct reuse_entry *entry =
		reuse != NULL ? reuse_find(reuse, path, reuse->pass) : NULL;

	return entry != NULL && entry->no_evidence;
}

void reuse_keep_no_evidence(struct reuse *reuse, const char *path)
{
	if (reuse != NULL)
		reuse_entry(reuse, path)->no_evidence = true;
}

/* ---- reading ---- */

static uint64_t reuse_hash_text(uint64_t hash, const char *text)
{
	for (const char *c = text != NULL ? text : ""; *c != '\0'; c++)
		hash = (hash ^ (unsigned char)*c) * 1099511628211ULL;
	return hash;
}

/* FNV-1a over what Kustomizations and users put in. */
static uint64_t reuse_values(const struct substitutions *values)
{
	uint64_t hash = 14695981039346656037ULL;

	if (values == NULL)
		return hash;
	hash = reuse_hash_text(hash, values->target_namespace);
	hash = reuse_hash_text(hash, values->default_namespace) ^
	       (values->change != NULL ? values->change->identity : 0);
	hash = (hash ^ (values->target_unknown ? 1U : 0U) ^
		(values->default_unknown ? 2U : 0U)) *
	       1099511628211ULL;
	ARRAY_FOREACH (const struct substitution, value, &values->list) {
		hash = reuse_hash_text(reuse_hash_text(hash, value->key), value->value);
		hash = reuse_hash_text(hash, value->origin);
		hash = (hash ^ 0xFFU) * 1099511628211ULL;
	}
	return hash;
}

/* An empty snapshot that sees what the reading of one source may look at. */
static struct snapshot reuse_empty(const struct snapshot *snapshot)
{
	struct snapshot empty = {
		.sources = snapshot->sources,
		.install_namespace = snapshot->install_namespace,
		.namespace_origin = snapshot->namespace_origin,
		.substitutions = snapshot->substitutions,
	};

	memcpy(empty.complete, snapshot->complete, sizeof(empty.complete));
	return empty;
}

/* Adds what reading a source brought. Objects go into the lists of their kinds again. */
static void reuse_add(struct snapshot *to, const struct snapshot *from)
{
	struct arena *arena = &to->arena;

	ARRAY_FOREACH (struct object *, object, &from->objects) {
		(*object)->order = to->objects.count;
		snapshot_add(to, *object);
	}
	ARRAY_FOREACH (const struct finding, problem, &from->problems)
		ARRAY_ADD(arena, &to->problems, *problem);
	ARRAY_FOREACH (const struct unknown_value, value, &from->unknown.list)
		ARRAY_ADD(arena, &to->unknown.list, *value);
	ARRAY_FOREACH (const struct filled_value, value, &from->filled.list)
		ARRAY_ADD(arena, &to->filled.list, *value);
	ARRAY_FOREACH (const struct old_object, old, &from->old_objects)
		ARRAY_ADD(arena, &to->old_objects, *old);
	ARRAY_FOREACH (struct object *, object, &from->partials)
		ARRAY_ADD(arena, &to->partials, *object);
	for (int kind = 0; kind < KIND_COUNT; kind++)
		to->set_aside[kind] += from->set_aside[kind];
	to->hides_ours = to->hides_ours || from->hides_ours;
	to->documents += from->documents;
	to->manifests += from->manifests;
	to->skipped += from->skipped;
	to->changed += from->changed;
}

/* The arena that the next content goes into: `content->brought.arena`. */
static void reuse_open(struct reuse *reuse, struct reuse_content *content,
		       const struct snapshot *snapshot, uint32_t source)
{
	*content = (struct reuse_content){
		.kept = true,
		.apart = reuse->settled,
		.source = source,
		.values = reuse_values(snapshot->substitutions),
		.brought = reuse_empty(snapshot),
	};
	reuse->parsed++;
	reuse->apart += content->apart ? 1 : 0;
	if (content->apart)
		arena_init(&content->brought.arena);
	else
		content->brought.arena = reuse->shared;
	content->brought.problems.arena = &content->brought.arena;
}

/* Ends it. Errors of the sources are the real one's, and what has one is not kept. */
static void reuse_close(struct reuse *reuse, struct reuse_content *content,
			struct snapshot *snapshot)
{
	const struct sources *seen = &content->brought.sources;
	const uint32_t known = snapshot->sources.errors.count;

	for (uint32_t i = known; i < seen->errors.count; i++)
		ARRAY_ADD(&snapshot->arena, &snapshot->sources.errors,
			  arena_strdup(&snapshot->arena, seen->errors.items[i]));
	if (seen->errors.count > known)
		content->source = UINT32_MAX;
	if (!content->apart) {
		reuse->shared = content->brought.arena;
		arena_init(&content->brought.arena);
	}
	content->brought.sources = (struct sources){ .charts = 0 };
	content->brought.substitutions = NULL;
}

static bool reuse_holds(const struct reuse_content *content, const struct snapshot *snapshot,
			uint32_t source)
{
	return content->kept && content->source == source &&
	       content->values == reuse_values(snapshot->substitutions);
}

void reuse_parse_source(struct reuse *reuse, struct snapshot *snapshot, uint32_t source,
			struct arena *scratch)
{
	const char *path = snapshot->sources.list.items[source].name;
	struct reuse_content *content;

	if (reuse == NULL) {
		parse_source(snapshot, source, scratch);
		return;
	}
	content = &reuse_entry(reuse, path)->objects;
	if (!reuse_holds(content, snapshot, source)) {
		reuse_drop(reuse, content);
		reuse_open(reuse, content, snapshot, source);
		parse_source(&content->brought, source, scratch);
		reuse_close(reuse, content, snapshot);
	}
	reuse_add(snapshot, &content->brought);
}

void reuse_parse_trees(struct reuse *reuse, struct snapshot *snapshot, uint32_t source,
		       struct arena *arena, struct tree_list *out)
{
	const char *path = snapshot->sources.list.items[source].name;
	struct reuse_content *content;

	if (reuse == NULL) {
		parse_source_trees(snapshot, source, arena, out);
		return;
	}
	content = &reuse_entry(reuse, path)->trees;
	if (!reuse_holds(content, snapshot, source)) {
		reuse_drop(reuse, content);
		reuse_open(reuse, content, snapshot, source);
		parse_source_trees(&content->brought, source, &content->brought.arena,
				   &content->trees);
		reuse_close(reuse, content, snapshot);
	}
	ARRAY_FOREACH (const struct tree_node *const, tree, &content->trees.list)
		ARRAY_ADD(arena, &out->list, *tree);
	reuse_add(snapshot, &content->brought);
}

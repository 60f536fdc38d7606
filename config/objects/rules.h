/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an API server refuses in an object that was read, beyond its table of fields (A5.1).
 * What is wrong becomes problems of the snapshot.
 */
#ifndef CONFIG_OBJECTS_RULES_H
#define CONFIG_OBJECTS_RULES_H

#include "config/objects/snapshot.h"

/* An object and where the problems that were found while it was read begin. */
struct object_rules {
	struct snapshot *snapshot;
	const struct object *object;
	uint32_t first_problem;
};

/* Adds a problem of kind PROBLEM_RULE at a path, valid until the next one. */
struct finding *object_refuse(struct object_rules *rules, struct pos pos, const char *path,
			      const char *format, ...) __attribute__((format(printf, 4, 5)));

/* True when something was already found at exactly this path, or below it. */
bool object_refused_at(const struct object_rules *rules, const char *path);

/*
 * Of `count` entries of a list: at which of them something was already found. `list` is the
 * path of the list, and `field` what follows an entry's index, such as ".name"; "" is the entry
 * with all below it. In the snapshot's arena; one pass over the problems, however many entries.
 */
const bool *object_refused_entries(const struct object_rules *rules, const char *list,
				   uint32_t count, const char *field);

/*
 * `text` with what no name may have replaced by dashes and its ends trimmed, in the snapshot's
 * arena; `lower`: in lowercase. NULL when nothing is left of it or it is longer than `max`.
 */
const char *object_name_from(struct object_rules *rules, const char *text, bool lower,
			     size_t max);

/* Sets the hint of a finding about an invalid name of the object: the nearest one that is
 * valid. */
void object_hint_name(struct snapshot *snapshot, const struct object *o, struct finding *f);

/* Adds a problem with a namespace of the object that no API server can have. */
void object_check_namespace_name(struct snapshot *snapshot, const struct object *o);

/*
 * All rules for an object that is judged; `applied`: it goes to an API server; `known`: all its
 * values are known, else only what is wrong with a single value is a problem. Sets `refused`.
 */
void object_check_rules(struct snapshot *snapshot, struct object *o, uint32_t first_problem,
			bool applied, bool known);

struct tree_node;

/*
 * True for a document of two objects without a separator between them. It is one problem, at
 * the second one, in place of one for each key; nothing is read of either, as of a document
 * that is not valid.
 */
bool object_misses_separator(struct snapshot *snapshot, const struct tree_node *map,
			     uint32_t first_problem);

/* Labels, annotations, finalizers: the same for every kind. */
void object_check_metadata(struct object_rules *rules);

/* The rules between the fields of a Service, and its name. */
void service_check_rules(struct object_rules *rules);

/*
 * Says of each unknown field of the object where in it the field belongs, if at one place
 * only. Of an object that an API server has accepted, only names that look like another one
 * stay problems: a newer release may have the others.
 */
void object_place_unknown_fields(struct object_rules *rules);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where something is and what is said about it: positions, places, and findings.
 *
 * Whatever can be wrong is said by one record, struct finding, and collected in one kind of
 * list, struct finding_sink: by the parser, the schema walk, a scenario's set-up, the settings
 * file and the checks of the validator. What reading an input brings up has a problem_kind;
 * what a check finds has the check's code. A sink keeps the order in which findings were
 * added; whoever shows them sorts them.
 */
#ifndef CONFIG_YAML_FINDING_H
#define CONFIG_YAML_FINDING_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/nearest.h"

struct object;

/* A position in an input. Lines and columns count from 1, columns in characters. */
struct pos {
	uint32_t source; /* number of the source in the snapshot plus 1; 0: no position */
	uint32_t line;
	uint32_t column;
};

/* The order of positions: by source, line and column; <0, 0 or >0. */
int pos_compare(struct pos a, struct pos b);

/* What a finding is about: an object, a field in it, and where that is written. */
struct place {
	const struct object *object; /* NULL: about no object */
	const char *path;            /* `spec.local.v4pools[0].pool`; NULL: about no field */
	struct pos pos;
};

/* Another position that a finding speaks of: the other party of a conflict. */
struct related {
	const char *message;
	struct pos pos;
};

enum severity { SEVERITY_PASS, SEVERITY_INFO, SEVERITY_WARN, SEVERITY_FAIL };

/* What can be wrong with an input before any check looks at it. */
enum problem_kind {
	PROBLEM_NONE,          /* a finding of a check */
	PROBLEM_SYNTAX,        /* text that is not YAML or JSON, or beyond a bound */
	PROBLEM_INCOMPLETE,    /* no apiVersion, kind or name, or a name that is not valid */
	PROBLEM_UNKNOWN_FIELD, /* a field that the kind does not have */
	PROBLEM_WRONG_TYPE,
	PROBLEM_RULE, /* required, enum, pattern, bounds, item counts */
	PROBLEM_DUPLICATE_KEY,
	PROBLEM_OLD_API,    /* purelb.io/v1 and other versions that v2 does not read */
	PROBLEM_INVENTORY,  /* a value in a NodeInventory that is not valid */
	PROBLEM_UNRENDERED, /* a template or a chart, found in a folder, with PureLB objects */
	PROBLEM_TEMPLATE,   /* a file that was named and is a template */
	PROBLEM_VALUE_KEY,  /* a value that PureLB's chart does not have */
	PROBLEM_VALUE_UNUSED,  /* a value from which the chart makes nothing */
	PROBLEM_KUSTOMIZATION, /* a kustomization that cannot be built */
	PROBLEM_UNDEFINED,     /* a variable that Flux has no value for */
	PROBLEM_UNREAD,        /* what another program printed, in a form for people */
	PROBLEM_EVIDENCE,      /* what another program printed, damaged or without its end */
	PROBLEM_KINDS,         /* how many there are */
};

/* How a fix changes the key or value at its place. (A1) */
enum fix_kind {
	FIX_NONE,
	FIX_VALUE,   /* another string, in the quotes of the old one */
	FIX_PLAIN,   /* the same text without quotes */
	FIX_QUOTE,   /* the same text in quotes */
	FIX_KEY,     /* another name of the key */
	FIX_LITERAL, /* another number or truth value, without quotes as the old one */
	/* Of parts (config/yaml/fix_parts.h): */
	FIX_REMOVE,      /* without the entry of a mapping whose key or value is there */
	FIX_REMOVE_ITEM, /* without the item of a list */
	FIX_APPEND,      /* one more item of the list */
	FIX_ADD,         /* one more entry of the mapping */
	FIX_WRAP,        /* the value as the only item of a list */
	FIX_MOVE,        /* the entry of a mapping in another mapping of its object */
	FIX_SPLIT,       /* the mapping around the value several times, each with a value */
};

/* Bytes of a file, and what is put in their place. */
struct fix_edit {
	const char *text;
	uint64_t offset; /* in the file, in bytes from 0 */
	uint32_t bytes;
	struct pos from; /* the same as places */
	uint32_t end_line;
	uint32_t end_column; /* after the last character */
};

/*
 * A change of the input that makes the finding go away: what the hint shows, as an edit. Where
 * the bytes of the file are not what was read (an escape, a value on several lines, a text that
 * was rendered) there is none.
 */
struct fix {
	enum fix_kind kind; /* FIX_NONE: there is none */
	bool unsafe;        /* it changes what happens; else it is what the author meant */
	struct pos at;      /* where, if not at the place of the finding */
	/* As it was read; of an entry its key; of a mapping that is added to its own key. NULL:
	 * whatever it is. */
	const char *old;
	/* As it is to be read; of what is added: as JSON; of a mapping that an entry goes to:
	 * its path from the object, "spec.local"; of a mapping in parts: a value a line. */
	const char *value;
	/* Of an entry that is added; of a mapping in parts that is no item of a list: its key,
	 * once it is one. */
	const char *key;
	uint32_t levels;   /* of an entry that moves: how many mappings the object is above its
			      own */
	const char *title; /* what it does, as an imperative */
	const struct fix
		*also; /* part of the same fix, in the same document; NULL: that is all */
	/* Once it was found in the file (config/yaml/fix.h), in its order; none touches
	 * another. */
	const struct fix_edit *edits;
	uint32_t edit_count; /* 0: not found yet */
};

/* Where its last edit ends in the file; only of one that was found. */
static inline uint64_t fix_end(const struct fix *fix)
{
	const struct fix_edit *last = &fix->edits[fix->edit_count - 1];

	return last->offset + last->bytes;
}

struct finding {
	enum problem_kind kind;
	bool missing;      /* of PROBLEM_RULE: a required field is not there */
	bool later;        /* of PROBLEM_RULE: PureLB before 0.17 has no such rule (P10.1) */
	bool mild;         /* of a problem: releases or settings of clusters differ */
	bool foreign;      /* of PROBLEM_SYNTAX: it can be read, but is not an object */
	bool inferred;     /* rests on a guess about subnets or defaults */
	bool confidential; /* a password is on the line: reports do not show it */
	uint32_t code;     /* of a check (enum check_code); 0 for what reading found */
	enum severity severity; /* of a check's finding */
	const char *cluster;    /* of several: the one it is about, or several; NULL: none */
	struct place place;
	/* Where an object can have the finding of several addresses: which one; else NULL. */
	const char *address;
	const char *message; /* one sentence without a full stop */
	/* Of one that stands for others: its message without a word about them; else NULL. */
	const char *own_message;
	const char *hint; /* what to change, as an imperative; NULL: nothing to say */
	ARRAY_OF(struct related) related;
	struct fix fix;
	/* Like findings about other nodes or objects, which this one stands for; the last of
	 * the related places are theirs (validator/grouping.h). */
	ARRAY_OF(struct finding) also;
};

/* Where findings go. Items may be read directly; they move when one is added. */
struct finding_sink {
	struct finding *items;
	uint32_t count;
	uint32_t capacity;
	struct arena *arena; /* of the list and of all its texts */
};

/*
 * Adds a finding and returns it for more (hint, related places, severity), valid until the
 * next one is added. The message is formatted into the sink's arena. `place.path` is borrowed
 * for the life of the sink.
 */
struct finding *finding_add(struct finding_sink *sink, enum problem_kind kind,
			    struct place place, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
struct finding *finding_vadd(struct finding_sink *sink, enum problem_kind kind,
			     struct place place, const char *format, va_list args)
	__attribute__((format(printf, 4, 0)));

/* Sets the hint, formatted. */
void finding_set_hint(struct finding_sink *sink, struct finding *finding, const char *format,
		      ...) __attribute__((format(printf, 3, 4)));

/*
 * Sets the hint "BEFORE value AFTER" and the fix that puts `value` where `old` is, at the place
 * of the finding; both in the sink's arena. Setting another hint takes the fix back.
 */
void finding_set_fix(struct finding_sink *sink, struct finding *finding, enum fix_kind kind,
		     const char *old, const char *value, const char *before, const char *after);

/*
 * Offers the nearest known name instead of `near->word`: the hint "did you mean ...?", with a
 * fix of that kind unless another name is as near. Returns false and changes nothing when no
 * name is near.
 */
bool finding_suggest(struct finding_sink *sink, struct finding *finding, enum fix_kind kind,
		     const struct nearest *near);

/*
 * Add a fix to a finding whose hint says it: the entry of a mapping (its key is `old`) or the
 * item of a list (`old` is its text, or NULL) at the place is taken out; an item or an entry is
 * added to the list or mapping at `at`, `value` being JSON without escapes, and `of` the key
 * that the mapping has, or NULL; the value at the place becomes the only item of a list. Texts
 * are copied into the sink's arena.
 */
void finding_fix_remove(struct finding_sink *sink, struct finding *finding, enum fix_kind kind,
			const char *old);
void finding_fix_append(struct finding_sink *sink, struct finding *finding, struct pos at,
			const char *value);
void finding_fix_add(struct finding_sink *sink, struct finding *finding, struct pos at,
		     const char *of, const char *key, const char *value);
void finding_fix_wrap(struct finding_sink *sink, struct finding *finding);
/*
 * The entry `key` at the place goes to the mapping at `path` of its object, which is `levels`
 * mappings above that of the entry; the last mapping of the path is made when it is absent.
 */
void finding_fix_move(struct finding_sink *sink, struct finding *finding, const char *key,
		      uint32_t levels, const char *path);
/*
 * The mapping with the value `old` becomes as many as `values` has lines, each with one of
 * them; one that is no item of a list becomes a list under the key `list`.
 */
void finding_fix_split(struct finding_sink *sink, struct finding *finding, const char *old,
		       const char *values, const char *list);
/* Makes another fix, which the finding had before, part of the one that it has now. */
void finding_fix_also(struct finding_sink *sink, struct finding *finding, struct fix other);

/* Adds the fix of another value of the same finding: as finding_set_fix() without the hint. */
void finding_fix_value(struct finding_sink *sink, struct finding *finding, enum fix_kind kind,
		       const char *old, const char *value);

/* Marks the fix of the finding as one that changes what happens. */
void finding_fix_is_unsafe(struct finding *finding);
/* The same unless it only writes capital letters small, or the other way round. */
void finding_fix_is_unsafe_but_for_case(struct finding *finding);

/* Adds a related position, formatted. */
void finding_add_related(struct finding_sink *sink, struct finding *finding, struct pos pos,
			 const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif

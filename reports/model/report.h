/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a report contains, described once: records of members, each with its key, its type, a
 * sentence of documentation, its heading in tables, and where its value is. JSON, YAML, tables
 * and the JSON Schema of a report come from the description; only prose is code of its own.
 *
 *	static const struct member segment_members[] = {
 *		{ "segment", "Name of the segment.", .type = MEMBER_TEXT,
 *		  .column = 1, .heading = "SEGMENT" },
 *		{ "peakPerSecond", "Most frames in one second.",
 *		  REPORT_FIELD(struct segment_result, peak_per_second) },
 *	};
 *	static const struct record segment_record = { MEMBERS(segment_members), segment_fill };
 *
 * A value is a field of the item (REPORT_FIELD and the like), or the record's fill function
 * sets it. Keys are in the order of the members.
 */
#ifndef REPORTS_MODEL_REPORT_H
#define REPORTS_MODEL_REPORT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "base/ip.h"
#include "reports/formats/screen.h"
#include "sim/engine/engine.h"

/* ---- descriptions ---- */

enum member_type {
	MEMBER_TEXT,
	MEMBER_BOOL,
	MEMBER_NUMBER,   /* a whole number below 2^53 */
	MEMBER_COUNT,    /* a whole number; above 2^53 JSON has it as a string of digits */
	MEMBER_TIME,     /* seconds with up to nine decimals; SIM_NEVER means no value */
	MEMBER_FRACTION, /* 0 to 1 */
	MEMBER_PAIR,     /* [seconds, number] */
	MEMBER_OBJECT,   /* a record */
	MEMBER_LIST,     /* of records */
};

/* What JSON has for a member without a value. */
enum member_presence {
	MEMBER_REQUIRED, /* does not happen */
	MEMBER_NULLABLE, /* null */
	MEMBER_OPTIONAL, /* the key is left out; of a bool it is, when it is false */
};

/* Where the value is. */
enum member_source {
	SOURCE_FILL, /* the record's function sets it */
	SOURCE_TEXT,
	SOURCE_BOOL,
	SOURCE_U32,
	SOURCE_U64,
	SOURCE_U128,
	SOURCE_TIME,
	SOURCE_IP,
	SOURCE_ARRAY,    /* an ARRAY_OF items */
	SOURCE_POINTERS, /* an ARRAY_OF pointers to items */
	SOURCE_INLINE,   /* the item's own memory */
};

struct report_row;
struct record;

struct member {
	const char *key; /* NULL: the record is this value alone, no JSON object */
	const char *doc; /* a sentence */
	enum member_type type;
	enum member_presence presence;
	const char *words; /* "local|remote": all values of a text; NULL: any */
	const struct record *record;
	enum member_source source;
	size_t offset, stride;
	/* Tables: */
	uint32_t column;     /* from 1 on; 0: not a column */
	const char *heading; /* of the column */
	bool note;           /* a sentence below the row */
	bool table_only;     /* not part of JSON */
	struct cell (*cell)(struct report_row *row, const void *item); /* NULL: the value */
};

struct record {
	const struct member *members;
	uint32_t count;
	void (*fill)(struct report_row *row, const void *item); /* NULL: fields have all */
};

#define MEMBERS(list) (list), sizeof(list) / sizeof((list)[0])

/* A member whose value is a field; its type follows. */
#define REPORT_FIELD(type_, field_)                                                            \
	.type = _Generic(((type_ *)0)->field_,                                                 \
		const char *: MEMBER_TEXT,                                                     \
		char *: MEMBER_TEXT,                                                           \
		bool: MEMBER_BOOL,                                                             \
		uint32_t: MEMBER_NUMBER,                                                       \
		uint64_t: MEMBER_COUNT,                                                        \
		u128: MEMBER_COUNT,                                                            \
		int64_t: MEMBER_TIME,                                                          \
		struct ip: MEMBER_TEXT),                                                       \
	.source = _Generic(((type_ *)0)->field_,                                               \
		const char *: SOURCE_TEXT,                                                     \
		char *: SOURCE_TEXT,                                                           \
		bool: SOURCE_BOOL,                                                             \
		uint32_t: SOURCE_U32,                                                          \
		uint64_t: SOURCE_U64,                                                          \
		u128: SOURCE_U128,                                                             \
		int64_t: SOURCE_TIME,                                                          \
		struct ip: SOURCE_IP),                                                         \
	.offset = offsetof(type_, field_)

/* A list in a field: an ARRAY_OF items, or of pointers to items, of this record. */
#define REPORT_ARRAY(type_, field_, record_)                                                   \
	.type = MEMBER_LIST, .source = SOURCE_ARRAY, .offset = offsetof(type_, field_),        \
	.stride = sizeof(*((type_ *)0)->field_.items), .record = &(record_)
#define REPORT_POINTERS(type_, field_, record_)                                                \
	.type = MEMBER_LIST, .source = SOURCE_POINTERS, .offset = offsetof(type_, field_),     \
	.stride = sizeof(*((type_ *)0)->field_.items), .record = &(record_)

/* An object in a field; an object made from the same item. */
#define REPORT_INLINE(type_, field_, record_)                                                  \
	.type = MEMBER_OBJECT, .source = SOURCE_INLINE, .offset = offsetof(type_, field_),     \
	.record = &(record_)
#define REPORT_SELF(record_)                                                                   \
	.type = MEMBER_OBJECT, .source = SOURCE_INLINE, .offset = 0, .record = &(record_)

/* Items that are a text themselves. */
extern const struct record report_text_record; /* of const char *, by pointer */

/* ---- values ---- */

struct report_list {
	const void *items;
	uint32_t count;
	size_t stride;
	bool pointers;
};

struct value {
	bool set;
	const char *text;
	u128 number; /* MEMBER_BOOL as well */
	sim_ns time;
	double fraction;
	const void *item;
	struct report_list list;
};

/* The values of one item. `about` is what the whole report is about. */
struct report_row {
	const void *about;
	struct arena *arena; /* texts until the item is written */
	const struct record *record;
	struct value *values;
	uint32_t at;
};

/*
 * For fill functions: the value of a member by its key. NULL means no value; texts are borrowed
 * until the item is written. A key that the record does not have is a mistake in the program
 * and ends it.
 */
void report_text(struct report_row *row, const char *key, const char *s);
void report_ip(struct report_row *row, const char *key, struct ip ip);
void report_number(struct report_row *row, const char *key, u128 number);
void report_bool(struct report_row *row, const char *key, bool truth);
void report_time(struct report_row *row, const char *key, sim_ns time);
void report_fraction(struct report_row *row, const char *key, double fraction);
void report_pair(struct report_row *row, const char *key, sim_ns time, uint64_t number);
void report_item(struct report_row *row, const char *key, const void *item);
void report_list(struct report_row *row, const char *key, const void *items, uint32_t count,
		 size_t stride);
/* The items are pointers. */
void report_pointers(struct report_row *row, const char *key, const void *items,
		     uint32_t count);
/* The item is the value itself: sets the only member, whose key is NULL. */
void report_value(struct report_row *row, const char *s);

/* The same for an ARRAY_OF. */
#define REPORT_LIST(row, key, array)                                                           \
	report_list((row), (key), (array)->items, (array)->count, sizeof(*(array)->items))

/* ---- reports ---- */

/*
 * The document of an item. `about` is given to fill functions; `scratch` holds texts meanwhile.
 * The caller owns the tree and frees it with cJSON_Delete().
 */
cJSON *report_json(const struct record *record, const void *item, const void *about,
		   struct arena *scratch);

/* Begins a table with the columns that the record describes; `indent` as columns_begin(). */
void report_columns(struct columns *t, struct arena *arena, const struct record *record,
		    unsigned indent);

/* Adds the row of an item to a table of its record, and its notes below. */
void report_add_row(struct columns *t, const struct record *record, const void *item,
		    const void *about);

/* ---- times ---- */

enum { SECONDS_TEXT_MAX = 32 };

/* Seconds with as many of nine decimals as the time has: "12.402", "0", "-0.5". Returns buf. */
const char *seconds_format(sim_ns time, char buf[static SECONDS_TEXT_MAX]);

/* For people: "12.402s", three decimals, or more when that would show 0. Returns buf. */
const char *seconds_short(sim_ns time, char buf[static SECONDS_TEXT_MAX]);

/* ---- schemas ---- */

/* The JSON Schema of what report_json() makes of a record. The caller frees it. */
cJSON *report_schema(const struct record *record);

#endif

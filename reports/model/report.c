/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From descriptions to documents: the values of an item are gathered once, from its fields and
 * by the record's function, and then written as JSON or as the row of a table. The schema is
 * made from the description alone, without any item. Invariant: whatever report_json() makes
 * of a record is valid under report_schema() of it; tests/schemas checks that.
 */
#include "reports/model/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "reports/model/json_yaml.h"

/* ---- gathering values ---- */

/* Members are set in their order nearly always, so the search begins after the last one. */
static struct value *report_find(struct report_row *row, const char *key)
{
	for (uint32_t i = 0; i < row->record->count; i++) {
		const uint32_t at = (row->at + i) % row->record->count;

		if (str_equal(row->record->members[at].key, key)) {
			row->at = at + 1;
			row->values[at].set = true;
			return &row->values[at];
		}
	}
	const bool is_member = false; /* a fill function and its members disagree */

	assert(is_member);
	(void)is_member;
	return &row->values[0];
}

void report_text(struct report_row *row, const char *key, const char *s)
{
	struct value *value = report_find(row, key);

	value->text = s;
	value->set = s != NULL;
}

void report_ip(struct report_row *row, const char *key, struct ip ip)
{
	char text[IP_TEXT_MAX];

	report_text(row, key, arena_strdup(row->arena, ip_format(ip, text)));
}

void report_number(struct report_row *row, const char *key, u128 number)
{
	report_find(row, key)->number = number;
}

void report_bool(struct report_row *row, const char *key, bool truth)
{
	report_find(row, key)->number = truth;
}

void report_time(struct report_row *row, const char *key, sim_ns time)
{
	struct value *value = report_find(row, key);

	value->time = time;
	value->set = time != SIM_NEVER;
}

void report_fraction(struct report_row *row, const char *key, double fraction)
{
	report_find(row, key)->fraction = fraction;
}

void report_pair(struct report_row *row, const char *key, sim_ns time, uint64_t number)
{
	struct value *value = report_find(row, key);

	value->time = time;
	value->number = number;
}

void report_item(struct report_row *row, const char *key, const void *item)
{
	struct value *value = report_find(row, key);

	value->item = item;
	value->set = item != NULL;
}

void report_list(struct report_row *row, const char *key, const void *items, uint32_t count,
		 size_t stride)
{
	report_find(row, key)->list = (struct report_list){ items, count, stride, false };
}

void report_pointers(struct report_row *row, const char *key, const void *items, uint32_t count)
{
	report_find(row, key)->list =
		(struct report_list){ items, count, sizeof(const void *), true };
}

void report_value(struct report_row *row, const char *s)
{
	report_text(row, NULL, s);
}

static void report_read_field(struct report_row *row, const struct member *m,
			      struct value *value, const void *item)
{
	const char *field = (const char *)item + m->offset;
	char ip[IP_TEXT_MAX];

	value->set = true;
	switch (m->source) {
	case SOURCE_TEXT:
		value->text = *(const char *const *)(const void *)field;
		value->set = value->text != NULL;
		return;
	case SOURCE_BOOL:
		value->number = *(const bool *)(const void *)field;
		return;
	case SOURCE_U32:
		value->number = *(const uint32_t *)(const void *)field;
		return;
	case SOURCE_U64:
		value->number = *(const uint64_t *)(const void *)field;
		return;
	case SOURCE_U128:
		value->number = *(const u128 *)(const void *)field;
		return;
	case SOURCE_TIME:
		value->time = *(const int64_t *)(const void *)field;
		value->set = value->time != SIM_NEVER;
		return;
	case SOURCE_IP:
		value->text = arena_strdup(
			row->arena, ip_format(*(const struct ip *)(const void *)field, ip));
		return;
	case SOURCE_ARRAY:
	case SOURCE_POINTERS: {
		/* All arrays begin alike, whatever their items are. */
		ARRAY_OF(const char) list;

		memcpy(&list, field, sizeof(list));
		value->list = (struct report_list){ list.items, list.count, m->stride,
						    m->source == SOURCE_POINTERS };
		return;
	}
	case SOURCE_INLINE:
		value->item = field;
		return;
	case SOURCE_FILL:
		break;
	}
	value->set = false;
}

/* Gathers the values of an item; they live in the row's arena. */
static void report_gather(struct report_row *row, const struct record *record, const void *item)
{
	row->record = record;
	row->at = 0;
	row->values = arena_zalloc(row->arena, record->count, sizeof(*row->values));
	for (uint32_t i = 0; i < record->count; i++)
		report_read_field(row, &record->members[i], &row->values[i], item);
	if (record->fill != NULL)
		record->fill(row, item);
	for (uint32_t i = 0; i < record->count; i++) {
		if (record->members[i].type == MEMBER_BOOL &&
		    record->members[i].presence == MEMBER_OPTIONAL)
			row->values[i].set &= row->values[i].number != 0;
	}
}

static void report_fill_text(struct report_row *row, const void *item)
{
	report_value(row, item);
}

static const struct member report_text_members[] = {
	{ NULL, NULL, .type = MEMBER_TEXT },
};

const struct record report_text_record = { MEMBERS(report_text_members), report_fill_text };

/* ---- times ---- */

static uint64_t report_seconds_magnitude(sim_ns time)
{
	return time < 0 ? 0 - (uint64_t)time : (uint64_t)time;
}

const char *seconds_format(sim_ns time, char buf[static SECONDS_TEXT_MAX])
{
	uint64_t v = report_seconds_magnitude(time);
	int len =
		snprintf(buf, SECONDS_TEXT_MAX, "%s%" PRIu64 ".%09" PRIu64, time < 0 ? "-" : "",
			 v / (uint64_t)NS_PER_SEC, v % (uint64_t)NS_PER_SEC);

	while (len > 0 && buf[len - 1] == '0')
		buf[--len] = '\0';
	if (len > 0 && buf[len - 1] == '.')
		buf[--len] = '\0';
	return buf;
}

const char *seconds_short(sim_ns time, char buf[static SECONDS_TEXT_MAX])
{
	uint64_t v = report_seconds_magnitude(time);
	uint64_t ms = (v + 500000) / 1000000;

	if (ms == 0 && v != 0)
		snprintf(buf, SECONDS_TEXT_MAX, "%s0.%06" PRIu64 "s", time < 0 ? "-" : "",
			 v / 1000);
	else
		snprintf(buf, SECONDS_TEXT_MAX, "%s%" PRIu64 ".%03" PRIu64 "s",
			 time < 0 && ms > 0 ? "-" : "", ms / 1000, ms % 1000);
	return buf;
}

/* ---- JSON ---- */

/* A time as a JSON number of seconds, exact to the nanosecond; SIM_NEVER is null. */
static cJSON *seconds_json(sim_ns time)
{
	char text[SECONDS_TEXT_MAX];

	if (time == SIM_NEVER)
		return cJSON_CreateNull();
	return cJSON_CreateRaw(seconds_format(time, text));
}

static cJSON *report_count_json(u128 number)
{
	char text[U128_TEXT_MAX];

	u128_format(number, text);
	return number <= (u128)1 << 53 ? cJSON_CreateRaw(text) : cJSON_CreateString(text);
}

static cJSON *report_item_json(const struct record *record, const void *item,
			       const struct report_row *outer);

static cJSON *report_list_json(const struct record *record, const struct report_list *list,
			       const struct report_row *outer)
{
	cJSON *array = cJSON_CreateArray();
	const char *item = list->items;

	for (uint32_t i = 0; i < list->count; i++, item += list->stride)
		json_append(array,
			    report_item_json(record,
					     list->pointers
						     ? *(const void *const *)(const void *)item
						     : item,
					     outer));
	return array;
}

static cJSON *report_value_json(const struct member *m, const struct value *value,
				const struct report_row *row)
{
	cJSON *pair;

	if (!value->set)
		return cJSON_CreateNull();
	switch (m->type) {
	case MEMBER_TEXT:
		return json_string(value->text);
	case MEMBER_BOOL:
		return cJSON_CreateBool(value->number != 0);
	case MEMBER_NUMBER:
	case MEMBER_COUNT:
		return report_count_json(value->number);
	case MEMBER_TIME:
		return seconds_json(value->time);
	case MEMBER_FRACTION:
		return cJSON_CreateNumber(value->fraction);
	case MEMBER_PAIR:
		pair = cJSON_CreateArray();
		json_append(pair, seconds_json(value->time));
		json_append(pair, report_count_json(value->number));
		return pair;
	case MEMBER_OBJECT:
		return report_item_json(m->record, value->item, row);
	case MEMBER_LIST:
		return report_list_json(m->record, &value->list, row);
	}
	return NULL;
}

/* What an item needs of the arena is given back before the next one. */
static cJSON *report_item_json(const struct record *record, const void *item,
			       const struct report_row *outer)
{
	const struct arena_mark mark = arena_mark(outer->arena);
	struct report_row row = { .about = outer->about, .arena = outer->arena };
	cJSON *json = NULL;

	report_gather(&row, record, item);
	if (record->members[0].key == NULL) {
		json = report_value_json(&record->members[0], &row.values[0], &row);
	} else {
		json = cJSON_CreateObject();
		for (uint32_t i = 0; i < record->count; i++) {
			const struct member *m = &record->members[i];

			if (!m->table_only &&
			    (row.values[i].set || m->presence == MEMBER_NULLABLE))
				json_add(json, m->key,
					 report_value_json(m, &row.values[i], &row));
		}
	}
	arena_reset(outer->arena, mark);
	return json;
}

cJSON *report_json(const struct record *record, const void *item, const void *about,
		   struct arena *scratch)
{
	const struct report_row outer = { .about = about, .arena = scratch };

	return report_item_json(record, item, &outer);
}

/* ---- tables ---- */

static bool report_is_number(enum member_type type)
{
	return type == MEMBER_NUMBER || type == MEMBER_COUNT || type == MEMBER_TIME ||
	       type == MEMBER_FRACTION;
}

void report_columns(struct columns *t, struct arena *arena, const struct record *record,
		    unsigned indent)
{
	struct column *list = arena_zalloc(arena, COLUMNS_MAX, sizeof(*list));
	uint32_t count = 0;

	for (uint32_t i = 0; i < record->count; i++) {
		const struct member *m = &record->members[i];

		if (m->column == 0)
			continue;
		list[m->column - 1] = (struct column){ m->heading, report_is_number(m->type) };
		count = m->column > count ? m->column : count;
	}
	columns_begin(t, arena, list, count, indent);
}

/* A list of texts, each on a line of its own. */
static const char *report_lines(const struct member *m, const struct value *value,
				struct report_row *outer)
{
	struct text lines = { 0 };
	const char *item = value->list.items;
	const char *copy;

	for (uint32_t i = 0; i < value->list.count; i++, item += value->list.stride) {
		struct report_row row = { .about = outer->about, .arena = outer->arena };
		const void *at =
			value->list.pointers ? *(const void *const *)(const void *)item : item;

		report_gather(&row, m->record, at);
		text_add(&lines, i > 0 ? "\n" : "");
		if (row.values[0].text != NULL)
			screen_add(&lines, row.values[0].text);
	}
	copy = lines.len > 0 ? arena_strdup(outer->arena, text_str(&lines)) : "-";
	text_release(&lines);
	return copy;
}

static struct cell report_cell(const struct member *m, const struct value *value,
			       struct report_row *row)
{
	enum { TEXT_MAX = 64 }; /* of numbers and of times */
	char text[TEXT_MAX];

	if (!value->set)
		return (struct cell){ m->table_only ? NULL : "-", SCREEN_PLAIN };
	switch (m->type) {
	case MEMBER_TEXT:
		return cell_of(row->arena, SCREEN_PLAIN, value->text);
	case MEMBER_BOOL:
		return (struct cell){ value->number != 0 ? "yes" : "no", SCREEN_PLAIN };
	case MEMBER_NUMBER:
	case MEMBER_COUNT:
		return cell_of(row->arena, SCREEN_PLAIN, u128_format(value->number, text));
	case MEMBER_TIME:
		return cell_of(row->arena, SCREEN_PLAIN, seconds_short(value->time, text));
	case MEMBER_LIST:
		return (struct cell){ report_lines(m, value, row), SCREEN_PLAIN };
	case MEMBER_FRACTION:
	case MEMBER_PAIR:
	case MEMBER_OBJECT:
		break;
	}
	return (struct cell){ "", SCREEN_PLAIN };
}

void report_add_row(struct columns *t, const struct record *record, const void *item,
		    const void *about)
{
	struct report_row row = { .about = about, .arena = t->arena };
	struct cell *cells = columns_row(t);

	report_gather(&row, record, item);
	for (uint32_t i = 0; i < record->count; i++) {
		const struct member *m = &record->members[i];

		if (m->column > 0)
			cells[m->column - 1] = m->cell != NULL
						       ? m->cell(&row, item)
						       : report_cell(m, &row.values[i], &row);
	}
	for (uint32_t i = 0; i < record->count; i++) {
		if (record->members[i].note && row.values[i].set)
			columns_note(t, row.values[i].text);
	}
}

/* ---- schemas ---- */

static cJSON *report_type_schema(const char *type, const char *other)
{
	cJSON *schema = cJSON_CreateObject();

	if (other == NULL) {
		json_add_text(schema, "type", type);
	} else {
		cJSON *types = cJSON_CreateArray();

		json_append(types, json_string(type));
		json_append(types, json_string(other));
		json_add(schema, "type", types);
	}
	return schema;
}

/* "a|b" as the values of an enum. */
static cJSON *report_words_schema(const char *words, bool nullable)
{
	cJSON *list = cJSON_CreateArray();
	struct text word = { 0 };

	for (const char *s = words; *s != '\0'; s += *s == '|') {
		const size_t len = strcspn(s, "|");

		text_clear(&word);
		text_add_bytes(&word, s, len);
		json_append(list, json_string(text_str(&word)));
		s += len;
	}
	if (nullable)
		json_append(list, cJSON_CreateNull());
	text_release(&word);
	return list;
}

static cJSON *report_nullable_schema(cJSON *schema)
{
	cJSON *either = cJSON_CreateObject();
	cJSON *list = cJSON_CreateArray();

	json_append(list, schema);
	json_append(list, report_type_schema("null", NULL));
	json_add(either, "anyOf", list);
	return either;
}

static cJSON *report_pair_schema(void)
{
	cJSON *schema = report_type_schema("array", NULL);
	cJSON *items = cJSON_CreateArray();

	json_append(items, report_type_schema("number", NULL));
	json_append(items, report_type_schema("integer", "string"));
	json_add(schema, "prefixItems", items);
	json_add_bool(schema, "items", false);
	json_add_number(schema, "minItems", 2);
	return schema;
}

static cJSON *report_member_schema(const struct member *m)
{
	const char *null = m->presence == MEMBER_NULLABLE ? "null" : NULL;
	cJSON *schema = NULL;

	switch (m->type) {
	case MEMBER_TEXT:
		schema = report_type_schema("string", null);
		if (m->words != NULL)
			json_add(schema, "enum", report_words_schema(m->words, null != NULL));
		return schema;
	case MEMBER_BOOL:
		return report_type_schema("boolean", null);
	case MEMBER_NUMBER:
		schema = report_type_schema("integer", null);
		json_add_number(schema, "minimum", 0);
		return schema;
	case MEMBER_COUNT:
		schema = report_type_schema("integer", "string");
		json_add_number(schema, "minimum", 0);
		json_add_text(schema, "pattern", "^[0-9]+$");
		return null != NULL ? report_nullable_schema(schema) : schema;
	case MEMBER_TIME:
		return report_type_schema("number", null);
	case MEMBER_FRACTION:
		schema = report_type_schema("number", null);
		json_add_number(schema, "minimum", 0);
		json_add_number(schema, "maximum", 1);
		return schema;
	case MEMBER_PAIR:
		return report_pair_schema();
	case MEMBER_OBJECT:
		schema = report_schema(m->record);
		return null != NULL ? report_nullable_schema(schema) : schema;
	case MEMBER_LIST:
		schema = report_type_schema("array", null);
		json_add(schema, "items", report_schema(m->record));
		return schema;
	}
	return schema;
}

cJSON *report_schema(const struct record *record)
{
	cJSON *schema, *properties, *required;

	if (record->members[0].key == NULL)
		return report_member_schema(&record->members[0]);
	schema = report_type_schema("object", NULL);
	properties = cJSON_CreateObject();
	required = cJSON_CreateArray();
	for (uint32_t i = 0; i < record->count; i++) {
		const struct member *m = &record->members[i];
		cJSON *property;

		if (m->table_only)
			continue;
		property = report_member_schema(m);
		json_add_text(property, "description", m->doc);
		json_add(properties, m->key, property);
		if (m->presence != MEMBER_OPTIONAL)
			json_append(required, json_string(m->key));
	}
	json_add(schema, "properties", properties);
	json_add(schema, "required", required);
	json_add_bool(schema, "additionalProperties", false);
	return schema;
}

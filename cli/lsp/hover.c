/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said of the place under the cursor: the field, by the tables of the schema, and of a
 * ServiceGroup or a Service what follows from the whole workspace. What the input does not
 * show is said to be unknown.
 */
#include "cli/lsp/answers.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "config/schema/schema.h"
#include "reports/formats/markdown.h"
#include "validator/check.h"

enum { HOVER_SAID_MAX = 2048, HOVER_NAMES_MAX = 8, HOVER_RANGES_MAX = 20 };

/* Words with names from the input, none of which is Markdown. */
__attribute__((format(printf, 2, 3))) static void hover_say(struct text *out,
							    const char *format, ...)
{
	char words[HOVER_SAID_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	markdown_add(out, words);
}

static void hover_add_count(struct text *out, u128 count)
{
	char digits[U128_TEXT_MAX];

	text_add(out, u128_format(count, digits));
}

/* ---- fields ---- */

static const char *hover_type(const struct schema_field *field)
{
	switch (field->type) {
	case FIELD_STRING:
		return "string";
	case FIELD_DURATION:
		return "duration, such as 500ms or 10s";
	case FIELD_SCALAR:
		return "scalar";
	case FIELD_INT:
		return "integer";
	case FIELD_BOOL:
		return "true or false";
	case FIELD_INT_OR_STRING:
		return "integer or string";
	case FIELD_STRINGS:
		return "list of strings";
	case FIELD_DURATIONS:
		return "list of durations";
	case FIELD_INTS:
		return "list of integers";
	case FIELD_NAMES:
		return "a name, a list of names, or labels";
	case FIELD_STRING_MAP:
	case FIELD_SCALAR_MAP:
		return "mapping of names to values";
	case FIELD_OBJECTS:
		return "list of mappings";
	case FIELD_NAMED:
		return "mapping of names to mappings";
	default:
		return "mapping";
	}
}

static void hover_add_field(struct text *out, const struct schema_field *field)
{
	const bool words = field->words != NULL;

	if (field->type == FIELD_IGNORED) /* nothing reads it, so nothing is known of it */
		return;
	text_printf(out, "**%s** (%s%s)\n\n", field->name, hover_type(field),
		    field->required ? ", required" : "");
	if (field->note == NOTE_IGNORED)
		text_add(out, "k8gobgp never sends it to the BGP daemon.\n\n");
	else if (field->note == NOTE_INEFFECTIVE)
		text_add(out, "It is sent to the BGP daemon, and has no effect there.\n\n");
	if (field->description != NULL)
		text_printf(out, "%c%s.\n\n",
			    field->description[0] >= 'a' && field->description[0] <= 'z'
				    ? field->description[0] - 32
				    : field->description[0],
			    field->description + 1);
	if (words)
		text_add(out, "One of ");
	for (const char *const *word = field->words; words && *word != NULL; word++)
		if ((*word)[0] != '\0')
			text_printf(out, "%s`%s`", word == field->words ? "" : ", ", *word);
	if (words)
		text_add(out, ".\n\n");
	if (field->bounded && field->max < INT64_MAX)
		text_printf(out, "From %lld to %lld.\n\n", (long long)field->min,
			    (long long)field->max);
	else if (field->bounded)
		text_printf(out, "At least %lld.\n\n", (long long)field->min);
	if (field->standard != NULL)
		text_printf(out, "Default: `%s`.\n\n", field->standard);
	if (field->pattern != NULL)
		text_printf(out, "Matches `%s`.\n\n", field->pattern);
}

/* ---- pools ---- */

static const struct range_use *hover_use(const struct judged_cluster *judged,
					 const struct pool_range *range)
{
	if (judged->allocations != NULL)
		ARRAY_FOREACH (const struct range_use, use, &judged->allocations->ranges)
			if (use->range == range)
				return use;
	return NULL;
}

static void hover_add_coverage(struct text *out, const struct judged_cluster *judged,
			       const struct pool *pool, const struct pool_range *range,
			       struct arena *arena)
{
	const char *names[HOVER_NAMES_MAX + 1];
	struct coverage coverage = { 0 };
	uint32_t named = 0;

	if (pool->type != POOL_TYPE_LOCAL)
		return;
	if (!judged->cluster.has_nodes) {
		text_add(out, "; the input has no nodes");
		return;
	}
	cluster_coverage(&judged->cluster, range->range, range->entry->subnet.s, &coverage);
	for (; named < coverage.candidates.count && named < HOVER_NAMES_MAX; named++)
		names[named] = coverage.candidates.items[named]->name;
	if (coverage.candidates.count == 0)
		text_add(out, cluster_may_cover(&judged->cluster, range->range, NULL)
				      ? "; it is unknown which nodes cover it"
				      : "; no node covers it");
	else
		hover_say(out, "; %s %s%s",
			  coverage.complete ? "covered by" : "covered in part by",
			  name_list(arena, names, named, HOVER_NAMES_MAX),
			  coverage.inferred ? " (inferred)" : "");
	if (coverage.candidates.count > named)
		text_printf(out, " and %u more", coverage.candidates.count - named);
}

static void hover_add_range(struct text *out, const struct judged_cluster *judged,
			    const struct pool *pool, const struct pool_range *range,
			    struct arena *arena)
{
	const struct range_use *use = hover_use(judged, range);

	text_add(out, "- ");
	markdown_add_code(out, range->entry->pool.s != NULL ? range->entry->pool.s : "");
	text_add(out, ": ");
	if (range->range_error != RANGE_OK) {
		text_add(out, "not a valid range\n");
		return;
	}
	hover_add_count(out, ip_range_size(range->range));
	text_add(out, " addresses");
	if (use != NULL) {
		text_add(out, ", ");
		hover_add_count(out, use->used);
		text_add(out, " used");
		if (use->size > 0)
			text_printf(out, " (%u %%)",
				    (unsigned)((double)use->used * 100 / (double)use->size));
	}
	hover_add_coverage(out, judged, pool, range, arena);
	text_add(out, "\n");
}

static void hover_add_overlaps(struct text *out, const struct judged_cluster *judged,
			       const struct pool *pool)
{
	uint32_t count = 0;
	char ip[IP_TEXT_MAX];

	ARRAY_FOREACH (const struct overlap, overlap, &judged->cluster.pools.overlaps) {
		const bool loses = overlap->loser == pool;

		if ((!loses && overlap->keeper != pool) || ++count > HOVER_NAMES_MAX)
			continue;
		text_add(out, "\n");
		hover_say(out, "overlaps ServiceGroup %s from %s on%s",
			  loses ? overlap->keeper->name : overlap->loser->name,
			  ip_format(overlap->first_shared, ip),
			  !overlap->noticed ? ""
			  : loses           ? ", so PureLB rejects this one"
					    : ", so PureLB rejects that one");
		text_add(out, "\n");
	}
}

static void hover_add_group(struct text *out, const struct judged_cluster *judged,
			    const struct object *object, struct arena *arena)
{
	ARRAY_FOREACH (const struct pool, pool, &judged->cluster.pools.list) {
		uint32_t shown = 0;
		const char *reject;

		if (!str_equal(pool->group->object.name.s, object->name.s) ||
		    !str_equal(pool->group->object.namespace, object->namespace))
			continue;
		reject = pool_reject_text(pool, arena);
		text_add(out, "**");
		hover_say(out, "ServiceGroup %s/%s", object->namespace, object->name.s);
		text_printf(out, "** (%s)\n\n", pool_type_name(pool->type));
		if (reject != NULL) {
			hover_say(out, "PureLB rejects it: %s", reject);
			text_add(out, "\n\n");
		}
		ARRAY_FOREACH (const struct pool_range, range, &pool->v4)
			if (shown++ < HOVER_RANGES_MAX)
				hover_add_range(out, judged, pool, range, arena);
		ARRAY_FOREACH (const struct pool_range, range, &pool->v6)
			if (shown++ < HOVER_RANGES_MAX)
				hover_add_range(out, judged, pool, range, arena);
		if (shown > HOVER_RANGES_MAX)
			text_printf(out, "- and %u more ranges\n", shown - HOVER_RANGES_MAX);
		hover_add_overlaps(out, judged, pool);
		return;
	}
}

/* ---- Services ---- */

static void hover_add_vip(struct text *out, const struct vip *vip)
{
	char ip[IP_TEXT_MAX];

	text_printf(out, "- `%s`", ip_format(vip->ip, ip));
	if (vip->pool != NULL)
		hover_say(out, " of %s", vip->pool->name);
	if (vip->predicted)
		text_add(out, ", predicted");
	if (vip->winner != NULL)
		hover_say(out, ": %s wins it%s%s", vip->winner->name,
			  vip->interface != NULL ? ", on " : "",
			  vip->interface != NULL ? vip->interface : "");
	else if (vip->announcers.count > 0)
		text_printf(out, ": announced by %u node%s", vip->announcers.count,
			    vip->announcers.count == 1 ? "" : "s");
	if (vip->reason != NULL)
		hover_say(out, ": %s", vip->reason);
	text_add(out, vip->inferred ? " (inferred)\n" : "\n");
}

static void hover_add_address(struct text *out, const struct allocated_address *address)
{
	char ip[IP_TEXT_MAX];

	text_printf(out, "- `%s`", ip_format(address->ip, ip));
	if (address->pool != NULL)
		hover_say(out, " of %s", address->pool->name);
	text_add(out, address->added ? ", predicted\n" : "\n");
}

static void hover_add_service(struct text *out, const struct judged_cluster *judged,
			      const struct object *object)
{
	const struct allocation *allocation =
		judged->allocations != NULL && object->name.s != NULL
			? allocation_find(judged->allocations, object->namespace,
					  object->name.s)
			: NULL;

	if (allocation == NULL)
		return;
	text_add(out, "**");
	hover_say(out, "Service %s/%s", object->namespace, object->name.s);
	text_printf(out, "**: %s\n\n", service_state_name(allocation->state));
	if (allocation->detail != NULL) {
		hover_say(out, "%s", allocation->detail);
		text_add(out, "\n\n");
	}
	if (judged->vips != NULL)
		ARRAY_FOREACH (const struct vip, vip, &judged->vips->list)
			if (vip->service == allocation->service)
				hover_add_vip(out, vip);
	if (judged->vips == NULL)
		ARRAY_FOREACH (const struct allocated_address, address, &allocation->addresses)
			hover_add_address(out, address);
	if (judged->vips == NULL && allocation->addresses.count > 0)
		text_add(out, "\nThe input has no nodes, so the winner is unknown.\n");
}

/* True where the whole object is meant: at its kind, its name, or what says its addresses. */
static bool hover_is_about_object(const struct cursor *cursor)
{
	static const char *const keys[] = { "kind",
					    "name",
					    "type",
					    "spec",
					    "pool",
					    "local",
					    "remote",
					    "loadBalancerIP",
					    "loadBalancerClass",
					    "purelb.io/service-group",
					    "purelb.io/addresses",
					    NULL };

	return cursor->key != NULL && str_in(cursor->key, keys);
}

static void hover_add_object(struct text *out, const struct question *question,
			     const struct cursor *cursor)
{
	struct judged_cluster *judged = NULL;
	const struct object *object;

	if (!hover_is_about_object(cursor) || question->document->path == NULL ||
	    question->document->broken)
		return;
	object = workspace_object_at(question->workspace, question->document->path,
				     cursor->line + 1, &judged);
	if (object == NULL || object->pos.line <= cursor->first)
		return;
	workspace_predict(question->workspace, judged);
	if (object->kind == KIND_SERVICE_GROUP && object->name.s != NULL)
		hover_add_group(out, judged, object, question->arena);
	else if (object->kind == KIND_SERVICE)
		hover_add_service(out, judged, object);
}

cJSON *answer_hover(const struct question *question)
{
	const enum encoding encoding = question->documents->encoding;
	const struct schema_field *field;
	struct text out = { 0 };
	struct cursor cursor;
	cJSON *hover = NULL;

	cursor_find(&cursor, question->document, question->offset, question->arena);
	field = cursor_field(&cursor);
	if (field != NULL)
		hover_add_field(&out, field);
	hover_add_object(&out, question, &cursor);
	if (out.len > 0) {
		cJSON *contents;

		hover = cJSON_CreateObject();
		contents = cJSON_AddObjectToObject(hover, "contents");
		cJSON_AddStringToObject(contents, "kind", "markdown");
		cJSON_AddStringToObject(contents, "value", text_str(&out));
		cJSON_AddItemToObject(
			hover, "range",
			range_json(document_position(question->document, encoding, cursor.from),
				   document_position(question->document, encoding, cursor.to)));
	}
	text_release(&out);
	return hover;
}

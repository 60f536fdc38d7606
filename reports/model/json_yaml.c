/* SPDX-License-Identifier: Apache-2.0 */
/* A cJSON tree as JSON or YAML text. */
#include "reports/model/json_yaml.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <yaml.h>

#include "base/mem.h"
#include "base/text.h"
#include "reports/formats/screen.h"

/* ---- building ---- */

/* cJSON and libyaml say with NULL or 0 that memory ran out; our input they accept. */
static cJSON *json_have(cJSON *item)
{
	if (item == NULL)
		mem_exhausted();
	return item;
}

cJSON *json_string(const char *s)
{
	struct text t = { 0 };
	size_t len = strlen(s);

	for (size_t i = 0; i < len;) {
		size_t sequence = utf8_sequence((const unsigned char *)s + i, len - i);

		if (sequence == 0)
			text_add(&t, "\xef\xbf\xbd");
		else
			text_add_bytes(&t, s + i, sequence);
		i += sequence != 0 ? sequence : 1;
	}

	cJSON *string = json_have(cJSON_CreateString(text_str(&t)));

	text_release(&t);
	return string;
}

void json_add(cJSON *object, const char *key, cJSON *value)
{
	if (!cJSON_AddItemToObject(object, key, json_have(value)))
		mem_exhausted();
}

void json_add_text(cJSON *object, const char *key, const char *s)
{
	if (s != NULL)
		json_add(object, key, json_string(s));
}

void json_add_number(cJSON *object, const char *key, uint32_t number)
{
	json_add(object, key, cJSON_CreateNumber(number));
}

void json_add_bool(cJSON *object, const char *key, bool value)
{
	json_add(object, key, cJSON_CreateBool(value));
}

void json_append(cJSON *array, cJSON *value)
{
	if (!cJSON_AddItemToArray(array, json_have(value)))
		mem_exhausted();
}

/* ---- JSON ---- */

enum { JSON_INDENT = 2 };

/* A value that holds no others, as cJSON prints it. The caller frees it. */
static char *json_leaf_text(const cJSON *leaf)
{
	char *s = cJSON_PrintUnformatted(leaf);

	if (s == NULL)
		mem_exhausted();
	return s;
}

void json_write_escaped(FILE *out, const char *s)
{
	const size_t len = strlen(s);

	for (size_t i = 0; i < len;) {
		size_t bytes;
		const uint32_t point = screen_point(s + i, len - i, &bytes);

		if (point < 0x20 || !screen_is_hidden(point))
			fwrite(s + i, 1, bytes, out);
		else if (point < 0x10000)
			fprintf(out, "\\u%04x", (unsigned)point);
		else
			fprintf(out, "\\u%04x\\u%04x", (unsigned)(0xD7C0 + (point >> 10)),
				(unsigned)(0xDC00 + (point & 0x3FF)));
		i += bytes;
	}
}

static void json_write_leaf(FILE *out, const cJSON *leaf)
{
	char *s = json_leaf_text(leaf);

	json_write_escaped(out, s);
	cJSON_free(s);
}

static void json_write_key(FILE *out, const char *key)
{
	cJSON *string = json_have(cJSON_CreateStringReference(key));

	json_write_leaf(out, string);
	cJSON_Delete(string);
	fputs(": ", out);
}

static void json_write_value(FILE *out, const cJSON *value, int depth)
{
	bool object = cJSON_IsObject(value);

	if ((!object && !cJSON_IsArray(value)) || value->child == NULL) {
		json_write_leaf(out, value);
		return;
	}

	fputc(object ? '{' : '[', out);
	for (const cJSON *item = value->child; item != NULL; item = item->next) {
		fprintf(out, "%s\n%*s", item == value->child ? "" : ",",
			(depth + 1) * JSON_INDENT, "");
		if (object)
			json_write_key(out, item->string);
		json_write_value(out, item, depth + 1);
	}
	fprintf(out, "\n%*s%c", depth * JSON_INDENT, "", object ? '}' : ']');
}

void json_write_line(FILE *out, const cJSON *tree)
{
	char *s = json_leaf_text(tree);

	json_write_escaped(out, s);
	fputc('\n', out);
	cJSON_free(s);
}

void json_write(FILE *out, const cJSON *tree)
{
	json_write_value(out, tree, 0);
	fputc('\n', out);
}

/* ---- YAML ---- */

/* Words that YAML 1.1 decoders read as a boolean or as null, in any case. */
static const char *const yaml_words[] = { "y",   "n",    "yes",   "no",  "on",
					  "off", "true", "false", "null" };

/*
 * True when a decoder takes the plain text for a string. All that can be a number, a time or
 * a special value begins with a digit, a sign, a dot, `~`, `=` or `<`, so a text that begins
 * with a letter or a slash and is none of the words is safe.
 */
static bool json_plain_is_string(const char *s)
{
	bool letter = (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z');

	if (!letter && *s != '/')
		return false;
	for (size_t i = 0; i < sizeof(yaml_words) / sizeof(yaml_words[0]); i++) {
		if (strcasecmp(s, yaml_words[i]) == 0)
			return false;
	}
	return true;
}

/* Hands an event to the emitter, which fails when memory or `out` does. */
static bool json_emit(yaml_emitter_t *emitter, yaml_event_t *event, int initialized)
{
	if (!initialized)
		mem_exhausted();
	if (yaml_emitter_emit(emitter, event))
		return true;
	if (emitter->error == YAML_MEMORY_ERROR)
		mem_exhausted();
	return false;
}

static bool json_emit_scalar(yaml_emitter_t *emitter, const char *s, yaml_scalar_style_t style)
{
	yaml_event_t event;
	int ok = yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)s,
					      (int)strlen(s), 1, 1, style);

	return json_emit(emitter, &event, ok);
}

static bool json_emit_string(yaml_emitter_t *emitter, const char *s)
{
	yaml_scalar_style_t style = YAML_SINGLE_QUOTED_SCALAR_STYLE;

	if (strchr(s, '\n') != NULL)
		style = YAML_LITERAL_SCALAR_STYLE;
	else if (json_plain_is_string(s))
		style = YAML_PLAIN_SCALAR_STYLE;
	return json_emit_scalar(emitter, s, style);
}

static bool json_emit_leaf(yaml_emitter_t *emitter, const cJSON *leaf)
{
	if (cJSON_IsString(leaf))
		return json_emit_string(emitter, leaf->valuestring);

	/* Numbers, booleans and null look the same in both languages. */
	char *s = json_leaf_text(leaf);
	bool ok = json_emit_scalar(emitter, s, YAML_PLAIN_SCALAR_STYLE);

	cJSON_free(s);
	return ok;
}

static bool json_emit_value(yaml_emitter_t *emitter, const cJSON *value)
{
	bool object = cJSON_IsObject(value);
	yaml_event_t event;
	int ok;

	if (!object && !cJSON_IsArray(value))
		return json_emit_leaf(emitter, value);
	if (object)
		ok = yaml_mapping_start_event_initialize(&event, NULL, NULL, 1,
							 YAML_BLOCK_MAPPING_STYLE);
	else
		ok = yaml_sequence_start_event_initialize(&event, NULL, NULL, 1,
							  YAML_BLOCK_SEQUENCE_STYLE);
	if (!json_emit(emitter, &event, ok))
		return false;
	for (const cJSON *item = value->child; item != NULL; item = item->next) {
		if (object && !json_emit_string(emitter, item->string))
			return false;
		if (!json_emit_value(emitter, item))
			return false;
	}
	ok = object ? yaml_mapping_end_event_initialize(&event)
		    : yaml_sequence_end_event_initialize(&event);
	return json_emit(emitter, &event, ok);
}

static bool json_emit_document(yaml_emitter_t *emitter, const cJSON *tree)
{
	yaml_event_t event;

	return json_emit(emitter, &event,
			 yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING)) &&
	       json_emit(emitter, &event,
			 yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1)) &&
	       json_emit_value(emitter, tree) &&
	       json_emit(emitter, &event, yaml_document_end_event_initialize(&event, 1)) &&
	       json_emit(emitter, &event, yaml_stream_end_event_initialize(&event));
}

/* A text or a key has something that screen_is_hidden(). */
static bool yaml_has_hidden(const cJSON *tree)
{
	const char *texts[] = { tree->string, tree->valuestring };

	for (int i = 0; i < 2; i++) {
		const size_t len = texts[i] != NULL ? strlen(texts[i]) : 0;

		for (size_t at = 0, bytes; at < len; at += bytes) {
			const uint32_t point = screen_point(texts[i] + at, len - at, &bytes);

			if (point > 0x7F && screen_is_hidden(point))
				return true;
		}
	}
	for (const cJSON *item = tree->child; item != NULL; item = item->next) {
		if (yaml_has_hidden(item))
			return true;
	}
	return false;
}

/* libyaml escapes all that is not ASCII, or only what YAML cannot hold. */
void yaml_write(FILE *out, const cJSON *tree)
{
	yaml_emitter_t emitter;

	if (!yaml_emitter_initialize(&emitter))
		mem_exhausted();
	yaml_emitter_set_output_file(&emitter, out);
	yaml_emitter_set_encoding(&emitter, YAML_UTF8_ENCODING);
	yaml_emitter_set_unicode(&emitter, !yaml_has_hidden(tree));
	yaml_emitter_set_indent(&emitter, JSON_INDENT);
	yaml_emitter_set_width(&emitter, -1);
	/* When it fails, the stream's error flag is set: nothing else can fail. */
	json_emit_document(&emitter, tree);
	yaml_emitter_delete(&emitter);
}

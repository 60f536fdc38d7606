/* SPDX-License-Identifier: Apache-2.0 */
/* A cJSON tree as JSON or YAML text. */
#include "reports/model/json_yaml.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <yaml.h>

#include "base/mem.h"
#include "base/text.h"

/* ---- building ---- */

/* cJSON and libyaml say with NULL or 0 that memory ran out; our input they accept. */
static cJSON *have(cJSON *item)
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

	cJSON *string = have(cJSON_CreateString(text_str(&t)));

	text_release(&t);
	return string;
}

void json_add(cJSON *object, const char *key, cJSON *value)
{
	if (!cJSON_AddItemToObject(object, key, have(value)))
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

void json_add_u128(cJSON *object, const char *key, u128 number)
{
	char text[U128_TEXT_MAX];

	u128_format(number, text);
	if (number <= (u128)1 << 53)
		json_add(object, key, cJSON_CreateRaw(text));
	else
		json_add(object, key, cJSON_CreateString(text));
}

void json_add_text_or_null(cJSON *object, const char *key, const char *s)
{
	json_add(object, key, s != NULL ? json_string(s) : cJSON_CreateNull());
}

void json_append(cJSON *array, cJSON *value)
{
	if (!cJSON_AddItemToArray(array, have(value)))
		mem_exhausted();
}

/* ---- JSON ---- */

enum { JSON_INDENT = 2 };

/* A value that holds no others, as cJSON prints it. The caller frees it. */
static char *leaf_text(const cJSON *leaf)
{
	char *s = cJSON_PrintUnformatted(leaf);

	if (s == NULL)
		mem_exhausted();
	return s;
}

/*
 * A leaf. What cJSON leaves as it is and a terminal takes for a command (DEL and U+0080 to
 * U+009F, in UTF-8 0xC2 and the code) is written in letters.
 */
static void write_leaf(FILE *out, const cJSON *leaf)
{
	char *s = leaf_text(leaf);

	for (const char *p = s; *p != '\0'; p++) {
		unsigned char next = (unsigned char)p[1];
		bool c1 = *p == '\xc2' && next >= 0x80 && next <= 0x9f;

		if (c1 || *p == '\x7f')
			fprintf(out, "\\u%04x", (unsigned char)(c1 ? *++p : *p));
		else
			putc(*p, out);
	}
	cJSON_free(s);
}

static void write_key(FILE *out, const char *key)
{
	cJSON *string = have(cJSON_CreateStringReference(key));

	write_leaf(out, string);
	cJSON_Delete(string);
	fputs(": ", out);
}

static void write_json_value(FILE *out, const cJSON *value, int depth)
{
	bool object = cJSON_IsObject(value);

	if ((!object && !cJSON_IsArray(value)) || value->child == NULL) {
		write_leaf(out, value);
		return;
	}

	fputc(object ? '{' : '[', out);
	for (const cJSON *item = value->child; item != NULL; item = item->next) {
		fprintf(out, "%s\n%*s", item == value->child ? "" : ",",
			(depth + 1) * JSON_INDENT, "");
		if (object)
			write_key(out, item->string);
		write_json_value(out, item, depth + 1);
	}
	fprintf(out, "\n%*s%c", depth * JSON_INDENT, "", object ? '}' : ']');
}

void json_write(FILE *out, const cJSON *tree)
{
	write_json_value(out, tree, 0);
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
static bool plain_is_string(const char *s)
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
static bool emit(yaml_emitter_t *emitter, yaml_event_t *event, int initialized)
{
	if (!initialized)
		mem_exhausted();
	if (yaml_emitter_emit(emitter, event))
		return true;
	if (emitter->error == YAML_MEMORY_ERROR)
		mem_exhausted();
	return false;
}

static bool emit_scalar(yaml_emitter_t *emitter, const char *s, yaml_scalar_style_t style)
{
	yaml_event_t event;
	int ok = yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)s,
					      (int)strlen(s), 1, 1, style);

	return emit(emitter, &event, ok);
}

static bool emit_string(yaml_emitter_t *emitter, const char *s)
{
	yaml_scalar_style_t style = YAML_SINGLE_QUOTED_SCALAR_STYLE;

	if (strchr(s, '\n') != NULL)
		style = YAML_LITERAL_SCALAR_STYLE;
	else if (plain_is_string(s))
		style = YAML_PLAIN_SCALAR_STYLE;
	return emit_scalar(emitter, s, style);
}

static bool emit_leaf(yaml_emitter_t *emitter, const cJSON *leaf)
{
	if (cJSON_IsString(leaf))
		return emit_string(emitter, leaf->valuestring);

	/* Numbers, booleans and null look the same in both languages. */
	char *s = leaf_text(leaf);
	bool ok = emit_scalar(emitter, s, YAML_PLAIN_SCALAR_STYLE);

	cJSON_free(s);
	return ok;
}

static bool emit_value(yaml_emitter_t *emitter, const cJSON *value)
{
	bool object = cJSON_IsObject(value);
	yaml_event_t event;
	int ok;

	if (!object && !cJSON_IsArray(value))
		return emit_leaf(emitter, value);
	if (object)
		ok = yaml_mapping_start_event_initialize(&event, NULL, NULL, 1,
							 YAML_BLOCK_MAPPING_STYLE);
	else
		ok = yaml_sequence_start_event_initialize(&event, NULL, NULL, 1,
							  YAML_BLOCK_SEQUENCE_STYLE);
	if (!emit(emitter, &event, ok))
		return false;
	for (const cJSON *item = value->child; item != NULL; item = item->next) {
		if (object && !emit_string(emitter, item->string))
			return false;
		if (!emit_value(emitter, item))
			return false;
	}
	ok = object ? yaml_mapping_end_event_initialize(&event)
		    : yaml_sequence_end_event_initialize(&event);
	return emit(emitter, &event, ok);
}

static bool emit_document(yaml_emitter_t *emitter, const cJSON *tree)
{
	yaml_event_t event;

	return emit(emitter, &event,
		    yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING)) &&
	       emit(emitter, &event,
		    yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1)) &&
	       emit_value(emitter, tree) &&
	       emit(emitter, &event, yaml_document_end_event_initialize(&event, 1)) &&
	       emit(emitter, &event, yaml_stream_end_event_initialize(&event));
}

void yaml_write(FILE *out, const cJSON *tree)
{
	yaml_emitter_t emitter;

	if (!yaml_emitter_initialize(&emitter))
		mem_exhausted();
	yaml_emitter_set_output_file(&emitter, out);
	yaml_emitter_set_encoding(&emitter, YAML_UTF8_ENCODING);
	yaml_emitter_set_unicode(&emitter, 1);
	yaml_emitter_set_indent(&emitter, JSON_INDENT);
	yaml_emitter_set_width(&emitter, -1);
	/* When it fails, the stream's error flag is set: nothing else can fail. */
	emit_document(&emitter, tree);
	yaml_emitter_delete(&emitter);
}

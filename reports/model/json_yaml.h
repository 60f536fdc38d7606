/* SPDX-License-Identifier: Apache-2.0 */
/* A cJSON tree as JSON or YAML text. */
#ifndef REPORTS_MODEL_JSON_YAML_H
#define REPORTS_MODEL_JSON_YAML_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/ip.h"

/*
 * A string value; bytes that are not UTF-8 become U+FFFD, since neither format can hold them.
 * The caller owns it until it is added to something.
 */
cJSON *json_string(const char *s);

/* Adds a member to an object; json_add_text() adds nothing when `s` is NULL. */
void json_add(cJSON *object, const char *key, cJSON *value);
void json_add_text(cJSON *object, const char *key, const char *s);
void json_add_number(cJSON *object, const char *key, uint32_t number);
void json_add_bool(cJSON *object, const char *key, bool value);
/* Appends to an array. */
void json_append(cJSON *array, cJSON *value);

/*
 * Writes the tree indented by two spaces, with a newline at the end. Errors of `out` are left
 * in it for ferror().
 */
void json_write(FILE *out, const cJSON *tree);

/* Writes the tree in one line, for JSON Lines, with a newline at the end. */
void json_write_line(FILE *out, const cJSON *tree);

/*
 * Writes the tree as one YAML document in block style. A string that kubectl's decoder (YAML
 * 1.1) would take for something else is quoted. Errors of `out` are left in it.
 */
void yaml_write(FILE *out, const cJSON *tree);

/*
 * Writes JSON text in which what a terminal obeys, or what hides or reorders the text around it
 * (screen_is_hidden()), is in letters: \u202e. cJSON has done so with what is below U+0020.
 */
void json_write_escaped(FILE *out, const char *s);

#endif

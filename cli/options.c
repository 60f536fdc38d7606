/* SPDX-License-Identifier: Apache-2.0 */
/* The parser of options. */
#include "cli/options.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/nearest.h"
#include "base/text.h"

struct parser {
	const struct command_spec *spec;
	const char *const *argv;
	uint32_t argc;
	uint32_t at; /* next argument */
	struct arena *arena;
	struct arguments *out;
};

/* ---- names that are near ---- */

/* `word` with every letter put through `convert`; in the arena. */
static const char *in_case(struct arena *arena, const char *word, int (*convert)(int))
{
	char *copy = arena_strdup(arena, word);

	for (char *c = copy; *c != '\0'; c++)
		*c = (char)convert((unsigned char)*c);
	return copy;
}

static const char *nearest_to(const char *const *names, const char *word)
{
	struct nearest nearest = { .word = word };

	for (; *names != NULL; names++)
		nearest_offer(&nearest, *names);
	return nearest.best;
}

/*
 * The name that was meant: the first that `word` is the start of, else the nearest one, as it
 * is written or in other letters, since case does not matter here. NULL when none is near.
 */
static const char *meant_by(struct arena *arena, const char *const *names, const char *word)
{
	const char *best = NULL;

	for (const char *const *name = names; *name != NULL && *word != '\0'; name++) {
		if (strncasecmp(*name, word, strlen(word)) == 0)
			return *name;
	}
	best = nearest_to(names, word);
	if (best == NULL)
		best = nearest_to(names, in_case(arena, word, tolower));
	if (best == NULL)
		best = nearest_to(names, in_case(arena, word, toupper));
	return best;
}

int options_choose(const char *const *choices, const char *value, size_t len)
{
	for (int i = 0; choices[i] != NULL; i++) {
		if (strlen(choices[i]) == len && strncasecmp(choices[i], value, len) == 0)
			return i;
	}
	return -1;
}

const char *options_unknown(struct arena *arena, const char *what, const char *value,
			    const char *const *choices)
{
	const char *meant = meant_by(arena, choices, value);

	if (meant != NULL)
		return arena_printf(arena, "unknown %s %s; did you mean %s?", what, value,
				    meant);

	struct text list = { 0 };

	for (uint32_t i = 0; choices[i] != NULL; i++) {
		if (i > 0)
			text_add(&list, choices[i + 1] != NULL ? ", " : " or ");
		text_add(&list, choices[i]);
	}

	const char *error = arena_printf(arena, "unknown %s \"%s\": it is one of %s", what,
					 value, text_str(&list));

	text_release(&list);
	return error;
}

/* ---- parsing ---- */

static const char *unknown_option(const struct parser *p, const char *name, size_t len)
{
	const char *word = arena_strndup(p->arena, name, len);
	ARRAY_OF(const char *) names = { 0 };

	for (const struct option_spec *o = p->spec->options; o->name != NULL; o++)
		ARRAY_ADD(p->arena, &names, o->name);
	ARRAY_ADD(p->arena, &names, NULL);

	const char *meant = meant_by(p->arena, names.items, word);

	if (meant == NULL)
		return arena_printf(p->arena, "unknown option --%s", word);
	return arena_printf(p->arena, "unknown option --%s; did you mean --%s?", word, meant);
}

static void add_option(const struct parser *p, const struct option_spec *option,
		       const char *value)
{
	struct given_option given = { (uint32_t)(option - p->spec->options), value };

	ARRAY_ADD(p->arena, &p->out->options, given);
}

/* Takes the next argument as the option's value. */
static const char *add_with_next(struct parser *p, const struct option_spec *option,
				 const char *shown)
{
	if (p->at == p->argc)
		return arena_printf(p->arena, "option %s needs a value: %s %s", shown, shown,
				    option->argument);
	add_option(p, option, p->argv[p->at++]);
	return NULL;
}

static const char *parse_long(struct parser *p, const char *name)
{
	size_t len = strcspn(name, "=");
	const char *value = name[len] == '=' ? name + len + 1 : NULL;
	const struct option_spec *o = p->spec->options;

	while (o->name != NULL && (strlen(o->name) != len || strncmp(o->name, name, len) != 0))
		o++;
	if (o->name == NULL)
		return unknown_option(p, name, len);
	if (o->argument == NULL && value != NULL)
		return arena_printf(p->arena, "option --%s takes no value", o->name);
	if (o->argument != NULL && value == NULL)
		return add_with_next(p, o, arena_printf(p->arena, "--%s", o->name));
	add_option(p, o, value);
	return NULL;
}

static const char *parse_letters(struct parser *p, const char *letters)
{
	for (; *letters != '\0'; letters++) {
		const struct option_spec *o = p->spec->options;

		while (o->name != NULL && o->letter != *letters)
			o++;
		if (o->name == NULL)
			return arena_printf(p->arena, "unknown option -%s", letters);
		if (o->argument == NULL) {
			add_option(p, o, NULL);
			continue;
		}
		if (letters[1] == '\0')
			return add_with_next(p, o, arena_printf(p->arena, "-%c", o->letter));
		add_option(p, o, letters + (letters[1] == '=' ? 2 : 1));
		return NULL;
	}
	return NULL;
}

static const char *parse_one(struct parser *p, const char *argument)
{
	if (argument[0] != '-' || argument[1] == '\0') {
		ARRAY_ADD(p->arena, &p->out->operands, argument);
		return NULL;
	}
	if (argument[1] == '-')
		return parse_long(p, argument + 2);
	return parse_letters(p, argument + 1);
}

const char *options_parse(const struct command_spec *spec, uint32_t argc,
			  const char *const *argv, struct arena *arena, struct arguments *out)
{
	struct parser p = { spec, argv, argc, 0, arena, out };
	const char *error = NULL;

	*out = (struct arguments){ 0 };
	while (p.at < argc && error == NULL) {
		const char *argument = argv[p.at++];

		if (strcmp(argument, "--") == 0)
			break;
		error = parse_one(&p, argument);
	}
	while (p.at < argc && error == NULL)
		ARRAY_ADD(arena, &out->operands, argv[p.at++]);
	return error;
}

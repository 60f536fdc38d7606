/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of options at work: parsing a command line, setting values, and `COMMAND --help`.
 * Every mistake is a sentence with the value and, where there is one, the nearest name that
 * exists.
 */
#include "cli/options.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "base/duration.h"
#include "base/nearest.h"
#include "base/text.h"
#include "config/schema/schema.h"
#include "reports/formats/screen.h"

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
static const char *option_in_case(struct arena *arena, const char *word, int (*convert)(int))
{
	char *copy = arena_strdup(arena, word);

	for (char *c = copy; *c != '\0'; c++)
		*c = (char)convert((unsigned char)*c);
	return copy;
}

static const char *option_nearest(const char *const *names, const char *word)
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
static const char *option_meant(struct arena *arena, const char *const *names, const char *word)
{
	const char *best = NULL;

	for (const char *const *name = names; *name != NULL && *word != '\0'; name++) {
		if (strncasecmp(*name, word, strlen(word)) == 0)
			return *name;
	}
	best = option_nearest(names, word);
	if (best == NULL)
		best = option_nearest(names, option_in_case(arena, word, tolower));
	if (best == NULL)
		best = option_nearest(names, option_in_case(arena, word, toupper));
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
	const char *meant = option_meant(arena, choices, value);

	if (meant != NULL)
		return arena_printf(arena, "unknown %s %s; did you mean %s?", what, value,
				    meant);

	struct text list = { 0 };

	for (uint32_t i = 0; choices[i] != NULL; i++) {
		if (i > 0)
			text_add(&list, choices[i + 1] != NULL ? ", " : " or ");
		text_add(&list, choices[i]);
	}

	const char *error = arena_printf(arena, "unknown %s \"%s\": use one of %s", what, value,
					 text_str(&list));

	text_release(&list);
	return error;
}

/* ---- parsing ---- */

static const char *option_unknown(const struct parser *p, const char *name, size_t len)
{
	const char *word = arena_strndup(p->arena, name, len);
	ARRAY_OF(const char *) names = { 0 };

	for (const struct option_spec *o = p->spec->options; o->name != NULL; o++)
		ARRAY_ADD(p->arena, &names, o->name);
	ARRAY_ADD(p->arena, &names, NULL);

	const char *meant = option_meant(p->arena, names.items, word);

	if (meant == NULL)
		return arena_printf(p->arena, "unknown option --%s", word);
	return arena_printf(p->arena, "unknown option --%s; did you mean --%s?", word, meant);
}

static void option_add(const struct parser *p, const struct option_spec *option,
		       const char *value)
{
	struct given_option given = { option, value };

	ARRAY_ADD(p->arena, &p->out->options, given);
}

/* Takes the next argument as the option's value. */
static const char *option_add_with_next(struct parser *p, const struct option_spec *option,
					const char *shown)
{
	if (p->at == p->argc)
		return arena_printf(p->arena, "option %s needs a value: %s %s", shown, shown,
				    option->argument);
	option_add(p, option, p->argv[p->at++]);
	return NULL;
}

static const char *option_parse_long(struct parser *p, const char *name)
{
	size_t len = strcspn(name, "=");
	const char *value = name[len] == '=' ? name + len + 1 : NULL;
	const struct option_spec *o = p->spec->options;

	while (o->name != NULL && (strlen(o->name) != len || strncmp(o->name, name, len) != 0))
		o++;
	if (o->name == NULL)
		return option_unknown(p, name, len);
	if (o->argument == NULL && value != NULL && o->bare == NULL)
		return arena_printf(p->arena, "option --%s takes no value", o->name);
	if (o->argument != NULL && value == NULL)
		return option_add_with_next(p, o, arena_printf(p->arena, "--%s", o->name));
	option_add(p, o, value == NULL ? o->bare : value);
	return NULL;
}

static const char *option_parse_letters(struct parser *p, const char *letters)
{
	for (; *letters != '\0'; letters++) {
		const struct option_spec *o = p->spec->options;

		while (o->name != NULL && o->letter != *letters)
			o++;
		if (o->name == NULL)
			return arena_printf(p->arena, "unknown option -%s", letters);
		if (o->argument == NULL) {
			option_add(p, o, NULL);
			continue;
		}
		if (letters[1] == '\0')
			return option_add_with_next(p, o,
						    arena_printf(p->arena, "-%c", o->letter));
		option_add(p, o, letters + (letters[1] == '=' ? 2 : 1));
		return NULL;
	}
	return NULL;
}

static const char *option_parse_argument(struct parser *p, const char *argument)
{
	if (argument[0] != '-' || argument[1] == '\0') {
		ARRAY_ADD(p->arena, &p->out->operands, argument);
		return NULL;
	}
	if (argument[1] == '-')
		return option_parse_long(p, argument + 2);
	return option_parse_letters(p, argument + 1);
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
		error = option_parse_argument(&p, argument);
	}
	while (p.at < argc && error == NULL)
		ARRAY_ADD(arena, &out->operands, argv[p.at++]);
	return error;
}

/* ---- values ---- */

static const char *option_set_number(const struct option_spec *o, const char *value,
				     struct option_number *out, struct arena *arena)
{
	out->given = true;
	if (parse_u64(value, o->min, o->max, &out->value))
		return NULL;
	return arena_printf(arena, "--%s \"%s\" is not a number from %" PRIu64 " to %" PRIu64,
			    o->name, value, o->min, o->max);
}

static const char *option_set_choice(const struct option_spec *o, const char *value,
				     struct option_number *out, struct arena *arena)
{
	const int choice = options_choose(o->choices, value, strlen(value));

	if (choice < 0)
		return options_unknown(arena, o->argument != NULL ? o->argument : "LEVEL",
				       value, o->choices);
	*out = (struct option_number){ true, (uint64_t)choice };
	return NULL;
}

static const char *option_set_list(const struct option_spec *o, const char *value,
				   void *settings, struct arena *arena)
{
	const char *error = NULL;

	for (const char *rest = value; rest != NULL && error == NULL;) {
		size_t len = strcspn(rest, ",");

		if (len == 0)
			return arena_printf(arena, "--%s \"%s\" contains an empty name",
					    o->name, value);
		error = o->set(settings, o, arena_strndup(arena, rest, len));
		rest = rest[len] == ',' ? rest + len + 1 : NULL;
	}
	return error;
}

const char *options_set(const struct option_spec *o, const char *value, void *settings,
			struct arena *arena)
{
	void *field = (char *)settings + o->offset;
	struct option_time *time = field;

	switch (o->kind) {
	case OPTION_FLAG:
		*(bool *)field = true;
		return NULL;
	case OPTION_NUMBER:
		return option_set_number(o, value, field, arena);
	case OPTION_CHOICE:
		return option_set_choice(o, value, field, arena);
	case OPTION_TEXT:
		*(const char **)field = value;
		if (*value != '\0')
			return NULL;
		return arena_printf(arena, "option --%s needs a value: --%s %s", o->name,
				    o->name, o->argument);
	case OPTION_NAMES:
		ARRAY_ADD(arena, &((struct name_list *)field)->list, value);
		return NULL;
	case OPTION_TIME:
		time->given = true;
		return rfc3339_parse(value, &time->ns)
			       ? NULL
			       : arena_printf(
					 arena,
					 "--%s \"%s\" is not a valid time, such as 2026-03-02T10:00:00Z",
					 o->name, value);
	case OPTION_VALUE:
		return o->set(settings, o, value);
	case OPTION_LIST:
		return option_set_list(o, value, settings, arena);
	case OPTION_HELP:
		break;
	}
	return NULL;
}

const char *options_apply(const struct arguments *arguments, void *settings,
			  struct arena *arena)
{
	const char *error = NULL;

	ARRAY_FOREACH (const struct given_option, given, &arguments->options) {
		if (error == NULL)
			error = options_set(given->option, given->value, settings, arena);
	}
	return error;
}

bool options_run_programs(const struct arguments *arguments)
{
	ARRAY_FOREACH (const struct given_option, given, &arguments->options)
		if (given->option->runs_programs)
			return true;
	return false;
}

/* ---- help ---- */

enum { OPTION_INDENT = 24, STATUS_INDENT = 5, EXAMPLE_INDENT = 6 };

/* "  -n, --namespace NS" */
static void help_option_head(struct text *t, const struct option_spec *o)
{
	if (o->letter != 0)
		text_printf(t, "  -%c, --%s", o->letter, o->name);
	else
		text_printf(t, "      --%s", o->name);
	if (o->argument != NULL)
		text_printf(t, " %s", o->argument);
}

static void help_option(FILE *out, unsigned width, const struct option_spec *o)
{
	struct text head = { 0 };

	help_option_head(&head, o);
	fputs(text_str(&head), out);
	if (head.len + 2 > OPTION_INDENT) {
		fputc('\n', out);
		text_clear(&head);
	}
	screen_spaces(out, OPTION_INDENT - (unsigned)head.len);
	screen_wrap(out, o->help, OPTION_INDENT, OPTION_INDENT, width);
	text_release(&head);
}

static void help_options(FILE *out, unsigned width, const struct option_spec *options)
{
	fputs("\nOptions:\n", out);
	for (; options->name != NULL; options++)
		help_option(out, width, options);
}

static void help_statuses(FILE *out, unsigned width, const struct help_row *rows)
{
	fputs("\nExit status:\n", out);
	for (; rows->left != NULL; rows++) {
		fprintf(out, "  %s  ", rows->left);
		screen_wrap(out, rows->right, STATUS_INDENT, STATUS_INDENT, width);
	}
}

/* The word at `s`, up to a space outside of quotes. */
static size_t help_word_length(const char *s)
{
	char quote = '\0';
	size_t len = 0;

	for (; s[len] != '\0' && (quote != '\0' || s[len] != ' '); len++) {
		if (quote == s[len])
			quote = '\0';
		else if (quote == '\0' && (s[len] == '\'' || s[len] == '"'))
			quote = s[len];
	}
	return len;
}

/* A command, which a shell takes on several lines as well. */
static void help_command(FILE *out, unsigned width, const char *command)
{
	enum { INDENT = 2, HANG = 6, MARK = 2 }; /* " \\" */
	unsigned at = INDENT;
	bool first = true;

	screen_spaces(out, INDENT);
	while (*command != '\0') {
		const size_t len = help_word_length(command);
		const bool last = command[len] == '\0';
		const unsigned columns = (unsigned)len + (last ? 0 : MARK);

		if (!first && at + 1 + columns > width) {
			fprintf(out, " \\\n%*s", HANG, "");
			at = HANG;
		} else if (!first) {
			fputc(' ', out);
			at++;
		}
		fwrite(command, 1, len, out);
		at += (unsigned)len;
		first = false;
		command += len + !last;
	}
	fputc('\n', out);
}

static void help_examples(FILE *out, unsigned width, const struct help_row *rows)
{
	fputs("\nExamples:\n", out);
	for (; rows->left != NULL; rows++) {
		help_command(out, width, rows->left);
		screen_spaces(out, EXAMPLE_INDENT);
		screen_wrap(out, rows->right, EXAMPLE_INDENT, EXAMPLE_INDENT, width);
	}
}

void options_help(FILE *out, unsigned width, const struct command_spec *spec)
{
	fprintf(out, "usage: purelbtool %s [OPTION]...%s%s\n\n", spec->name,
		*spec->operands != '\0' ? " " : "", spec->operands);
	screen_wrap(out, spec->description, 0, 0, width);
	help_options(out, width, spec->options);
	help_statuses(out, width, spec->statuses);
	help_examples(out, width, spec->examples);
}

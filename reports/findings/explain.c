/* SPDX-License-Identifier: Apache-2.0 */
/* What checks mean. */
#include "reports/findings/findings.h"

#include <string.h>

#include "reports/formats/roff.h"
#include "reports/formats/screen.h"

enum { TEXT_INDENT = 2, YAML_INDENT = 4 };

static void explain_write_paragraph(FILE *out, unsigned width, const char *heading,
				    const char *s)
{
	fprintf(out, "\n%s\n", heading);
	screen_spaces(out, TEXT_INDENT);
	screen_wrap(out, s, TEXT_INDENT, TEXT_INDENT, width);
}

/* Every line of `yaml`, indented; it need not end with a newline. */
static void explain_write_yaml(FILE *out, const char *heading, const char *yaml)
{
	if (*yaml == '\0')
		return;
	fprintf(out, "\n%s\n", heading);
	while (*yaml != '\0') {
		size_t len = strcspn(yaml, "\n");

		if (len > 0)
			fprintf(out, "%*s%.*s", YAML_INDENT, "", (int)len, yaml);
		fputc('\n', out);
		yaml += len;
		yaml += *yaml == '\n';
	}
}

static void explain_write_check(FILE *out, unsigned width, const struct check *check)
{
	fprintf(out, "%s %s (%s)\n", check->code, check->slug, severity_name(check->severity));
	screen_spaces(out, TEXT_INDENT);
	screen_wrap(out, check->title, TEXT_INDENT, TEXT_INDENT, width);
	explain_write_paragraph(out, width, "Why it matters", check->why);
	explain_write_yaml(out, "Example that triggers it", check->bad);
	explain_write_yaml(out, "Example, fixed", check->good);
	explain_write_paragraph(out, width, "What to do", check->fix);
	if (check->needs == NEED_NOTHING)
		return;

	struct text needs = { 0 };

	needs_add_advice(&needs, check->needs);
	explain_write_paragraph(out, width, "Needs in the input", text_str(&needs));
	text_release(&needs);
}

void explain_text(FILE *out, unsigned width, const enum check_code *codes, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (i > 0)
			fputc('\n', out);
		explain_write_check(out, width, &check_table[codes[i]]);
	}
}

/* The widest slug of the table. */
static unsigned explain_slug_columns(void)
{
	size_t widest = 0;

	for (int i = 0; i < CHECK_COUNT; i++) {
		size_t len = strlen(check_table[i].slug);

		widest = len > widest ? len : widest;
	}
	return (unsigned)widest;
}

void explain_list(FILE *out, unsigned width)
{
	unsigned slug = explain_slug_columns();
	unsigned title = 5 + 2 + slug + 2 + 4 + 2;

	fprintf(out, "%-5s  %-*s  %-4s  %s\n", "CODE", (int)slug, "SLUG", "SEV", "FINDS");
	for (int i = 0; i < CHECK_COUNT; i++) {
		const struct check *check = &check_table[i];

		fprintf(out, "%-5s  %-*s  %-4s  ", check->code, (int)slug, check->slug,
			severity_name(check->severity));
		screen_wrap(out, check->title, title, title, width);
	}
}

/* ---- the page of checks ---- */

static void explain_write_manual(FILE *out, const struct check *check)
{
	fprintf(out, ".SS %s ", check->code);
	roff_word(out, check->slug);
	fprintf(out, " (%s)\n", severity_name(check->severity));
	roff_prose(out, check->title);
	fputs(".PP\n", out);
	roff_prose(out, check->why);
	fputs(".PP\n", out);
	roff_prose(out, check->fix);
	if (*check->bad != '\0') {
		fputs(".PP\nAn example that triggers it:\n", out);
		roff_lines(out, check->bad);
	}
	if (*check->good != '\0') {
		fputs(".PP\nThe same, fixed:\n", out);
		roff_lines(out, check->good);
	}
	if (check->needs == NEED_NOTHING)
		return;

	struct text needs = { 0 };

	needs_add_advice(&needs, check->needs);
	fputs(".PP\nNeeds in the input:\n", out);
	roff_prose(out, text_str(&needs));
	text_release(&needs);
}

void roff_checks(FILE *out)
{
	roff_title(out, "purelbtool-checks", "7");
	fputs(".SH NAME\npurelbtool\\-checks \\- what purelbtool validate checks\n"
	      ".SH DESCRIPTION\n",
	      out);
	roff_prose(out, "Every check has a code, a slug and a severity. FAIL: it will not "
			"work, or PureLB or the API server refuses it. WARN: it works until "
			"something happens, or not as written. INFO: worth knowing, and never "
			"a failure. PASS: checked and fine. `purelbtool explain CODE` shows "
			"what is below on a terminal.");
	fputs(".SH CHECKS\n", out);
	for (int i = 0; i < CHECK_COUNT; i++)
		explain_write_manual(out, &check_table[i]);
	fputs(".SH SEE ALSO\n.BR purelbtool (1),\n.BR purelbtool\\-validate (1),\n"
	      ".BR purelbtool\\-explain (1)\n",
	      out);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Escapes of the runner: %XX for what ends a command, or a property of one. */
#include "reports/formats/workflow.h"

#include <string.h>

#include "base/text.h"
#include "reports/formats/screen.h"

static void workflow_write_escaped(FILE *out, const char *s, const char *reserved)
{
	struct text visible = { 0 };

	screen_add(&visible, s);
	for (const char *c = text_str(&visible); *c != '\0'; c++) {
		if (strchr(reserved, *c) != NULL)
			fprintf(out, "%%%02X", (unsigned)(unsigned char)*c);
		else
			fputc(*c, out);
	}
	text_release(&visible);
}

void workflow_write_data(FILE *out, const char *s)
{
	workflow_write_escaped(out, s, "%\r\n");
}

void workflow_write_property(FILE *out, const char *name, const char *s)
{
	fprintf(out, "%s=", name);
	workflow_write_escaped(out, s, "%\r\n:,");
}

void workflow_write_line(FILE *out, const char *label, const char *s)
{
	fprintf(out, "%%0A%s: ", label);
	workflow_write_data(out, s);
}

void workflow_annotate(FILE *out, const char *level, const char *file, unsigned line,
		       unsigned column, const char *title, const char *text, const char *fix)
{
	fprintf(out, "::%s ", level);
	if (file != NULL)
		workflow_write_property(out, "file", file);
	if (file != NULL && line > 0)
		fprintf(out, ",line=%u,col=%u", line, column);
	if (file != NULL)
		fputc(',', out);
	workflow_write_property(out, "title", title);
	fputs("::", out);
	workflow_write_data(out, text);
	if (fix != NULL)
		workflow_write_line(out, "Fix", fix);
	fputc('\n', out);
}

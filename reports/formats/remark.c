/* SPDX-License-Identifier: Apache-2.0 */
/* The lines below a table. */
#include "reports/formats/remark.h"

#include <string.h>

#include "reports/formats/screen.h"
#include "reports/formats/xml.h"

void remark_write(FILE *out, const char *label, const char *s)
{
	struct text harmless = { 0 };

	screen_add(&harmless, s);
	fprintf(out, "%s:", label);
	screen_spaces(out, REMARK_INDENT - (unsigned)strlen(label) - 1);
	screen_wrap(out, text_str(&harmless), REMARK_INDENT, REMARK_INDENT, SCREEN_WIDTH);
	text_release(&harmless);
}

void remark_html(FILE *out, const char *label, const char *s)
{
	fputs("<p class=\"faint\"><b>", out);
	xml_text(out, label);
	fputs("</b>: ", out);
	xml_text(out, s);
	fputs("</p>\n", out);
}

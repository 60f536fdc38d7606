/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of text as part of an HTML page. */
#include <stdbool.h>

#include "reports/formats/columns.h"
#include "reports/formats/xml.h"

static const char *const classes[SCREEN_ROLES] = {
	[SCREEN_PLAIN] = "",      [SCREEN_FAIL] = "fail", [SCREEN_WARN] = "warn",
	[SCREEN_INFO] = "info",   [SCREEN_PASS] = "pass", [SCREEN_STRONG] = "strong",
	[SCREEN_FRAME] = "faint",
};

/* Lines that are to stay apart do so. */
static void write_text(FILE *out, const char *s)
{
	fputs("<span class=\"lines\">", out);
	xml_text(out, s);
	fputs("</span>", out);
}

/* The notes behind row `at`, of which it has the last cell. */
static void write_notes(const struct columns *t, FILE *out, uint32_t at)
{
	for (uint32_t i = at + 1; i < t->rows.count && t->rows.items[i].kind == ROW_NOTE; i++) {
		fputs("<div class=\"faint\">", out);
		write_text(out, t->rows.items[i].text.s);
		fputs("</div>", out);
	}
}

static void write_cells(const struct columns *t, FILE *out, uint32_t at)
{
	const struct cell *cells = t->rows.items[at].cells;

	fputs("<tr data-row=\"row\">", out);
	for (uint32_t i = 0; i < t->count; i++) {
		fprintf(out, "<td class=\"%s%s %s\">", i == 0 ? "key " : "",
			t->list[i].right ? "number" : "", classes[cells[i].role]);
		if (cells[i].s != NULL)
			write_text(out, cells[i].s);
		if (i + 1 == t->count)
			write_notes(t, out, at);
		fputs("</td>", out);
	}
	fputs("</tr>\n", out);
}

static void write_line(const struct columns *t, FILE *out, const char *element, const char *s)
{
	fprintf(out, "<tr><%s colspan=\"%u\">", element, t->count);
	write_text(out, s);
	fprintf(out, "</%s></tr>\n", element);
}

static void write_head(const struct columns *t, FILE *out)
{
	fputs("<thead><tr>", out);
	for (uint32_t i = 0; i < t->count; i++) {
		fputs(t->list[i].right ? "<th class=\"number\">" : "<th>", out);
		xml_text(out, t->list[i].head);
		fputs("</th>", out);
	}
	fputs("</tr></thead>\n", out);
}

void columns_html(const struct columns *t, FILE *out)
{
	bool cells = false; /* a note behind them has been written with them */

	if (t->rows.count == 0)
		return;
	fputs("<div class=\"bar\" hidden><input id=\"search\" type=\"search\" "
	      "placeholder=\"Search: node, address, name &#8230;\" aria-label=\"search\">"
	      "<output id=\"shown\"></output></div>\n<div class=\"scroll\"><table>\n",
	      out);
	write_head(t, out);
	fputs("<tbody>\n", out);
	for (uint32_t i = 0; i < t->rows.count; i++) {
		const struct columns_row *row = &t->rows.items[i];

		if (row->kind == ROW_CELLS)
			write_cells(t, out, i);
		else if (row->kind == ROW_HEADING)
			write_line(t, out, "th", row->text.s);
		else if (!cells)
			write_line(t, out, "td", row->text.s);
		cells = row->kind == ROW_CELLS || (cells && row->kind == ROW_NOTE);
	}
	fputs("</tbody>\n</table></div>\n", out);
}

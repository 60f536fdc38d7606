/* SPDX-License-Identifier: Apache-2.0 */
/* State changes as JSON lines. */
#include "reports/run/events_jsonl.h"

#include <stdlib.h>

#include "reports/model/json_yaml.h"
#include "reports/model/report.h"
#include "reports/run/run_json.h"

void events_jsonl(void *out, sim_ns at, const char *kind, const char *what, const char *cause)
{
	cJSON *line = cJSON_CreateObject();
	char *text;

	json_add(line, "at", seconds_json(at));
	json_add_text(line, "kind", kind);
	json_add_text(line, "what", what);
	json_add_text(line, "cause", cause);
	text = cJSON_PrintUnformatted(line);
	if (text != NULL) {
		fputs(text, out);
		fputc('\n', out);
	}
	cJSON_free(text);
	cJSON_Delete(line);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The least that reading a YAML file by libyaml costs: its event loop over the file, every
 * event thrown away. What loading and validating is measured against.
 */
#include <stdio.h>
#include <yaml.h>

static unsigned long count_events(yaml_parser_t *parser)
{
	for (unsigned long count = 0;; count++) {
		yaml_event_t event;

		if (!yaml_parser_parse(parser, &event))
			return 0;
		yaml_event_type_t type = event.type;
		yaml_event_delete(&event);
		if (type == YAML_STREAM_END_EVENT)
			return count;
	}
}

int main(int argc, char **argv)
{
	FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
	yaml_parser_t parser;

	if (file == NULL || !yaml_parser_initialize(&parser)) {
		fprintf(stderr, "usage: yamlloop FILE\n");
		return 2;
	}
	yaml_parser_set_input_file(&parser, file);
	unsigned long events = count_events(&parser);
	yaml_parser_delete(&parser);
	fclose(file);
	printf("%lu events\n", events);
	return events > 0 ? 0 : 1;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: bytes as one input file, through everything that `purelbtool validate` does.
 * Whatever they are, reading, resolving, checking and reporting must end without a fault.
 */
#include <stdint.h>
#include <stdio.h>

#include <cjson/cJSON.h>
#include "config/repository/repository.h"
#include "config/objects/snapshot.h"
#include "purelb/agents/cluster.h"
#include "reports/findings/findings.h"
#include "reports/model/json_yaml.h"
#include "validator/validate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 16 }; /* longer ones are only slower */

static void write_reports(const struct validation *validation, const struct snapshot *snapshot,
			  FILE *out)
{
	const struct table_options table = { .colour = true };
	cJSON *tree = findings_json(validation, snapshot);

	findings_table(out, validation, snapshot, &table);
	json_write(out, tree);
	yaml_write(out, tree);
	cJSON_Delete(tree);
	tree = findings_sarif(validation, snapshot, "0");
	json_write(out, tree);
	cJSON_Delete(tree);
	findings_junit(out, validation, snapshot, SEVERITY_FAIL);
	findings_github(out, validation, snapshot);
}

static void validate_file(const char *path, FILE *out)
{
	const char *service_cidrs[] = { "10.96.0.0/12" };
	struct validate_options options = { .service_cidrs = { .items = service_cidrs,
							       .count = 1 } };
	struct cluster cluster = { 0 };
	struct validation validation = { 0 };
	struct snapshot *snapshot = config_load(&path, 1, "purelb-system");

	purelb_resolve(&cluster, snapshot);
	validate(&validation, snapshot, &cluster, &options, NULL);
	write_reports(&validation, snapshot, out);
	cluster_release(&cluster);
	snapshot_release(snapshot);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	FILE *input = size <= INPUT_MAX ? tmpfile() : NULL;

	if (input == NULL)
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fileno(input));
	if (fwrite(data, 1, size, input) == size && fflush(input) == 0) {
		FILE *out = fopen("/dev/null", "w");

		validate_file(path, out);
		fclose(out);
	}
	fclose(input);
	return 0;
}

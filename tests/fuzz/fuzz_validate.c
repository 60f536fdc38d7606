/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: bytes as one input file, through everything that `purelbtool validate` does.
 * Whatever they are, reading, resolving, checking and reporting must end without a fault.
 */
#define _GNU_SOURCE /* memfd_create() */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cjson/cJSON.h"
#include "config/snapshot.h"
#include "purelb/cluster.h"
#include "reports/findings_json.h"
#include "reports/findings_table.h"
#include "reports/json_yaml.h"
#include "validator/validate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 16 }; /* longer ones are only slower */

/* A file in memory that has a name; the caller closes *fd. */
static bool write_input(const uint8_t *data, size_t size, int *fd, char *path, size_t path_size)
{
	*fd = memfd_create("input", MFD_CLOEXEC);
	if (*fd < 0)
		return false;
	snprintf(path, path_size, "/proc/self/fd/%d", *fd);
	return write(*fd, data, size) == (ssize_t)size;
}

static void report(const struct validation *validation, const struct snapshot *snapshot,
		   FILE *out)
{
	const struct table_options table = { .colour = true };
	cJSON *tree = findings_json(validation, snapshot);

	findings_table(out, validation, snapshot, &table);
	json_write(out, tree);
	yaml_write(out, tree);
	cJSON_Delete(tree);
}

static void validate_file(const char *path, FILE *out)
{
	struct validate_options options = { .service_cidr_text = "10.96.0.0/12" };
	struct cluster cluster = { 0 };
	struct validation validation = { 0 };
	struct snapshot *snapshot = config_load(&path, 1, "purelb-system");

	ip_net_parse(options.service_cidr_text, &options.service_cidr);
	purelb_resolve(&cluster, snapshot);
	validate(&validation, snapshot, &cluster, &options, NULL, 0);
	report(&validation, snapshot, out);
	cluster_release(&cluster);
	snapshot_release(snapshot);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	int fd;

	if (size > INPUT_MAX)
		return 0;
	if (write_input(data, size, &fd, path, sizeof(path))) {
		FILE *out = fopen("/dev/null", "w");

		validate_file(path, out);
		fclose(out);
	}
	close(fd);
	return 0;
}

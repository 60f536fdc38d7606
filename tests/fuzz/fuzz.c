/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz targets: which bytes go where. FUZZ_TARGET in the environment names the one to run.
 *
 * A command runs as from the command line, in this process, on files in a folder in memory.
 * Whatever they hold, it must end without a fault and with an exit status that is documented.
 */
#include "tests/fuzz/fuzz.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/common.h"

enum { INPUT_MAX = 1 << 16 /* longer ones are only slower */ };

/* A cluster for targets whose bytes are something else. */
#define CLUSTER                                                                                \
	"{apiVersion: purelb.io/v2, kind: ServiceGroup, metadata: {name: default, "            \
	"namespace: purelb-system}, spec: {local: {v4pools: [{subnet: 10.0.0.0/24, pool: "     \
	"10.0.0.9-10.0.0.12}]}}}\n---\n"                                                       \
	"{apiVersion: v1, kind: Node, metadata: {name: a}, status: {addresses: [{type: "       \
	"InternalIP, address: 10.0.0.1}]}}\n---\n"                                             \
	"{apiVersion: v1, kind: Service, metadata: {name: web, namespace: x}, spec: {type: "   \
	"LoadBalancer, ports: [{port: 80}]}}\n---\n"

#define ONE_FILE .files = { "input.yaml" }
#define REPORT(format)                                                                         \
	{                                                                                      \
		.name = "report-" format, ONE_FILE, .arguments = {                             \
			"validate",                                                            \
			"@/input.yaml",                                                        \
			"-o",                                                                  \
			format                                                                 \
		}                                                                              \
	}

const struct fuzz_command fuzz_commands[] = {
	{ "validate",
	  ONE_FILE,
	  { "validate", "@/input.yaml", "--service-cidr", "10.96.0.0/12" },
	  NULL },
	{ "fixes",
	  ONE_FILE,
	  { "validate", "--fix=unsafe", "--diff", "@/input.yaml" },
	  CLUSTER },
	{ "allocate", ONE_FILE, { "allocate", "@/input.yaml" }, NULL },
	{ "elect", ONE_FILE, { "elect", "@/input.yaml" }, NULL },
	{ "bgp", ONE_FILE, { "bgp", "@/input.yaml" }, NULL },
	{ "sweep", ONE_FILE, { "sweep", "@/input.yaml" }, NULL },
	{ "convert", ONE_FILE, { "convert", "@/input.yaml" }, NULL },
	{ "inspect", ONE_FILE, { "inspect", "-f", "@/input.yaml", "--all" }, NULL },
	{ "annotations", ONE_FILE, { "validate", "@/input.yaml" }, CLUSTER },
	{ "plan",
	  { "old.yaml", "new.yaml" },
	  { "plan", "@/old.yaml", "@/new.yaml", "-o", "json" },
	  NULL },
	{ "evidence", { "file" }, { "evidence", "@/file" }, NULL },
	{ "bundle",
	  { "cluster.yaml", "nodes/a/ip-addr.json", "nodes/a/ip-neigh.json",
	    "routers/r1/gobgp-neighbor.json", "logs/lbnodeagent-a.log" },
	  { "inspect", "-f", "@", "--all", "-o", "json" },
	  CLUSTER },
	{ "inventory",
	  { "a/ip-addr.json", "a/ip-route.json", "a/sysctl.txt" },
	  { "inventory", "@" },
	  NULL },
	{ "kustomize",
	  { "kustomization.yaml", "base.yaml", "patch.yaml", "component/kustomization.yaml" },
	  { "validate", "@" },
	  NULL },
	{ "chart-values",
	  { "values.yaml", "release.yaml", "Chart.yaml" },
	  { "validate", "@" },
	  "# purelb\n" },
	{ "settings",
	  { ".purelbtool.yaml", "input.yaml" },
	  { "validate", "--config", "@/.purelbtool.yaml", "@/input.yaml" },
	  NULL },
	{ "baseline",
	  { "baseline.yaml", "input.yaml" },
	  { "validate", "--baseline", "@/baseline.yaml", "@/input.yaml" },
	  NULL },
	{ "scenario",
	  { "scenario.yaml", "cluster.yaml" },
	  { "simulate", "@/scenario.yaml" },
	  "apiVersion: purelbtool.purelb.io/v1\nkind: Scenario\nmetadata: {name: s}\nspec:\n"
	  "  inputs: [cluster.yaml]\n  duration: 20s\n" },
	REPORT("json"),
	REPORT("yaml"),
	REPORT("html"),
	REPORT("sarif"),
	REPORT("junit"),
	REPORT("github"),
	REPORT("gcc"),
	REPORT("markdown"),
	REPORT("codeclimate"),
	{ 0 },
};

static const struct command_spec *const fuzz_specs[] = {
	&validate_command, &allocate_command, &elect_command,     &bgp_command,
	&inspect_command,  &simulate_command, &sweep_command,     &plan_command,
	&convert_command,  &evidence_command, &inventory_command, NULL,
};

static struct {
	const struct fuzz_values *values;
	const struct fuzz_command *command;
	const struct command_spec *spec;
	char folder[64];
	FILE *nowhere;
} fuzz;

static void fuzz_remove_folder(void)
{
	char line[128];

	snprintf(line, sizeof(line), "rm -rf %s", fuzz.folder);
	if (fuzz.folder[0] != '\0' && system(line) != 0)
		perror("rm");
}

/* A path in the folder of the target; its folders are made. */
static void fuzz_path(char path[static 256], const char *name)
{
	snprintf(path, 256, "%s/%s", fuzz.folder, name);
	for (char *slash = path + strlen(fuzz.folder) + 1; (slash = strchr(slash, '/')) != NULL;
	     *slash++ = '/') {
		*slash = '\0';
		(void)mkdir(path, 0700);
	}
}

void fuzz_choose(const char *name)
{
	for (const struct fuzz_values *v = fuzz_values; v->name != NULL; v++)
		if (str_equal(v->name, name))
			fuzz.values = v;
	for (const struct fuzz_command *c = fuzz_commands; c->name != NULL; c++)
		if (str_equal(c->name, name))
			fuzz.command = c;
	if (fuzz.values == NULL && fuzz.command == NULL) {
		fprintf(stderr, "FUZZ_TARGET names none of the targets:");
		for (const struct fuzz_values *v = fuzz_values; v->name != NULL; v++)
			fprintf(stderr, " %s", v->name);
		for (const struct fuzz_command *c = fuzz_commands; c->name != NULL; c++)
			fprintf(stderr, " %s", c->name);
		fputs("\n", stderr);
		exit(2);
	}
	fuzz.nowhere = fopen("/dev/null", "w");
	if (fuzz.command == NULL)
		return;
	for (uint32_t i = 0; fuzz_specs[i] != NULL; i++)
		if (str_equal(fuzz_specs[i]->name, fuzz.command->arguments[0]))
			fuzz.spec = fuzz_specs[i];
	snprintf(fuzz.folder, sizeof(fuzz.folder), "/dev/shm/fuzz-XXXXXX");
	if (fuzz.spec == NULL || fuzz.nowhere == NULL || mkdtemp(fuzz.folder) == NULL) {
		perror("/dev/shm");
		exit(2);
	}
	atexit(fuzz_remove_folder);
}

/* The part of the bytes up to the next line "%%%"; moves *data past it. */
static size_t fuzz_part(const uint8_t **data, const uint8_t *end)
{
	static const char mark[] = "\n%%%\n";
	const size_t length = sizeof(mark) - 1, left = (size_t)(end - *data);
	size_t part = 0;

	while (part < left && (left - part < length || memcmp(*data + part, mark, length) != 0))
		part++;
	*data += part < left ? part + length : left;
	return part;
}

static bool fuzz_write_files(const uint8_t *data, size_t size)
{
	const uint8_t *const end = data + size;

	for (uint32_t i = 0; i < 5 && fuzz.command->files[i] != NULL; i++) {
		const uint8_t *start = data;
		const size_t part = fuzz_part(&data, end);
		char path[256];

		fuzz_path(path, fuzz.command->files[i]);

		FILE *file = fopen(path, "w");

		if (file == NULL)
			return false;
		if (i == 0 && fuzz.command->before != NULL)
			fputs(fuzz.command->before, file);
		fwrite(start, 1, part, file);
		if (fclose(file) != 0)
			return false;
	}
	return true;
}

static void fuzz_run_command(void)
{
	const struct cli cli = { .out = fuzz.nowhere, .err = fuzz.nowhere, .no_color = true };
	char texts[12][256];
	const char *arguments[13];
	uint32_t count = 0;

	for (; fuzz.command->arguments[count + 1] != NULL; count++) {
		const char *argument = fuzz.command->arguments[count + 1];
		const bool path = argument[0] == '@';

		snprintf(texts[count], sizeof(texts[count]), "%s%s", path ? fuzz.folder : "",
			 path ? argument + 1 : argument);
		arguments[count] = texts[count];
	}
	arguments[count++] = "--no-sandbox";

	const int status = common_run(&cli, fuzz.spec, count, arguments);

	if (status < STATUS_FINE || status > STATUS_CHANGES) {
		fprintf(stderr, "exit status %d\n", status);
		abort();
	}
	clearerr(fuzz.nowhere);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (fuzz.nowhere == NULL)
		fuzz_choose(getenv("FUZZ_TARGET") != NULL ? getenv("FUZZ_TARGET") : "");
	if (size > INPUT_MAX)
		return 0;
	if (fuzz.values != NULL)
		fuzz.values->take(data, size);
	else if (fuzz_write_files(data, size))
		fuzz_run_command();
	return 0;
}

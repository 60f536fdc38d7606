/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz targets that are whole commands: which bytes become which files.
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

#include <cjson/cJSON.h>

#include "base/array.h"
#include "base/digest.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/common.h"
#include "sim/run/part.h"
#include "sim/whatif/sweep_part.h"

/* A cluster for targets whose bytes are something else. */
#define CLUSTER                                                                                \
	"{apiVersion: purelb.io/v2, kind: ServiceGroup, metadata: {name: default, "            \
	"namespace: purelb-system}, spec: {local: {v4pools: [{subnet: 10.0.0.0/24, pool: "     \
	"10.0.0.9-10.0.0.12}]}}}\n---\n"                                                       \
	"{apiVersion: v1, kind: Node, metadata: {name: a}, status: {addresses: [{type: "       \
	"InternalIP, address: 10.0.0.1}]}}\n---\n"                                             \
	"{apiVersion: v1, kind: Service, metadata: {name: web, namespace: x}, spec: {type: "   \
	"LoadBalancer, ports: [{port: 80}]}}\n---\n"

/* Sessions with a router. */
#define ROUTED                                                                                  \
	"{apiVersion: bgp.purelb.io/v1, kind: BGPConfiguration, metadata: {name: default, "     \
	"namespace: purelb-system}, spec: {global: {asn: 65000}, netlinkImport: {enabled: "     \
	"true, interfaceList: [kube-lb0]}, neighbors: [{config: {neighborAddress: 10.0.0.2, "   \
	"peerAsn: 65001}}]}}\n---\n"                                                            \
	"{apiVersion: purelb.io/v2, kind: ServiceGroup, metadata: {name: edge, namespace: "     \
	"purelb-system}, spec: {remote: {v4pools: [{subnet: 198.18.0.0/15, pool: 198.18.0.0/"   \
	"24, aggregation: /32}]}}}\n---\n"                                                      \
	"{apiVersion: v1, kind: Service, metadata: {name: cdn, namespace: x, annotations: "     \
	"{purelb.io/service-group: edge}}, spec: {type: LoadBalancer, ports: [{port: 80}]}}\n"  \
	"---\n{apiVersion: purelbtool.purelb.io/v1, kind: NodeInventory, metadata: {name: i}, " \
	"spec: {nodes: [{name: a, interfaces: [{name: eth0, addresses: [10.0.0.1/24]}]}], "     \
	"routers: [{name: r1, asn: 65001, addresses: [10.0.0.2/24], bgp: {}}]}}\n---\n"

#define ONE_FILE .files = { "input.yaml" }
/* The other reports that are pages or comments. */
#define PAGE_OF(command, format, ...)                                                          \
	{                                                                                      \
		.name = command "-" format, ONE_FILE, .arguments = {                           \
			command,                                                               \
			__VA_ARGS__,                                                           \
			"-o",                                                                  \
			format                                                                 \
		}                                                                              \
	}
#define REPORT(format)                                                                         \
	{                                                                                      \
		.name = "report-" format, ONE_FILE, .arguments = {                             \
			"validate",                                                            \
			"@/input.yaml",                                                        \
			"-o",                                                                  \
			format                                                                 \
		}                                                                              \
	}

static const struct fuzz_command fuzz_commands[] = {
	{ .name = "validate",
	  ONE_FILE,
	  .arguments = { "validate", "@/input.yaml", "--service-cidr", "10.96.0.0/12" } },
	{ .name = "allocate", ONE_FILE, .arguments = { "allocate", "@/input.yaml" } },
	{ .name = "elect", ONE_FILE, .arguments = { "elect", "@/input.yaml" } },
	{ .name = "bgp", ONE_FILE, .arguments = { "bgp", "@/input.yaml" } },
	{ .name = "sweep", ONE_FILE, .arguments = { "sweep", "@/input.yaml" } },
	{ .name = "convert", ONE_FILE, .arguments = { "convert", "@/input.yaml" } },
	{ .name = "inspect",
	  ONE_FILE,
	  .arguments = { "inspect", "-f", "@/input.yaml", "--all" } },
	{ .name = "annotations",
	  ONE_FILE,
	  .arguments = { "validate", "@/input.yaml" },
	  .before = CLUSTER },
	{ .name = "plan",
	  .files = { "old.yaml", "new.yaml" },
	  .arguments = { "plan", "@/old.yaml", "@/new.yaml", "-o", "json" } },
	{ .name = "evidence", .files = { "file" }, .arguments = { "evidence", "@/file" } },
	{ .name = "bundle",
	  .files = { "cluster.yaml", "nodes/a/ip-addr.json", "nodes/a/ip-neigh.json",
		     "routers/r1/gobgp-neighbor.json", "logs/lbnodeagent-a.log" },
	  .arguments = { "inspect", "-f", "@", "--all", "-o", "json" },
	  .before = CLUSTER },
	{ .name = "inventory",
	  .files = { "a/addr.json", "a/route.json", "a/route6.json", "a/sysctl.txt" },
	  .arguments = { "inventory", "@" } },
	{ .name = "kustomize",
	  .files = { "kustomization.yaml", "base.yaml", "patch.yaml",
		     "component/kustomization.yaml" },
	  .arguments = { "validate", "@" } },
	{ .name = "chart-values",
	  .files = { "values.yaml", "release.yaml", "Chart.yaml" },
	  .arguments = { "validate", "@" },
	  .before = "# purelb\n" },
	{ .name = "settings",
	  .files = { ".purelbtool.yaml", "input.yaml" },
	  .arguments = { "validate", "--config", "@/.purelbtool.yaml", "@/input.yaml" } },
	{ .name = "baseline",
	  .files = { "baseline.yaml", "input.yaml" },
	  .arguments = { "validate", "--baseline", "@/baseline.yaml", "@/input.yaml" } },
	{ .name = "scenario",
	  .files = { "scenario.yaml", "cluster.yaml" },
	  .arguments = { "simulate", "@/scenario.yaml" },
	  .before =
		  "apiVersion: purelbtool.purelb.io/v1\nkind: Scenario\nmetadata: {name: s}\nspec:\n"
		  "  inputs: [cluster.yaml]\n  duration: 20s\n" },
	{ .name = "fix",
	  ONE_FILE,
	  .arguments = { "validate", "--fix=unsafe", "-q", "@/input.yaml" } },
	{ .name = "diff", ONE_FILE, .arguments = { "validate", "--diff", "@/input.yaml" } },
	{ .name = "stages",
	  .files = { "old.yaml", "new.yaml", "newer.yaml" },
	  .arguments = { "plan", "--apply", "@/old.yaml", "@/new.yaml", "@/newer.yaml", "-o",
			 "markdown" },
	  .before = CLUSTER },
	{ .name = "plan-simulate",
	  .files = { "new.yaml" },
	  .arguments = { "plan", "--simulate", "--runs", "1", "@/cluster.yaml", "@/new.yaml" },
	  .cluster = CLUSTER },
	{ .name = "scenario-bgp",
	  .files = { "scenario.yaml" },
	  .arguments = { "simulate", "@/scenario.yaml", "--runs", "2", "--jobs", "1", "-o",
			 "junit" },
	  .before =
		  "apiVersion: purelbtool.purelb.io/v1\nkind: Scenario\nmetadata: {name: s}\nspec:\n"
		  "  inputs: [cluster.yaml]\n  duration: 20s\n",
	  .cluster = CLUSTER ROUTED },
	{ .name = "pcap",
	  .files = { "nodes/a/any.pcap" },
	  .arguments = { "inspect", "-f", "@", "--all" },
	  .cluster = CLUSTER },
	{ .name = "programs",
	  .files = { "routers/r1/file" },
	  .arguments = { "inspect", "-f", "@", "--page" },
	  .cluster = CLUSTER ROUTED },
	{ .name = "logs",
	  .files = { "pods/lbnodeagent-a/lbnodeagent.log",
		     "pods/lbnodeagent-a/lbnodeagent-metrics.txt" },
	  .arguments = { "inspect", "-f", "@", "--all", "-o", "markdown" },
	  .cluster = CLUSTER },
	{ .name = "bundle-tar",
	  .files = { "bundle.tar" },
	  .arguments = { "inspect", "-f", "@/bundle.tar", "--all" } },
	{ .name = "flux",
	  .files = { "flux.yaml", "apps/one.yaml", "apps/kustomization.yaml" },
	  .arguments = { "validate", "@" } },
	{ .name = "merge",
	  .files = { "part" },
	  .arguments = { "merge", "@/part", "-o", "html" },
	  .form = FUZZ_PART },
	{ .name = "merge-sweep",
	  .files = { "part" },
	  .arguments = { "merge", "@/part", "-o", "json" },
	  .form = FUZZ_SWEEP_PART },
	{ .name = "config",
	  .files = { ".purelbtool.yaml" },
	  .arguments = { "config", "--config", "@/.purelbtool.yaml" } },
	{ .name = "each",
	  .files = { "a/cluster.yaml", "b/cluster.yaml", "b/kustomization.yaml" },
	  .arguments = { "validate", "--each", "@" } },
	{ .name = "substitutions",
	  .files = { "values.env", "input.yaml" },
	  .arguments = { "validate", "--substitute-from", "@/values.env", "@/input.yaml" } },
	{ .name = "lsp-frames",
	  .files = { "frames" },
	  .arguments = { "lsp" },
	  .form = FUZZ_FRAMES },
	{ .name = "lsp", .files = { "session" }, .arguments = { "lsp" }, .form = FUZZ_SESSION },
	PAGE_OF("inspect", "html", "-f", "@/input.yaml", "--all"),
	PAGE_OF("bgp", "json", "@/input.yaml"),
	PAGE_OF("sweep", "html", "@/input.yaml", "--pairs"),
	PAGE_OF("elect", "json", "@/input.yaml", "--explain"),
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
	&validate_command, &allocate_command,  &elect_command,
	&bgp_command,      &inspect_command,   &simulate_command,
	&sweep_command,    &plan_command,      &convert_command,
	&evidence_command, &inventory_command, &merge_command,
	&lsp_command,      &config_command,    NULL,
};

static struct {
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

void fuzz_command_names(FILE *out)
{
	for (const struct fuzz_command *c = fuzz_commands; c->name != NULL; c++)
		fprintf(out, " %s", c->name);
}

bool fuzz_command_choose(const char *name)
{
	for (const struct fuzz_command *c = fuzz_commands; c->name != NULL; c++)
		if (str_equal(c->name, name))
			fuzz.command = c;
	if (fuzz.command == NULL)
		return false;
	for (uint32_t i = 0; fuzz_specs[i] != NULL; i++)
		if (str_equal(fuzz_specs[i]->name, fuzz.command->arguments[0]))
			fuzz.spec = fuzz_specs[i];
	fuzz.nowhere = fopen("/dev/null", "w");
	snprintf(fuzz.folder, sizeof(fuzz.folder), "/dev/shm/fuzz-XXXXXX");
	if (fuzz.spec == NULL || fuzz.nowhere == NULL || mkdtemp(fuzz.folder) == NULL) {
		perror("/dev/shm");
		exit(2);
	}
	atexit(fuzz_remove_folder);
	return true;
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

/* ---- what is done with bytes ---- */

/* A part: its first line, the bytes, and their checksum. */
static void fuzz_make_part(const char *magic, const uint8_t *data, size_t size,
			   struct text *out)
{
	uint8_t sum[SHA256_BYTES];

	text_add(out, magic);
	text_add_bytes(out, (const char *)data, size);
	sha256(text_str(out), out->len, sum);
	text_add_bytes(out, (const char *)sum, sizeof(sum));
}

static void fuzz_add_frame(struct text *out, const char *body, size_t len)
{
	text_printf(out, "Content-Length: %zu\r\n\r\n", len);
	text_add_bytes(out, body, len);
}

static void fuzz_add_message(struct text *out, cJSON *message)
{
	char *body = cJSON_PrintUnformatted(message);

	if (body != NULL)
		fuzz_add_frame(out, body, strlen(body));
	cJSON_free(body);
	cJSON_Delete(message);
}

static cJSON *fuzz_message(const char *method, const char *id, cJSON **params)
{
	cJSON *message = cJSON_CreateObject();

	cJSON_AddStringToObject(message, "jsonrpc", "2.0");
	cJSON_AddStringToObject(message, "method", method);
	if (id != NULL)
		cJSON_AddStringToObject(message, "id", id);
	*params = cJSON_AddObjectToObject(message, "params");
	return message;
}

/* What an editor asks about a place. */
static void fuzz_add_questions(struct text *out, unsigned line, unsigned character)
{
	static const char *const methods[] = { "hover",      "completion",     "definition",
					       "references", "documentSymbol", "codeAction" };

	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		char method[64];
		cJSON *params, *message, *place;

		snprintf(method, sizeof(method), "textDocument/%s", methods[i]);
		message = fuzz_message(method, methods[i], &params);
		cJSON_AddStringToObject(cJSON_AddObjectToObject(params, "textDocument"), "uri",
					"file:///x/a.yaml");
		place = cJSON_AddObjectToObject(params, "position");
		cJSON_AddNumberToObject(place, "line", line);
		cJSON_AddNumberToObject(place, "character", character);
		place = cJSON_AddObjectToObject(params, "range");
		cJSON_AddObjectToObject(place, "start");
		cJSON_AddNumberToObject(cJSON_AddObjectToObject(place, "end"), "line", 10000);
		cJSON_AddObjectToObject(params, "context");
		fuzz_add_message(out, message);
	}
}

/* Opens or changes the document; its text is valid UTF-8 or cJSON makes of it what it can. */
static void fuzz_add_text(struct text *out, const uint8_t *data, size_t len, int version)
{
	struct text text = { 0 };
	cJSON *params, *document, *changes, *change;
	cJSON *message =
		fuzz_message(version == 1 ? "textDocument/didOpen" : "textDocument/didChange",
			     NULL, &params);

	text_add_bytes(&text, (const char *)data, len);
	document = cJSON_AddObjectToObject(params, "textDocument");
	cJSON_AddStringToObject(document, "uri", "file:///x/a.yaml");
	cJSON_AddNumberToObject(document, "version", version);
	cJSON_AddStringToObject(document, "text", text_str(&text));
	changes = cJSON_AddArrayToObject(params, "contentChanges");
	change = cJSON_CreateObject();
	cJSON_AddStringToObject(change, "text", text_str(&text));
	cJSON_AddItemToArray(changes, change);
	fuzz_add_message(out, message);
	text_release(&text);
}

static size_t fuzz_part(const uint8_t **data, const uint8_t *end);

static void fuzz_make_session(const uint8_t *data, size_t size, struct text *out)
{
	const uint8_t *const end = data + size;
	cJSON *params;

	fuzz_add_message(out, fuzz_message("initialize", "0", &params));
	fuzz_add_message(out, fuzz_message("initialized", NULL, &params));
	for (int version = 1; version <= 2; version++) {
		const uint8_t *start = data;
		const size_t len = fuzz_part(&data, end);

		fuzz_add_text(out, start, len, version);
		fuzz_add_questions(out, (unsigned)len % 17, (unsigned)len % 23);
		fuzz_add_questions(out, (unsigned)size % 13, (unsigned)size % 41);
	}
	while (data < end) {
		const uint8_t *start = data;
		const size_t len = fuzz_part(&data, end);

		fuzz_add_frame(out, (const char *)start, len);
	}
	fuzz_add_message(out, fuzz_message("shutdown", "end", &params));
	fuzz_add_message(out, fuzz_message("exit", NULL, &params));
}

static void fuzz_transform(const uint8_t **data, size_t *size, struct text *out)
{
	if (fuzz.command->form == FUZZ_AS_IT_IS)
		return;
	if (fuzz.command->form == FUZZ_PART)
		fuzz_make_part(part_magic, *data, *size, out);
	else if (fuzz.command->form == FUZZ_SWEEP_PART)
		fuzz_make_part(sweep_part_magic, *data, *size, out);
	else if (fuzz.command->form == FUZZ_SESSION)
		fuzz_make_session(*data, *size, out);
	else
		text_add_bytes(out, (const char *)*data, *size);
	*data = (const uint8_t *)text_str(out);
	*size = out->len;
}

/* ---- files ---- */

static bool fuzz_write_file(const char *path, const char *before, const void *data, size_t size)
{
	FILE *file = fopen(path, "w");

	if (file == NULL)
		return false;
	if (before != NULL)
		fputs(before, file);
	fwrite(data, 1, size, file);
	return fclose(file) == 0;
}

static bool fuzz_write_all(const uint8_t *data, size_t size)
{
	const uint8_t *const end = data + size;
	const bool one = fuzz.command->form != FUZZ_AS_IT_IS;

	for (uint32_t i = 0; i < 5 && fuzz.command->files[i] != NULL; i++) {
		const uint8_t *start = data;
		const size_t part = one ? size : fuzz_part(&data, end);
		char path[256];

		fuzz_path(path, fuzz.command->files[i]);
		if (!fuzz_write_file(path, i == 0 ? fuzz.command->before : NULL, start, part))
			return false;
	}
	return true;
}

/* The session as standard input of the server. */
static bool fuzz_take_standard_input(void)
{
	char path[256];
	FILE *file;

	if (fuzz.command->form != FUZZ_FRAMES && fuzz.command->form != FUZZ_SESSION)
		return true;
	fuzz_path(path, fuzz.command->files[0]);
	file = fopen(path, "r");
	if (file == NULL || dup2(fileno(file), STDIN_FILENO) < 0)
		return false;
	return fclose(file) == 0;
}

static bool fuzz_write_files(const uint8_t *data, size_t size)
{
	struct text made = { 0 };
	char path[256];
	bool fine;

	fuzz_transform(&data, &size, &made);
	fine = fuzz_write_all(data, size);
	text_release(&made);
	if (fine && fuzz.command->cluster != NULL) {
		fuzz_path(path, "cluster.yaml");
		fine = fuzz_write_file(path, fuzz.command->cluster, "", 0);
	}
	return fine && fuzz_take_standard_input();
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

void fuzz_command_take(const uint8_t *data, size_t size)
{
	if (fuzz_write_files(data, size))
		fuzz_run_command();
}

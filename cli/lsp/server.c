/* SPDX-License-Identifier: Apache-2.0 */
/*
 * purelbtool lsp: a language server on standard input and output (LSP 3.17).
 *
 * All that has come is read before anything is answered, so that a request that was canceled
 * meanwhile is not worked on, and several edits in a row are judged once. Requests before
 * `initialize` and after `shutdown` are refused, as the protocol says; a client that goes
 * without `exit` ends the server with 1. The server writes no file and opens no socket.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/lsp/answers.h"
#include "cli/lsp/rpc.h"

enum { SERVER_QUEUE_MAX = 10000 };

/* A message that waits. */
struct waiting {
	cJSON *message;
	bool canceled;
};

struct server {
	struct rpc rpc;
	struct documents documents;
	struct workspace workspace;
	struct waiting *queue;
	uint32_t queued, queue_room;
	bool initialized, shut_down, exiting;
	bool dirty;       /* something changed since the workspace was judged */
	bool watches;     /* the client can be asked to watch files */
	const char *said; /* the message about settings that was shown last */
};

/* ---- small helpers ---- */

static const cJSON *server_get(const cJSON *json, const char *a, const char *b)
{
	json = cJSON_GetObjectItemCaseSensitive(json, a);
	return b != NULL ? cJSON_GetObjectItemCaseSensitive(json, b) : json;
}

static const char *server_text(const cJSON *json, const char *a, const char *b)
{
	const cJSON *item = server_get(json, a, b);

	return cJSON_IsString(item) ? item->valuestring : NULL;
}

/* ---- judging and publishing ---- */

static void server_show_message(struct server *server, const char *text)
{
	cJSON *params = cJSON_CreateObject();

	cJSON_AddNumberToObject(params, "type", 2);
	cJSON_AddStringToObject(params, "message", text);
	rpc_notify(&server->rpc, "window/showMessage", params);
}

static void server_publish(struct server *server, struct document *document)
{
	struct arena arena;
	struct question question = { .workspace = &server->workspace,
				     .documents = &server->documents,
				     .document = document,
				     .arena = &arena };

	if (document->path == NULL)
		return;
	arena_init(&arena);
	rpc_notify(&server->rpc, "textDocument/publishDiagnostics",
		   answer_diagnostics(&question));
	arena_release(&arena);
}

static void server_update(struct server *server)
{
	const bool settings = server->workspace.settings_changed;

	workspace_update(&server->workspace, &server->documents);
	server->dirty = false;
	if (settings && server->workspace.message != NULL)
		server_show_message(server, server->workspace.message);
	for (uint32_t i = 0; i < server->documents.count; i++)
		server_publish(server, server->documents.items[i]);
}

/* ---- life ---- */

static cJSON *server_capabilities(const struct server *server)
{
	cJSON *result = cJSON_CreateObject();
	cJSON *can = cJSON_AddObjectToObject(result, "capabilities");
	cJSON *sync = cJSON_AddObjectToObject(can, "textDocumentSync");
	cJSON *completion = cJSON_AddObjectToObject(can, "completionProvider");
	cJSON *triggers = cJSON_AddArrayToObject(completion, "triggerCharacters");
	cJSON *folders = cJSON_AddObjectToObject(cJSON_AddObjectToObject(can, "workspace"),
						 "workspaceFolders");
	cJSON *info = cJSON_AddObjectToObject(result, "serverInfo");
	cJSON *actions = cJSON_AddObjectToObject(can, "codeActionProvider");

	cJSON_AddStringToObject(can, "positionEncoding",
				server->documents.encoding == ENCODING_UTF8 ? "utf-8"
									    : "utf-16");
	cJSON_AddBoolToObject(sync, "openClose", true);
	cJSON_AddNumberToObject(sync, "change", 2);
	cJSON_AddBoolToObject(sync, "save", true);
	cJSON_AddItemToArray(triggers, cJSON_CreateString(":"));
	cJSON_AddItemToArray(triggers, cJSON_CreateString(" "));
	cJSON_AddBoolToObject(can, "hoverProvider", true);
	cJSON_AddBoolToObject(can, "definitionProvider", true);
	cJSON_AddBoolToObject(can, "referencesProvider", true);
	cJSON_AddBoolToObject(can, "documentSymbolProvider", true);
	cJSON_AddItemToArray(cJSON_AddArrayToObject(actions, "codeActionKinds"),
			     cJSON_CreateString("quickfix"));
	cJSON_AddBoolToObject(folders, "supported", true);
	cJSON_AddBoolToObject(folders, "changeNotifications", true);
	cJSON_AddStringToObject(info, "name", "purelbtool");
	cJSON_AddStringToObject(info, "version", PURELBTOOL_VERSION);
	return result;
}

static void server_add_folder(struct server *server, const char *uri)
{
	char *path = uri != NULL ? uri_path(uri) : NULL;

	if (path != NULL)
		workspace_add_folder(&server->workspace, path);
	free(path);
}

static void server_initialize(struct server *server, const cJSON *id, const cJSON *params)
{
	const cJSON *folders = server_get(params, "workspaceFolders", NULL);
	const cJSON *can = server_get(params, "capabilities", NULL);
	const cJSON *encodings =
		server_get(server_get(can, "general", NULL), "positionEncodings", NULL);
	const cJSON *item;

	if (server->initialized) {
		rpc_refuse(&server->rpc, id, RPC_INVALID_REQUEST,
			   "the server is already initialized");
		return;
	}
	server->initialized = true;
	for (item = json_first(encodings); item != NULL; item = item->next)
		if (cJSON_IsString(item) && str_equal(item->valuestring, "utf-8"))
			server->documents.encoding = ENCODING_UTF8;
	for (item = json_first(folders); item != NULL; item = item->next)
		server_add_folder(server, server_text(item, "uri", NULL));
	if (server->workspace.folders.count == 0)
		server_add_folder(server, server_text(params, "rootUri", NULL));
	if (server->workspace.folders.count == 0 &&
	    server_text(params, "rootPath", NULL) != NULL)
		workspace_add_folder(&server->workspace, server_text(params, "rootPath", NULL));
	server->watches = cJSON_IsTrue(server_get(
		server_get(server_get(can, "workspace", NULL), "didChangeWatchedFiles", NULL),
		"dynamicRegistration", NULL));
	rpc_answer(&server->rpc, id, server_capabilities(server));
}

/* Asks the client to say which files change on disk. */
static void server_initialized(struct server *server, const cJSON *params)
{
	static const char *const globs[] = { "**/*.{yaml,yml,json}", "**/Kustomization" };
	cJSON *registration = cJSON_CreateObject();
	cJSON *list = cJSON_AddArrayToObject(registration, "registrations");
	cJSON *one = cJSON_CreateObject();
	cJSON *watchers;

	(void)params;
	cJSON_AddStringToObject(one, "id", "files");
	cJSON_AddStringToObject(one, "method", "workspace/didChangeWatchedFiles");
	watchers = cJSON_AddArrayToObject(cJSON_AddObjectToObject(one, "registerOptions"),
					  "watchers");
	for (uint32_t i = 0; i < ARRAY_LEN(globs); i++) {
		cJSON *watcher = cJSON_CreateObject();

		cJSON_AddStringToObject(watcher, "globPattern", globs[i]);
		cJSON_AddItemToArray(watchers, watcher);
	}
	cJSON_AddItemToArray(list, one);
	if (server->watches)
		rpc_request(&server->rpc, "watch", "client/registerCapability", registration);
	else
		cJSON_Delete(registration);
}

static void server_shutdown(struct server *server, const cJSON *id, const cJSON *params)
{
	(void)params;
	server->shut_down = true;
	rpc_answer(&server->rpc, id, NULL);
}

static void server_exit(struct server *server, const cJSON *params)
{
	(void)params;
	server->exiting = true;
}

/* ---- documents ---- */

static void server_did_open(struct server *server, const cJSON *params)
{
	const cJSON *document = server_get(params, "textDocument", NULL);
	const cJSON *version = server_get(document, "version", NULL);
	const char *uri = server_text(document, "uri", NULL);
	const char *text = server_text(document, "text", NULL);

	if (uri == NULL || text == NULL)
		return;
	documents_open(&server->documents, uri,
		       cJSON_IsNumber(version) ? (int64_t)version->valuedouble : 0, text);
	server->dirty = true;
}

static void server_did_change(struct server *server, const cJSON *params)
{
	const cJSON *version = server_get(params, "textDocument", "version");
	const char *uri = server_text(params, "textDocument", "uri");
	struct document *document =
		uri != NULL ? documents_find(&server->documents, uri) : NULL;
	const cJSON *change;

	if (document == NULL) {
		server_show_message(server, "a document that is not open was changed");
		return;
	}
	for (change = json_first(server_get(params, "contentChanges", NULL)); change != NULL;
	     change = change->next)
		if (!document_change(document, server->documents.encoding, change))
			server_show_message(server, "invalid change to a document");
	if (cJSON_IsNumber(version))
		document->version = (int64_t)version->valuedouble;
	server->dirty = true;
}

static void server_did_close(struct server *server, const cJSON *params)
{
	const char *uri = server_text(params, "textDocument", "uri");
	struct document *document =
		uri != NULL ? documents_find(&server->documents, uri) : NULL;
	cJSON *empty;

	if (document == NULL)
		return;
	empty = cJSON_CreateObject();
	cJSON_AddStringToObject(empty, "uri", uri);
	cJSON_AddArrayToObject(empty, "diagnostics");
	rpc_notify(&server->rpc, "textDocument/publishDiagnostics", empty);
	workspace_close(&server->workspace, document);
	documents_drop(&server->documents, document);
	server->dirty = true;
}

/* A file was saved: it may be the settings. */
static void server_did_save(struct server *server, const cJSON *params)
{
	const char *uri = server_text(params, "textDocument", "uri");
	char *path = uri != NULL ? uri_path(uri) : NULL;

	if (path != NULL)
		workspace_file_changed(&server->workspace, path, false);
	free(path);
	server->dirty = true;
}

static void server_did_change_files(struct server *server, const cJSON *params)
{
	const cJSON *change;

	for (change = json_first(server_get(params, "changes", NULL)); change != NULL;
	     change = change->next) {
		const cJSON *type = server_get(change, "type", NULL);
		const char *uri = server_text(change, "uri", NULL);
		char *path = uri != NULL ? uri_path(uri) : NULL;

		if (path != NULL)
			workspace_file_changed(&server->workspace, path,
					       !cJSON_IsNumber(type) || type->valueint != 2);
		free(path);
	}
	server->dirty = true;
}

static void server_did_change_folders(struct server *server, const cJSON *params)
{
	const cJSON *event = server_get(params, "event", NULL);
	const cJSON *folder;

	for (folder = json_first(server_get(event, "removed", NULL)); folder != NULL;
	     folder = folder->next) {
		const char *uri = server_text(folder, "uri", NULL);
		char *path = uri != NULL ? uri_path(uri) : NULL;

		if (path != NULL)
			workspace_remove_folder(&server->workspace, path);
		free(path);
	}
	for (folder = json_first(server_get(event, "added", NULL)); folder != NULL;
	     folder = folder->next)
		server_add_folder(server, server_text(folder, "uri", NULL));
	server->dirty = true;
}

/* ---- questions ---- */

typedef cJSON *server_answerer(const struct question *question);

/* Answers a question about a document, at a position if it has one. */
static void server_ask(struct server *server, const cJSON *id, const cJSON *params,
		       server_answerer *answerer)
{
	const char *uri = server_text(params, "textDocument", "uri");
	struct document *document =
		uri != NULL ? documents_find(&server->documents, uri) : NULL;
	struct position position = { 0, 0 };
	struct arena arena;
	struct question question = { .workspace = &server->workspace,
				     .documents = &server->documents,
				     .document = document,
				     .params = params,
				     .arena = &arena };

	if (document == NULL) {
		rpc_refuse(&server->rpc, id, RPC_INVALID_PARAMS, "the document is not open");
		return;
	}
	if (server->dirty || !server->workspace.judged)
		server_update(server);
	position_read(server_get(params, "position", NULL), &position);
	question.offset = document_offset(document, server->documents.encoding, position);
	arena_init(&arena);
	rpc_answer(&server->rpc, id, answerer(&question));
	arena_release(&arena);
}

/* ---- messages ---- */

static const struct {
	const char *method;
	void (*run)(struct server *server, const cJSON *id, const cJSON *params);
} server_requests[] = {
	{ "initialize", server_initialize },
	{ "shutdown", server_shutdown },
};

static const struct {
	const char *method;
	server_answerer *answerer;
} server_questions[] = {
	{ "textDocument/codeAction", answer_actions },
	{ "textDocument/hover", answer_hover },
	{ "textDocument/completion", answer_completion },
	{ "textDocument/definition", answer_definition },
	{ "textDocument/references", answer_references },
	{ "textDocument/documentSymbol", answer_symbols },
};

static const struct {
	const char *method;
	void (*run)(struct server *server, const cJSON *params);
} server_notifications[] = {
	{ "initialized", server_initialized },
	{ "exit", server_exit },
	{ "textDocument/didOpen", server_did_open },
	{ "textDocument/didChange", server_did_change },
	{ "textDocument/didClose", server_did_close },
	{ "textDocument/didSave", server_did_save },
	{ "workspace/didChangeWatchedFiles", server_did_change_files },
	{ "workspace/didChangeWorkspaceFolders", server_did_change_folders },
};

static void server_request(struct server *server, const cJSON *id, const char *method,
			   const cJSON *params)
{
	if (!server->initialized && !str_equal(method, "initialize")) {
		rpc_refuse(&server->rpc, id, RPC_NOT_INITIALIZED,
			   "the server is not initialized");
		return;
	}
	if (server->shut_down) {
		rpc_refuse(&server->rpc, id, RPC_INVALID_REQUEST, "the server is shut down");
		return;
	}
	for (uint32_t i = 0; i < ARRAY_LEN(server_requests); i++)
		if (str_equal(server_requests[i].method, method)) {
			server_requests[i].run(server, id, params);
			return;
		}
	for (uint32_t i = 0; i < ARRAY_LEN(server_questions); i++)
		if (str_equal(server_questions[i].method, method)) {
			server_ask(server, id, params, server_questions[i].answerer);
			return;
		}
	rpc_refuse(&server->rpc, id, RPC_METHOD_NOT_FOUND, "there is no such method");
}

static void server_notification(struct server *server, const char *method, const cJSON *params)
{
	if (!str_equal(method, "exit") && (!server->initialized || server->shut_down))
		return;
	for (uint32_t i = 0; i < ARRAY_LEN(server_notifications); i++)
		if (str_equal(server_notifications[i].method, method))
			server_notifications[i].run(server, params);
}

static void server_handle(struct server *server, const struct waiting *waiting)
{
	const cJSON *id = server_get(waiting->message, "id", NULL);
	const char *method = server_text(waiting->message, "method", NULL);
	const cJSON *params = server_get(waiting->message, "params", NULL);

	if (method == NULL && (server_get(waiting->message, "result", NULL) != NULL ||
			       server_get(waiting->message, "error", NULL) != NULL))
		return; /* an answer to the request to watch files */
	if (method == NULL || (id != NULL && !cJSON_IsNumber(id) && !cJSON_IsString(id)))
		rpc_refuse(&server->rpc, NULL, RPC_INVALID_REQUEST,
			   "a message must have a method, and a number or a string as its id");
	else if (id == NULL)
		server_notification(server, method, params);
	else if (waiting->canceled)
		rpc_refuse(&server->rpc, id, RPC_CANCELED, "the request was canceled");
	else
		server_request(server, id, method, params);
}

/* ---- the loop ---- */

/* Marks the request that a cancellation names, if it still waits. */
static void server_cancel(struct server *server, const cJSON *message)
{
	const cJSON *wanted = server_get(message, "params", "id");

	for (uint32_t i = 0; wanted != NULL && i < server->queued; i++) {
		const cJSON *id = server_get(server->queue[i].message, "id", NULL);

		if (id != NULL && cJSON_Compare(id, wanted, true) &&
		    server_text(server->queue[i].message, "method", NULL) != NULL)
			server->queue[i].canceled = true;
	}
}

static void server_enqueue(struct server *server, cJSON *message)
{
	if (str_equal(server_text(message, "method", NULL), "$/cancelRequest")) {
		server_cancel(server, message);
		cJSON_Delete(message);
		return;
	}
	if (server->queued == server->queue_room) {
		server->queue_room = server->queue_room == 0 ? 64 : server->queue_room * 2;
		server->queue =
			mem_resize(server->queue, server->queue_room, sizeof(*server->queue));
	}
	server->queue[server->queued++] = (struct waiting){ message, false };
}

/* Takes what has come, without waiting for more. */
static void server_take(struct server *server)
{
	cJSON *message;

	do {
		enum rpc_result result;

		while (server->queued < SERVER_QUEUE_MAX &&
		       (result = rpc_next(&server->rpc, &message)) != RPC_NOTHING)
			if (result == RPC_MESSAGE)
				server_enqueue(server, message);
	} while (server->queued < SERVER_QUEUE_MAX && rpc_read(&server->rpc, 0));
}

static void server_work(struct server *server)
{
	for (uint32_t i = 0; i < server->queued; i++) {
		if (!server->exiting)
			server_handle(server, &server->queue[i]);
		cJSON_Delete(server->queue[i].message);
	}
	server->queued = 0;
	if (server->dirty && !server->exiting && !server->rpc.ended)
		server_update(server);
}

static int server_run(const struct cli *cli, void *settings, const struct arguments *arguments)
{
	struct common *common = settings;

	if (common->render)
		return cli_usage_error(cli, &lsp_command,
				       "--render cannot be used with lsp, which reads files "
				       "after every edit");

	struct server server = { .rpc = { .in = STDIN_FILENO, .out = cli->out } };

	workspace_init(&server.workspace, cli, settings);
	ARRAY_FOREACH (const char *const, input, &arguments->operands)
		workspace_add_input(&server.workspace, *input);
	do {
		server_take(&server);
		server_work(&server);
	} while (!server.exiting && !server.rpc.failed &&
		 (rpc_read(&server.rpc, -1) || !server.rpc.ended));
	workspace_release(&server.workspace);
	documents_release(&server.documents);
	rpc_release(&server.rpc);
	free(server.queue);
	if (server.rpc.error != 0 && server.rpc.error != EPIPE) {
		cli_error(cli, "cannot %s: %s",
			  server.rpc.failed ? "write to standard output"
					    : "read standard input",
			  strerror(server.rpc.error));
		return STATUS_TROUBLE;
	}
	return server.exiting && server.shut_down ? STATUS_FINE : STATUS_FINDINGS;
}

/* ---- the command ---- */

static const struct option_spec lsp_options[] = {
	COMMON_NAMESPACE,
	COMMON_JUDGING_ROWS,
	{ .name = "stdio",
	  .kind = OPTION_FLAG,
	  .offset = offsetof(struct lsp_settings, stdio),
	  .help = "speak on standard input and output, as always; editors pass this option" },
	COMMON_ROWS,
};

static const struct help_row lsp_statuses[] = {
	{ "0", "the client ended the session with shutdown and exit" },
	{ "1", "the client exited without shutdown, or went away" },
	{ "2", "usage error, or standard input or output that fails" },
	{ NULL, NULL },
};

static const struct help_row lsp_examples[] = {
	{ "purelbtool lsp", "what an editor starts; see docs/editors.md" },
	{ "purelbtool lsp clusters/live nodes.yaml",
	  "check these inputs together with what is edited" },
	{ NULL, NULL },
};

const struct command_spec lsp_command = {
	.name = "lsp",
	.operands = "[INPUT]...",
	.operand_completes = COMPLETES_FILES,
	.summary = "serve an editor: findings, hints and names while you write",
	.description =
		"Speaks the Language Server Protocol 3.17 on standard input and output. Open "
		"documents are checked together with the rest of the workspace, as validate "
		"would check it: the settings in .purelbtool.yaml apply. INPUT is a file or a "
		"folder that is checked instead of the folders of the workspace. The server "
		"never writes a file.",
	.options = lsp_options,
	.statuses = lsp_statuses,
	.examples = lsp_examples,
	.settings_size = sizeof(struct lsp_settings),
	.own_settings = true,
	.run = server_run,
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is answered about a place in a document. Each returns JSON as the protocol has it, which
 * the caller takes over; NULL: nothing to say. They read the workspace as it was last judged.
 */
#ifndef CLI_LSP_ANSWERS_H
#define CLI_LSP_ANSWERS_H

#include "cli/lsp/cursor.h"
#include "cli/lsp/workspace.h"

/* What an answer is about. */
struct question {
	struct workspace *workspace;
	const struct documents *documents;
	const struct document *document;
	size_t offset;
	const cJSON *params; /* of the request */
	struct arena *arena; /* for texts */
};

/* textDocument/publishDiagnostics of a document: its parameters. */
cJSON *answer_diagnostics(const struct question *question);

/* The diagnostic of one finding of the model. */
cJSON *answer_diagnostic(const struct question *question, const struct finding *finding);

/* True when the finding is shown in the document. */
bool answer_is_about(const struct question *question, const struct finding *finding);

/* textDocument/codeAction: a list of quick fixes. */
cJSON *answer_actions(const struct question *question);

/* textDocument/hover. */
cJSON *answer_hover(const struct question *question);

/* textDocument/completion: a list of items. */
cJSON *answer_completion(const struct question *question);

/* textDocument/definition and /references: a list of locations. */
cJSON *answer_definition(const struct question *question);
cJSON *answer_references(const struct question *question);

/* textDocument/documentSymbol: a list of symbols. */
cJSON *answer_symbols(const struct question *question);

/* { uri, range } of a place of a finding or an object; NULL: it is in no file. */
cJSON *answer_location(const struct question *question, const char *path, struct pos pos);

#endif

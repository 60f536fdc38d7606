/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames in and out. The bytes of a message that is too long are dropped as they come, so no
 * message takes more memory than the bound; after a header that makes no sense, reading goes on
 * at the next line that has "Content-Length:" in it.
 */
#include "cli/lsp/rpc.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/mem.h"
#include "reports/model/json_yaml.h"

enum { RPC_CHUNK_BYTES = 65536, RPC_KEEP_BYTES = 1 << 20 };

static const char rpc_length_name[] = "Content-Length:";

/* Moves what is left to the front, and gives memory back after a long message. */
static void rpc_compact(struct rpc *rpc)
{
	const size_t left = rpc->input.len - rpc->at;
	struct text rest = { 0 };

	if (rpc->at == 0)
		return;
	if (rpc->input.capacity > RPC_KEEP_BYTES && left < RPC_KEEP_BYTES / 2) {
		text_add_bytes(&rest, rpc->input.data + rpc->at, left);
		text_release(&rpc->input);
		rpc->input = rest;
	} else {
		memmove(rpc->input.data, rpc->input.data + rpc->at, left);
		rpc->input.len = left;
		rpc->input.data[left] = '\0';
	}
	rpc->at = 0;
}

bool rpc_read(struct rpc *rpc, int timeout_ms)
{
	struct pollfd ready = { .fd = rpc->in, .events = POLLIN };
	char chunk[RPC_CHUNK_BYTES];
	ssize_t count;

	if (rpc->ended || poll(&ready, 1, timeout_ms) <= 0)
		return false;
	do {
		count = read(rpc->in, chunk, sizeof(chunk));
	} while (count < 0 && errno == EINTR);
	if (count <= 0) {
		rpc->error = count < 0 ? errno : 0;
		rpc->ended = true;
		return false;
	}
	rpc_compact(rpc);
	text_add_bytes(&rpc->input, chunk, (size_t)count);
	return true;
}

/* ---- what is read ---- */

/* Takes a line of a header, without its end. */
static void rpc_header_line(struct rpc *rpc, const char *line, size_t len)
{
	const size_t name = sizeof(rpc_length_name) - 1;
	char digits[24] = "";
	size_t used = 0;

	for (size_t i = 0; i + name <= len; i++) {
		if (strncasecmp(line + i, rpc_length_name, name) != 0)
			continue;
		i += name;
		while (i < len && (line[i] == ' ' || line[i] == '\t'))
			i++;
		while (i < len && used + 1 < sizeof(digits) && line[i] >= '0' && line[i] <= '9')
			digits[used++] = line[i++];
		digits[used] = '\0';
		rpc->has_length =
			i == len && parse_u64(digits, 0, UINT64_MAX / 2, &rpc->length);
		return;
	}
}

/* Reads what there is of the header. RPC_MESSAGE: it is over, and has a length. */
static enum rpc_result rpc_read_header(struct rpc *rpc)
{
	while (!rpc->in_body) {
		const char *from = text_str(&rpc->input) + rpc->at;
		const size_t there = rpc->input.len - rpc->at;
		const char *end = memchr(from, '\n', there);
		size_t len = end != NULL ? (size_t)(end - from) : there;

		if (end == NULL && there <= RPC_HEADER_BYTES_MAX)
			return RPC_NOTHING;
		if (end == NULL) { /* this is no header: its end may be one */
			rpc->at += there - sizeof(rpc_length_name);
			return RPC_NOTHING;
		}
		rpc->at += len + 1;
		if (len > 0 && from[len - 1] == '\r')
			len--;
		if (len > 0) {
			rpc_header_line(rpc, from, len);
			continue;
		}
		if (!rpc->has_length) {
			rpc_refuse(rpc, NULL, RPC_PARSE_ERROR,
				   "the header has no valid Content-Length");
			return RPC_BAD;
		}
		rpc->in_body = true;
	}
	return RPC_MESSAGE;
}

static enum rpc_result rpc_parse(struct rpc *rpc, cJSON **message)
{
	*message = cJSON_ParseWithLength(text_str(&rpc->input) + rpc->at, rpc->length);
	rpc->at += rpc->length;
	rpc->in_body = rpc->has_length = false;
	if (*message != NULL && cJSON_IsObject(*message))
		return RPC_MESSAGE;
	rpc_refuse(rpc, NULL, *message != NULL ? RPC_INVALID_REQUEST : RPC_PARSE_ERROR,
		   *message != NULL ? "a message must be a JSON object"
				    : "the message is not valid JSON");
	cJSON_Delete(*message);
	*message = NULL;
	return RPC_BAD;
}

enum rpc_result rpc_next(struct rpc *rpc, cJSON **message)
{
	size_t there;
	enum rpc_result header;

	*message = NULL;
	there = rpc->input.len - rpc->at;
	if (rpc->skip > 0) {
		const size_t dropped = there < rpc->skip ? there : (size_t)rpc->skip;

		rpc->at += dropped;
		rpc->skip -= dropped;
		if (rpc->skip > 0)
			return RPC_NOTHING;
	}
	header = rpc_read_header(rpc);
	if (header != RPC_MESSAGE)
		return header;
	there = rpc->input.len - rpc->at;
	if (rpc->length > RPC_MESSAGE_BYTES_MAX) {
		rpc->skip = rpc->length;
		rpc->in_body = rpc->has_length = false;
		rpc_refuse(rpc, NULL, RPC_INVALID_REQUEST,
			   "the message is too large (the limit is 33554432 bytes)");
		return RPC_BAD;
	}
	return there >= rpc->length ? rpc_parse(rpc, message) : RPC_NOTHING;
}

/* ---- what is written ---- */

static void rpc_send(struct rpc *rpc, cJSON *message)
{
	char *text = cJSON_PrintUnformatted(message), *body = NULL;
	size_t bytes = 0;
	FILE *escaped = mem_open_stream(&body, &bytes);

	if (text == NULL)
		mem_exhausted();
	json_write_escaped(escaped, text);
	mem_close_stream(escaped, &body);
	if (!rpc->failed) {
		fprintf(rpc->out, "Content-Length: %zu\r\n\r\n%s", bytes, body);
		rpc->failed = fflush(rpc->out) != 0;
		rpc->error = rpc->failed ? errno : 0;
	}
	free(body);
	cJSON_free(text);
	cJSON_Delete(message);
}

static cJSON *rpc_message(void)
{
	cJSON *message = cJSON_CreateObject();

	cJSON_AddStringToObject(message, "jsonrpc", "2.0");
	return message;
}

static void rpc_add_id(cJSON *message, const cJSON *id)
{
	cJSON_AddItemToObject(message, "id",
			      id != NULL ? cJSON_Duplicate(id, true) : cJSON_CreateNull());
}

void rpc_answer(struct rpc *rpc, const cJSON *id, cJSON *result)
{
	cJSON *message = rpc_message();

	rpc_add_id(message, id);
	cJSON_AddItemToObject(message, "result", result != NULL ? result : cJSON_CreateNull());
	rpc_send(rpc, message);
}

void rpc_refuse(struct rpc *rpc, const cJSON *id, enum rpc_error code, const char *message)
{
	cJSON *answer = rpc_message();
	cJSON *error = cJSON_CreateObject();

	rpc_add_id(answer, id);
	cJSON_AddNumberToObject(error, "code", code);
	cJSON_AddStringToObject(error, "message", message);
	cJSON_AddItemToObject(answer, "error", error);
	rpc_send(rpc, answer);
}

void rpc_notify(struct rpc *rpc, const char *method, cJSON *params)
{
	cJSON *message = rpc_message();

	cJSON_AddStringToObject(message, "method", method);
	cJSON_AddItemToObject(message, "params", params);
	rpc_send(rpc, message);
}

void rpc_request(struct rpc *rpc, const char *id, const char *method, cJSON *params)
{
	cJSON *message = rpc_message();

	cJSON_AddStringToObject(message, "id", id);
	cJSON_AddStringToObject(message, "method", method);
	cJSON_AddItemToObject(message, "params", params);
	rpc_send(rpc, message);
}

void rpc_release(struct rpc *rpc)
{
	text_release(&rpc->input);
}

cJSON *json_first(const cJSON *list)
{
	return list != NULL ? list->child : NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON-RPC 2.0 in the frames of the Language Server Protocol 3.17: "Content-Length: N", an
 * empty line, N bytes. What is read is bounded; what cannot be understood is answered and
 * skipped, and reading goes on with the next header.
 */
#ifndef CLI_LSP_RPC_H
#define CLI_LSP_RPC_H

#include <cjson/cJSON.h>
#include <stdio.h>

#include "base/text.h"

enum {
	RPC_MESSAGE_BYTES_MAX = 32 << 20, /* of one message; a longer one is skipped */
	RPC_HEADER_BYTES_MAX = 8192,      /* of one line of a header */
};

/* Error codes of JSON-RPC and of the protocol. */
enum rpc_error {
	RPC_PARSE_ERROR = -32700,
	RPC_INVALID_REQUEST = -32600,
	RPC_METHOD_NOT_FOUND = -32601,
	RPC_INVALID_PARAMS = -32602,
	RPC_NOT_INITIALIZED = -32002,
	RPC_REQUEST_FAILED = -32803,
	RPC_CANCELED = -32800,
};

struct rpc {
	int in;
	FILE *out;
	struct text input; /* read, and not yet used up */
	size_t at;         /* what of it is used up */
	uint64_t skip;     /* bytes of a message that is too long, still to come */
	uint64_t length;   /* that the present header gives */
	bool has_length;   /* it gave one that can be used */
	bool in_body;      /* the header is over */
	bool ended;        /* there is no more input */
	bool failed;       /* nothing can be written any more: the client has gone */
	int error;         /* errno of what could not be read or written; 0: nothing */
};

enum rpc_result {
	RPC_NOTHING, /* no whole message is there yet */
	RPC_MESSAGE, /* *message is one */
	RPC_BAD,     /* something was answered and skipped; there may be more */
};

/* Waits up to `timeout_ms` (-1: for ever) for input and reads what is there. True when
 * something came. At the end rpc->ended is set. */
bool rpc_read(struct rpc *rpc, int timeout_ms);

/* The next whole message of what was read, which the caller deletes. */
enum rpc_result rpc_next(struct rpc *rpc, cJSON **message);

/* Answers the request with this id (borrowed; NULL: null). Takes over `result`; NULL: null. */
void rpc_answer(struct rpc *rpc, const cJSON *id, cJSON *result);

/* Answers that a request failed. */
void rpc_refuse(struct rpc *rpc, const cJSON *id, enum rpc_error code, const char *message);

/* Sends a notification. Takes over `params`. */
void rpc_notify(struct rpc *rpc, const char *method, cJSON *params);

/* Sends a request whose answer does not matter. Takes over `params`. */
void rpc_request(struct rpc *rpc, const char *id, const char *method, cJSON *params);

void rpc_release(struct rpc *rpc);

/* The first item of a list, which the others follow as `next`; NULL: none, or it is no list. */
cJSON *json_first(const cJSON *list);

#endif

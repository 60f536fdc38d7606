/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Capture says what was asked of a cluster: which kinds were read, and which could not be.
 * Without it an input that has no Services may mean that there are none, or that nobody was
 * allowed to list them.
 */
#ifndef CONFIG_OBJECTS_CAPTURE_H
#define CONFIG_OBJECTS_CAPTURE_H

#include "config/objects/object.h"

/* One kind of which all objects are in the input, or none as they could not be read. */
struct captured_kind {
	struct section at;
	struct str_value kind;      /* "ServiceGroup": one of kind_table */
	struct str_list namespaces; /* read: only in these; empty: in all */
	struct str_value reason;    /* unread: what the cluster answered */
};

struct captured_kinds {
	struct section at;
	ARRAY_OF(struct captured_kind) list;
};

struct capture {
	struct object object;
	struct str_value install_namespace; /* of PureLB */
	struct captured_kinds read;
	struct captured_kinds unread;
};

struct snapshot;

/*
 * What the captures of the input say of a kind. An input without captures says nothing: who
 * hands over manifests hands over all of them.
 */
const struct captured_kind *capture_unread(const struct snapshot *snapshot,
					   enum object_kind kind);
bool capture_read(const struct snapshot *snapshot, enum object_kind kind);

/* True when the input has EndpointSlices, or a capture read them and there are none: it is
 * known where the endpoints of Services are. */
bool capture_knows_endpoints(const struct snapshot *snapshot);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Names of network interfaces: which the kernel takes, and which are not a node's uplinks. */
#ifndef PURELB_AGENTS_INTERFACES_H
#define PURELB_AGENTS_INTERFACES_H

#include <stdbool.h>

enum { INTERFACE_NAME_MAX = 15 }; /* bytes */

/*
 * True for a name that Linux gives to an interface: 1 to 15 bytes, not "." or "..", without
 * '/', ':' and white space (dev_valid_name() of the kernel).
 */
bool interface_name_valid(const char *name);

/* True for names that container networks give to pod, bridge and tunnel interfaces: veth*,
 * cali*, cni*, flannel*, docker*, br-* and the like. */
bool interface_name_is_internal(const char *name);

struct arena;

/* The expression that matches this name and no other: "^bond0\.100$" for "bond0.100". */
const char *interface_name_pattern(struct arena *arena, const char *name);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --render: kustomizations and charts as the tools of the user render them. (I1.6)
 *
 * Tools are looked for in the absolute folders of PATH only. One runs without standard input,
 * without sockets (see sandbox.h), with limits of time and output, and ends with this program.
 */
#ifndef CLI_RENDER_H
#define CLI_RENDER_H

#include <stdint.h>

#include "base/arena.h"
#include "config/repository/renderer.h"

enum { RENDER_LIMIT_MS = 60000 }; /* that users get */

/* A renderer that runs tools, each for at most so long, and keeps what they printed, in the
 * arena. */
struct renderer *render_tools(struct arena *arena, int64_t limit_ms);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bundles: a folder of captures in one tar archive, as `kubectl purelb capture FILE.tar` writes
 * it. (O5) Members are read where they are; nothing is unpacked.
 */
#ifndef CONFIG_REPOSITORY_BUNDLE_H
#define CONFIG_REPOSITORY_BUNDLE_H

#include "config/objects/snapshot.h"

enum { BUNDLE_MEMBERS_MAX = 100000, BUNDLE_NAME_MAX = 4096 };

/* True when source number `index` is a tar archive. */
bool bundle_is(struct snapshot *snapshot, uint32_t index);

/*
 * Adds a source for each regular file of the bundle, named "BUNDLE/path", sorted as a folder is
 * walked. An archive that ends early, or is damaged, is an error of the sources; what comes
 * before is there.
 */
void bundle_add(struct snapshot *snapshot, uint32_t index);

#endif

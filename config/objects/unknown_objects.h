/* SPDX-License-Identifier: Apache-2.0 */
/* Where an object goes of which some values are not known. */
#ifndef CONFIG_OBJECTS_UNKNOWN_OBJECTS_H
#define CONFIG_OBJECTS_UNKNOWN_OBJECTS_H

#include "config/objects/snapshot.h"

/* Puts an object that has been read where it belongs: aside, as long as values of it are not
 * known (from `first_unknown` on in the snapshot's), or among the others. `how`:
 * OBJECT_UNLISTED, OBJECT_IMPLIED; `hidden`: its namespace is not known. (I6.1) */
void object_place(struct snapshot *snapshot, struct object *o, unsigned how,
		  uint32_t first_unknown, bool hidden);

#endif

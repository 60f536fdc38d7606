/* SPDX-License-Identifier: Apache-2.0 */
/* Questions about values that were read. */
#include "config/yaml/values.h"

#include <string.h>

const struct str_value *label_map_get(const struct label_map *map, const char *key)
{
	/* Backwards: of a key written twice the last one counts, as for kubectl. */
	for (uint32_t i = map->list.count; i > 0; i--) {
		const struct label *label = &map->list.items[i - 1];

		if (strcmp(label->key.s, key) == 0)
			return &label->value;
	}
	return NULL;
}

const char *label_map_text(const struct label_map *map, const char *key)
{
	const struct str_value *value = label_map_get(map, key);

	return value != NULL ? value->s : NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A folder lists its entries in reverse order: a library to preload. Programs that list a
 * folder with scandir() give it an order; here the entries come to that order the other way
 * round.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

typedef int order(const struct dirent **, const struct dirent **);
typedef int scan(const char *, struct dirent ***, int (*)(const struct dirent *), order *);

int scandir(const char *path, struct dirent ***out, int (*filter)(const struct dirent *),
	    order *compare)
{
	void *symbol = dlsym(RTLD_NEXT, "scandir");
	scan *next;

	memcpy(&next, &symbol, sizeof(next));

	const int count = next(path, out, filter, NULL);

	for (int i = 0; i < count / 2; i++) {
		struct dirent *other = (*out)[i];

		(*out)[i] = (*out)[count - 1 - i];
		(*out)[count - 1 - i] = other;
	}
	/* Equal entries keep that order: the sort is stable. */
	for (int i = 1; compare != NULL && i < count; i++)
		for (int k = i; k > 0; k--) {
			const struct dirent *before = (*out)[k - 1], *after = (*out)[k];
			struct dirent *other = (*out)[k];

			if (compare(&before, &after) <= 0)
				break;
			(*out)[k] = (*out)[k - 1];
			(*out)[k - 1] = other;
		}
	return count;
}

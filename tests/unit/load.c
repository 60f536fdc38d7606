/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snapshots from YAML text: through a file, the way users give it. The file is alone in its
 * folder: a kustomization is read with what lies beside it.
 */
#include "tests/unit/load.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/repository/repository.h"

struct snapshot *load_bytes(const char *text, size_t len)
{
	char folder[] = "/tmp/purelbtool-test-XXXXXX";
	char path[sizeof(folder) + sizeof("/input")];
	const char *inputs[] = { path };
	FILE *file;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/input", folder);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(text, 1, len, file), len);
	ck_assert_int_eq(fclose(file), 0);

	struct snapshot *s = config_load(inputs, 1, "purelb-system");

	unlink(path);
	rmdir(folder);
	ck_assert_msg(s->sources.errors.count == 0, "%s", s->sources.errors.items[0]);
	return s;
}

struct snapshot *load_text(const char *text)
{
	return load_bytes(text, strlen(text));
}

unsigned problem_count(const struct snapshot *s, enum problem_kind kind)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < s->problems.count; i++)
		n += s->problems.items[i].kind == kind;
	return n;
}

const struct finding *problem_first(const struct snapshot *s, enum problem_kind kind)
{
	for (uint32_t i = 0; i < s->problems.count; i++)
		if (s->problems.items[i].kind == kind)
			return &s->problems.items[i];
	return NULL;
}

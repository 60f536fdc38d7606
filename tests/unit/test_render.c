/* SPDX-License-Identifier: Apache-2.0 */
/* --render: tools that do not end in time. The tools are scripts that would run for ten
 * minutes. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/render.h"
#include "tests/unit/suites.h"

enum { SHORT_MS = 30, LONG_MS = 60000 };

/* What is said when `script` is the only kustomize in PATH; NULL: nothing. */
static const char *render_error(struct arena *arena, const char *script, int64_t limit_ms)
{
	char folder[] = "/tmp/purelbtool-render-XXXXXX";
	const char *program, *error = NULL;
	struct renderer *renderer = render_tools(arena, limit_ms);
	FILE *file;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	program = arena_printf(arena, "%s/kustomize", folder);
	file = fopen(program, "w");
	ck_assert_ptr_nonnull(file);
	fprintf(file, "#!/bin/sh\nPATH=/usr/bin:/bin\n%s\n", script);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(chmod(program, S_IRWXU), 0);
	ck_assert_int_eq(setenv("PATH", folder, 1), 0);
	renderer->run(renderer, RENDERED_KUSTOMIZATION, "in", "default", &error);
	ck_assert_int_eq(unlink(program), 0);
	ck_assert_int_eq(rmdir(folder), 0);
	return error;
}

/* test: I1.6 */
START_TEST(tools_that_do_not_end_are_stopped)
{
	/* It keeps its messages open; it has closed them; a child of it keeps them open; it
	 * does not want to end; it talks without end. */
	static const char *const scripts[] = {
		"exec sleep 600",
		"exec sleep 600 2>&-",
		"sleep 600 &\nexit 0",
		"trap '' TERM INT HUP\nsleep 600",
		"while :; do echo more >&2; done",
	};
	struct arena arena;

	arena_init(&arena);
	ck_assert_str_eq(render_error(&arena, scripts[_i], SHORT_MS),
			 "kustomize build in did not end within 30ms and was stopped");
	arena_release(&arena);
}
END_TEST

/* test: I1.6 */
START_TEST(tools_that_end_are_heard)
{
	struct arena arena;

	arena_init(&arena);
	ck_assert_ptr_null(render_error(&arena, "echo 'a: b'", LONG_MS));
	ck_assert_str_eq(render_error(&arena, "echo no >&2; exit 1", LONG_MS),
			 "kustomize build in failed: no");
	arena_release(&arena);
}
END_TEST

Suite *suite_render(void)
{
	Suite *suite = suite_create("render");
	TCase *tcase = tcase_create("render");

	tcase_add_loop_test(tcase, tools_that_do_not_end_are_stopped, 0, 5);
	tcase_add_test(tcase, tools_that_end_are_heard);
	suite_add_tcase(suite, tcase);
	return suite;
}

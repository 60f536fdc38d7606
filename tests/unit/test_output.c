/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of cli/output.h. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/output.h"
#include "tests/unit/expect.h"
#include "tests/unit/suites.h"

/* A folder of its own, streams into memory, and what is to be written where. */
struct bench {
	struct cli cli;
	char folder[32];
	char path[64];  /* a file in it */
	char value[80]; /* "json=<path>" */
	char *out, *err;
	size_t out_size, err_size;
	struct outputs outputs;
};

static void bench_begin(struct bench *b)
{
	*b = (struct bench){ .folder = "/tmp/output-XXXXXX" };
	ck_assert_ptr_nonnull(mkdtemp(b->folder));
	snprintf(b->path, sizeof(b->path), "%s/report", b->folder);
	snprintf(b->value, sizeof(b->value), "json=%s", b->path);
	b->cli.out = open_memstream(&b->out, &b->out_size);
	b->cli.err = open_memstream(&b->err, &b->err_size);
}

/* How many files are in the folder. */
static unsigned count_files(const struct bench *b)
{
	DIR *dir = opendir(b->folder);
	unsigned count = 0;

	ck_assert_ptr_nonnull(dir);
	for (const struct dirent *entry; (entry = readdir(dir)) != NULL;)
		count += entry->d_name[0] != '.';
	closedir(dir);
	return count;
}

static void check_content(const char *path, const char *expected)
{
	char content[64] = "";
	FILE *file = fopen(path, "r");

	ck_assert_ptr_nonnull(file);

	size_t size = fread(content, 1, sizeof(content) - 1, file);

	content[size] = '\0';
	fclose(file);
	ck_assert_str_eq(content, expected);
}

static void put(const char *path, const char *content)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	fputs(content, file);
	fclose(file);
}

/* Ends all; `err` is a part of what was said on standard error, or "" for nothing. */
static void bench_end(struct bench *b, const char *err)
{
	outputs_release(&b->outputs);
	fclose(b->cli.out);
	fclose(b->cli.err);
	if (*err == '\0')
		ck_assert_str_eq(b->err, "");
	EXPECT(strstr(b->err, err) != NULL, "%s", b->err);
	free(b->out);
	free(b->err);
	unlink(b->path);
	ck_assert_int_eq(rmdir(b->folder), 0);
}

START_TEST(formats_and_files_are_told_apart)
{
	static const struct {
		const char *first, *second; /* values of -o */
		const char *error;          /* of the second */
	} rows[] = {
		{ "table", "json=a", NULL },
		{ "JSON", "yaml=a", NULL },
		{ "json=a", "json=b", NULL },
		{ "json=a=b", "yaml=a", NULL },
		{ "table", "jsn", "unknown FORMAT jsn; did you mean json?" },
		{ "table", "xml=a", "unknown FORMAT \"xml\": use one of table, json or yaml" },
		{ "table", "json=", "--output json= names no file" },
		{ "table", "json",
		  "two reports to standard output: give one of them a file, as in --output "
		  "json=FILE" },
		{ "table", "yaml=-",
		  "two reports to standard output: give one of them a file, as in --output "
		  "yaml=FILE" },
		{ "table=a", "json=a",
		  "two reports to a: give one of them a file, as in --output json=FILE" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct outputs outputs = { 0 };

		ck_assert_ptr_null(outputs_add(&outputs, output_formats, rows[i].first));

		const char *error = outputs_add(&outputs, output_formats, rows[i].second);

		EXPECT(str_equal(error, rows[i].error), "%s: %s", rows[i].second,
		       error != NULL ? error : "accepted");
		outputs_release(&outputs);
	}
}
END_TEST

START_TEST(a_report_appears_when_it_is_complete)
{
	struct bench b;

	bench_begin(&b);
	put(b.path, "old");
	ck_assert_ptr_null(outputs_add(&b.outputs, output_formats, b.value));
	ck_assert(outputs_open(&b.outputs, &b.cli));
	fputs("new", b.outputs.list.items[0].file);
	fflush(b.outputs.list.items[0].file);
	check_content(b.path, "old");
	ck_assert(outputs_finish(&b.outputs, &b.cli));
	check_content(b.path, "new");
	ck_assert_uint_eq(count_files(&b), 1);
	bench_end(&b, "");
}
END_TEST

START_TEST(an_unfinished_report_leaves_nothing)
{
	struct bench b;

	bench_begin(&b);
	ck_assert_ptr_null(outputs_add(&b.outputs, output_formats, b.value));
	ck_assert(outputs_open(&b.outputs, &b.cli));
	fputs("new", b.outputs.list.items[0].file);
	outputs_release(&b.outputs);
	ck_assert_uint_eq(count_files(&b), 0);
	bench_end(&b, "");
}
END_TEST

START_TEST(permissions_and_links_are_kept)
{
	struct bench b;
	char link[72];
	struct stat st;

	bench_begin(&b);
	put(b.path, "old");
	ck_assert_int_eq(chmod(b.path, 0640), 0);
	snprintf(link, sizeof(link), "%s-link", b.path);
	ck_assert_int_eq(symlink(b.path, link), 0);
	snprintf(b.value, sizeof(b.value), "json=%s", link);
	ck_assert_ptr_null(outputs_add(&b.outputs, output_formats, b.value));
	ck_assert(outputs_open(&b.outputs, &b.cli));
	fputs("new", b.outputs.list.items[0].file);
	ck_assert(outputs_finish(&b.outputs, &b.cli));
	check_content(b.path, "new");
	ck_assert_int_eq(lstat(link, &st), 0);
	ck_assert(S_ISLNK(st.st_mode));
	ck_assert_int_eq(stat(b.path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0640);
	unlink(link);
	bench_end(&b, "");
}
END_TEST

START_TEST(a_device_is_written_in_place)
{
	struct bench b;
	struct stat st;

	bench_begin(&b);
	ck_assert_ptr_null(outputs_add(&b.outputs, output_formats, "json=/dev/null"));
	ck_assert(outputs_open(&b.outputs, &b.cli));
	ck_assert_ptr_null(b.outputs.list.items[0].temporary);
	ck_assert(outputs_finish(&b.outputs, &b.cli));
	ck_assert_int_eq(stat("/dev/null", &st), 0);
	ck_assert(S_ISCHR(st.st_mode));
	bench_end(&b, "");
}
END_TEST

START_TEST(a_full_disk_is_an_error)
{
	struct bench b;

	bench_begin(&b);
	ck_assert_ptr_null(outputs_add(&b.outputs, output_formats, "json=/dev/full"));
	ck_assert(outputs_open(&b.outputs, &b.cli));
	fputs("new", b.outputs.list.items[0].file);
	ck_assert(!outputs_finish(&b.outputs, &b.cli));
	bench_end(&b, "purelbtool: cannot write /dev/full: No space left on device\n");
}
END_TEST

START_TEST(what_cannot_be_opened_is_named)
{
	struct bench b;

	bench_begin(&b);
	ck_assert_ptr_null(outputs_add(&b.outputs, output_formats, b.value));
	ck_assert_ptr_null(outputs_add(&b.outputs, output_formats, "yaml=/nonexistent/report"));
	ck_assert(!outputs_open(&b.outputs, &b.cli));
	outputs_release(&b.outputs);
	ck_assert_uint_eq(count_files(&b), 0);
	bench_end(&b,
		  "purelbtool: cannot write /nonexistent/report: No such file or directory\n");
}
END_TEST

START_TEST(a_folder_is_no_file)
{
	struct bench b;

	bench_begin(&b);
	ck_assert_ptr_null(outputs_add(&b.outputs, output_formats, "yaml=/tmp"));
	ck_assert(!outputs_open(&b.outputs, &b.cli));
	bench_end(&b, "purelbtool: cannot write /tmp: Is a directory\n");
}
END_TEST

static const char *replace(const char *path, const char *old, struct arena *arena)
{
	return output_replace(path, false, old, strlen(old), "new", 3, arena);
}

START_TEST(a_file_is_replaced_only_as_it_was_read)
{
	struct arena arena;
	struct bench b;
	struct stat st;
	char other[64];

	arena_init(&arena);
	bench_begin(&b);
	snprintf(other, sizeof(other), "%s/other", b.folder);
	put(b.path, "old");
	ck_assert_int_eq(chmod(b.path, 0640), 0);
	ck_assert_ptr_null(replace(b.path, "old", &arena));
	check_content(b.path, "new");
	ck_assert_int_eq(stat(b.path, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0640);

	put(b.path, "newer");
	ck_assert_str_eq(replace(b.path, "new", &arena), "it has changed since it was read");
	put(b.path, "ne");
	ck_assert_str_eq(replace(b.path, "new", &arena), "it has changed since it was read");
	check_content(b.path, "ne");
	ck_assert_int_eq(link(b.path, other), 0);
	ck_assert_ptr_nonnull(strstr(replace(b.path, "ne", &arena), "hard links"));
	check_content(other, "ne");
	ck_assert_int_eq(unlink(b.path), 0);
	ck_assert_int_eq(symlink("other", b.path), 0);
	ck_assert_str_eq(replace(b.path, "ne", &arena),
			 "it has become a symbolic link since it was read");
	ck_assert_ptr_null(output_replace(b.path, true, "ne", 2, "of the link", 11, &arena));
	check_content(other, "of the link");
	ck_assert_int_eq(lstat(b.path, &st), 0);
	ck_assert(S_ISLNK(st.st_mode));
	ck_assert_int_eq(unlink(b.path), 0);
	ck_assert_str_eq(replace(b.path, "ne", &arena), "No such file or directory");
	ck_assert_int_eq(mkdir(b.path, 0700), 0);
	ck_assert_str_eq(replace(b.path, "ne", &arena), "it is no longer a regular file");
	ck_assert_int_eq(rmdir(b.path), 0);
	ck_assert_uint_eq(count_files(&b), 1);
	ck_assert_int_eq(unlink(other), 0);
	bench_end(&b, "");
	arena_release(&arena);
}
END_TEST

Suite *suite_output(void)
{
	Suite *suite = suite_create("output");
	TCase *tests = tcase_create("output");

	tcase_add_test(tests, formats_and_files_are_told_apart);
	tcase_add_test(tests, a_report_appears_when_it_is_complete);
	tcase_add_test(tests, an_unfinished_report_leaves_nothing);
	tcase_add_test(tests, permissions_and_links_are_kept);
	tcase_add_test(tests, a_device_is_written_in_place);
	tcase_add_test(tests, a_full_disk_is_an_error);
	tcase_add_test(tests, what_cannot_be_opened_is_named);
	tcase_add_test(tests, a_folder_is_no_file);
	tcase_add_test(tests, a_file_is_replaced_only_as_it_was_read);
	suite_add_tcase(suite, tests);
	return suite;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of base/duration.h against what Go's time package gives. */
#include <string.h>
#include <time.h>

#include "base/duration.h"
#include "base/random.h"
#include "tests/unit/expect.h"
#include "tests/unit/suites.h"

#define MINUTE (60 * NS_PER_SEC)
#define HOUR   (60 * MINUTE)

START_TEST(durations_that_go_accepts)
{
	static const struct {
		const char *text;
		int64_t ns;
	} rows[] = {
		{ "0", 0 },
		{ "-0", 0 },
		{ "+0", 0 },
		{ "0s", 0 },
		{ "-0h", 0 },
		{ "5s", 5 * NS_PER_SEC },
		{ "+5s", 5 * NS_PER_SEC },
		{ "-5s", -5 * NS_PER_SEC },
		{ "007s", 7 * NS_PER_SEC },
		{ "1478s", 1478 * NS_PER_SEC },
		{ "100ms", 100 * NS_PER_MS },
		{ "500ms", 500 * NS_PER_MS },
		{ "10ns", 10 },
		{ "11us", 11000 },
		{ "12\xC2\xB5s", 12000 },
		{ "12\xCE\xBCs", 12000 },
		{ "13ms", 13 * NS_PER_MS },
		{ "15m", 15 * MINUTE },
		{ "16h", 16 * HOUR },
		{ "5.0s", 5 * NS_PER_SEC },
		{ "5.6s", 5600 * NS_PER_MS },
		{ "5.s", 5 * NS_PER_SEC },
		{ ".5s", 500 * NS_PER_MS },
		{ "1.004s", 1004 * NS_PER_MS },
		{ "1.0040s", 1004 * NS_PER_MS },
		{ "100.00100s", 100001 * NS_PER_MS },
		{ "1.5ns", 1 }, /* less than a nanosecond is cut off */
		{ "0.9ns", 0 },
		{ "3h30m", 3 * HOUR + 30 * MINUTE },
		{ "10.5s4m", 4 * MINUTE + 10500 * NS_PER_MS }, /* in any order */
		{ "1s1s", 2 * NS_PER_SEC },                    /* more than once */
		{ "-2m3.4s", -(2 * MINUTE + 3400 * NS_PER_MS) },
		{ "1h2m3s4ms5us6ns", HOUR + 2 * MINUTE + 3 * NS_PER_SEC + 4005006 },
		{ "39h9m14.425s", 39 * HOUR + 9 * MINUTE + 14425 * NS_PER_MS },
		{ "9007199254740993ns", (INT64_C(1) << 53) + 1 },
		{ "0.3333333333333333333h", 20 * MINUTE },
		{ "0.562966683m", INT64_C(33778000980) }, /* unit / scale comes first */
		{ "0.100000000000000000000h", 6 * MINUTE },
		{ "0.830103483285477580700h",
		  49 * MINUTE + 48 * NS_PER_SEC + INT64_C(372539827) },
		{ "9223372036854775807ns", INT64_MAX },
		{ "9223372036854775.807us", INT64_MAX },
		{ "9223372036s854ms775us807ns", INT64_MAX },
		{ "2562047h47m16.854775807s", INT64_MAX },
		{ "-9223372036854775807ns", -INT64_MAX },
		{ "-9223372036854775808ns", INT64_MIN },
		{ "-9223372036854775.808us", INT64_MIN },
		{ "-9223372036s854ms775us808ns", INT64_MIN },
		{ "-2562047h47m16.854775808s", INT64_MIN },
		/* Go's sum wraps to 0 here and it does not notice. */
		{ "9223372036854775808ns9223372036854775808ns", 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t ns = -1;

		ck_assert_msg(duration_parse(rows[i].text, &ns), "\"%s\"", rows[i].text);
		ck_assert_msg(ns == rows[i].ns, "\"%s\" is %lld", rows[i].text, (long long)ns);
	}
}
END_TEST

START_TEST(durations_that_go_refuses)
{
	static const char *const rows[] = {
		"",
		"3",
		"00",
		"-",
		"+",
		"--1s",
		"+-1s",
		"s",
		".",
		"-.",
		".s",
		"+.s",
		"1d",
		"1w",
		"1S",
		"1Ms",
		"1sec",
		"1 s",
		" 1s",
		"1s ",
		"1s\n",
		"1h 30m",
		"1h30",
		"1h-30m",
		"1,5s",
		"1e3s",
		"0x1s",
		"1..5s",
		"1.5.s",
		"1_0s",
		"\x85\x85",
		"\xFF\xFF",
		"1\xC2s",
		"1\xB5s",
		"hello \xFF\xFF world",
		"9223372036854775808ns",
		"9223372036854775810ns",
		"-9223372036854775809ns",
		"9223372036854776us",
		"9223372036854775.808us",
		"9223372036854ms775us808ns",
		"2562047h47m16.854775808s",
		"-2562047h47m16.854775809s",
		"3000000h",
		"99999999999999999999999999999ns",
		"9223372036854775808h",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t ns = 77;

		ck_assert_msg(!duration_parse(rows[i], &ns), "\"%s\"", rows[i]);
		ck_assert_int_eq(ns, 77);
	}
}
END_TEST

START_TEST(durations_print_as_in_go)
{
	static const struct {
		int64_t ns;
		const char *text;
	} rows[] = {
		{ 0, "0s" },
		{ 1, "1ns" },
		{ -1, "-1ns" },
		{ 999, "999ns" },
		{ 1000, "1\xC2\xB5s" },
		{ 1100, "1.1\xC2\xB5s" },
		{ 999999, "999.999\xC2\xB5s" },
		{ NS_PER_MS, "1ms" },
		{ 100 * NS_PER_MS, "100ms" },
		{ 2200 * 1000, "2.2ms" },
		{ NS_PER_SEC - 1, "999.999999ms" },
		{ NS_PER_SEC, "1s" },
		{ 1500 * NS_PER_MS, "1.5s" },
		{ 3300 * NS_PER_MS, "3.3s" },
		{ 10 * NS_PER_SEC, "10s" },
		{ NS_PER_SEC + 1, "1.000000001s" },
		{ MINUTE - 1, "59.999999999s" },
		{ MINUTE, "1m0s" },
		{ 90 * NS_PER_SEC, "1m30s" },
		{ 4 * MINUTE + 5001 * NS_PER_MS, "4m5.001s" },
		{ HOUR, "1h0m0s" },
		{ HOUR + NS_PER_SEC, "1h0m1s" },
		{ 5 * HOUR + 6 * MINUTE + 7001 * NS_PER_MS, "5h6m7.001s" },
		{ 100 * HOUR + 1, "100h0m0.000000001s" },
		{ -8 * MINUTE, "-8m0s" },
		{ INT64_MAX, "2562047h47m16.854775807s" },
		{ INT64_MIN, "-2562047h47m16.854775808s" },
	};
	char buf[DURATION_TEXT_MAX];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(duration_format(rows[i].ns, buf), rows[i].text);
}
END_TEST

START_TEST(a_printed_duration_reads_back)
{
	struct random r = random_new(6);
	char buf[DURATION_TEXT_MAX];

	for (int i = 0; i < 100000; i++) {
		int64_t ns = (int64_t)(random_u64(&r) >> random_below(&r, 64));
		int64_t back = ns + 1;

		EXPECT(duration_parse(duration_format(ns, buf), &back), "%s", buf);
		EXPECT(back == ns, "%s is %lld", buf, (long long)ns);
	}
}
END_TEST

START_TEST(times)
{
	static const struct {
		const char *text;
		int64_t ns;
	} rows[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "1970-01-01T00:00:00.000001Z", 1000 },
		{ "1970-01-01T00:00:00.123456789Z", 123456789 },
		{ "1970-01-01T00:00:00.1234567891999Z", 123456789 },
		{ "1970-01-01T01:00:00+01:00", 0 },
		{ "1969-12-31T23:30:00-00:30", 0 },
		{ "1970-01-01T23:59:00+23:59", 0 },
		{ "1969-12-31T23:59:59.5Z", -500 * NS_PER_MS },
		{ "2000-02-29T00:00:00Z", INT64_C(951782400) * NS_PER_SEC },
		{ "2000-03-01T00:00:00Z", INT64_C(951868800) * NS_PER_SEC },
		{ "2024-12-31T23:59:59Z", INT64_C(1735689599) * NS_PER_SEC },
		{ "1900-03-01T00:00:00Z", INT64_C(-2203891200) * NS_PER_SEC },
		{ "2262-04-11T23:47:16.854775807Z", INT64_MAX },
		{ "1677-09-21T00:12:43.145224192Z", INT64_MIN },
		{ "1677-09-21T00:12:43.145224193Z", INT64_MIN + 1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t ns = 77;

		ck_assert_msg(rfc3339_parse(rows[i].text, &ns), "%s", rows[i].text);
		ck_assert_msg(ns == rows[i].ns, "%s is %lld", rows[i].text, (long long)ns);
	}
}
END_TEST

START_TEST(texts_that_are_no_time)
{
	static const char *const rows[] = {
		"",
		"2024",
		"2024-01-01",
		"2024-01-01T00:00:00",
		"2024-01-01 00:00:00Z",
		"2024-01-01t00:00:00Z",
		"2024-01-01T00:00:00z",
		"2024-01-01T00:00:00Z ",
		" 2024-01-01T00:00:00Z",
		"2024-01-01T00:00Z",
		"2024-1-01T00:00:00Z",
		"24-01-01T00:00:00Z",
		"12024-01-01T00:00:00Z",
		"-024-01-01T00:00:00Z",
		"2024-00-01T00:00:00Z",
		"2024-13-01T00:00:00Z",
		"2024-01-00T00:00:00Z",
		"2024-01-32T00:00:00Z",
		"2024-04-31T00:00:00Z",
		"2023-02-29T00:00:00Z",
		"1900-02-29T00:00:00Z",
		"2024-01-01T24:00:00Z",
		"2024-01-01T00:60:00Z",
		"2024-01-01T00:00:60Z", /* Go knows no leap seconds */
		"2024-01-01T00:00:00.Z",
		"2024-01-01T00:00:00,5Z",
		"2024-01-01T00:00:00.5",
		"2024-01-01T00:00:00+24:00",
		"2024-01-01T00:00:00+01:60",
		"2024-01-01T00:00:00+0100",
		"2024-01-01T00:00:00+01",
		"2024-01-01T00:00:00+01:00Z",
		"2024-01-01T00:00:00*01:00",
		"0000-01-01T00:00:00Z", /* out of range */
		"1677-09-21T00:12:43.145224191Z",
		"2262-04-11T23:47:16.854775808Z",
		"9999-12-31T23:59:59Z",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t ns = 77;

		ck_assert_msg(!rfc3339_parse(rows[i], &ns), "\"%s\"", rows[i]);
		ck_assert_int_eq(ns, 77);
	}
}
END_TEST

START_TEST(times_agree_with_the_c_library)
{
	struct random r = random_new(7);

	for (int i = 0; i < 20000; i++) {
		/* From 1678 to 2262. */
		time_t seconds = (time_t)random_below(&r, UINT64_C(18400000000)) - 9200000000;
		struct tm parts;
		char text[64];
		int64_t ns;

		EXPECT(gmtime_r(&seconds, &parts) != NULL, "%lld", (long long)seconds);
		EXPECT(strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts) > 0, "%lld",
		       (long long)seconds);
		EXPECT(rfc3339_parse(text, &ns), "%s", text);
		EXPECT(ns == (int64_t)seconds * NS_PER_SEC, "%s", text);
	}
}
END_TEST

Suite *suite_duration(void)
{
	Suite *suite = suite_create("duration");
	TCase *durations = tcase_create("duration");
	TCase *rfc3339 = tcase_create("rfc3339");

	tcase_add_test(durations, durations_that_go_accepts);
	tcase_add_test(durations, durations_that_go_refuses);
	tcase_add_test(durations, durations_print_as_in_go);
	tcase_add_test(durations, a_printed_duration_reads_back);
	tcase_add_test(rfc3339, times);
	tcase_add_test(rfc3339, texts_that_are_no_time);
	tcase_add_test(rfc3339, times_agree_with_the_c_library);
	suite_add_tcase(suite, durations);
	suite_add_tcase(suite, rfc3339);
	return suite;
}

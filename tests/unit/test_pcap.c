/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of reports/formats/pcap.h: read back with libpcap. What is in the frames is not its
 * business.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pcap/pcap.h>

#include "reports/formats/pcap.h"
#include "tests/unit/expect.h"
#include "tests/unit/suites.h"

static struct setup setup_of(struct setup_segment *segments, uint32_t count, int64_t start)
{
	struct setup setup = { .start_unix_ns = start };

	setup.segments.items = segments;
	setup.segments.count = count;
	return setup;
}

/* A stream that stays readable by its name when it is closed. */
static FILE *temporary(char name[static 32])
{
	strncpy(name, "/tmp/test-pcap-XXXXXX", 32);

	int fd = mkstemp(name);
	FILE *stream = fd >= 0 ? fdopen(fd, "wb") : NULL;

	ck_assert_ptr_nonnull(stream);
	return stream;
}

static pcap_t *read_back(const char *name)
{
	char error[PCAP_ERRBUF_SIZE];
	pcap_t *p = pcap_open_offline_with_tstamp_precision(name, PCAP_TSTAMP_PRECISION_NANO,
							    error);

	ck_assert_msg(p != NULL, "%s", error);
	ck_assert_int_eq(pcap_datalink(p), DLT_EN10MB);
	return p;
}

START_TEST(frames_go_to_their_segment_with_their_time)
{
	static const sim_ns times[] = { 0, 1, 999999999, INT64_C(1000000000),
					INT64_C(86400000000007) };
	struct setup_segment segments[3] = { { "a" }, { "b" }, { "c" } };
	const int64_t start = INT64_C(1767225600000000123);
	struct setup setup = setup_of(segments, 3, start);
	char names[3][32];
	FILE *streams[3] = { temporary(names[0]), temporary(names[1]), temporary(names[2]) };
	struct captures c;
	uint8_t bytes[86] = { 0 };

	ck_assert(captures_open(&c, &setup, streams));
	for (uint32_t i = 0; i < 15; i++) {
		bytes[20] = (uint8_t)i;
		captures_frame(&c, &(struct frame){ .at = times[i / 3],
						    .segment = i % 3,
						    .bytes = bytes,
						    .length = i % 2 == 0 ? 60 : 86 });
	}
	ck_assert(captures_close(&c));
	for (uint32_t file = 0; file < 3; file++) {
		pcap_t *p = read_back(names[file]);
		struct pcap_pkthdr *head;
		const u_char *data;

		for (uint32_t i = file; i < 15; i += 3) {
			int64_t at = start + times[i / 3];

			ck_assert_int_eq(pcap_next_ex(p, &head, &data), 1);
			ck_assert_int_eq(head->ts.tv_sec, at / NS_PER_SEC);
			ck_assert_int_eq(head->ts.tv_usec, at % NS_PER_SEC);
			ck_assert_uint_eq(head->len, i % 2 == 0 ? 60 : 86);
			ck_assert_uint_eq(head->caplen, head->len);
			ck_assert_uint_eq(data[20], i);
		}
		ck_assert_int_eq(pcap_next_ex(p, &head, &data), PCAP_ERROR_BREAK);
		pcap_close(p);
		unlink(names[file]);
	}
}
END_TEST

START_TEST(a_segment_without_frames_is_a_valid_file)
{
	struct setup_segment segments[1] = { { "a" } };
	struct setup setup = setup_of(segments, 1, 0);
	char name[32];
	FILE *streams[1] = { temporary(name) };
	struct captures c;
	struct pcap_pkthdr *head;
	const u_char *data;

	ck_assert(captures_open(&c, &setup, streams));
	ck_assert(captures_close(&c));

	pcap_t *p = read_back(name);

	ck_assert_int_eq(pcap_next_ex(p, &head, &data), PCAP_ERROR_BREAK);
	pcap_close(p);
	unlink(name);
}
END_TEST

START_TEST(a_setup_without_segments)
{
	struct setup setup = setup_of(NULL, 0, 0);
	struct captures c;

	ck_assert(captures_open(&c, &setup, NULL));
	ck_assert(captures_close(&c));
}
END_TEST

/* A file that could not be opened must not become a capture that is missing without a word. */
START_TEST(a_stream_that_is_missing_is_told)
{
	struct setup_segment segments[1] = { { "a" } };
	struct setup setup = setup_of(segments, 1, 0);
	FILE *streams[1] = { NULL };
	struct captures c;

	ck_assert(!captures_open(&c, &setup, streams));
	ck_assert(!captures_close(&c));
}
END_TEST

START_TEST(a_full_disk_is_told)
{
	struct setup_segment segments[1] = { { "a" } };
	struct setup setup = setup_of(segments, 1, 0);
	FILE *streams[1] = { fopen("/dev/full", "wb") };
	uint8_t bytes[60] = { 0 };
	struct captures c;

	if (streams[0] == NULL)
		return;
	/* The head may still be in the stream's buffer. */
	(void)captures_open(&c, &setup, streams);
	captures_frame(&c, &(struct frame){ .bytes = bytes, .length = 60 });
	ck_assert(!captures_close(&c));
}
END_TEST

Suite *suite_pcap(void)
{
	Suite *suite = suite_create("pcap");
	TCase *pcap = tcase_create("pcap");

	tcase_add_test(pcap, frames_go_to_their_segment_with_their_time);
	tcase_add_test(pcap, a_segment_without_frames_is_a_valid_file);
	tcase_add_test(pcap, a_setup_without_segments);
	tcase_add_test(pcap, a_stream_that_is_missing_is_told);
	tcase_add_test(pcap, a_full_disk_is_told);
	suite_add_tcase(suite, pcap);
	return suite;
}

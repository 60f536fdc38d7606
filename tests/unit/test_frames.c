/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of sim/network/frames.h: every frame byte for byte, and the checksums by another way.
 */
#include <string.h>

#include "sim/network/frames.h"
#include "tests/unit/expect.h"
#include "tests/unit/suites.h"
#include "tests/unit/ips.h"

static const uint8_t node_mac[6] = { 0x02, 0, 0, 0, 0, 0x0A };
static const uint8_t client_mac[6] = { 0x06, 0, 0, 0, 0, 0x01 };

/* Hexadecimal digits; blanks are skipped. Returns the number of bytes. */
static uint32_t unhex(const char *hex, uint8_t *bytes)
{
	static const char digits[] = "0123456789abcdef";
	uint32_t nibbles = 0;

	for (; *hex != '\0'; hex++) {
		const char *at = strchr(digits, *hex);

		if (*hex == ' ')
			continue;
		ck_assert_ptr_nonnull(at);
		if (nibbles % 2 == 0)
			bytes[nibbles / 2] = (uint8_t)((at - digits) << 4);
		else
			bytes[nibbles / 2] |= (uint8_t)(at - digits);
		nibbles++;
	}
	return nibbles / 2;
}

#define ALL      "ffffffffffff "
#define NODE     "02000000000a "
#define CLIENT   "060000000001 "
#define ARP      "0806 0001 0800 06 04 "
#define VIP4     "c0a801f0 "
#define CLIENT4  "c0a80101 "
#define PAD      "000000000000000000000000000000000000"
#define NDP(len) "86dd 60000000 00" len " 3a ff "
#define VIP6     "fd000001000000000000000000000240 "
#define CLIENT6  "fd000001000000000000000000000001 "
#define LINK6    "fe80000000000000000000fffe00000a "
#define NONE6    "00000000000000000000000000000000 "
#define NODES6   "ff020000000000000000000000000001 "
#define GROUP6   "ff0200000000000000000001ff000240 "

/* CSUM: the checksum, which has tests of its own. */
static const struct row {
	const char *name;
	enum frame_kind kind;
	bool v6, from_client, to_all;
	const char *hex;
} rows[] = {
	{ "gratuitous request", FRAME_GARP_REQUEST, false, false, true,
	  ALL NODE ARP "0001 " NODE VIP4 ALL VIP4 PAD },
	{ "gratuitous reply", FRAME_GARP_REPLY, false, false, true,
	  ALL NODE ARP "0002 " NODE VIP4 ALL VIP4 PAD },
	{ "ARP request to all", FRAME_ARP_REQUEST, false, true, true,
	  ALL CLIENT ARP "0001 " CLIENT CLIENT4 "000000000000 " VIP4 PAD },
	{ "ARP request to one", FRAME_ARP_REQUEST, false, true, false,
	  NODE CLIENT ARP "0001 " CLIENT CLIENT4 "000000000000 " VIP4 PAD },
	{ "ARP reply", FRAME_ARP_REPLY, false, false, false,
	  CLIENT NODE ARP "0002 " NODE VIP4 CLIENT CLIENT4 PAD },
	{ "unsolicited advertisement", FRAME_UNSOLICITED_NA, true, false, true,
	  "333300000001 " NODE "86dd 60056789 0020 3a ff " LINK6 NODES6
	  "88 00 CSUM 20 000000 " VIP6 "02 01 " NODE },
	{ "DAD probe", FRAME_DAD_PROBE, true, false, true,
	  "3333ff000240 " NODE NDP("20") NONE6 GROUP6 "87 00 CSUM 00000000 " VIP6
						      "0e 01 0123456789ab" },
	{ "solicitation to all", FRAME_NEIGHBOR_SOLICITATION, true, true, true,
	  "3333ff000240 " CLIENT NDP("20") CLIENT6 GROUP6 "87 00 CSUM 00000000 " VIP6
							  "01 01 " CLIENT },
	{ "solicitation to one", FRAME_NEIGHBOR_SOLICITATION, true, true, false,
	  NODE CLIENT NDP("20") CLIENT6 VIP6 "87 00 CSUM 00000000 " VIP6 "01 01 " CLIENT },
	{ "advertisement to the client", FRAME_NEIGHBOR_ADVERTISEMENT, true, false, false,
	  CLIENT NODE NDP("20") VIP6 CLIENT6 "88 00 CSUM 60 000000 " VIP6 "02 01 " NODE },
	{ "advertisement against a DAD probe", FRAME_NEIGHBOR_ADVERTISEMENT, true, false, true,
	  "333300000001 " NODE NDP("20") VIP6 NODES6 "88 00 CSUM 20 000000 " VIP6
						     "02 01 " NODE },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static uint32_t build(const struct row *row, uint8_t bytes[static FRAME_BYTES_MAX])
{
	struct frame_words words = {
		.kind = row->kind,
		.source_mac = row->from_client ? client_mac : node_mac,
		.target = ip_of(row->v6 ? "fd00:1::240" : "192.168.1.240"),
		.source = ip_of(row->v6 ? "fd00:1::1" : "192.168.1.1"),
		.destination = ip_of(row->v6 ? "fd00:1::1" : "192.168.1.1"),
	};

	words.nonce = row->kind == FRAME_UNSOLICITED_NA ? 0xF56789 : 0xF0123456789AB;
	if (row->kind == FRAME_UNSOLICITED_NA)
		words.source = ip_of("fe80::ff:fe00:a");
	if (!row->to_all)
		words.destination_mac = row->from_client ? node_mac : client_mac;
	memset(bytes, 0xEE, FRAME_BYTES_MAX);
	return frame_build(&words, bytes);
}

/* The frame of a row, with the bytes of the checksum taken from the built one. */
static uint32_t expected_of(const struct row *row, const uint8_t *built, uint8_t *bytes)
{
	char hex[400];
	const char *sum = strstr(row->hex, "CSUM");

	ck_assert_uint_lt(strlen(row->hex), sizeof(hex));
	memcpy(hex, row->hex, strlen(row->hex) + 1);
	for (int i = 0; sum != NULL && i < 4; i++)
		hex[sum - row->hex + i] = '0';

	uint32_t length = unhex(hex, bytes);

	if (row->v6) {
		bytes[56] = built[56];
		bytes[57] = built[57];
	}
	return length;
}

START_TEST(every_frame_byte_for_byte)
{
	for (size_t i = 0; i < ROWS; i++) {
		uint8_t built[FRAME_BYTES_MAX], expected[200];
		uint32_t length = build(&rows[i], built);

		EXPECT(expected_of(&rows[i], built, expected) == length, "%s: length %u",
		       rows[i].name, length);
		for (uint32_t k = 0; k < length; k++)
			EXPECT(built[k] == expected[k], "%s: byte %u is %02x, not %02x",
			       rows[i].name, k, built[k], expected[k]);
	}
}
END_TEST

/* RFC 1071: the sum of everything, checksum and pseudo-header included, is all ones. */
START_TEST(checksums_add_up)
{
	for (size_t i = 0; i < ROWS; i++) {
		uint8_t b[FRAME_BYTES_MAX];
		uint32_t length = build(&rows[i], b), sum = 0;

		if (!rows[i].v6)
			continue;
		for (uint32_t k = 22; k < length; k++)
			sum += k % 2 == 0 ? (uint32_t)b[k] << 8 : b[k];
		sum += length - 54 + 58;
		sum = (sum & 0xFFFF) + (sum >> 16);
		sum = (sum & 0xFFFF) + (sum >> 16);
		EXPECT(sum == 0xFFFF, "%s: %x", rows[i].name, sum);
	}
}
END_TEST

/* From the words of the addresses, not from the bytes that were built. */
START_TEST(a_checksum_worked_out_by_hand)
{
	static const uint32_t words[] = { 0xfe80, 0x00ff, 0xfe00, 0x000a, 0xff02, 0x0001,
					  0x0020, 0x003a, 0x8800, 0x2000, 0xfd00, 0x0001,
					  0x0240, 0x0201, 0x0200, 0x000a };
	uint8_t b[FRAME_BYTES_MAX];
	uint32_t sum = 0;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		sum += words[i];
	sum = (sum & 0xFFFF) + (sum >> 16);
	sum = (sum & 0xFFFF) + (sum >> 16);
	build(&rows[5], b);
	ck_assert_uint_eq((uint32_t)b[56] << 8 | b[57], ~sum & 0xFFFF);
}
END_TEST

START_TEST(lengths)
{
	for (size_t i = 0; i < ROWS; i++) {
		uint8_t b[FRAME_BYTES_MAX];
		const uint32_t expected = rows[i].v6 ? 86 : 60;

		EXPECT(build(&rows[i], b) == expected, "%s", rows[i].name);
	}
}
END_TEST

Suite *suite_frames(void)
{
	Suite *suite = suite_create("frames");
	TCase *frames = tcase_create("frames");

	tcase_add_test(frames, every_frame_byte_for_byte);
	tcase_add_test(frames, checksums_add_up);
	tcase_add_test(frames, a_checksum_worked_out_by_hand);
	tcase_add_test(frames, lengths);
	suite_add_tcase(suite, frames);
	return suite;
}

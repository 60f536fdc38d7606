/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes a capture with a frame of every kind, to one and to all: frames FILE. What other
 * programs make of it is for tests/lab/pcap.
 */
#include <stdio.h>
#include <stdlib.h>

#include "reports/formats/pcap.h"
#include "sim/network/frames.h"

static const uint8_t node_mac[6] = { 0x02, 0, 0, 0, 0, 0x0A };
static const uint8_t client_mac[6] = { 0x06, 0, 0, 0, 0, 0x01 };

static const struct {
	enum frame_kind kind;
	const char *from;
	bool to_all;
} rows[] = {
	{ FRAME_ARP_REQUEST, "192.168.1.1", true },
	{ FRAME_ARP_REPLY, "192.168.1.1", false },
	{ FRAME_ARP_REQUEST, "192.168.1.1", false },
	{ FRAME_GARP_REQUEST, "192.168.1.1", true },
	{ FRAME_GARP_REPLY, "192.168.1.1", true },
	{ FRAME_DAD_PROBE, "fd00:1::1", true },
	{ FRAME_NEIGHBOR_ADVERTISEMENT, "fd00:1::1", true },
	{ FRAME_NEIGHBOR_SOLICITATION, "fd00:1::1", true },
	{ FRAME_NEIGHBOR_ADVERTISEMENT, "fd00:1::1", false },
	{ FRAME_NEIGHBOR_SOLICITATION, "fd00:1::1", false },
	{ FRAME_UNSOLICITED_NA, "fe80::ff:fe00:a", true },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static struct ip ip_of(const char *text)
{
	struct ip ip;

	if (!ip_parse(text, &ip))
		exit(EXIT_FAILURE);
	return ip;
}

static void write_row(struct captures *c, uint32_t row)
{
	bool asks = rows[row].kind == FRAME_ARP_REQUEST ||
		    rows[row].kind == FRAME_NEIGHBOR_SOLICITATION;
	struct ip from = ip_of(rows[row].from);
	struct frame_words words = {
		.kind = rows[row].kind,
		.source_mac = asks ? client_mac : node_mac,
		.destination_mac = asks ? node_mac : client_mac,
		.source = from,
		.destination = from,
		.target = ip_of(ip_family(from) == IP_V4 ? "192.168.1.240" : "fd00:1::240"),
	};
	uint8_t bytes[FRAME_BYTES_MAX];

	if (rows[row].to_all)
		words.destination_mac = NULL;
	captures_frame(c, &(struct frame){
				  .at = (sim_ns)row * 50 * 1000,
				  .kind = rows[row].kind,
				  .bytes = bytes,
				  .length = frame_build(&words, bytes),
			  });
}

int main(int argc, char **argv)
{
	struct setup_segment segment = { "rack1" };
	struct setup setup = { .start_unix_ns = INT64_C(1767225600000000000) };
	FILE *stream = argc == 2 ? fopen(argv[1], "wb") : NULL;
	struct captures c;

	if (stream == NULL) {
		fputs("usage: frames FILE\n", stderr);
		return EXIT_FAILURE;
	}
	setup.segments.items = &segment;
	setup.segments.count = 1;
	captures_open(&c, &setup, &stream);
	for (uint32_t i = 0; !c.failed && i < ROWS; i++)
		write_row(&c, i);
	return captures_close(&c) ? EXIT_SUCCESS : EXIT_FAILURE;
}

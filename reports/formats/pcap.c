/* SPDX-License-Identifier: Apache-2.0 */
/* Captures through libpcap, which is given open streams and no names. */
#include "reports/formats/pcap.h"

#include <stdlib.h>

#include <pcap/pcap.h>

#include "base/mem.h"

/* libpcap closes a stream whose head it could not write. */
static void pcap_open_one(struct captures *c, uint32_t segment, FILE *stream)
{
	c->dumpers[segment] = stream != NULL ? pcap_dump_fopen(c->handle, stream) : NULL;
	if (c->dumpers[segment] == NULL)
		c->failed = true;
}

bool captures_open(struct captures *c, const struct setup *setup, FILE *const *streams)
{
	*c = (struct captures){
		.handle = pcap_open_dead_with_tstamp_precision(DLT_EN10MB, 65535,
							       PCAP_TSTAMP_PRECISION_NANO),
		.count = setup->segments.count,
		.start_unix_ns = setup->start_unix_ns,
	};
	if (c->handle == NULL)
		mem_exhausted();
	c->dumpers = mem_resize(NULL, c->count, sizeof(*c->dumpers));
	for (uint32_t i = 0; i < c->count; i++)
		pcap_open_one(c, i, streams[i]);
	return !c->failed;
}

void captures_frame(void *context, const struct frame *frame)
{
	const struct captures *c = context;
	int64_t at = c->start_unix_ns + frame->at;
	int64_t ns = at % NS_PER_SEC;

	if (c->dumpers[frame->segment] == NULL)
		return;
	if (ns < 0)
		ns += NS_PER_SEC;

	/* With this precision the microseconds are nanoseconds. */
	struct pcap_pkthdr head = {
		.ts = { .tv_sec = (at - ns) / NS_PER_SEC, .tv_usec = ns },
		.caplen = frame->length,
		.len = frame->length,
	};

	pcap_dump((u_char *)c->dumpers[frame->segment], &head, frame->bytes);
}

bool captures_close(struct captures *c)
{
	for (uint32_t i = 0; i < c->count; i++) {
		if (c->dumpers[i] == NULL)
			continue;
		if (pcap_dump_flush(c->dumpers[i]) != 0 ||
		    ferror(pcap_dump_file(c->dumpers[i])))
			c->failed = true;
		pcap_dump_close(c->dumpers[i]);
	}
	free(c->dumpers);
	pcap_close(c->handle);
	c->dumpers = NULL;
	c->handle = NULL;
	return !c->failed;
}

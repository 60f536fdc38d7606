/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What went over the segments of a run, as captures: one file a segment in libpcap's classic
 * format, Ethernet, with nanoseconds.
 */
#ifndef REPORTS_FORMATS_PCAP_H
#define REPORTS_FORMATS_PCAP_H

#include <stdio.h>

#include "sim/run/run.h"

struct pcap;
struct pcap_dumper;

struct captures {
	struct pcap *handle;
	struct pcap_dumper **dumpers; /* by segment; NULL: it could not be begun */
	uint32_t count;
	int64_t start_unix_ns; /* wall clock of time 0 of the run */
	bool failed;           /* something could not be written */
};

/*
 * Begins captures of the setup's segments: `streams` has one for each, or NULL where it could
 * not be opened. Takes the streams over, also when it fails: captures_close() closes them.
 * False when a stream is missing or a head could not be written. Captures hold memory until
 * closed.
 */
bool captures_open(struct captures *c, const struct setup *setup, FILE *const *streams);

/* Writes a frame: fits struct sim_sinks, the context is the struct captures. */
void captures_frame(void *context, const struct frame *frame);

/* Writes what is left and closes the streams. False when anything could not be written. */
bool captures_close(struct captures *c);

#endif

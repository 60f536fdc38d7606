/* SPDX-License-Identifier: Apache-2.0 */
/* Names of what results speak of. */
#include "sim/engine/result.h"

#include "base/text.h"

const char *outage_cause_name(enum outage_cause cause)
{
	static const char *const names[OUTAGE_CAUSES] = {
		[OUTAGE_NO_HOLDER] = "no-holder",
		[OUTAGE_STALE_NEIGHBOR] = "stale-neighbour",
		[OUTAGE_DEAD_HOLDER] = "dead-holder",
		[OUTAGE_TENTATIVE] = "tentative",
		[OUTAGE_UNRESOLVED] = "unresolved",
		[OUTAGE_LOST_FRAMES] = "lost-frames",
	};

	return names[cause];
}

const char *frame_kind_name(enum frame_kind kind)
{
	static const char *const names[FRAME_KINDS] = {
		[FRAME_GARP_REQUEST] = "garp-request",
		[FRAME_GARP_REPLY] = "garp-reply",
		[FRAME_UNSOLICITED_NA] = "unsolicited-na",
		[FRAME_DAD_PROBE] = "dad-probe",
		[FRAME_ARP_REQUEST] = "arp-request",
		[FRAME_ARP_REPLY] = "arp-reply",
		[FRAME_NEIGHBOR_SOLICITATION] = "neighbor-solicitation",
		[FRAME_NEIGHBOR_ADVERTISEMENT] = "neighbor-advertisement",
	};

	return names[kind];
}

/* Of one address, and of several; whoever sends, one or many. */
struct address_words {
	const char *one, *many;
};

static const struct address_words outage_words[OUTAGE_CAUSES] = {
	[OUTAGE_NO_HOLDER] = { "no node answers for it", "no node answers for them" },
	[OUTAGE_STALE_NEIGHBOR] = { "the traffic goes to a node that no longer has it",
				    "the traffic goes to nodes that no longer have them" },
	[OUTAGE_DEAD_HOLDER] = { "the traffic goes to a node that is gone",
				 "the traffic goes to nodes that are gone" },
	[OUTAGE_TENTATIVE] = { "its holder is still probing for duplicates",
			       "their holders are still probing for duplicates" },
	[OUTAGE_UNRESOLVED] = { "the address is being resolved",
				"the addresses are being resolved" },
	[OUTAGE_LOST_FRAMES] = { "no frame gets through on the segment",
				 "no frame gets through on the segment" },
};

static const struct address_words outage_end = {
	"the node that gets the traffic has it again",
	"the nodes that get the traffic have them again"
};

static const struct {
	const char *cause;
	struct address_words words;
} lost_words[] = {
	{ "dead-next-hop", { "a next hop does not answer", "next hops do not answer" } },
	{ "no-vip", { "a next hop does not have it", "next hops do not have them" } },
	{ "no-route", { "the router has no route to it", "the router has no route to them" } },
};

const char *outage_cause_words(enum outage_cause cause)
{
	return outage_words[cause].one;
}

const char *outage_end_words(void)
{
	return outage_end.one;
}

const char *lost_cause_words(const char *cause)
{
	for (size_t i = 0; cause != NULL && i < ARRAY_LEN(lost_words); i++)
		if (str_equal(cause, lost_words[i].cause))
			return lost_words[i].words.one;
	return NULL;
}

const char *outage_words_of_several(const char *words)
{
	for (size_t cause = 0; cause < OUTAGE_CAUSES; cause++)
		if (str_equal(words, outage_words[cause].one))
			return outage_words[cause].many;
	for (size_t i = 0; i < ARRAY_LEN(lost_words); i++)
		if (str_equal(words, lost_words[i].words.one))
			return lost_words[i].words.many;
	return str_equal(words, outage_end.one) ? outage_end.many : words;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of the forms of evidence, and what is asked of it. (O1) What it holds is read by the
 * other files of this module.
 */
#include "config/evidence/evidence.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

const struct evidence_form_info evidence_form_table[EVIDENCE_FORMS] = {
	[EVIDENCE_IP_ADDR] = { "ip-addr", "ip -j addr", "addresses" },
	[EVIDENCE_IP_ROUTE] = { "ip-route", "ip -j route", "routes" },
	[EVIDENCE_IP_NEIGH] = { "ip-neigh", "ip -j neigh", "neighbors" },
	[EVIDENCE_IP_MADDR] = { "ip-maddr", "ip -j maddr", "groups" },
	[EVIDENCE_SYSCTL] = { "sysctl", "sysctl net.ipv4.conf", "settings" },
	[EVIDENCE_UNAME] = { "uname", "uname -r", "releases" },
	[EVIDENCE_METRICS] = { "metrics", "curl http://POD/metrics", "samples" },
	[EVIDENCE_GOBGP_NEIGHBOR] = { "gobgp-neighbor", "gobgp neighbor -j", "sessions" },
	[EVIDENCE_GOBGP_RIB] = { "gobgp-rib", "gobgp global rib -j", "paths" },
	[EVIDENCE_FRR_SUMMARY] = { "frr-summary", "show bgp summary json", "sessions" },
	[EVIDENCE_FRR_NEIGHBORS] = { "frr-neighbors", "show bgp neighbors json", "sessions" },
	[EVIDENCE_FRR_BGP] = { "frr-bgp", "show bgp ipv4 unicast json", "paths" },
	[EVIDENCE_FRR_ROUTE] = { "frr-route", "show ip route json", "routes" },
	[EVIDENCE_FRR_ARP] = { "frr-arp", "show ip arp json", "neighbors" },
	[EVIDENCE_FRR_NEIGH6] = { "frr-neighbor6", "show ipv6 neighbor json", "neighbors" },
	[EVIDENCE_FRR_CONFIG] = { "frr-config", "show running-config", "peers" },
	[EVIDENCE_BIRD_PROTOCOLS] = { "bird-protocols", "birdc show protocols all",
				      "sessions" },
	[EVIDENCE_BIRD_ROUTE] = { "bird-route", "birdc show route all", "paths" },
	[EVIDENCE_BIRD_CONFIG] = { "bird-config", "cat /etc/bird/bird.conf", "peers" },
	[EVIDENCE_PACKETS] = { "packets", "tcpdump -w FILE", "packets" },
	[EVIDENCE_LOG] = { "log", "kubectl logs", "lines" },
};

const char *const evidence_bgp_state_names[] = {
	"unknown", "Idle", "Connect", "Active", "OpenSent", "OpenConfirm", "Established",
};

const struct evidence_file *evidence_find(const struct evidence *evidence,
					  enum evidence_form form, const char *place)
{
	if (evidence == NULL)
		return NULL;
	ARRAY_FOREACH (struct evidence_file *, file, &evidence->files)
		if ((*file)->form == form && (*file)->cut == NULL &&
		    (place == NULL || str_equal((*file)->place, place)))
			return *file;
	return NULL;
}

int64_t evidence_age_s(const struct evidence_file *file, int64_t now_ns)
{
	const int64_t second = 1000000000;

	if (file->time_ns == EVIDENCE_UNKNOWN || now_ns == EVIDENCE_UNKNOWN)
		return -1;
	/* A clock that is ahead gives no age. */
	return now_ns < file->time_ns ? 0 : now_ns / second - file->time_ns / second;
}

const char *evidence_sample_label(const struct evidence_sample *sample, const char *name)
{
	ARRAY_FOREACH (const struct evidence_label, label, &sample->labels)
		if (str_equal(label->name, name))
			return label->value;
	return NULL;
}

const char *evidence_mac_format(struct evidence_mac mac, char buf[static EVIDENCE_MAC_TEXT_MAX])
{
	const uint8_t *b = mac.bytes;

	snprintf(buf, EVIDENCE_MAC_TEXT_MAX, "%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2],
		 b[3], b[4], b[5]);
	return buf;
}

bool evidence_mac_equal(struct evidence_mac a, struct evidence_mac b)
{
	return a.known && b.known && memcmp(a.bytes, b.bytes, sizeof(a.bytes)) == 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence: what was seen on nodes, routers, clients and Pods, as other programs print it. (O1)
 *
 * snapshot->evidence has all of it, or is NULL when the input has none. Everything lives in the
 * snapshot's arena and does not move. Lists are in input order, and within a file in its order.
 * Each record has `from`: the file that it was read from, which says where and when it was
 * seen, and the line. Nothing here is judged, and nothing is derived but what a comment says.
 *
 * Absence: a record that is not there was not seen only where a whole file of the right form
 * and place is: ask evidence_find(), and look at its `cut` and `partial`. A value that a
 * program did not print is unknown (the zero or -1 that the comment names), never its default.
 *
 * Texts are NUL-terminated, valid UTF-8 without control characters, at most
 * EVIDENCE_TEXT_BYTES_MAX long. Addresses are as base/ip.h has them; `known` flags say whether
 * they are set. Times are nanoseconds since 1970 UTC; EVIDENCE_UNKNOWN means no time.
 */
#ifndef CONFIG_EVIDENCE_EVIDENCE_H
#define CONFIG_EVIDENCE_EVIDENCE_H

#include "base/ip.h"
#include "config/objects/snapshot.h"

enum {
	EVIDENCE_BYTES_MAX = 256 << 20, /* of one file; the rest is cut */
	EVIDENCE_RECORDS_MAX = 500000,  /* of one file; the rest is counted in `dropped` */
	EVIDENCE_TEXT_BYTES_MAX = 1024, /* of one text; the rest is cut */
};

#define EVIDENCE_UNKNOWN INT64_MIN

/* Forms, and the command that prints each; see evidence_form_table. */
enum evidence_form {
	EVIDENCE_IP_ADDR,        /* ip -j addr: links, addresses */
	EVIDENCE_IP_ROUTE,       /* ip -j route, ip -j -6 route: routes */
	EVIDENCE_IP_NEIGH,       /* ip -j neigh: neighbors */
	EVIDENCE_IP_MADDR,       /* ip -j maddr: groups */
	EVIDENCE_SYSCTL,         /* sysctl net.ipv4.conf …: sysctls */
	EVIDENCE_UNAME,          /* uname -r: kernels */
	EVIDENCE_METRICS,        /* Prometheus text: samples */
	EVIDENCE_GOBGP_NEIGHBOR, /* gobgp neighbor -j: sessions */
	EVIDENCE_GOBGP_RIB,      /* gobgp global rib -j: paths */
	EVIDENCE_FRR_SUMMARY,    /* show bgp summary json: sessions */
	EVIDENCE_FRR_NEIGHBORS,  /* show bgp neighbors json: sessions */
	EVIDENCE_FRR_BGP,    /* show bgp ipv4 unicast json, show bgp ipv6 unicast json: paths */
	EVIDENCE_FRR_ROUTE,  /* show ip route json, show ipv6 route json: routes */
	EVIDENCE_FRR_ARP,    /* show ip arp json: neighbors */
	EVIDENCE_FRR_NEIGH6, /* show ipv6 neighbor json: neighbors */
	EVIDENCE_FRR_CONFIG, /* show running-config: routers */
	EVIDENCE_BIRD_PROTOCOLS, /* birdc show protocols all: sessions */
	EVIDENCE_BIRD_ROUTE,     /* birdc show route all: paths */
	EVIDENCE_BIRD_CONFIG,    /* bird.conf: routers */
	EVIDENCE_PACKETS,        /* pcap or pcapng: packets */
	EVIDENCE_LOG,            /* of the allocator, an agent or k8gobgp: log lines */
	EVIDENCE_FORMS,          /* how many there are */
};

struct evidence_form_info {
	const char *name;    /* for reports: "ip-neigh" */
	const char *command; /* what prints it: "ip -j neigh" */
	const char *records; /* what its records are: "neighbors" */
};
extern const struct evidence_form_info evidence_form_table[EVIDENCE_FORMS];

/* Where a file's time is from. */
enum evidence_clock {
	EVIDENCE_NOT_DATED,        /* it has no time */
	EVIDENCE_DATED_ITSELF,     /* in itself: the last packet, the last line of a log */
	EVIDENCE_DATED_BY_CAPTURE, /* capturedAt of the Capture in its folder or the nearest one
				      above */
};

/* One file, or one value of a file with several. */
struct evidence_file {
	const char *name; /* as places are shown: "captures/node-a/addr.json", "b.tar/…" */
	enum evidence_form form;
	/* Where it was taken: the node, router, client or Pod, as the file's folder or name has
	 * it ("nodes/node-a/addr.json", "tor1-summary.json", "node-a.pcap"); NULL: not said. */
	const char *place;
	enum evidence_clock clock;
	int64_t time_ns;  /* when it was taken; EVIDENCE_UNKNOWN with EVIDENCE_NOT_DATED */
	uint32_t source;  /* for struct pos */
	uint32_t records; /* that are in the lists */
	uint32_t dropped; /* beyond a bound */
	uint32_t faulty;  /* entries that could not be read: left out */
	/* Of `ip -j addr`, `ip -j route`: the command was asked for some interfaces or one
	 * family only. What it lists is so; what it does not list may be there all the same. */
	bool partial;
	const char
		*cut; /* why its end is missing, as the end of a sentence; NULL: it is whole */
	struct pos fault_pos;  /* of the first faulty entry, or of the cut */
	const char *fault;     /* what is wrong with that entry; NULL: nothing */
	enum ip_family family; /* that it is about, where that is known; else IP_NONE */
	bool both_families;    /* BIRD prints its tables in one output */
	struct ip router_id;   /* of the speaker whose table FRR prints */
	bool has_router_id;
};

struct evidence_origin {
	const struct evidence_file *file;
	uint32_t line; /* from 1; of packets their number; 0: the file as a whole */
};

/* ---- ip on a node, a router with Linux, or a client ---- */

struct evidence_mac {
	uint8_t bytes[6];
	bool known;
};

struct evidence_link {
	struct evidence_origin from;
	const char *name;
	struct evidence_mac mac;
	bool up;         /* UP is among its flags: it is switched on */
	bool lower_up;   /* LOWER_UP: it has a carrier */
	bool no_carrier; /* it is said to have none */
	bool loopback;
	bool noarp;         /* NOARP */
	bool all_families;  /* its addresses of both families are listed */
	const char *kind;   /* "dummy", "bridge", …, of ip -d; NULL: not printed */
	const char *master; /* NULL: none */
	int64_t mtu;        /* bytes; -1: not printed */
};

struct evidence_address {
	struct evidence_origin from;
	const char *interface;
	struct ip ip;
	uint8_t prefix;    /* 0..32 or 0..128 */
	const char *scope; /* "global", "link", "host"; NULL: not printed */
	const char *label; /* NULL: none */
	bool answers;      /* its interface is up, and not without a carrier */
	bool permanent;    /* its valid lifetime is for ever */
	bool dynamic, deprecated, tentative, dadfailed, secondary, noprefixroute, nodad;
	/* Seconds that are left; -1: for ever; EVIDENCE_UNKNOWN: not printed. */
	int64_t valid_s, preferred_s;
};

/* One way of a route. */
struct evidence_next_hop {
	struct ip via;
	bool has_via;
	const char *interface; /* NULL: not printed */
	int64_t weight;        /* 1 for one way; -1: not printed */
	bool active;           /* printed as being in use */
};

/* A route of a kernel (ip) or of a router's table (FRR). */
struct evidence_route {
	struct evidence_origin from;
	struct ip_net to; /* 0.0.0.0/0 or ::/0 for "default" */
	enum ip_family family;
	const char *table;    /* NULL: main, or not printed */
	const char *protocol; /* "bgp", "kernel", "bird", …; NULL: not printed */
	const char *type;     /* "unicast", "blackhole", …; NULL: unicast, or not printed */
	int64_t metric;       /* -1: not printed */
	bool selected;        /* FRR chose it; true for ip */
	bool installed;       /* it is in the kernel; true for ip */
	ARRAY_OF(struct evidence_next_hop) next_hops;
};

/* An entry of a neighbor cache: ARP or NDP. */
struct evidence_neighbor {
	struct evidence_origin from;
	struct ip ip;
	const char *interface;   /* NULL: not printed */
	struct evidence_mac mac; /* not known: the entry is incomplete or failed */
	const char *state;       /* upper case as ip has it, "REACHABLE", "STALE", "FAILED",
				  * "INCOMPLETE", "PERMANENT", …; NULL: not printed */
	bool router;
};

/* A multicast group that an interface has joined. */
struct evidence_group {
	struct evidence_origin from;
	const char *interface;
	struct ip ip;
};

struct evidence_sysctl {
	struct evidence_origin from;
	const char *key; /* "net.ipv4.conf.all.arp_ignore", with dots */
	const char *value;
};

struct evidence_kernel {
	struct evidence_origin from;
	const char *release; /* "6.1.0-18-amd64" */
};

/* ---- BGP speakers ---- */

enum evidence_daemon { DAEMON_GOBGP, DAEMON_FRR, DAEMON_BIRD };

enum evidence_bgp_state {
	BGP_STATE_UNKNOWN,
	BGP_STATE_IDLE,
	BGP_STATE_CONNECT,
	BGP_STATE_ACTIVE,
	BGP_STATE_OPENSENT,
	BGP_STATE_OPENCONFIRM,
	BGP_STATE_ESTABLISHED,
};
extern const char *const evidence_bgp_state_names[]; /* "Idle", …; "unknown" */

/* Counts of routes of a session; -1: not printed. */
struct evidence_session_family {
	enum ip_family family;       /* of unicast */
	bool negotiated;             /* both ends have it; false: not, or not printed */
	int64_t received;            /* from the peer, before import policy */
	int64_t accepted;            /* after it */
	int64_t refused;             /* updates that it refused, of all time; 0: not printed */
	int64_t advertised;          /* to the peer */
	const char *import, *export; /* policy as the program names it; NULL: not printed */
};

/* A NOTIFICATION (RFC 4271, 4.5). */
struct evidence_notification {
	bool known;
	bool sent; /* by the speaker of this session; else it was received */
	bool direction_known;
	uint8_t code, subcode;
	const char *text; /* as the program words it; NULL */
	int64_t time_ns;  /* EVIDENCE_UNKNOWN */
};

/* A session as one of its ends sees it. One that a program prints twice (FRR's summary and
 * neighbors) is there twice, by two files. */
struct evidence_session {
	struct evidence_origin from;
	enum evidence_daemon daemon;
	const char
		*name;   /* BIRD's protocol, FRR's description or host name of the peer; NULL */
	const char *vrf; /* NULL: not printed */
	struct ip peer;
	bool has_peer;         /* false: an interface or a range */
	const char *peer_text; /* as printed: "eth0" of an unnumbered session; NULL: none */
	struct ip local;
	bool has_local;
	int64_t local_asn, peer_asn; /* -1: not printed */
	int64_t expected_asn;        /* of the peer, by configuration; -1: not printed */
	struct ip local_id, peer_id; /* router IDs */
	bool has_local_id, has_peer_id;
	enum evidence_bgp_state state;
	const char *state_text; /* as printed; NULL */
	bool admin_down;        /* switched off by its own configuration */
	bool passive;           /* it does not connect by itself */
	int64_t state_s;        /* seconds in this state at the file's time; -1: not printed */
	int64_t since_ns;       /* start of this state, where the program prints it */
	int64_t up_count, down_count; /* -1: not printed */
	int64_t hold_s, keepalive_s;  /* negotiated, or configured before; -1: not printed */
	enum { PASSWORD_UNKNOWN, PASSWORD_NONE, PASSWORD_SET } password;
	int64_t peer_port, local_port;             /* TCP; -1: not printed */
	struct evidence_notification notification; /* the last one */
	const char *last_error;                    /* why it went down last, as printed; NULL */
	ARRAY_OF(struct evidence_session_family) families;
};

/* A path to a prefix in the table of a BGP speaker. */
struct evidence_path {
	struct evidence_origin from;
	enum evidence_daemon daemon;
	struct ip_net prefix;
	enum ip_family family;
	bool best;      /* it, or it among others of equal cost, is used */
	bool multipath; /* it is used beside the best one */
	bool valid;     /* false: its next hop is not reachable, or it is filtered */
	bool validity_known;
	bool local;    /* the speaker's own: no AS path, no neighbor */
	bool filtered; /* refused by import policy, and kept to be shown (BIRD) */
	bool stale;    /* kept for a graceful restart */
	struct ip next_hop;
	bool has_next_hop;
	const char *interface; /* of the next hop; NULL */
	struct ip neighbor;    /* that it was learned from */
	bool has_neighbor;
	struct ip neighbor_id; /* its router ID */
	bool has_neighbor_id;
	const char *protocol;          /* BIRD's protocol that has it; NULL */
	const char *as_path;           /* "64514 65000"; "": empty; NULL: not printed */
	const char *communities;       /* "65000:100 no-export"; NULL: none or not printed */
	int64_t local_preference, med; /* -1: not printed */
	int64_t age_s;                 /* -1: not printed */
	int64_t since_ns;              /* EVIDENCE_UNKNOWN: not printed */
};

/* ---- configuration of routers ---- */

struct evidence_peer_family {
	enum ip_family family;
	bool active;
	const char *import, *export; /* the policy's name or text; NULL: none is written */
	int64_t import_limit;        /* most prefixes; -1: none is written */
};

/* A neighbor, a peer group, or a range of neighbors, with what it inherits from its group. */
struct evidence_peer {
	uint32_t line;
	const char *name;      /* BIRD's protocol, FRR's group; NULL */
	struct ip_net from;    /* the neighbor's address as a host network, or the range */
	bool has_from;         /* false: an interface or a group */
	const char *interface; /* NULL */
	bool is_group;         /* a peer group or a template: not a neighbor by itself */
	bool is_range;
	int64_t asn;             /* -1: not written */
	bool external, internal; /* written in place of a number */
	int64_t local_asn;       /* where it differs; -1 */
	bool dual_as;            /* FRR: with local_asn, that of the router also opens it */
	bool shutdown, passive, multihop, ttl_security;
	int64_t hops;                /* of multihop or ttl_security; -1: not written */
	bool password;               /* one is set; its text is never kept */
	int64_t hold_s, keepalive_s; /* -1: not written */
	const char *source;          /* update-source, source address; NULL */
	const char *group;           /* NULL */
	ARRAY_OF(struct evidence_peer_family) families;
};

/* A line of a prefix list (FRR). */
struct evidence_prefix_rule {
	uint32_t line;
	const char *list;
	bool permit;
	struct ip_net prefix; /* 0.0.0.0/0 or ::/0 with `any` */
	bool any;
	int64_t ge, le; /* -1: not written */
};

/* A route map or a filter: its lines as they are written. */
struct evidence_policy {
	uint32_t line;
	const char *name;
	const char *text; /* cut at EVIDENCE_TEXT_BYTES_MAX */
};

struct evidence_router {
	struct evidence_origin from;
	enum evidence_daemon daemon;
	const char *host_name; /* NULL: not written */
	const char *version;   /* NULL: not written */
	const char *vrf;       /* FRR: of an instance beside the default one; else NULL */
	int64_t asn;           /* -1: not written */
	int64_t confederation; /* that peers outside of it see in place of asn; -1: none */
	struct ip router_id;
	bool has_router_id;
	bool ebgp_requires_policy;         /* FRR: not switched off. BIRD: false */
	int64_t max_paths, max_paths_ibgp; /* -1: not written. BIRD: "merge paths … limit" */
	ARRAY_OF(struct evidence_peer) peers;
	ARRAY_OF(struct evidence_prefix_rule) prefix_rules;
	ARRAY_OF(struct evidence_policy) policies;
};

/* ---- metrics (O3) ---- */

struct evidence_label {
	const char *name;
	const char *value; /* escapes resolved */
};

/* One sample. Only families that O3 names are kept. */
struct evidence_sample {
	struct evidence_origin from; /* from.file->place: the Pod */
	const char *name;            /* "purelb_address_pool_size" */
	double value;                /* NaN and infinities as they are written */
	int64_t time_ns;             /* its own timestamp, or EVIDENCE_UNKNOWN */
	ARRAY_OF(struct evidence_label) labels;
};

/* The value of a label, or NULL. */
const char *evidence_sample_label(const struct evidence_sample *sample, const char *name);

/* ---- packets ---- */

enum evidence_packet_kind {
	PACKET_ARP_REQUEST, /* who has `target`? */
	PACKET_ARP_REPLY,   /* `sender` is at `mac` */
	PACKET_NDP_SOLICIT, /* who has `target`? (RFC 4861) */
	PACKET_NDP_ADVERT,  /* `sender` (the target address) is at `mac` */
	PACKET_BGP_OPEN,
	PACKET_BGP_NOTIFICATION,
	PACKET_BGP_UPDATE,       /* counted, without its routes */
	PACKET_BGP_KEEPALIVE,    /* counted */
	PACKET_TCP_SYN,          /* to port 179 */
	PACKET_TCP_SYN_ACK,      /* from it */
	PACKET_TCP_RST,          /* from or to it */
	PACKET_ICMP_UNREACHABLE, /* about a packet to port 179 */
};

/* Packets that say the same, counted. */
struct evidence_packet {
	struct evidence_origin from; /* line: number of the first packet */
	enum evidence_packet_kind kind;
	uint32_t count;
	int64_t first_ns, last_ns;
	uint32_t last_number;
	const char *interface;   /* where the capture names it; NULL */
	bool outgoing;           /* sent by the host it was taken on (Linux cooked only) */
	struct evidence_mac mac; /* ARP: sender hardware address; NDP: link-layer option, else
				  * the frame's source; TCP: the frame's source */
	struct ip
		sender; /* ARP: sender protocol address; NDP advert: the target; else source */
	struct ip target; /* ARP, NDP solicit: who is asked for; TCP: destination */
	bool gratuitous;  /* ARP: sender = target; NDP: unsolicited and to all nodes */
	bool probe;       /* ARP, NDP: the sender's address is unspecified */
	bool override, solicited, router; /* flags of an NDP advert */
	uint16_t sender_port, target_port;
	/* OPEN; counts of UPDATE and KEEPALIVE are in `count`. */
	int64_t asn; /* with the 4-octet capability (RFC 6793); -1: no OPEN */
	int64_t hold_s;
	struct ip router_id;
	bool ipv4_unicast, ipv6_unicast; /* multiprotocol capabilities */
	bool four_octet_asn;
	int64_t restart_s; /* graceful restart (RFC 4724); -1: no capability */
	/* NOTIFICATION */
	uint8_t code, subcode;
};

/* ---- logs ---- */

/* Lines of one component that say the same, counted; only lines that tell something here. */
struct evidence_log_line {
	struct evidence_origin from; /* from.file->place: the Pod */
	int64_t first_ns, last_ns;   /* EVIDENCE_UNKNOWN: the lines have no time */
	uint32_t count;
	const char *level;   /* "error", "warn", "info", …; NULL: not said */
	const char *message; /* of the last one: its msg or event, else the whole line */
	const char *error;   /* its error or err field; NULL */
	const char *service; /* "ns/name" where it names one; NULL */
	const char *address; /* NULL */
	const char *quote;   /* the last line itself */
};

/* ---- all of it ---- */

struct evidence {
	ARRAY_OF(struct evidence_file *) files;
	/* ip and sysctl: nodes, routers with Linux, clients. `place` says which. */
	ARRAY_OF(struct evidence_link) links;
	ARRAY_OF(struct evidence_address) addresses;
	ARRAY_OF(struct evidence_route)
	routes; /* FRR's table as well: its file's form says so */
	ARRAY_OF(struct evidence_neighbor) neighbors;
	ARRAY_OF(struct evidence_group) groups;
	ARRAY_OF(struct evidence_sysctl) sysctls;
	ARRAY_OF(struct evidence_kernel) kernels;
	ARRAY_OF(struct evidence_session) sessions;
	ARRAY_OF(struct evidence_path) paths;
	ARRAY_OF(struct evidence_router) routers;
	ARRAY_OF(struct evidence_sample) samples;
	ARRAY_OF(struct evidence_packet) packets;
	ARRAY_OF(struct evidence_log_line) log_lines;
};

/* The first file of that form and place (NULL: of any place) whose end is there, or NULL. */
const struct evidence_file *evidence_find(const struct evidence *evidence,
					  enum evidence_form form, const char *place);

/* The age of a file at `now_ns` in seconds, or -1 when either time is not known. */
int64_t evidence_age_s(const struct evidence_file *file, int64_t now_ns);

enum { EVIDENCE_MAC_TEXT_MAX = 18 };
/* "02:00:00:00:00:0a". Returns buf. */
const char *evidence_mac_format(struct evidence_mac mac,
				char buf[static EVIDENCE_MAC_TEXT_MAX]);
bool evidence_mac_equal(struct evidence_mac a, struct evidence_mac b); /* false if unknown */

#endif

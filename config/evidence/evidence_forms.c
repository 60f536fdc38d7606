/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which form a file has, by its content, and where it was taken, by its path. (O1)
 *
 * Names of files are only asked where the content cannot tell: an empty list may be any of
 * several commands', and the release of a kernel is one word.
 */
#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "config/evidence/evidence_read.h"

/* ---- JSON ---- */

static enum evidence_form form_of_list(const struct tree_node *list)
{
	ARRAY_FOREACH (const struct tree_node *, item, &list->u.list) {
		const struct tree_node *map = *item;

		if (map->type != TREE_MAP)
			return EVIDENCE_FORMS;
		if (json_at(map, "ifname") != NULL)
			return json_list(map, "maddr") != NULL ? EVIDENCE_IP_MADDR
			       : json_list(map, "addr_info") != NULL ||
					       json_list(map, "flags") != NULL
				       ? EVIDENCE_IP_ADDR
				       : EVIDENCE_FORMS;
		if (json_text(map, "dst") != NULL)
			return json_list(map, "state") != NULL ||
					       json_text(map, "lladdr") != NULL
				       ? EVIDENCE_IP_NEIGH
				       : EVIDENCE_IP_ROUTE;
		if (json_map(map, "conf") != NULL && json_map(map, "state") != NULL)
			return EVIDENCE_GOBGP_NEIGHBOR;
		if (map->u.map.count > 0)
			return json_text(map, "ip") != NULL && json_text(map, "mac") != NULL
				       ? EVIDENCE_FRR_ARP
				       : EVIDENCE_FORMS;
	}
	return EVIDENCE_FORMS;
}

/* A table of FRR, or of each VRF: what the members below have. */
static bool form_has_below(const struct tree_node *map, const char *first, const char *second)
{
	ARRAY_FOREACH (struct tree_entry, entry, &map->u.map) {
		if (entry->value->type != TREE_MAP)
			continue;
		if (json_at(entry->value, first) != NULL &&
		    (second == NULL || json_at(entry->value, second) != NULL))
			return true;
	}
	return false;
}

static enum evidence_form form_of_prefixes(const struct tree_node *paths)
{
	const struct tree_node *first = paths->type == TREE_LIST && paths->u.list.count > 0
						? paths->u.list.items[0]
						: NULL;

	if (json_at(first, "nlri") != NULL)
		return EVIDENCE_GOBGP_RIB;
	return json_at(first, "protocol") != NULL && json_at(first, "nexthops") != NULL
		       ? EVIDENCE_FRR_ROUTE
		       : EVIDENCE_FORMS;
}

static enum evidence_form form_of_map(const struct tree_node *map)
{
	const struct tree_entry *first = map->u.map.items;
	struct ip_net net;
	struct ip ip;

	if (json_at(map, "apiVersion") != NULL || map->u.map.count == 0)
		return EVIDENCE_FORMS;
	if (json_map(map, "conf") != NULL && json_map(map, "state") != NULL)
		return EVIDENCE_GOBGP_NEIGHBOR;
	if (json_map(map, "peers") != NULL && json_at(map, "routerId") != NULL)
		return EVIDENCE_FRR_SUMMARY;
	if (json_map(map, "routes") != NULL &&
	    (json_at(map, "localAS") != NULL || json_at(map, "routerId") != NULL))
		return EVIDENCE_FRR_BGP;
	if (ip_net_parse(first->key, &net))
		return form_of_prefixes(first->value);
	if (form_has_below(map, "bgpState", NULL))
		return EVIDENCE_FRR_NEIGHBORS;
	if (form_has_below(map, "peers", "routerId"))
		return EVIDENCE_FRR_SUMMARY;
	if (form_has_below(map, "routes", "localAS") ||
	    form_has_below(map, "routes", "routerId"))
		return EVIDENCE_FRR_BGP;
	ARRAY_FOREACH (struct tree_entry, entry, &map->u.map) {
		if (entry->value->type != TREE_MAP || entry->value->u.map.count == 0)
			continue;
		/* Below the name of a VRF. */
		if (form_has_below(entry->value, "bgpState", NULL))
			return EVIDENCE_FRR_NEIGHBORS;
		if (form_has_below(entry->value, "peers", "routerId"))
			return EVIDENCE_FRR_SUMMARY;
		if (ip_net_parse(entry->value->u.map.items[0].key, &net))
			return form_of_prefixes(entry->value->u.map.items[0].value);
		if (ip_parse(entry->key, &ip) && json_text(entry->value, "mac") != NULL)
			return ip_family(ip) == IP_V4 ? EVIDENCE_FRR_ARP : EVIDENCE_FRR_NEIGH6;
		break;
	}
	return EVIDENCE_FORMS;
}

/* A list or an object without anything in it: by the words in the file's name. */
static enum evidence_form form_of_empty(const char *name)
{
	static const struct {
		const char *word;
		enum evidence_form form;
	} words[] = {
		{ "gobgp-neigh", EVIDENCE_GOBGP_NEIGHBOR },
		{ "gobgp-rib", EVIDENCE_GOBGP_RIB },
		{ "gobgp_neigh", EVIDENCE_GOBGP_NEIGHBOR },
		{ "gobgp_rib", EVIDENCE_GOBGP_RIB },
		{ "maddr", EVIDENCE_IP_MADDR },
		{ "neigh", EVIDENCE_IP_NEIGH },
		{ "route", EVIDENCE_IP_ROUTE },
		{ "addr", EVIDENCE_IP_ADDR },
	};
	const char *slash = strrchr(name, '/');

	for (uint32_t i = 0; i < ARRAY_LEN(words); i++)
		if (strstr(slash != NULL ? slash : name, words[i].word) != NULL)
			return words[i].form;
	return EVIDENCE_FORMS;
}

enum evidence_form evidence_form_of_json(const struct tree_node *json, const char *name)
{
	const bool list = json->type == TREE_LIST;
	uint32_t entries = 0;

	if (list) {
		ARRAY_FOREACH (const struct tree_node *, item, &json->u.list)
			entries += (*item)->type != TREE_MAP || (*item)->u.map.count > 0;
		return entries == 0 ? form_of_empty(name) : form_of_list(json);
	}
	if (json->type != TREE_MAP)
		return EVIDENCE_FORMS;
	return json->u.map.count == 0 ? form_of_empty(name) : form_of_map(json);
}

/* ---- text ---- */

static bool form_line_is_sysctl(const char *line)
{
	const size_t key = strspn(line, "abcdefghijklmnopqrstuvwxyz0123456789_-./@");

	return str_has_prefix(line, "net.") && strspn(line + key, " ") <= 1 &&
	       line[key + strspn(line + key, " ")] == '=';
}

static bool form_line_is_metric(const char *line)
{
	return str_has_prefix(line, "# HELP ") || str_has_prefix(line, "# TYPE ") ||
	       (str_has_prefix(line, "purelb_") && strcspn(line, "{ ") < strlen(line));
}

static bool form_line_is_log(const char *line)
{
	const size_t time = strcspn(line, " \t");
	const char *rest = line;

	if (isdigit((unsigned char)*line) && memchr(line, 'T', time) != NULL)
		rest = line + time + strspn(line + time, " \t");
	if (*rest == '{')
		return strstr(rest, "\"caller\":") != NULL ||
		       (strstr(rest, "\"level\":") != NULL && strstr(rest, "\"msg\":") != NULL);
	return rest != line &&
	       (str_has_prefix(rest, "INFO\t") || str_has_prefix(rest, "ERROR\t") ||
		str_has_prefix(rest, "DEBUG\t") || str_has_prefix(rest, "WARN\t"));
}

static enum evidence_form form_of_line(const char *line)
{
	char router[] = "router bgp ";

	if (form_line_is_sysctl(line))
		return EVIDENCE_SYSCTL;
	if (form_line_is_metric(line))
		return EVIDENCE_METRICS;
	if (form_line_is_log(line))
		return EVIDENCE_LOG;
	if (str_has_prefix(line, "frr version ") || str_has_prefix(line, "frr defaults ") ||
	    str_equal(line, "Current configuration:") ||
	    (str_has_prefix(line, router) && isdigit((unsigned char)line[strlen(router)])))
		return EVIDENCE_FRR_CONFIG;
	if (str_has_prefix(line, "protocol bgp ") || str_has_prefix(line, "template bgp ") ||
	    str_has_prefix(line, "protocol device") ||
	    str_has_prefix(line, "protocol kernel") ||
	    (str_has_prefix(line, "router id ") && line[strlen(line) - 1] == ';'))
		return EVIDENCE_BIRD_CONFIG;
	if (str_has_prefix(line, "Table ") && line[strlen(line) - 1] == ':')
		return EVIDENCE_BIRD_ROUTE;
	if (str_has_prefix(line, "Name ") && strstr(line, " Proto ") != NULL &&
	    strstr(line, " State ") != NULL)
		return EVIDENCE_BIRD_PROTOCOLS;
	return EVIDENCE_FORMS;
}

static bool form_is_release(const char *data, size_t len, const char *name)
{
	const char *slash = strrchr(name, '/');
	const size_t word = strcspn(data, " \t\r\n");

	return strstr(slash != NULL ? slash : name, "uname") != NULL && word < len &&
	       isdigit((unsigned char)*data) &&
	       data[word + strspn(data + word, " \t\r\n")] == '\0';
}

enum evidence_form evidence_form_of_text(const char *data, size_t len, const char *name)
{
	enum { LOOK_MAX = 16384, LINE_MAX = 512 };
	const size_t look = len < LOOK_MAX ? len : LOOK_MAX;
	char line[LINE_MAX + 1];

	if (memchr(data, '\0', look) != NULL)
		return EVIDENCE_FORMS;
	if (form_is_release(data, len, name))
		return EVIDENCE_UNAME;
	for (size_t at = 0; at < look;) {
		const char *end = memchr(data + at, '\n', look - at);
		const size_t whole = end != NULL ? (size_t)(end - (data + at)) : look - at;
		size_t n = whole < LINE_MAX ? whole : LINE_MAX;
		enum evidence_form form;

		memcpy(line, data + at, n);
		while (n > 0 && (line[n - 1] == '\r' || line[n - 1] == ' '))
			n--;
		line[n] = '\0';
		form = n > 0 ? form_of_line(line) : EVIDENCE_FORMS;
		if (form != EVIDENCE_FORMS)
			return form;
		at += whole + 1;
	}
	return EVIDENCE_FORMS;
}

/* ---- text for people ---- */

/* "2: eth0: <BROADCAST,UP> mtu 1500" */
static bool form_line_is_ip_addr(const char *line)
{
	const size_t digits = strspn(line, "0123456789");

	return digits > 0 && str_has_prefix(line + digits, ": ") &&
	       strstr(line, ": <") != NULL && strstr(line, "> mtu ") != NULL;
}

/* "192.168.1.240 dev eth0 lladdr 02:00:00:00:00:0a REACHABLE" */
static bool form_line_is_ip_neigh(const char *line)
{
	char first[IP_TEXT_MAX];
	const size_t len = strcspn(line, " ");
	struct ip ip;

	if (len >= sizeof(first) || !str_has_prefix(line + len, " dev "))
		return false;
	memcpy(first, line, len);
	first[len] = '\0';
	return ip_parse(first, &ip) &&
	       (strstr(line, " lladdr ") != NULL || str_has_suffix(line, "FAILED") ||
		str_has_suffix(line, "INCOMPLETE"));
}

/* "03:02:41.000000 ARP, Request who-has ..." */
static bool form_line_is_tcpdump(const char *line)
{
	const size_t time = strspn(line, "0123456789:.");

	return time >= strlen("00:00:00.0") && memchr(line, ':', time) != NULL &&
	       (str_has_prefix(line + time, " ARP, ") || str_has_prefix(line + time, " IP ") ||
		str_has_prefix(line + time, " IP6 "));
}

static bool form_line_is_route(const char *line)
{
	return str_has_prefix(line, "default via ") && strstr(line, " dev ") != NULL;
}

static bool form_line_is_arp(const char *line)
{
	return str_has_prefix(line, "Address") && strstr(line, " HWtype ") != NULL;
}

static bool form_line_is_gobgp_neighbor(const char *line)
{
	return str_has_prefix(line, "Peer ") && strstr(line, " Up/Down ") != NULL &&
	       strstr(line, " State ") != NULL;
}

static bool form_line_is_gobgp_rib(const char *line)
{
	return strstr(line, "Network ") != NULL && strstr(line, " Next Hop ") != NULL &&
	       strstr(line, " AS_PATH ") != NULL;
}

static bool form_line_is_frr_bgp(const char *line)
{
	return strstr(line, " Network ") != NULL && strstr(line, " Next Hop ") != NULL &&
	       strstr(line, " LocPrf ") != NULL;
}

static bool form_line_is_frr_summary(const char *line)
{
	return str_has_prefix(line, "BGP router identifier ");
}

static bool form_line_is_frr_neighbor(const char *line)
{
	return str_has_prefix(line, "BGP neighbor is ");
}

static bool form_line_is_frr_route(const char *line)
{
	return str_has_prefix(line, "Codes: K - kernel route");
}

static const struct evidence_unread unread_table[] = {
	{ form_line_is_ip_addr, "ip addr", "ip -j addr" },
	{ form_line_is_ip_neigh, "ip neigh", "ip -j neigh" },
	{ form_line_is_arp, "arp", "ip -j neigh" },
	{ form_line_is_route, "ip route", "ip -j route" },
	{ form_line_is_tcpdump, "tcpdump", "tcpdump -w FILE.pcap" },
	{ form_line_is_gobgp_neighbor, "gobgp neighbor", "gobgp neighbor -j" },
	{ form_line_is_gobgp_rib, "gobgp global rib", "gobgp global rib -j" },
	{ form_line_is_frr_summary, "show bgp summary", "show bgp summary json" },
	{ form_line_is_frr_bgp, "show bgp", "show bgp ipv4 unicast json" },
	{ form_line_is_frr_neighbor, "show bgp neighbors", "show bgp neighbors json" },
	{ form_line_is_frr_route, "show ip route", "show ip route json" },
};

const struct evidence_unread *evidence_unread_of(const char *data, size_t len)
{
	enum { LINES_MAX = 12, LINE_MAX = 512 };
	char line[LINE_MAX + 1];
	uint32_t lines = 0;

	for (size_t at = 0; at < len && lines < LINES_MAX; lines++) {
		const char *end = memchr(data + at, '\n', len - at);
		const size_t whole = end != NULL ? (size_t)(end - (data + at)) : len - at;
		size_t n = whole < LINE_MAX ? whole : LINE_MAX;

		memcpy(line, data + at, n);
		while (n > 0 && (line[n - 1] == '\r' || line[n - 1] == ' '))
			n--;
		line[n] = '\0';
		for (uint32_t i = 0; i < ARRAY_LEN(unread_table); i++)
			if (unread_table[i].is_line(line))
				return &unread_table[i];
		at += whole + 1;
	}
	return NULL;
}

/* ---- places ---- */

/* Words of file names that say what a file is, not where it was taken, and names of folders
 * that hold the files of many places. */
static bool form_is_word(const char *s, size_t len)
{
	static const char *const words[] = {
		"addr",    "address",  "addresses", "all",        "any",       "arp",
		"bgp",     "bgp4",     "bgp6",      "bird",       "birdc",     "bundle",
		"capture", "captures", "cfg",       "clients",    "conf",      "config",
		"current", "evidence", "filtered",  "frr",        "global",    "gobgp",
		"gobgpd",  "ip",       "ipv4",      "ipv6",       "j",         "json",
		"log",     "logs",     "maddr",     "metrics",    "nd",        "neigh",
		"neigh4",  "neigh6",   "neighbor",  "neighbors",  "nodes",     "packets",
		"pcap",    "pods",     "previous",  "prometheus", "protocols", "rib",
		"rib4",    "rib6",     "route",     "route4",     "route6",    "routers",
		"routes",  "running",  "show",      "summary",    "sysctl",    "sysctls",
		"table",   "txt",      "uname",     "unicast",    "vtysh",     NULL,
	};

	for (int i = 0; words[i] != NULL; i++)
		if (strlen(words[i]) == len && strncmp(words[i], s, len) == 0)
			return true;
	return false;
}

/* A file's name without its ending and without words at either end: "tor1" of
 * "tor1-bgp-summary.json"; length 0: nothing is left. */
static const char *form_stem(const char *name, size_t *len)
{
	static const char *const endings[] = { ".json", ".txt",  ".log",    ".conf",
					       ".cfg",  ".prom", ".cap",    ".pcapng",
					       ".pcap", ".out",  ".metrics" };
	const char *start = name;
	size_t n = strlen(name);
	bool again = true;

	for (uint32_t i = 0; i < ARRAY_LEN(endings); i++)
		if (str_has_suffix(name, endings[i])) {
			n -= strlen(endings[i]);
			break;
		}
	while (again && n > 0) {
		size_t first = 0, last = n;

		while (first < n && strchr("-_.", start[first]) == NULL)
			first++;
		while (last > 0 && strchr("-_.", start[last - 1]) == NULL)
			last--;
		again = true;
		if (form_is_word(start, first)) {
			first += first < n ? 1 : 0;
			start += first;
			n -= first;
		} else if (form_is_word(start + last, n - last)) {
			n = last > 0 ? last - 1 : 0;
		} else {
			again = false;
		}
	}
	*len = n;
	return start;
}

const char *evidence_place(struct arena *arena, const char *path, size_t root_bytes)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	const char *folder = slash;
	size_t folder_len = 0;
	size_t len;

	while (folder != NULL && folder > path && folder[-1] != '/')
		folder--;
	if (folder != NULL)
		folder_len = (size_t)(slash - folder);
	/* Below the input that was named, the folder says it. */
	if (folder != NULL && (size_t)(folder - path) >= root_bytes && root_bytes > 0 &&
	    folder_len > 0 && !form_is_word(folder, folder_len))
		return arena_strndup(arena, folder, folder_len);
	name = form_stem(name, &len);
	if (len > 0)
		return arena_strndup(arena, name, len);
	if (folder_len > 0 && !form_is_word(folder, folder_len) && *folder != '.')
		return arena_strndup(arena, folder, folder_len);
	return NULL;
}

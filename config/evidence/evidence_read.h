/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the readers of evidence share: the file that is being read, JSON as a tree, lines, texts
 * that are safe to print, and the making of records. Inside this module, and for its loader.
 *
 * A reader adds the records of one file to the lists of struct evidence. An entry that cannot
 * be read is counted as faulty, and the first one is named; it never ends the file.
 */
#ifndef CONFIG_EVIDENCE_EVIDENCE_READ_H
#define CONFIG_EVIDENCE_EVIDENCE_READ_H

#include "base/hash.h"
#include "config/evidence/evidence.h"
#include "config/yaml/tree.h"

enum {
	EVIDENCE_JSON_DEPTH_MAX = 64,
	EVIDENCE_JSON_NODES_MAX = 4000000, /* values of one file */
	EVIDENCE_LINE_BYTES_MAX = 65536,   /* what is longer is cut */
	EVIDENCE_PEERS_MAX = 10000,        /* neighbors of one router's configuration */
};

struct evidence_reader {
	struct snapshot *snapshot;
	struct evidence *evidence;
	struct evidence_file *file;
	struct arena *scratch; /* emptied by the loader after the file */
	const char *data;      /* all of the file, followed by a NUL; NULL for packets */
	size_t len;
	const struct tree_node *json; /* of a file of JSON, else NULL */
	/* ---- lines ---- */
	size_t next;     /* offset of the next line */
	uint32_t line;   /* number of the present one */
	char *line_text; /* the present line, in scratch; may be written to */
};

/* ---- records ---- */

/* Makes room for one more record: false, and it is counted as dropped, beyond the bound. */
bool evidence_take(struct evidence_reader *r);
/* Counts an entry that cannot be read; `fault` is the end of a sentence, kept. */
void evidence_fault(struct evidence_reader *r, uint32_t line, const char *fault);
struct evidence_origin evidence_from(const struct evidence_reader *r, uint32_t line);

/* Adds a record: a pointer to it, zeroed but for `from`, or NULL beyond the bound. */
#define EVIDENCE_ADD(r, list, line_)                                                           \
	(evidence_take(r)                                                                      \
		 ? evidence_begin((r), ARRAY_PUSH(&(r)->snapshot->arena, (list)), (line_))     \
		 : NULL)
/* Every record begins with its origin. */
void *evidence_begin(const struct evidence_reader *r, void *record, uint32_t line);

/* ---- texts ---- */

/* A copy that can be printed: control characters and what is not UTF-8 become '?'. */
const char *evidence_text(struct evidence_reader *r, const char *s);
const char *evidence_text_bytes(struct evidence_reader *r, const char *s, size_t len);
/* Reads at most `digits_max` (and 8) hexadecimal digits; returns how many there were. */
size_t evidence_hex(const char *s, size_t digits_max, uint32_t *number);
bool evidence_mac_parse(const char *s, struct evidence_mac *out);
/* "Established", "ESTABLISHED", "idle (Admin)", …. */
enum evidence_bgp_state evidence_bgp_state_parse(const char *s);
/* A whole number at the start of `s`, or -1. */
int64_t evidence_number(const char *s);
/* "10.0.0.0/24", or an address as a host network. */
bool evidence_net_parse(const char *s, struct ip_net *out);

/* ---- names ---- */

/* What an entry of a list is called, for lists of any length. */
struct evidence_name {
	uint32_t number; /* in the list */
	UT_hash_handle hh;
};
/* NULL: no entry has the name. */
const struct evidence_name *evidence_name_find(const struct evidence_name *names,
					       const char *name);
/* Of two entries with one name the later one counts. `name` is borrowed. */
void evidence_name_set(struct evidence_reader *r, struct evidence_name **names,
		       const char *name, uint32_t number);
/* Before the file ends; *names is empty then. */
void evidence_names_clear(struct evidence_name **names);

/* ---- lines ---- */

/* The next line in r->line_text, without its end, or NULL at the end of the file. */
char *evidence_next_line(struct evidence_reader *r);
/* Cuts the first word off *rest and returns it; NULL when there is none. */
char *evidence_word(char **rest);
/* What follows `prefix` and blanks, or NULL when `s` does not begin with it. */
char *evidence_after(char *s, const char *prefix);

/* ---- JSON ---- */

/*
 * Parses RFC 8259 text from its first line that begins with { or [ on; other programs' warnings
 * may come first. *used is where the value ends. NULL when it is not JSON, ends early, or is
 * beyond a bound: *fault and *line say so; `*line` is that of the start before.
 */
const struct tree_node *evidence_json_parse(const char *data, size_t len, uint32_t source,
					    struct arena *arena, size_t *used,
					    const char **fault, uint32_t *line);

/* Members by name; with several names the first that is there. NULL: not there, or null. */
const struct tree_node *json_at(const struct tree_node *map, const char *key);
const struct tree_node *json_map(const struct tree_node *map, const char *key);
const struct tree_node *json_list(const struct tree_node *map, const char *key);
const char *json_text(const struct tree_node *map, const char *key); /* NULL; of a number too */
int64_t json_int(const struct tree_node *map, const char *key);      /* -1 */
bool json_true(const struct tree_node *map, const char *key);
bool json_ip(const struct tree_node *map, const char *key, struct ip *out);
bool json_has(const struct tree_node *list, const char *text); /* a string of the list */

/* ---- the readers, one for each form ---- */

typedef void evidence_form_reader(struct evidence_reader *r);

evidence_form_reader evidence_read_ip_addr, evidence_read_ip_route, evidence_read_ip_neigh,
	evidence_read_ip_maddr, evidence_read_sysctl, evidence_read_uname;  /* …_ip.c */
evidence_form_reader evidence_read_gobgp_neighbor, evidence_read_gobgp_rib; /* …_gobgp.c */
evidence_form_reader evidence_read_frr_summary, evidence_read_frr_neighbors,
	evidence_read_frr_bgp, evidence_read_frr_route, evidence_read_frr_arp; /* …_frr.c */
evidence_form_reader evidence_read_frr_config; /* …_frr_config.c */
evidence_form_reader evidence_read_bird_protocols, evidence_read_bird_route; /* …_bird.c */
evidence_form_reader evidence_read_bird_config; /* …_bird_config.c */
evidence_form_reader evidence_read_metrics;     /* …_metrics.c */
evidence_form_reader evidence_read_packets;     /* …_packets.c */
evidence_form_reader evidence_read_log;         /* …_log.c */

/* What a file with these words at its start is; `json` as parsed, or NULL. (…_forms.c) */
enum evidence_form evidence_form_of_json(const struct tree_node *json, const char *name);
/* What a program prints for people. */
struct evidence_unread {
	bool (*is_line)(const char *line);
	const char *command, *instead;
};
/* NULL: the first lines are no such thing. */
const struct evidence_unread *evidence_unread_of(const char *data, size_t len);

enum evidence_form evidence_form_of_text(const char *data, size_t len, const char *name);
/* Where a file was taken, by its path below `root_bytes` of it; NULL: not said. */
const char *evidence_place(struct arena *arena, const char *path, size_t root_bytes);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For MemorySanitizer: a library to preload that says what the libraries of the system have
 * written, which are not built with it. Their functions are called as ever; what they give is
 * marked as written. The part in C++ is left out of the build (memory.ignore).
 */
#include <cjson/cJSON.h>
#include <dlfcn.h>
#include <nettle/sha2.h>
#include <pcap/pcap.h>
#include <sanitizer/msan_interface.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

static void find(void *function, const char *name)
{
	void *symbol = dlsym(RTLD_NEXT, name);

	memcpy(function, &symbol, sizeof(symbol));
}

static void *written(size_t size)
{
	void *p = malloc(size);

	if (p != NULL)
		__msan_unpoison(p, size);
	return p;
}

/* ---- cJSON takes its memory from whom it is told ---- */

void cJSON_InitHooks(cJSON_Hooks *hooks)
{
	void (*next)(cJSON_Hooks *);

	(void)hooks;
	find(&next, __func__);
	next(&(cJSON_Hooks){ .malloc_fn = written, .free_fn = free });
}

/* ---- libyaml: its own memory, and the structs that its callers have ---- */

/* Its header for those that build it, which is not installed, declares these. */
void *yaml_malloc(size_t size);
void *yaml_realloc(void *p, size_t size);
yaml_char_t *yaml_strdup(const yaml_char_t *s);

void *yaml_malloc(size_t size)
{
	return written(size > 0 ? size : 1);
}

void *yaml_realloc(void *p, size_t size)
{
	void *copy = realloc(p, size > 0 ? size : 1);

	if (copy != NULL)
		__msan_unpoison(copy, size > 0 ? size : 1);
	return copy;
}

yaml_char_t *yaml_strdup(const yaml_char_t *s)
{
	char *copy = s != NULL ? strdup((const char *)s) : NULL;

	if (copy != NULL)
		__msan_unpoison_string(copy);
	return (yaml_char_t *)copy;
}

int yaml_parser_initialize(yaml_parser_t *parser)
{
	int (*next)(yaml_parser_t *);

	find(&next, __func__);

	const int fine = next(parser);

	__msan_unpoison(parser, sizeof(*parser));
	return fine;
}

int yaml_parser_parse(yaml_parser_t *parser, yaml_event_t *event)
{
	int (*next)(yaml_parser_t *, yaml_event_t *);

	find(&next, __func__);

	const int fine = next(parser, event);

	__msan_unpoison(parser, sizeof(*parser));
	__msan_unpoison(event, sizeof(*event));
	return fine;
}

/* ---- nettle ---- */

void sha256_init(struct sha256_ctx *ctx)
{
	void (*next)(struct sha256_ctx *);

	find(&next, __func__);
	next(ctx);
	__msan_unpoison(ctx, sizeof(*ctx));
}

void sha256_digest(struct sha256_ctx *ctx, size_t length, uint8_t *digest)
{
	void (*next)(struct sha256_ctx *, size_t, uint8_t *);

	find(&next, __func__);
	next(ctx, length, digest);
	__msan_unpoison(digest, length);
}

/* ---- libpcap ---- */

int pcap_next_ex(pcap_t *capture, struct pcap_pkthdr **header, const u_char **data)
{
	int (*next)(pcap_t *, struct pcap_pkthdr **, const u_char **);

	find(&next, __func__);

	const int got = next(capture, header, data);

	__msan_unpoison(header, sizeof(*header));
	__msan_unpoison(data, sizeof(*data));
	if (got == 1) {
		__msan_unpoison(*header, sizeof(**header));
		__msan_unpoison(*data, (*header)->caplen);
	}
	return got;
}

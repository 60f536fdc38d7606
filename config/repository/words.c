/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a file is by the words in it, so that most files of a repository need not be parsed.
 * (I1)
 *
 * The answer errs on the side of reading: a file is passed over only when it has no apiVersion,
 * or when each `kind` in it is plainly followed by the name of a kind that means nothing here.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "config/repository/walk.h"
#include "config/objects/parse.h"

/* A larger file is a capture: it is read without looking at it first. */
enum { WORDS_BYTES_MAX = 16 << 20, KIND_NAME_BYTES_MAX = 63 };

static const char *const template_marks[] = { "{{", "{%", "<%", "#@ ", "#@overlay/", NULL };

/* The byte of a word that is the rarest in manifests. */
static size_t words_rarest(const char *word)
{
	static const char common[] = "e :-tanisorlcm\"dpu/gyh1f0.2kvwSb";
	size_t best = 0;
	size_t rank = 0;

	for (size_t i = 0; word[i] != '\0'; i++) {
		const char *known = strchr(common, word[i]);
		const size_t found = known != NULL ? (size_t)(known - common) : sizeof(common);

		if (found >= rank) {
			best = i;
			rank = found;
		}
	}
	return best;
}

/* As memmem(), for a word: memchr() on its rarest byte is several times as fast. */
static const char *words_find(const char *text, size_t len, const char *word)
{
	const size_t word_len = strlen(word);
	const size_t rarest = words_rarest(word);
	const char *at = text + rarest, *end = text + len;

	if (len < word_len)
		return NULL;
	end -= word_len - rarest - 1; /* the word fits before this */
	while (at < end && (at = memchr(at, word[rarest], (size_t)(end - at))) != NULL) {
		if (memcmp(at - rarest, word, word_len) == 0)
			return at - rarest;
		at++;
	}
	return NULL;
}

static bool words_has(const char *text, size_t len, const char *word)
{
	return words_find(text, len, word) != NULL;
}

static bool words_kind_matters(const char *name, size_t len)
{
	char kind[KIND_NAME_BYTES_MAX + 1];

	if (len == 0 || len > KIND_NAME_BYTES_MAX)
		return true;
	memcpy(kind, name, len);
	kind[len] = '\0';
	if (str_has_suffix(kind, "List"))
		return true;
	for (size_t i = 0; i < KIND_COUNT; i++)
		if (str_equal(kind_table[i].name, kind))
			return true;
	return str_equal(kind, "SealedSecret") || str_equal(kind, "ExternalSecret") ||
	       machine_kind_is_known(kind);
}

/* What follows the word `kind`: a plain name that means nothing here, or something to read. */
static bool words_kind_is_foreign(const char *at, const char *end)
{
	while (at < end && (*at == '"' || *at == '\'' || *at == ' '))
		at++;
	if (at == end || *at != ':')
		return true; /* the word in a text, or a key that only begins with it */
	at++;
	while (at < end && (*at == ' ' || *at == '"' || *at == '\''))
		at++;

	const char *name = at;

	while (at < end && isalnum((unsigned char)*at))
		at++;
	return !words_kind_matters(name, (size_t)(at - name));
}

static bool words_has_known_kind(const char *text, size_t len)
{
	static const char word[] = "kind";
	const char *end = text + len;
	const char *at = text;

	while ((at = words_find(at, (size_t)(end - at), word)) != NULL) {
		at += sizeof(word) - 1;
		if (!words_kind_is_foreign(at, end))
			return true;
	}
	return false;
}

/* A line begins with the word. */
static bool words_has_line(const char *text, size_t len, const char *word)
{
	const size_t word_len = strlen(word);
	const char *at = text, *end = text + len;

	while ((at = words_find(at, (size_t)(end - at), word)) != NULL) {
		if (at == text || at[-1] == '\n')
			return true;
		at += word_len;
	}
	return false;
}

/* Options that set up k3s and RKE2, which have no apiVersion, and the parts of what sets up
 * Talos, beside which documents with one may be. (config/objects/machines.c) */
static bool words_has_machine(const char *text, size_t len, bool api_version)
{
	static const char *const options[] = { "disable",
					       "node-ip:",
					       "service-cidr:",
					       "cluster-cidr:",
					       "kube-proxy-arg",
					       "enable-servicelb:",
					       NULL };

	for (const char *const *word = options; *word != NULL && !api_version; word++)
		if (words_has_line(text, len, *word))
			return true;
	return words_has_line(text, len, "machine:") || words_has_line(text, len, "cluster:");
}

/* After the quotes that begin here; NULL: they go on after the line. */
static const char *words_after_quotes(const char *at, const char *end)
{
	const char quote = *at;

	for (at++; at < end; at++) {
		const bool in_pair = quote == '\'' && end - at > 1 && at[1] == quote;

		if (*at == quote && !in_pair)
			return at + 1;
		if (*at == (quote == '"' ? '\\' : quote))
			at++;
	}
	return NULL;
}

/* The end of what a line says before its comment; `open`: the quotes that go on after the line,
 * or NULL. */
static const char *words_comment(const char *line, const char *key, const char *end,
				 const char **open)
{
	const char *at = key;

	*open = NULL;
	while (at < end) {
		const bool begins = at == key || strchr(" [{,:", at[-1]) != NULL;

		if (*at == '#' && at > line && at[-1] == ' ')
			return at;
		if ((*at != '"' && *at != '\'') || !begins) {
			at++;
			continue;
		}
		*open = at;
		at = words_after_quotes(at, end);
		if (at == NULL)
			return end;
		*open = NULL;
	}
	return end;
}

/* The "|" or ">-" at the end of a line after which the lines of a text follow, or NULL. */
static const char *words_block_header(const char *at, const char *end)
{
	while (end > at && (end[-1] == ' ' || end[-1] == '\r'))
		end--;
	while (end > at &&
	       (isdigit((unsigned char)end[-1]) || end[-1] == '-' || end[-1] == '+'))
		end--;
	if (end == at || (end[-1] != '|' && end[-1] != '>'))
		return NULL;
	return end - 1 == at || end[-2] == ' ' ? end - 1 : NULL;
}

/* A line has a value of ytt, which is not in a text. `deeper`: the fewest blanks before the
 * lines of a text that an earlier line begins, or 0. */
static bool words_line_is_ytt(const char *line, const char *end, size_t *deeper)
{
	const char *key = line, *item, *comment, *begin;

	while (key < end && *key == ' ')
		key++;
	if (key == end || *key == '\r' || *key == '#' ||
	    (*deeper > 0 && (size_t)(key - line) >= *deeper))
		return false;
	item = key;
	while (end - key > 1 && key[0] == '-' && key[1] == ' ')
		for (item = key++; key < end && *key == ' ';)
			key++;
	comment = words_comment(line, key, end, &begin);
	if (end - comment > 2 && memcmp(comment, "#@ ", 3) == 0 && comment - line > 1 &&
	    (comment[-2] == ':' || comment[-2] == '-'))
		return true;
	if (begin == NULL)
		begin = words_block_header(key, comment);
	*deeper = begin != NULL ? (size_t)((begin == key ? item : key) - line) + 1 : 0;
	return false;
}

static bool words_has_ytt_value(const char *text, size_t len)
{
	const char *end = text + len;
	size_t deeper = 0;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *line_end = newline != NULL ? newline : end;

		if (words_line_is_ytt(text, line_end, &deeper))
			return true;
		text = newline != NULL ? newline + 1 : end;
	}
	return false;
}

/* Each word costs a walk over the text: what does not matter any more is not looked for. */
static void words_look(const char *text, size_t len, struct file_words *words)
{
	bool kustomize, argo, applied;

	words->api_version = words_has(text, len, "apiVersion");
	words->purelb = words_has(text, len, "purelb");
	words->purelb_group = words->purelb && words_has(text, len, "purelb.io");
	words->group = words->purelb_group && (words_has(text, len, "ServiceGroup") ||
					       words_has(text, len, "LBNodeAgent") ||
					       words_has(text, len, "BGPConfiguration"));
	words->values = (words_has(text, len, "serviceGroup") &&
			 (words_has(text, len, "serviceGroup:") ||
			  words_has(text, len, "\"serviceGroup\""))) ||
			(words_has(text, len, "lbnodeagent") &&
			 (words_has(text, len, "lbnodeagent:") ||
			  words_has(text, len, "\"lbnodeagent\"")));
	kustomize = words->api_version && words_has(text, len, "kustomize.");
	words->kustomization = kustomize && words_has(text, len, "kustomize.config.k8s.io");
	words->machine = words_has_machine(text, len, words->api_version);
	words->encrypted = !words->api_version && placeholder_is_armored(text, len);
	if (!words->api_version && !words->purelb && !words->values && !words->machine)
		return;
	argo = words->api_version && words_has(text, len, "argoproj.io/") &&
	       words_has(text, len, "path") &&
	       (words_has(text, len, "destination") || words_has(text, len, "kustomize"));
	applied = kustomize && words_has(text, len, "kustomize.toolkit.fluxcd.io");
	words->flux = argo || applied ||
		      (words->api_version && words_has(text, len, "GitRepository"));
	words->post_build =
		argo ||
		(applied &&
		 (words_has(text, len, "postBuild") ||
		  words_has(text, len, "targetNamespace") || words_has(text, len, "patches") ||
		  words_has(text, len, "images:") || words_has(text, len, "namePrefix:") ||
		  words_has(text, len, "nameSuffix:") || words_has(text, len, "components:") ||
		  words_has(text, len, "commonMetadata:")));
	words->releases =
		words->purelb &&
		(words_has(text, len, "HelmRelease") || words_has(text, len, "HelmChart") ||
		 words_has(text, len, "Application") || words_has(text, len, "releases") ||
		 words_has(text, len, "helmCharts") || words_has_line(text, len, "helm:"));
	words->known_kind = words_has_known_kind(text, len);
	if (words->purelb || words->values || words->known_kind || words->machine)
		for (const char *const *mark = template_marks; *mark != NULL; mark++)
			words->template_marks =
				words->template_marks || words_has(text, len, *mark);
	words->ytt = words->template_marks &&
		     ((words_has(text, len, " #@ ") && words_has_ytt_value(text, len)) ||
		      words_has_line(text, len, "#@ load(") ||
		      words_has_line(text, len, "#@overlay/"));
	words->encrypted = words->encrypted ||
			   (!words->api_version &&
			    (words_has(text, len, "-----BEGIN AGE ENCRYPTED FILE-----") ||
			     words_has(text, len, "-----BEGIN PGP MESSAGE-----")));
}

bool line_has_template_mark(const char *line)
{
	for (const char *const *mark = template_marks; line != NULL && *mark != NULL; mark++)
		if (strstr(line, *mark) != NULL)
			return true;
	return false;
}

/* One byte more than is looked at. */
static size_t words_room(FILE *file)
{
	struct stat st;

	return fstat(fileno(file), &st) == 0 && S_ISREG(st.st_mode) &&
			       st.st_size < WORDS_BYTES_MAX
		       ? (size_t)st.st_size + 1
		       : WORDS_BYTES_MAX + 1;
}

bool file_words_find(FILE *file, struct file_words *words)
{
	const size_t room = words_room(file);
	char *text = mem_alloc(room);
	const size_t len = fread(text, 1, room, file);
	const bool whole = ferror(file) == 0;

	*words = (struct file_words){ 0 };
	if (whole && len == room) /* larger, or it grows */
		*words = (struct file_words){ .api_version = true, .known_kind = true };
	else if (whole)
		words_look(text, len, words);
	free(text);
	return whole;
}

void file_words_of_text(const char *text, size_t len, struct file_words *words)
{
	*words = (struct file_words){ 0 };
	if (len > WORDS_BYTES_MAX)
		*words = (struct file_words){ .api_version = true, .known_kind = true };
	else
		words_look(text, len, words);
}

bool file_words_read(int fd, struct file_words *words)
{
	struct stat st;
	size_t room, len = 0;
	bool regular;
	ssize_t got = 1;
	char *text;

	if (fstat(fd, &st) != 0)
		return false;
	regular = S_ISREG(st.st_mode) && st.st_size < WORDS_BYTES_MAX;
	room = regular ? (size_t)st.st_size + 1 : (size_t)WORDS_BYTES_MAX + 1;
	text = mem_alloc(room);
	/* One call is enough for a regular file that does not change. */
	while (len < room && got != 0 && !(regular && len == room - 1)) {
		got = read(fd, text + len, room - len);
		if (got < 0 && errno != EINTR)
			break;
		len += got > 0 ? (size_t)got : 0;
	}
	if (got >= 0)
		file_words_of_text(text, len == room ? (size_t)WORDS_BYTES_MAX + 1 : len,
				   words);
	free(text);
	return got >= 0;
}

enum file_class file_class_by_words(const struct file_words *words)
{
	if (words->encrypted && !words->api_version)
		return FILE_ENCRYPTED;
	if (words->purelb || words->values || words->machine)
		return FILE_OBJECTS;
	if (!words->api_version)
		return FILE_OTHER;
	return words->known_kind ? FILE_OBJECTS : FILE_FOREIGN;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RE2 with a C interface. RE2 reads what Go's regexp reads except for two things, which are
 * handled here: Go refuses \C, and it takes (?<name>...) for (?P<name>...).
 */
#include "base/regex.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <string>

#include <re2/re2.h>

#include "base/mem.h"
#include "base/pattern.h"

struct regex {
	RE2 re;
};

static const char too_long[] = "expression too long";
static const char too_many_classes[] =
	"expression too costly: it has more than 20 Unicode classes";
static const char too_large[] = "expression too large";

static RE2::Options regex_options()
{
	RE2::Options options;

	options.set_log_errors(false);
	options.set_max_mem(REGEX_MAX_MEMORY);
	return options;
}

/*
 * Writes the expression as RE2 wants it. Returns NULL, or why it is refused: RE2 would take
 * these, but Go does not (it allows no height over 1000), or RE2 would complain on stderr.
 */
static const char *regex_translate(const char *pattern, std::string &out)
{
	pattern_token token;
	int depth = 0;
	int classes = 0;

	if (strlen(pattern) > REGEX_MAX_BYTES)
		return too_long;
	while (pattern_next(&pattern, &token)) {
		std::string text(token.start, token.len);

		depth += (token.kind == PATTERN_OPEN) - (token.kind == PATTERN_CLOSE);
		if (depth > REGEX_MAX_DEPTH)
			return "expression nests too deeply";
		if (text.find("\\p") != std::string::npos ||
		    text.find("\\P") != std::string::npos)
			classes += (int)std::count(text.begin(), text.end(), '\\');
		if (classes > REGEX_MAX_CLASSES)
			return too_many_classes;
		if (text == "\\C")
			return "invalid escape sequence: \\C";
		if (token.kind == PATTERN_OPEN && text.compare(0, 3, "(?<") == 0)
			text.insert(2, "P");
		out += text;
	}
	return nullptr;
}

static regex *regex_refuse(char *error, size_t error_size, const std::string &why)
{
	if (error_size > 0)
		std::snprintf(error, error_size, "%s", why.c_str());
	return nullptr;
}

struct regex *regex_new(const char *pattern, char *error, size_t error_size)
try {
	std::string translated;
	const char *refusal = regex_translate(pattern, translated);

	if (refusal != nullptr)
		return regex_refuse(error, error_size, refusal);

	std::unique_ptr<regex> re(new regex{ RE2(translated, regex_options()) });

	if (re->re.error_code() == RE2::ErrorPatternTooLarge)
		return regex_refuse(error, error_size, too_large);
	if (!re->re.ok())
		return regex_refuse(error, error_size, re->re.error());
	return re.release();
} catch (const std::bad_alloc &) {
	/* No exception may reach C. */
	mem_exhausted();
}

bool regex_error_is_bound(const char *error)
{
	return strncmp(error, "expression too ", strlen("expression too ")) == 0;
}

void regex_free(struct regex *re)
{
	delete re;
}

bool regex_match(const struct regex *re, const char *s)
try {
	return RE2::PartialMatch(s, re->re);
} catch (const std::bad_alloc &) {
	mem_exhausted();
}

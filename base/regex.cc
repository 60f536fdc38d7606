/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RE2 with a C interface. RE2 reads what Go's regexp reads except for two things, which are
 * handled here: Go refuses \C, and it takes (?<name>...) for (?P<name>...).
 */
#include "base/regex.h"

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

static RE2::Options regex_options()
{
	RE2::Options options;

	options.set_log_errors(false);
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

	if (strlen(pattern) > REGEX_MAX_BYTES)
		return "expression too long";
	while (pattern_next(&pattern, &token)) {
		std::string text(token.start, token.len);

		depth += (token.kind == PATTERN_OPEN) - (token.kind == PATTERN_CLOSE);
		if (depth > REGEX_MAX_DEPTH)
			return "expression nests too deeply";
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

	if (!re->re.ok())
		return regex_refuse(error, error_size, re->re.error());
	return re.release();
} catch (const std::bad_alloc &) {
	/* No exception may reach C. */
	mem_exhausted();
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

/* SPDX-License-Identifier: Apache-2.0 */
/* Durations and times as Go's time package reads and prints them. */
#include "base/duration.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"

__extension__ typedef __int128 wide;

/* 2^63: the size of the smallest duration, one more than the largest. */
#define LIMIT (UINT64_C(1) << 63)

static bool duration_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

struct unit {
	const char *name;
	uint64_t ns;
};

static const struct unit units[] = {
	{ "ns", 1 },
	{ "us", 1000 },
	{ "\xC2\xB5s", 1000 }, /* U+00B5, micro sign */
	{ "\xCE\xBCs", 1000 }, /* U+03BC, Greek letter mu */
	{ "ms", 1000000 },
	{ "s", 1000000000 },
	{ "m", 60 * UINT64_C(1000000000) },
	{ "h", 3600 * UINT64_C(1000000000) },
};

/* Reads a unit: all up to the next digit or period must be its name. NULL when it is not a
 * unit. */
static const struct unit *duration_read_unit(const char **s)
{
	size_t len = strcspn(*s, ".0123456789");

	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (strlen(units[i].name) == len && memcmp(units[i].name, *s, len) == 0) {
			*s += len;
			return &units[i];
		}
	}
	return NULL;
}

/* Reads digits, perhaps none. False when they are worth more than 2^63. */
static bool duration_read_whole(const char **s, uint64_t *out)
{
	uint64_t value = 0;

	for (; duration_is_digit(**s); ++*s) {
		if (value > LIMIT / 10)
			return false;
		value = value * 10 + (uint64_t)(**s - '0');
		if (value > LIMIT)
			return false;
	}
	*out = value;
	return true;
}

/* Reads the digits after a period as value / scale; those past 63 bits do not count. */
static void duration_read_fraction(const char **s, uint64_t *value, double *scale)
{
	bool full = false;

	*value = 0;
	*scale = 1;
	for (; duration_is_digit(**s); ++*s) {
		full = full || *value > (LIMIT - 1) / 10;
		if (full)
			continue;

		uint64_t next = *value * 10 + (uint64_t)(**s - '0');

		full = next > LIMIT;
		if (!full) {
			*value = next;
			*scale *= 10;
		}
	}
}

/* Reads one number with its unit as nanoseconds, at most 2^63. */
static bool duration_read_term(const char **s, uint64_t *out_ns)
{
	const char *start = *s;
	uint64_t whole;
	uint64_t fraction = 0;
	double scale = 1;

	if (!duration_read_whole(s, &whole))
		return false;

	bool has_digits = *s != start;

	if (**s == '.') {
		start = ++*s;
		duration_read_fraction(s, &fraction, &scale);
		has_digits = has_digits || *s != start;
	}

	const struct unit *unit = has_digits ? duration_read_unit(s) : NULL;

	if (unit == NULL || whole > LIMIT / unit->ns)
		return false;
	/* In floating point, in this order, because Go rounds that way. */
	*out_ns = whole * unit->ns + (uint64_t)((double)fraction * ((double)unit->ns / scale));
	return *out_ns <= LIMIT;
}

bool duration_parse(const char *s, int64_t *out_ns)
{
	bool negative = *s == '-';
	uint64_t total = 0;

	if (*s == '-' || *s == '+')
		s++;
	if (strcmp(s, "0") == 0) {
		*out_ns = 0;
		return true;
	}
	if (*s == '\0')
		return false;
	while (*s != '\0') {
		uint64_t ns;

		if (!duration_read_term(&s, &ns))
			return false;
		total += ns;
		/* Two terms of 2^63 wrap to 0, and Go does not notice either. */
		if (total > LIMIT)
			return false;
	}
	if (total == LIMIT && !negative)
		return false;
	/* Negated as unsigned numbers, because -2^63 has no positive counterpart. */
	*out_ns = (int64_t)(negative ? 0 - total : total);
	return true;
}

/* Writes `ns` in the unit as "12.3ms"; `digits` is how many can follow the period. */
static void duration_format_number(char *buf, size_t size, uint64_t ns, const struct unit *unit,
				   int digits)
{
	int len = snprintf(buf, size, "%u.%0*u", (unsigned)(ns / unit->ns), digits,
			   (unsigned)(ns % unit->ns));

	while (buf[len - 1] == '0')
		len--;
	if (buf[len - 1] == '.')
		len--;
	snprintf(buf + len, size - (size_t)len, "%s", unit->name);
}

/* Writes "1h30m", "30m" or nothing. */
static int duration_format_minutes(char *buf, size_t size, uint64_t minutes)
{
	if (minutes == 0)
		return 0;
	if (minutes < 60)
		return snprintf(buf, size, "%um", (unsigned)minutes);
	return snprintf(buf, size, "%uh%um", (unsigned)(minutes / 60),
			(unsigned)(minutes % 60));
}

const char *duration_format(int64_t ns, char buf[static DURATION_TEXT_MAX])
{
	static const struct {
		uint64_t below_ns;
		struct unit unit;
		int digits; /* after the period */
	} rows[] = {
		{ 1000, { "ns", 1 }, 0 },
		{ 1000000, { "\xC2\xB5s", 1000 }, 3 },
		{ 1000000000, { "ms", 1000000 }, 6 },
		{ UINT64_MAX, { "s", 1000000000 }, 9 },
	};
	const uint64_t minute_ns = 60 * (uint64_t)NS_PER_SEC;
	uint64_t magnitude = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
	size_t len = 0;
	size_t row = 0;

	if (ns == 0)
		return memcpy(buf, "0s", sizeof("0s"));
	if (ns < 0)
		buf[len++] = '-';
	len += (size_t)duration_format_minutes(buf + len, DURATION_TEXT_MAX - len,
					       magnitude / minute_ns);
	while (magnitude >= rows[row].below_ns)
		row++;
	duration_format_number(buf + len, DURATION_TEXT_MAX - len, magnitude % minute_ns,
			       &rows[row].unit, rows[row].digits);
	return buf;
}

/* Reads exactly `digits` digits, in [min, max], and the character `then` unless it is NUL. */
static bool rfc3339_read_field(const char **s, int digits, int min, int max, char then,
			       int *out)
{
	int value = 0;

	for (int i = 0; i < digits; i++, ++*s) {
		if (!duration_is_digit(**s))
			return false;
		value = value * 10 + (**s - '0');
	}
	*out = value;
	if (value < min || value > max)
		return false;
	return then == '\0' || *(*s)++ == then;
}

static int days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

/* Days from 1970-01-01 to a date in the Gregorian calendar, from year 1 on. */
static int64_t days_since_1970(int year, int month, int day)
{
	/* Counted in years that start in March, so that the leap day is the last one. */
	int64_t y = month > 2 ? year : year - 1;
	int64_t month_from_march = (month + 9) % 12;
	int64_t leap_days = y / 4 - y / 100 + y / 400;
	int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;

	return y * 365 + leap_days + day_of_year - 719468;
}

/* Reads ".digits", perhaps nothing, as nanoseconds; digits past the ninth do not count. */
static bool rfc3339_read_fraction(const char **s, int *ns)
{
	int worth = 100000000;

	*ns = 0;
	if (**s != '.')
		return true;
	++*s;
	if (!duration_is_digit(**s))
		return false;
	for (; duration_is_digit(**s); ++*s) {
		*ns += worth * (**s - '0');
		worth /= 10;
	}
	return true;
}

/* Reads "Z" or "+hh:mm", "-hh:mm" as the seconds to the east of UTC; it must be the end. */
static bool rfc3339_read_zone(const char *s, int *seconds)
{
	int hours;
	int minutes;
	char sign = *s++;

	*seconds = 0;
	if (sign == 'Z')
		return *s == '\0';
	if (sign != '+' && sign != '-')
		return false;
	if (!rfc3339_read_field(&s, 2, 0, 23, ':', &hours) ||
	    !rfc3339_read_field(&s, 2, 0, 59, '\0', &minutes) || *s != '\0')
		return false;
	*seconds = (hours * 60 + minutes) * (sign == '-' ? -60 : 60);
	return true;
}

bool rfc3339_parse(const char *s, int64_t *out_ns)
{
	int year, month, day, hour, minute, second, ns, zone;

	if (!rfc3339_read_field(&s, 4, 1, 9999, '-', &year) ||
	    !rfc3339_read_field(&s, 2, 1, 12, '-', &month) ||
	    !rfc3339_read_field(&s, 2, 1, days_in_month(year, month), 'T', &day) ||
	    !rfc3339_read_field(&s, 2, 0, 23, ':', &hour) ||
	    !rfc3339_read_field(&s, 2, 0, 59, ':', &minute) ||
	    !rfc3339_read_field(&s, 2, 0, 59, '\0', &second) ||
	    !rfc3339_read_fraction(&s, &ns) || !rfc3339_read_zone(s, &zone))
		return false;

	int64_t days = days_since_1970(year, month, day);
	int64_t seconds_of_day = (hour * 60 + minute) * 60 + second;
	int64_t seconds = days * 86400 + seconds_of_day - zone;
	wide total = (wide)seconds * NS_PER_SEC + ns;

	if (total < INT64_MIN || total > INT64_MAX)
		return false;
	*out_ns = (int64_t)total;
	return true;
}

const char *duration_fitting_unit(const char *number, int64_t usual_ns)
{
	static const char *const names[] = { "ms", "s" };
	static const int64_t unit_ns[] = { NS_PER_MS, NS_PER_SEC };
	enum { FACTOR = 10, NUMBER_MAX = 1000000 };
	uint64_t n;

	if (!parse_u64(number, 1, NUMBER_MAX, &n))
		return NULL;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const int64_t ns = (int64_t)n * unit_ns[i];

		if (ns <= usual_ns * FACTOR && ns * FACTOR >= usual_ns)
			return names[i];
	}
	return NULL;
}

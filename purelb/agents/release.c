/* SPDX-License-Identifier: Apache-2.0 */
/* Releases of PureLB, by the tags of images. (A4) */
#include "purelb/agents/release.h"

#include <ctype.h>
#include <string.h>

/* Reads a number of up to 4 digits at *at and moves *at behind it. */
static bool release_read_number(const char **at, uint32_t *out)
{
	unsigned digits = 0;

	*out = 0;
	for (; isdigit((unsigned char)**at) && digits < 5; ++*at, digits++)
		*out = *out * 10 + (uint32_t)(**at - '0');
	return digits > 0 && digits < 5;
}

bool release_of_image(const char *image, struct release *out)
{
	const char *name = image != NULL ? strrchr(image, '/') : NULL;
	const char *tag;

	if (image == NULL)
		return false;
	/* A colon before the last slash is that of a port, one after an @ that of a digest. */
	tag = strpbrk(name != NULL ? name : image, ":@");
	if (tag == NULL || *tag != ':')
		return false;
	tag += tag[1] == 'v' ? 2 : 1;
	if (!release_read_number(&tag, &out->major) || *tag++ != '.' ||
	    !release_read_number(&tag, &out->minor))
		return false;
	out->patch = 0;
	if (*tag == '.') {
		tag++;
		if (!release_read_number(&tag, &out->patch))
			return false;
	}
	return *tag == '\0' || *tag == '-' || *tag == '+' || *tag == '@';
}

bool release_is_before(struct release a, struct release b)
{
	if (a.major != b.major)
		return a.major < b.major;
	return a.minor != b.minor ? a.minor < b.minor : a.patch < b.patch;
}

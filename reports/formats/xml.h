/* SPDX-License-Identifier: Apache-2.0 */
/* Text inside XML. */
#ifndef REPORTS_FORMATS_XML_H
#define REPORTS_FORMATS_XML_H

#include <stdio.h>

/* Writes text with what XML reserves escaped; what XML 1.0 cannot hold becomes U+FFFD. Good
 * for attributes in double quotes and for content. NULL writes nothing. */
void xml_text(FILE *out, const char *s);

#endif

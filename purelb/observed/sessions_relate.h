/* SPDX-License-Identifier: Apache-2.0 */
/* Which facts about BGP sessions are of one session: what session_facts() ends with. */
#ifndef PURELB_OBSERVED_SESSIONS_RELATE_H
#define PURELB_OBSERVED_SESSIONS_RELATE_H

#include "purelb/observed/sessions.h"

/* Groups the facts of the list by node and says of each which of the same session counts and
 * which has its reason; of more than are looked at it keeps the reports alone. */
void session_relate(struct session_list *out);

#endif

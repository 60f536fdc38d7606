/* SPDX-License-Identifier: Apache-2.0 */
/* Progress on a terminal, and interrupts. */
#include "cli/progress.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

enum { TELL_FIRST_MS = 1000, TELL_EVERY_MS = 200 };

#define NS_PER_MS      INT64_C(1000000)
#define NS_PER_SECOND  INT64_C(1000000000)
#define CLEAR_THE_LINE "\r\033[K"

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * NS_PER_SECOND + t.tv_nsec;
}

void progress_begin(struct progress *p, const struct cli *cli, const char *what, uint32_t total)
{
	*p = (struct progress){ .cli = cli, .what = what, .total = total };
	p->terminal = isatty(fileno(cli->err)) != 0;
	p->began_ns = now_ns();
}

void progress_tell(void *context, uint32_t done)
{
	struct progress *p = context;
	const int64_t now = now_ns();
	const int64_t since = now - (p->told_ns != 0 ? p->told_ns : p->began_ns);
	const double seconds = (double)(now - p->began_ns) / (double)NS_PER_SECOND;

	if (!p->terminal || done == 0 ||
	    since < (p->told_ns != 0 ? TELL_EVERY_MS : TELL_FIRST_MS) * NS_PER_MS)
		return;
	p->told_ns = now;
	fprintf(p->cli->err, CLEAR_THE_LINE "%u of %u %s, %.0f/s, %.0f s left", done, p->total,
		p->what, done / seconds, (p->total - done) * seconds / done);
	fflush(p->cli->err);
}

void progress_end(struct progress *p)
{
	if (p->told_ns != 0)
		fputs(CLEAR_THE_LINE, p->cli->err);
	fflush(p->cli->err);
	p->told_ns = 0;
}

/* The one thing that a signal handler can reach; threads look at it as well, so that neither
 * `volatile` nor sig_atomic_t would do. */
static atomic_bool interrupted;

_Static_assert(ATOMIC_BOOL_LOCK_FREE == 2, "a signal handler may not wait for a lock");

static void note_interrupt(int signal)
{
	(void)signal;
	atomic_store(&interrupted, true);
}

const atomic_bool *interrupts_catch(void)
{
	/* The second one meets the default again. */
	struct sigaction action = { .sa_handler = note_interrupt,
				    .sa_flags = (int)SA_RESETHAND };

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	return &interrupted;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs one command and writes how it went as one line: seconds, peak memory in KiB, status, and
 * seconds of processor time.
 *
 *	measure FILE COMMAND [ARGUMENT...]
 *
 * FILE gets the line; the command has our standard streams. The status is the command's exit
 * status, or 128 plus the signal that ended it, and is ours as well.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { STATUS_NO_COMMAND = 127, STATUS_SIGNAL = 128 };

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double timeval_seconds(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static int exit_status(int wait_status)
{
	if (WIFSIGNALED(wait_status))
		return STATUS_SIGNAL + WTERMSIG(wait_status);
	return WEXITSTATUS(wait_status);
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "usage: measure FILE COMMAND [ARGUMENT...]\n");
		return 2;
	}

	double start = seconds_now();
	pid_t child = fork();
	if (child == 0) {
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(STATUS_NO_COMMAND);
	}

	/* wait4() tells of this child alone, getrusage() of the greediest of all. */
	struct rusage used;
	int wait_status;
	if (child < 0 || wait4(child, &wait_status, 0, &used) != child) {
		perror("measure");
		return 2;
	}
	double seconds = seconds_now() - start;

	FILE *out = fopen(argv[1], "w");
	if (out == NULL) {
		perror(argv[1]);
		return 2;
	}
	fprintf(out, "%.6f %ld %d %.6f\n", seconds, used.ru_maxrss, exit_status(wait_status),
		timeval_seconds(used.ru_utime) + timeval_seconds(used.ru_stime));
	return fclose(out) == 0 ? exit_status(wait_status) : 2;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * No network access and no other programs, enforced: once the sandbox is entered, the kernel
 * refuses every socket to this process, its threads and the programs it starts, and refuses to
 * start a program unless an option asks for that (gnuplot for --plots; kustomize, kubectl and
 * helm for --render). What else a process may do is left alone: it reads the files it was given
 * and writes the reports it was asked for.
 */
#ifndef CLI_SANDBOX_H
#define CLI_SANDBOX_H

#include <stdbool.h>

/*
 * Enters the sandbox for good; `programs`: others may be started in it. False where there is
 * none, because the kernel or this kind of processor lacks it; then nothing has changed.
 */
bool sandbox_enter(bool programs);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A seccomp filter of its own. System calls that make sockets fail with EPERM, and so do
 * io_uring, which could make them past the filter, and calls by another architecture's
 * numbers, which mean something else. So do those that start a program, unless that is wanted.
 */
#include "cli/sandbox.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define SANDBOX_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define SANDBOX_ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define SANDBOX_ARCHITECTURE AUDIT_ARCH_RISCV64
#endif

#ifdef SANDBOX_ARCHITECTURE

/* Numbers above it are those of x32, an ABI whose calls are not in the list. */
enum { SANDBOX_NUMBER_MAX = 0x3fffffff };

#define LOAD(field)    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, action)
#define REFUSE         RETURN(SECCOMP_RET_ERRNO | EPERM)
/* Skips the refusal that follows it unless the number is this one. */
#define IF_NUMBER(number) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1)

bool sandbox_enter(bool programs)
{
	const uint32_t starting = programs ? SECCOMP_RET_ALLOW : SECCOMP_RET_ERRNO | EPERM;
	struct sock_filter instructions[] = {
		LOAD(arch),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SANDBOX_ARCHITECTURE, 1, 0),
		REFUSE,
		LOAD(nr),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, SANDBOX_NUMBER_MAX, 0, 1),
		REFUSE,
		IF_NUMBER(__NR_socket),
		REFUSE,
		IF_NUMBER(__NR_socketpair),
		REFUSE,
#ifdef __NR_io_uring_setup
		IF_NUMBER(__NR_io_uring_setup),
		REFUSE,
#endif
		IF_NUMBER(__NR_execve),
		RETURN(starting),
		IF_NUMBER(__NR_execveat),
		RETURN(starting),
		RETURN(SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {
		.len = sizeof(instructions) / sizeof(instructions[0]),
		.filter = instructions,
	};

	/* Without it only root may install a filter. */
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

#else

bool sandbox_enter(bool programs)
{
	(void)programs;
	return false;
}

#endif

# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# What the scripts of the tests share: how a case tells what became of it, and a world that is
# the same on every machine.
#
# A case calls pass, fail or skip once. Their lines go to standard output or, when tests/run
# set RESULTS, to a file of its own in that folder, so that cases can run side by side:
#
#	ok NAME
#	FAIL NAME: WHAT DIFFERED	(more lines of it begin with a tab)
#	SKIP NAME: REASON

# Environment: no language, no zone, no colours, no sizes of the caller's terminal; sanitizers
# end the program with a signal, which no case takes for an answer.
fixed_world() {
	LC_ALL=C.UTF-8 TZ=UTC0 TERM=dumb
	ASAN_OPTIONS=abort_on_error=1:detect_stack_use_after_return=1:quarantine_size_mb=16${ASAN_OPTIONS:+:$ASAN_OPTIONS}
	UBSAN_OPTIONS=abort_on_error=1:print_stacktrace=1${UBSAN_OPTIONS:+:$UBSAN_OPTIONS}
	export LC_ALL TZ TERM ASAN_OPTIONS UBSAN_OPTIONS
	unset NO_COLOR CLICOLOR CLICOLOR_FORCE COLUMNS LINES LANG LANGUAGE PURELBTOOL_CONFIG
	# A core file of a crash helps nobody here. Debian's sh has the option.
	# shellcheck disable=SC3045
	ulimit -c 0
}

result() {
	if [ -n "${RESULTS:-}" ]; then
		printf '%s\n' "$1" >>"$RESULTS/${RESULT_FILE:-$$}"
	else
		printf '%s\n' "$1"
	fi
}

pass() {
	result "ok $1"
}

fail() {
	result "FAIL $1: $2"
}

skip() {
	result "SKIP $1: $2"
}

# What a crashed or sanitized program leaves behind: prints what happened and succeeds when
# STATUS or the text in FILE show that the program ended in a way it never may.
crashed() { # STATUS FILE
	if grep -qE 'Sanitizer|runtime error:|Assertion .* failed' "$2" 2>/dev/null; then
		grep -E -m 1 'Sanitizer|runtime error:|Assertion .* failed' "$2"
	elif [ "$1" -eq 124 ]; then
		echo "did not end in time"
	elif [ "$1" -gt 128 ]; then
		echo "ended by signal $(($1 - 128))"
	else
		return 1
	fi
}

# The text of standard input as further lines of a result: a tab before each, at most 40.
detail() {
	sed -e 's/^/	/' -e '41,$d'
}

# The program to test: $PURELBTOOL, else the normal build.
find_program() {
	PURELBTOOL=${PURELBTOOL:-build/release/purelbtool}
	if [ ! -x "$PURELBTOOL" ]; then
		echo "$0: no program at $PURELBTOOL; run make, or set PURELBTOOL" >&2
		exit 2
	fi
	case $PURELBTOOL in
	/*) ;;
	*) PURELBTOOL=$PWD/$PURELBTOOL ;;
	esac
	export PURELBTOOL
}

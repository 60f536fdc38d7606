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

# Environment: no language, no zone, no colors, no sizes of the caller's terminal; sanitizers
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

# Writes each cluster of a file to a file of its own, in which lines have the numbers that they
# have in the whole.
split_clusters() { # FILE TREE
	rm -rf "$2"
	awk -v tree="$2" '
		/^# settings: / { settings = settings substr($0, 13) "\n" }
		/^# cluster: / {
			name = $3
			system("mkdir -p " tree "/" name)
			for (i = 1; i < NR; i++) print "#" >(tree "/" name "/input.yaml")
		}
		name != "" { print >(tree "/" name "/input.yaml") }
		END { if (settings != "") printf "%s", settings >(tree "/.purelbtool.yaml") }' "$1"
}

# What `validate` takes for a fixture of a check: sets `input` and `flags`. The clusters of a file
# become a folder below $work.
# shellcheck disable=SC2034,SC2154 # they are the script's
fixture_input() { # FILE
	input=$1
	flags=$(sed -n -e '/^#/!q' -e 's/^# flags: *//p' "$1")
	if grep -q '^# cluster: ' "$1"; then
		input=$work/tree
		split_clusters "$1" "$input"
		if [ -e "$input/.purelbtool.yaml" ]; then
			flags="$flags --config $input/.purelbtool.yaml"
		else
			flags="$flags --each $input"
		fi
	fi
}

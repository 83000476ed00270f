# SPDX-License-Identifier: LGPL-2.1-only
#
# Waiting for conditions, with a deadline and no fixed sleep; time measurement.
# shellcheck shell=bash

# Milliseconds since some fixed moment.
now_ms() {
	echo "$((${EPOCHREALTIME/./} / 1000))"
}

# A guard against hanging: far above what anything takes on a busy machine.
wait_seconds=120

# pause SECONDS: by a pipe that nobody writes to, for a sleep process costs 30 ms
# here.
wait_pipe=/run/pause
[ -p "$wait_pipe" ] || mkfifo "$wait_pipe"
pause() {
	read -r -t "$1" <>"$wait_pipe" || :
}

# wait_for COMMAND [ARG]...: runs COMMAND until it succeeds, at least once, and
# fails when $wait_seconds have passed without.
wait_for() {
	local end=$((${EPOCHREALTIME/./} + wait_seconds * 1000000))

	# In a condition errexit is off, so a test's own "set -e" does not end it.
	until "$@" >/dev/null 2>&1; do
		if [ "${EPOCHREALTIME/./}" -ge "$end" ]; then
			echo "timed out waiting for: $*" >&2
			return 1
		fi
		pause 0.02
	done
}

# not COMMAND...: for conditions such as  wait_for not test -e FILE
not() {
	! "$@"
}

# timed NAME COMMAND [ARG]...: runs COMMAND and reports how long it took.
timed() {
	local name=$1 start status=0
	shift
	start=$(now_ms)
	"$@" >/dev/null || status=$?
	echo "time: $name: $(($(now_ms) - start)) ms"
	return "$status"
}

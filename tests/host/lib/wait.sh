# Waiting for conditions, with a deadline and no fixed sleep; time measurement.
# shellcheck shell=bash

# Milliseconds since some fixed moment.
now_ms() {
    echo "$((${EPOCHREALTIME/./} / 1000))"
}

# wait_for SECONDS COMMAND [ARG]...: runs COMMAND until it succeeds, at least
# once, and fails when SECONDS have passed without.
wait_for() {
    local end=$((${EPOCHREALTIME/./} + $1 * 1000000))
    shift
    # In a condition errexit is off, so a test's own "set -e" does not end it.
    until "$@" >/dev/null 2>&1; do
        if [ "${EPOCHREALTIME/./}" -ge "$end" ]; then
            echo "timed out waiting for: $*" >&2
            return 1
        fi
        # read's time-out, for a sleep process costs 30 ms here.
        read -r -t 0.02 <> <(:) || :
    done
}

# not COMMAND...: for conditions such as  wait_for 5 not test -e FILE
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

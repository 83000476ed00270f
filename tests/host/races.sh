#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# races.sh BUILD [PATTERN [ROUNDS [SECONDS [EVERY]]]]: two hosts at one LUN, as in
# tests/iscsi/test_races.sh, on LIO: with reservations, and with none, where
# COMPARE AND WRITE must do. ROUNDS (10, or $RACES), SECONDS (0), EVERY (6).
# shellcheck disable=SC2317 # run_test calls the functions
set -u

[ $# != 1 ] || set -- "$1" '*' "${RACES:-10}"
# shellcheck disable=SC2034 # for guest.sh
guest_limit=$((900 + 10 * ${3:-10} + 60 * ${4:-0}))
# shellcheck source=guest.sh
. "$(dirname -- "$0")/guest.sh"

races() {
	RUNS_TARGET=$1 "$host_tree/tests/iscsi/test_races.sh" "$build" "$build/tests/audit" \
		"${@:2}" | sed 's/^/time: /'
}

mkdir -p /run/lock/sm/relvmoiscsi
run_test "lio: with reservations" races lio "${3:-10}" "${4:-0}" "${5:-6}"
run_test "lio: without" races lio-no-pr "${3:-10}" "${4:-0}" "${5:-6}"
finish

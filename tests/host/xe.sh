#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# xe.sh BUILD [PATTERN]: the cases of the 2016 driver's test report, typed into
# xe (tests/xapi/test_report.sh), through the host's own initiator and, which is
# the report's last case, with multipath enabled. Runs in the test host.
# shellcheck disable=SC2317 # run_test calls the functions
set -u

# shellcheck source=guest.sh
. "$(dirname -- "$0")/guest.sh"

mkdir -p /run/lock/sm/iscsiadm /run/lock/sm/relvmoiscsi
: >/run/lock/sm/iscsiadm/isciadm_running

report()
{
	iscsid_start
	multipathd_start
	host_state >/tmp/before
	STANDIN_INITIATOR=open-iscsi "$host_tree/tests/xapi/test_report.sh" "$build"
	state_kept /tmp/before
	multipathd_stop
	iscsid_stop
}

run_test "the 2016 report, with multipath" report
finish

#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# like_tgt.sh BUILD [SUITE]: suites that run on tgt elsewhere, on LIO, which sends
# and wants what tgt does not: padding that is not zero, for one.
set -u

# shellcheck source=guest.sh
. "$(dirname -- "$0")/guest.sh"

export TGT_LIKE=$host_dir/lib/like_tgt.sh
status=0
for suite in driver/test_resign driver/test_backend; do
	# shellcheck disable=SC2053 # a pattern
	[[ $suite == $tests_only ]] || continue
	"$host_tree/tests/$suite.sh" "$build" || status=1
done
exit "$status"

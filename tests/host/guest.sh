# SPDX-License-Identifier: LGPL-2.1-only
#
# Sourced first by each suite of this folder, SUITE BUILD [PATTERN]. On the
# machine itself it has the suite run in a test host (boot.sh), under a time
# limit that is a guard against hanging only; in the test host it brings in the
# functions (lib.sh) and sets $build, and $tests_only to PATTERN, which chooses
# tests by name.
# shellcheck shell=bash

build=$(realpath -e -- "${1:?usage: ${0##*/} BUILD [PATTERN]}") || exit 2
if [ -z "${HOST_LIB:-}" ]; then
	for tool in RELVMoISCSISR tests/audit tests/iscsi/kill_at \
		tests/iscsi/gate tests/support/{host_tool,resign_file,steady_io,visible,xapi_answer,iscsi_proxy}; do
		[ -x "$build/$tool" ] || {
			echo "${0##*/}: $build/$tool is not built: make check-host" >&2
			exit 2
		}
	done
	exec "$(dirname -- "${BASH_SOURCE[0]}")/boot.sh" \
		--time-limit "${guest_limit:-900}" --show "$build" "$0" "$build" "${@:2}"
fi
# shellcheck source=lib.sh
. "$HOST_LIB"
# shellcheck disable=SC2034 # read by run_test
tests_only=${2:-*}

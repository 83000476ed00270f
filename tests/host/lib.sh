# SPDX-License-Identifier: LGPL-2.1-only
#
# All functions for tests that run inside the test host. A test script starts
# with:  . "$HOST_LIB"
# One file per subject stands in lib/. Functions print to standard error only
# when they fail, and return non-zero then.
# shellcheck shell=bash

host_dir=$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")
host_tree=$(realpath -- "$host_dir/../..")
# shellcheck disable=SC2034 # for test scripts
readonly host_dir host_tree

# shellcheck source=lib/wait.sh
. "$host_dir/lib/wait.sh"
# shellcheck source=lib/state.sh
. "$host_dir/lib/state.sh"
# shellcheck source=lib/image.sh
. "$host_dir/lib/image.sh"
# shellcheck source=lib/portal.sh
. "$host_dir/lib/portal.sh"
# shellcheck source=lib/tgt.sh
. "$host_dir/lib/tgt.sh"
# shellcheck source=lib/lio.sh
. "$host_dir/lib/lio.sh"
# shellcheck source=lib/tcm_loop.sh
. "$host_dir/lib/tcm_loop.sh"
# shellcheck source=lib/iscsi.sh
. "$host_dir/lib/iscsi.sh"
# shellcheck source=lib/multipath.sh
. "$host_dir/lib/multipath.sh"
# shellcheck source=lib/report.sh
. "$host_dir/lib/report.sh"

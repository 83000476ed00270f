#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# hba_golden.sh BUILD [NAME...]: every golden image (or those named), resigned or
# refused as its manifest says, and judged as ever (tests/golden), but as a LUN by
# HBA, by sr_create of relvmohba. Runs in the test host.
set -u

# shellcheck disable=SC2034 # for guest.sh
guest_limit=3600
# shellcheck source=guest.sh
. "$(dirname -- "$0")/guest.sh"

# Takes the place of resign_file, with its arguments.
mkdir -p /tmp/build/tests/support /tmp/call /run/lock/sm/relvmoiscsi
ln -s "$build/relvm" /tmp/build/relvm
cat >/tmp/build/tests/support/resign_file <<END
#!/bin/bash
. $HOST_LIB
. $host_tree/tests/support/xapi.sh
success="fault 1 Error reporting error, unknown key The SR has been successfully resigned. Use the lvmohba type to attach it"
{
	lio_backstore golden "\$1" "\${3:-512}" 0009
	tcm_loop_map 1 0 golden
	wait_for tcm_loop_has "\$(lio_scsiid 0009)" 1
	udevadm settle
	xapi_run /tmp/call $build/RELVMoHBASR "\$(XAPI_SR_UUID=\$2 xapi_call sr_create SCSIid="\$(lio_scsiid 0009)" \\
		snapshots="\${4:-keep}" journals="\${5:-keep}")" || exit
	answer=\$($build/tests/support/xapi_answer /tmp/call/stdout)
	tcm_loop_unmap 1 0
	rmdir "\$lio_root/core/fileio_0/golden"
} >&2
[[ \$answer != "\$success"* ]] || exit 0
echo "\$answer"
exit 1
END
chmod 755 /tmp/build/tests/support/resign_file

tcm_loop_start
tcm_loop_target 1
JOBS=1 "$host_tree/tests/golden/run.sh" /tmp/build/tests/support/resign_file "$build/tests/audit" \
	"$build/tests/mutate" "${@:2}"

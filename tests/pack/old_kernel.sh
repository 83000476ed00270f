#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# old_kernel.sh PROGRAM BUILD: the static program with the system calls that the
# kernels of pool hosts have: Linux 3.10 (XenServer 6.5 and 7.0), 4.4 (7.1 to
# 7.6) and 4.19 (from 8.0). All that it does to a LUN by itself; lvm2 and an
# independent reader judge the result. BUILD has the tools for that.
# PROGRAM may be an older one: what fails with it is to be seen.
# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/driver/lib.sh
. "$(dirname "$0")/../driver/lib.sh"
usage="usage: old_kernel.sh PROGRAM BUILD"

loop=
driver_clean_up()
{
	[[ -z $loop ]] || losetup -d "$loop"
}

program=$(realpath "${1:?$usage}")
driver_begin "${2:?$usage}"
old=$TOOLS/old_kernel
mkdir "$WORK/names"
ln -s "$program" "$WORK/names/relvm"
ln -s "$program" "$WORK/names/RELVMoISCSISR"
golden snapshots "$WORK/original"
clone "$WORK/original" "$WORK/served"
tgt_target 1 "$IQN"
tgt_lun 1 2 "$WORK/served" scsi_id="$(lun_serial 2)"
url=iscsi://127.0.0.1:$TGT_PORT/$IQN/2

# A filter that is none would let all pass. Python asks the kernel itself.
lacks()
{
	local said

	said=$("$old" "$1" /usr/bin/python3 -c '
import ctypes, errno, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall(int(sys.argv[1]), 0, 0, 0)
print(errno.errorcode.get(ctypes.get_errno(), "there"))' "$2")
	[[ $said == "$3" ]] || { echo "call $2 is $said"; return 1; }
}

# relvm ARG… on the kernel under test
relvm()
{
	RELVMOISCSI_CONF=$CONF "$old" "$kernel" "$WORK/names/relvm" "$@" </dev/null
}

# A new clone in IMAGE, resigned under the name of NAME
resigned_by_relvm()
{
	local sr

	sr=$(xapi_uuid)
	relvm resign --yes --sr-uuid "$sr" "$1" || return
	relvm verify "$1" && audited "$sr" "$WORK/original" "$2"
}

probed()
{
	answered || return
	grep -q "<UUID>" <<<"$ANSWER" || { echo "$ANSWER"; return 1; }
}

for kernel in 3.10 4.4 4.19; do
	case $kernel in
	3.10) last=313 ;;
	4.4) last=325 ;;
	4.19) last=332 ;;
	esac
	check "$kernel: has not the call after $last" lacks "$kernel" $((last + 1)) ENOSYS

	PROGRAM=$WORK/in_$kernel
	printf '#!/bin/sh\nexec "%s" %s "%s" "$@"\n' "$old" "$kernel" \
		"$WORK/names/RELVMoISCSISR" >"$PROGRAM"
	chmod +x "$PROGRAM"
	clone "$WORK/original" "$WORK/served"
	XAPI_SR_UUID=$(xapi_uuid)
	call_lun "$(lun_id 2)"
	check "$kernel: sr_create over libiscsi" resigned &&
		check "$kernel: lvm2 and the audit agree" audited "$XAPI_SR_UUID" \
			"$WORK/original" "$WORK/served"
	call sr_probe target=127.0.0.1 port="$TGT_PORT" targetIQN="$IQN" \
		SCSIid="$(lun_id 2)" localIQN="$INITIATOR"
	check "$kernel: sr_probe" probed

	clone "$WORK/original" "$WORK/served"
	check "$kernel: relvm over libiscsi" resigned_by_relvm "$url" "$WORK/served"

	clone "$WORK/original" "$WORK/clone"
	check "$kernel: an image file" resigned_by_relvm "$WORK/clone" "$WORK/clone"

	clone "$WORK/original" "$WORK/looped"
	loop=$(losetup -f --show "$WORK/looped")
	check "$kernel: a loop device" resigned_by_relvm "$loop" "$WORK/looped"
	losetup -d "$loop"
	loop=
done

# The lock of an image file works there, too.
locked()
{
	local said

	said=$(/usr/bin/python3 -c '
import fcntl, subprocess, sys
with open(sys.argv[1], "r+") as file:
    fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    sys.exit(subprocess.run(sys.argv[2:]).returncode)
' "$WORK/clone" "$old" 3.10 "$WORK/names/relvm" resign --yes "$WORK/clone" 2>&1) &&
		{ echo "it went through: $said"; return 1; }
	[[ $said == *"holds a lock"* ]] || { echo "$said"; return 1; }
}
kernel=3.10
check "3.10: an image that is locked is refused" locked
driver_end

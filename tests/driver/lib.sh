# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# What the tests of the whole program share. To be sourced.
#
#   driver_begin BUILD          $WORK, a tgtd with its portal at $PORTAL_PORT,
#                               and all of it gone when the test ends
#   lun_serial N                scsi_id of LUN N, this run's own
#   lun_id N                    the SCSIid that this makes
#   result NAME STATUS [TEXT]   prints "ok NAME", or "not ok NAME" and TEXT
#   check NAME COMMAND…         runs it; what it says is the TEXT
#   driver_end                  the last line of a test
#   smlog_begin PROGRAM NAME    makes NAME run PROGRAM, with what it says in SMlog
#                               in $SMLOG; SMLOG_PID is for driver_clean_up to kill
#
#   golden NAME FILE            unpacks a golden image
#   clone FROM TO               a byte-for-byte copy, sparse
#   call COMMAND [KEY=VALUE…]   runs the program as xapi does, as RELVMoISCSISR;
#                               KEY=VALUE is device_config
#   call_raw TEXT               the same with any text for a methodCall
#   answered                    whether it ended as xapi wants it to: exit 0,
#                               stderr empty, an answer; which is in $ANSWER
#   resigned                    … and the answer is that it has resigned
#   audited SR ORIGINAL RESULT  whether image RESULT is ORIGINAL resigned, and
#                               nothing else; lvm2 sees both and has no objection

driver_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/iscsi/tgt.sh
. "$driver_here/../iscsi/tgt.sh"
# shellcheck source=tests/support/lvm.sh
. "$driver_here/../support/lvm.sh"
# shellcheck source=tests/support/xapi.sh
. "$driver_here/../support/xapi.sh"

IQN=iqn.2024-01.test:array
INITIATOR=iqn.2024-01.test:initiator
RESIGNED="fault 1 Error reporting error, unknown key The SR has been \
successfully resigned. Use the lvmoiscsi type to attach it"

driver_failures=0
driver_checks=0

# More work for the end of the test; defined again by those that have some.
driver_clean_up()
{
	:
}

driver_stop()
{
	trap '' INT TERM
	driver_clean_up
	lvm_end
	tgt_stop
	rm -rf "$WORK"
}

driver_begin()
{
	BUILD=$(realpath "$1")
	AUDIT=$BUILD/tests/audit
	PROGRAM=$BUILD/RELVMoISCSISR
	TOOLS=$BUILD/tests/support
	WORK=$(mktemp -d)
	trap driver_stop EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	# A setting of this machine must not matter; nor has every kernel an initiator.
	CONF=$WORK/relvmoiscsi.conf
	printf "xapi_socket = none\n" >"$CONF"
	CALL_ENVIRONMENT=()
	XAPI_SR_UUID=$(xapi_uuid)
	tgt_start "$WORK" || exit 1
	PORTAL_PORT=$TGT_PORT
}

driver_end()
{
	[[ $driver_failures -eq 0 && $driver_checks -gt 0 ]]
	exit
}

# The program locks SCSIids, and several tests may run at once.
lun_serial()
{
	printf "%x%02x" $$ "$1"
}

lun_id()
{
	tgt_scsiid "$(lun_serial "$1")"
}

result()
{
	((++driver_checks))
	if [[ $2 -eq 0 ]]; then
		echo "ok $1"
		return 0
	fi
	((++driver_failures))
	echo "not ok $1"
	printf '%s\n' "${3-}" | sed 's/^/    /'
	return 1
}

check()
{
	local name=$1 said status=0

	shift
	said=$("$@" 2>&1) || status=$?
	result "$name" "$status" "$said"
}

# By a /dev of the program's own, with a syslog that we read.
SMLOG_PID=
smlog_begin()
{
	SMLOG=$WORK/SMlog
	mkdir "$WORK/dev"
	touch "$WORK/dev/null" "$WORK/dev/urandom"
	"$TOOLS/syslog_listen" "$WORK/dev/log" "$SMLOG" &
	SMLOG_PID=$!
	until [[ -S $WORK/dev/log ]]; do
		kill -0 "$SMLOG_PID" || exit 1
		sleep 0.01
	done
	cat >"$2" <<-END
		#!/bin/bash
		exec unshare -m bash -c 'mount --bind /dev/null $WORK/dev/null &&
		mount --bind /dev/urandom $WORK/dev/urandom &&
		mount --rbind $WORK/dev /dev &&
		exec "\$0" "\$@"' $1 "\$@"
	END
	chmod +x "$2"
}

golden()
{
	zstd -q -d -f --sparse "$driver_here/../golden/$1.img.zst" -o "$2"
}

clone()
{
	cp --sparse=always "$1" "$2"
}

call_raw()
{
	STATUS=0
	xapi_run "$WORK" "$PROGRAM" "$1" RELVMOISCSI_CONF="$CONF" \
		"${CALL_ENVIRONMENT[@]}" || STATUS=$?
	ANSWER=$("$TOOLS/xapi_answer" "$WORK/stdout" 2>&1)
	ACCEPTED=$?
}

# Of a key that is given more than once, the last value counts.
call()
{
	local command=$1 pair
	local -A config=()
	local pairs=()

	shift
	for pair in "$@"; do
		config[${pair%%=*}]=${pair#*=}
	done
	for pair in "${!config[@]}"; do
		pairs+=("$pair=${config[$pair]}")
	done
	call_raw "$(xapi_call "$command" "${pairs[@]}")"
}

# The keys of a LUN of $IQN's, by its SCSIid; further ones replace or add.
call_lun()
{
	local scsi_id=$1

	shift
	call sr_create target=127.0.0.1 port="$PORTAL_PORT" targetIQN="$IQN" \
		SCSIid="$scsi_id" localIQN="$INITIATOR" "$@"
}

answered()
{
	local wrong=0

	[[ $STATUS -eq 0 ]] || { echo "exit $STATUS"; wrong=1; }
	[[ $ACCEPTED -eq 0 ]] || { echo "xapi cannot read it"; wrong=1; }
	if [[ -s $WORK/stderr ]]; then
		echo "stderr:"
		head -c 4000 "$WORK/stderr"
		wrong=1
	fi
	[[ $wrong -eq 0 ]] || printf 'answer: %s\n' "$ANSWER"
	return "$wrong"
}

resigned()
{
	answered || return
	[[ $ANSWER == "$RESIGNED" ]] || { echo "$ANSWER"; return 1; }
}

# Each in a world of its own, so that nothing is remembered.
audited()
{
	(
		LVM_WORLD=
		trap lvm_end EXIT
		mkdir "$WORK/lvm.$BASHPID" && lvm_begin "$WORK/lvm.$BASHPID" &&
			lvm_attach original "$2" && lvm_attach result "$3" &&
			lvm_run vgck && lvm_report >"$LVM_WORLD/report" &&
			"$AUDIT" "$1" "$LVM_WORLD/report" original "$2" \
				result "$3"
	)
}

# Whether both images hold the same bytes. cmp would read all that is sparse.
same()
{
	local said

	said="their sizes differ"
	if [[ $(stat -c %s "$1") != "$(stat -c %s "$2")" ]] ||
		! said=$(qemu-img compare -f raw -F raw "$1" "$2"); then
		echo "$1 and $2: $said"
		return 1
	fi
}

# Neither a session at these targets nor a lock of this run's.
no_session()
{
	local tid

	for tid in "$@"; do
		[[ $(tgt_sessions "$tid") == 0 ]] || {
			echo "target $tid still has a session"
			return 1
		}
	done
	! find /var/lock/sm -name "*$(printf %x $$)*" 2>/dev/null | grep .
}

# SPDX-License-Identifier: LGPL-2.1-only
#
# The program as xapi runs it, on real targets: for the suites that do so. Through
# the host's own initiator, for that is what a test host is for; a test that sets
# $initiator takes another.
# shellcheck shell=bash disable=SC2154 # $build: guest.sh

# shellcheck source=../../support/xapi.sh
. "$host_tree/tests/support/xapi.sh"

program=$build/RELVMoISCSISR
answer_of=$build/tests/support/xapi_answer

iqn=iqn.2014-01.test.relvmoiscsi:array
initiator=open-iscsi
# shellcheck disable=SC2034 # for test scripts
old_vg=VG_XenStorage-f454dfa2-2b0c-4fb0-8a14-32fbf4c5b026
success="fault 1 Error reporting error, unknown key The SR has been successfully resigned. Use the lvmoiscsi type to attach it"

# The golden SR, its clone beside it, and somebody else's LUN.
pristine=/tmp/pristine.img
image_unpack "$host_tree/tests/golden/single-vhd.img.zst" "$pristine" || exit 1

# The storage manager's lock around iscsiadm, whose file it leaves.
mkdir -p /run/lock/sm/iscsiadm /run/lock/sm/relvmoiscsi
: >/run/lock/sm/iscsiadm/isciadm_running
mkdir -p /tmp/call
iscsid_stay

images() {
	cp --sparse=always "$pristine" /tmp/original.img
	cp --sparse=always "$pristine" /tmp/clone.img
	image_empty /tmp/other.img 64M
	# A write would show in their times.
	touch -d 2001-01-01 /tmp/original.img /tmp/clone.img /tmp/other.img
}

# written IMAGE
written() {
	[[ $(stat -c %y -- "$1") != 2001-01-01* ]]
}

# serve KIND BLOCK_SIZE PORTAL...: LUN 1 is the original, 2 the clone, 3 other.
serve() {
	local kind=$1 block=$2
	shift 2
	images
	case $kind in
	tgt)
		tgt_start "$@"
		tgt_target 1 "$iqn"
		tgt_lun 1 1 /tmp/original.img "$block" 0001
		tgt_lun 1 2 /tmp/clone.img "$block" 0002
		tgt_lun 1 3 /tmp/other.img "$block" 0003
		;;
	lio)
		lio_start
		lio_target "$iqn" "$@"
		lio_backstore original /tmp/original.img "$block" 0001
		lio_backstore clone /tmp/clone.img "$block" 0002
		lio_backstore other /tmp/other.img "$block" 0003
		lio_lun "$iqn" 1 original
		lio_lun "$iqn" 2 clone
		lio_lun "$iqn" 3 other
		;;
	esac
}

serve_end() {
	"$1_stop"
	rm -f /tmp/original.img /tmp/clone.img /tmp/other.img
}

serve_chap() {
	local kind=$1
	shift
	case $kind in
	tgt) tgt_chap 1 "$@" ;;
	lio) lio_chap "$iqn" "$@" ;;
	esac
}

new_uuid=
answer=

# call KIND [KEY=VALUE]...: resigns the clone; what the program says is $answer.
call() {
	local kind=$1 text start status=0
	shift
	new_uuid=$(xapi_uuid)
	mkdir -p /tmp/call
	text=$(XAPI_SR_UUID=$new_uuid xapi_call sr_create target=127.0.0.1 targetIQN="$iqn" \
		initiator="$initiator" SCSIid="$("${kind}_scsiid" 0002)" "$@")
	start=$(now_ms)
	xapi_run /tmp/call "$program" "$text" || status=$?
	took=$(($(now_ms) - start))
	[ "$status" = 0 ] || fail "exit $status"
	# With 83 and 107, the list of what there is.
	[ ! -s /tmp/call/stderr ] || grep -q "^<iscsi-target" /tmp/call/stderr ||
		fail "stderr: $(head -c 500 /tmp/call/stderr)"
	answer=$("$answer_of" /tmp/call/stdout)
}

resigned() {
	[ "$answer" = "$success" ] || fail "$answer"
	echo "time: resign: $took ms"
}

# refused CODE [PATTERN]
refused() {
	[[ $answer == "fault $1 "* ]] || fail "not $1: $answer"
	[[ $answer =~ ${2:-} ]] || fail "not '$2': $answer"
}

untouched() {
	! written /tmp/clone.img || fail "the clone was written to"
}

# The clone has the new ids, and its original has not changed.
good_result() {
	! written /tmp/original.img || fail "the original was written to"
	written /tmp/clone.img || fail "a write does not show"
	head -c 10M /tmp/clone.img | grep -acF "VG_XenStorage-$new_uuid {" >/dev/null || fail "the clone is not resigned"
}

# iscsiadm in the guest becomes a script that keeps a list of its calls, and runs
# /tmp/call/hook, if there is one, after each.
watch_iscsiadm() {
	mkdir -p /tmp/call
	rm -f /tmp/call/hook
	: >/tmp/call/list
	mv /usr/sbin/iscsiadm /usr/sbin/iscsiadm.real
	cat >/usr/sbin/iscsiadm <<'END'
#!/bin/bash
echo "$*" >>/tmp/call/list
/usr/sbin/iscsiadm.real "$@"
status=$?
calls=$(wc -l </tmp/call/list)
[ ! -e /tmp/call/hook ] || . /tmp/call/hook
exit $status
END
	chmod 755 /usr/sbin/iscsiadm
}

unwatch_iscsiadm() {
	[ ! -e /usr/sbin/iscsiadm.real ] || mv /usr/sbin/iscsiadm.real /usr/sbin/iscsiadm
}

# after_call N COMMAND: what happens after the program's Nth iscsiadm.
after_call() {
	# shellcheck disable=SC2016 # expanded by the hook
	printf '[ "$calls" != %s ] || %s\n' "$1" "$2" >/tmp/call/hook
}

#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# targets.sh BUILD [PATTERN]: resigns through open-iscsi on both kinds of target,
# in all that a target can be, and logins that are refused.
# shellcheck disable=SC2317 # run_test calls the functions
set -u

# shellcheck source=guest.sh
. "$(dirname -- "$0")/guest.sh"
# shellcheck source=lib/driver.sh
. "$host_dir/lib/driver.sh"

basic() {
	local kind=$1 block=$2 host=$3
	shift 3
	serve "$kind" "$block" "$host:3260"
	[ $# = 0 ] || serve_chap "$kind" "$@"
	host_state >/tmp/before
	case $# in
	0) call "$kind" target="$host" ;;
	2) call "$kind" target="$host" chapuser="$1" chappassword="$2" ;;
	4) call "$kind" target="$host" chapuser="$1" chappassword="$2" incoming_chapuser="$3" incoming_chappassword="$4" ;;
	esac
	resigned
	state_kept /tmp/before
	good_result
	serve_end "$kind"
}

# The check behind all others must itself be able to fail.
leftovers_are_seen() {
	serve tgt 512 127.0.0.1:3260
	host_state >/tmp/before
	state_kept /tmp/before
	iscsi_login "$iqn" 127.0.0.1
	if wait_seconds=0 state_kept /tmp/before 2>/dev/null; then fail "a session was not seen"; fi
	iscsi_logout "$iqn" 127.0.0.1
	state_kept /tmp/before
	serve_end tgt
}

# --- refused -------------------------------------------------------------------

login_refused() {
	local kind=$1
	serve "$kind" 512 127.0.0.1:3260
	serve_chap "$kind" user secretsecret12
	host_state >/tmp/before
	call "$kind"
	refused 68 CHAP
	call "$kind" chapuser=user chappassword=wrongwrongwrong
	refused 68
	[[ $answer != *wrongwrong* ]] || fail "the password is in the answer"
	call "$kind" chapuser=user chappassword=secretsecret12 SCSIid=36000000000000000000000000000000ff
	refused 107
	call "$kind" chapuser=user chappassword=secretsecret12 targetIQN="$iqn.x"
	refused 83 "has no target $iqn.x"
	state_kept /tmp/before
	untouched
	serve_end "$kind"
}

# --- what only LIO has -----------------------------------------------------------

# A session that insists on CRC32C, and a LUN whose address is 01 2c.
digests_and_high_luns() {
	serve lio 512 127.0.0.1:3260
	lio_header_digest "$iqn"
	lio_lun_remove "$iqn" 2
	lio_lun "$iqn" 300 clone
	host_state >/tmp/before
	initiator=libiscsi
	call lio
	resigned
	state_kept /tmp/before
	good_result
	"$build/relvm" list --json --initiator-name iqn.2024-01.test:host \
		"iscsi://127.0.0.1/$iqn" >/tmp/list
	grep -q '"name":"300"' /tmp/list || fail "$(cat /tmp/list)"
	serve_end lio
}

run_test "leftovers are seen" leftovers_are_seen
run_test "lio: CRC32C, LUN 300" digests_and_high_luns
for kind in tgt lio; do
	run_test "$kind: blocks of 512 bytes, CHAP" basic "$kind" 512 127.0.0.1 user secretsecret12
	run_test "$kind: blocks of 4096 bytes, IPv6, mutual CHAP" \
		basic "$kind" 4096 '[::1]' user secretsecret12 target othersecret34
	# Of 3 to 5 bytes: LIO then pads its answer with what it sent before.
	run_test "$kind: mutual CHAP, a short name" \
		basic "$kind" 512 127.0.0.1 user secretsecret12 array othersecret34
	run_test "$kind: login refused" login_refused "$kind"
done
finish

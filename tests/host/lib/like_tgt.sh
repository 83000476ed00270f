# SPDX-License-Identifier: LGPL-2.1-only
#
# The functions of tests/iscsi/tgt.sh, by LIO: tests that were written for the one
# target run on the other. What LIO has no word for is refused.
# shellcheck shell=bash

# shellcheck source=../lib.sh
. "$HOST_LIB"

TGT_IQNS=()

tgt_start() {
	TGT_DIR=$1
	TGT_PORT=$((20000 + RANDOM % 12000))
	: >"$TGT_DIR/tgtd.log"
	lio_start
}

tgt_stop() {
	lio_stop
}

tgt_target() {
	TGT_IQNS[$1]=$2
	lio_target "$2" "127.0.0.1:$TGT_PORT"
}

tgt_lun() {
	local tid=$1 lun=$2 image=$3 value serial='' block=512
	shift 3
	for value in "$@"; do
		case $value in
		scsi_id=*) serial=${value#*=} ;;
		blocksize=*) block=${value#*=} ;;
		*) return 1 ;;
		esac
	done
	lio_backstore "of-$tid-$lun" "$image" "$block" "$serial" &&
		lio_lun "${TGT_IQNS[$tid]}" "$lun" "of-$tid-$lun"
}

tgt_scsiid() {
	lio_scsiid "$1"
}

tgt_chap() {
	lio_chap "${TGT_IQNS[$1]}" "$2" "$3"
}

tgt_chap_outgoing() {
	local auth=$lio_root/iscsi/${TGT_IQNS[$1]}/tpgt_1/auth
	echo -n "$2" >"$auth/userid_mutual" && echo -n "$3" >"$auth/password_mutual"
}

tgt_sessions() {
	grep -c . "$lio_root/iscsi/${TGT_IQNS[$1]}/tpgt_1/dynamic_sessions"
}

tgt_admin() {
	return 1
}

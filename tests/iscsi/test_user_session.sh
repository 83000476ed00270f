#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# The iSCSI layer against real targets (tgt) and one that misbehaves.
#
#   test_user_session.sh LUN_TOOL FAKE_TARGET
#
# Both are the programs built from the C files beside this one. Prints one line
# per check, TAP style; status 1 if one failed.

set -u

tool=$1
fake=$2
here=$(dirname "$0")
# shellcheck source=tests/iscsi/tgt.sh
. "$here/tgt.sh"

iqn=iqn.2024-01.test:clone
dir=$(mktemp -d)
checks=0
failures=0
fake_pid=

fake_stop() {
	[ -n "$fake_pid" ] || return 0
	kill -KILL "$fake_pid" 2>/dev/null
	wait "$fake_pid" 2>/dev/null
	fake_pid=
}

clean_up() {
	fake_stop
	tgt_stop
	rm -rf "$dir"
}
trap clean_up EXIT

# fake_start TRAIT...: sets $port
fake_start() {
	fake_stop
	: >"$dir/port"
	"$fake" "$@" >"$dir/port" &
	fake_pid=$!
	until [ -s "$dir/port" ]; do
		kill -0 "$fake_pid" || exit 1
		sleep 0.005
	done
	port=$(cat "$dir/port")
}

result() {
	checks=$((checks + 1))
	if [ "$1" = 0 ]; then
		echo "ok $checks - $name"
	else
		echo "not ok $checks - $name: $output"
		failures=$((failures + 1))
	fi
}

# expect NAME STATUS PATTERN COMMAND...: the whole output matches PATTERN, an
# extended regular expression; stderr is part of it. No secret may be in it.
expect() {
	local status=$2 pattern=$3 got

	name=$1
	shift 3
	output=$("$@" 2>&1)
	got=$?
	[ "$got" = "$status" ] && [[ $output =~ ^$pattern$ ]] &&
		[[ $output != *s3cret* ]]
	result $?
}

run() {
	local options=()

	if [ "$1" = -i ]; then
		options=(-i "$2")
		shift 2
	fi
	"$tool" "${login[@]}" "${options[@]}" "$iqn" "$@"
}

# A label of 64 bytes: no resolver has to be asked.
no_host=$(printf '%064d' 0 | tr 0 x)
id1=$(tgt_scsiid 1111)
id2=$(tgt_scsiid c10e)
id3=$(tgt_scsiid 4096)
id4=$(tgt_scsiid 0f0f)
login=()

set_up_tgt() {
	tgt_start "$dir" || exit 1
	truncate -s 64M "$dir/lun1" "$dir/lun2" "$dir/lun3" "$dir/lun4"
	tgt_target 1 $iqn
	tgt_lun 1 1 "$dir/lun1" scsi_id=1111
	tgt_lun 1 2 "$dir/lun2" scsi_id=c10e
	tgt_lun 1 300 "$dir/lun3" scsi_id=4096 blocksize=4096
	tgt_lun 1 4 "$dir/lun4" scsi_id=0f0f readonly=1
	tgt_target 2 $iqn.oneway
	tgt_lun 2 1 "$dir/lun1" scsi_id=1111
	tgt_chap 2 initiator s3cretone123
	tgt_target 3 $iqn.mutual
	tgt_lun 3 1 "$dir/lun1" scsi_id=1111
	tgt_chap 3 initiator3 s3cretone123
	tgt_chap_outgoing 3 target s3crettwo456
	truncate -s 3T "$dir/big"
	tgt_target 5 $iqn.big
	tgt_lun 5 1 "$dir/big" scsi_id=b16b
	tgt_target 4 $iqn.twins
	tgt_lun 4 1 "$dir/lun1" scsi_id=1111
	tgt_lun 4 2 "$dir/lun2" scsi_id=1111
	portal=127.0.0.1:$TGT_PORT
}

check_luns() {
	expect "LUN by SCSIid, 512 bytes" 0 \
		"LUN 2, 67108864 bytes, blocks of 512" \
		run "$id2" "$portal" info
	expect "flat address, blocks of 4096" 0 \
		"LUN 300, 67108864 bytes, blocks of 4096" \
		run "$id3" "$portal" info
	expect "write, flush, read" 0 "" \
		run "$id2" "$portal" write:512:10000384:1 flush \
		check:512:10000384:1 check:1024:3072:1
	expect "write, flush, read with 4096" 0 "" \
		run "$id3" "$portal" write:4096:9998336:2 flush \
		check:4096:9998336:2
	expect "first and last byte" 0 "" \
		run "$id2" "$portal" write:0:512:3 write:67108352:512:4 \
		check:0:512:3 check:67108352:512:4
	expect "a thousand requests in one list" 0 "" \
		run "$id2" "$portal" scatter:1000:5 flush gather:1000:5
	expect "outside the LUN" 1 "OTHER: I/O of .* does not fit .*" \
		run "$id2" "$portal" check:67108864:512:1
	expect "write-protected LUN" 1 "LUN_CONTENT: .*write-protected.*" \
		run "$id4" "$portal" write:0:512:1
	expect "unknown SCSIid" 1 \
		"NO_SCSIID: .*it has 4: LUN 1: $id1, LUN 2: $id2.*" \
		run 36nothere "$portal" info
	expect "empty SCSIid" 1 "NO_SCSIID: .*" run "" "$portal" info
	iqn=$iqn.twins expect "SCSIid twice" 1 \
		"NO_SCSIID: 2 disks of the target have SCSIid $id1.*" \
		run "$id1" "$portal" info
	iqn=$iqn.big expect "beyond 2 TiB, and across" 0 \
		"LUN 1, 3298534883328 bytes, blocks of 512" \
		run "$(tgt_scsiid b16b)" "$portal" info \
		write:0:512:1 write:2199023251456:8192:2 \
		write:2748779069440:65536:3 write:3298534882816:512:4 flush \
		check:0:512:1 check:2199023251456:8192:2 \
		check:2748779069440:65536:3 check:3298534882816:512:4
	name="the file has what was written, at its place"
	output=$(cmp <(dd if="$dir/lun2" bs=512 skip=131071 2>/dev/null) \
		<(dd if=/dev/zero bs=512 count=1 2>/dev/null) 2>&1)
	[ -n "$output" ]
	result $?
}

check_login() {
	expect "unknown IQN" 1 "DISCOVERY: .* has no target $iqn.x for .*" \
		"$tool" $iqn.x "$id1" "$portal"
	expect "no CHAP where it is wanted" 1 "LOGIN: .*wants CHAP.*" \
		"$tool" $iqn.oneway "$id1" "$portal"
	expect "CHAP" 0 "" "$tool" -u initiator -w s3cretone123 \
		$iqn.oneway "$id1" "$portal"
	expect "CHAP, wrong password" 1 "LOGIN: .*authentication failed.*" \
		"$tool" -u initiator -w s3cretbad123 $iqn.oneway "$id1" \
		"$portal"
	expect "CHAP, wrong user" 1 "LOGIN: .*authentication failed.*" \
		"$tool" -u nobody -w s3cretone123 $iqn.oneway "$id1" "$portal"
	expect "CHAP, user without password" 1 "BAD_VALUE: CHAP needs.*" \
		"$tool" -u initiator $iqn.oneway "$id1" "$portal"

	login=(-u initiator3 -w s3cretone123)
	expect "mutual CHAP" 0 "" "$tool" "${login[@]}" -U target \
		-W s3crettwo456 $iqn.mutual "$id1" "$portal"
	expect "mutual CHAP, not asked for" 0 "" "$tool" "${login[@]}" \
		$iqn.mutual "$id1" "$portal"
	expect "mutual CHAP, wrong password" 1 "LOGIN: .*fails incoming CHAP.*" \
		"$tool" "${login[@]}" -U target -W s3cretbad456 $iqn.mutual \
		"$id1" "$portal"
	expect "mutual CHAP, wrong name" 1 "LOGIN: .*fails incoming CHAP.*" \
		"$tool" "${login[@]}" -U other -W s3crettwo456 $iqn.mutual \
		"$id1" "$portal"
	expect "incoming CHAP alone" 1 "BAD_VALUE: incoming CHAP works only.*" \
		"$tool" -U target -W s3crettwo456 $iqn.mutual "$id1" "$portal"
	login=(-u initiator -w s3cretone123)
	expect "mutual CHAP wanted, target has one way" 1 "LOGIN: .*" \
		"$tool" "${login[@]}" -U target -W s3crettwo456 $iqn.oneway \
		"$id1" "$portal"
	login=()
	expect "incoming CHAP wanted, target has none" 1 \
		"LOGIN: .*does not prove who it is.*" \
		"$tool" -u initiator -w s3cretone123 -U target \
		-W s3crettwo456 $iqn "$id1" "$portal"
	expect "second portal" 0 "" "$tool" $iqn "$id1" "127.0.0.1:1,$portal"
	expect "host name" 0 "" "$tool" $iqn "$id1" "localhost:$TGT_PORT"
	expect "nothing listens" 1 "CONNECT: .*127.0.0.1:1: .*refused" \
		"$tool" $iqn "$id1" 127.0.0.1:1
	expect "nothing listens, IPv6" 1 "CONNECT: .*\[::1\]:1: .*" \
		"$tool" $iqn "$id1" ::1:1
	expect "no such host" 1 "RESOLVE: .*$no_host.*" \
		"$tool" $iqn "$id1" "$no_host:3260"
	expect "the target's word before the resolver's" 1 "CONNECT: .*" \
		"$tool" $iqn "$id1" "$no_host:3260,127.0.0.1:1"
	expect "IQN longer than iSCSI allows" 1 "BAD_VALUE: targetIQN is.*" \
		"$tool" "$(printf 'iqn.%0300d' 1)" "$id1" "$portal"
}

# with NAME STATUS PATTERN TRAITS -- ARGUMENTS...
with() {
	local name=$1 status=$2 pattern=$3 traits=()

	shift 3
	while [ "$1" != -- ]; do
		traits+=("$1")
		shift
	done
	shift
	fake_start "${traits[@]}"
	expect "$name" "$status" "$pattern" "$tool" "${login[@]}" $iqn \
		"$fake_id" "127.0.0.1:$port" "$@"
}

check_bad_login() {
	with "a plain target, for comparison" 0 "" -- write:0:1048576:1 flush \
		check:0:1048576:1
	with "byte by byte" 0 "" dribble --
	for segment in 512 8192 65536; do
		with "padded with what is no zero, MaxRecvDataSegmentLength $segment" \
			0 "" dirty segment:$segment -- write:0:4096:1 check:0:4096:1
	done
	with "hangs up" 1 "LOGIN: .*closed the connection.*" close --
	with "no iSCSI target" 1 "LOGIN: .*is not an iSCSI target" garbage --
	with "out of service" 1 "LOGIN: .*out of service.*0301.*" status:0301 --
	with "out of resources" 1 "LOGIN: .*no resources.*0302.*" status:0302 --
	with "its own fault" 1 "LOGIN: .*digest.*0200.*" status:0200 --
	with "one session alone" 1 "LOGIN: .*sessions.*0206.*" status:0206 --
	with "no words for it" 1 "LOGIN: .*not say why .status 02ff." status:02ff --
	with "not allowed" 1 "LOGIN: .*is not allowed to use.*" status:0202 --
	with "target removed" 1 "DISCOVERY: .*" status:0204 --
	with "no room in a segment" 1 "LOGIN: .*MaxRecvDataSegment.*" \
		segment:0 --
	with "sent to a tgt" 1 "NO_SCSIID: .*$id1.*" "redirect:$TGT_PORT" --
	with "sent nowhere" 1 "CONNECT: .*" redirect:1 --
	with "sent to what is no host" 1 "LOGIN: .*makes no sense" \
		"redirect-host:-a b;c" --
	with "hangs up in the middle of its answer" 1 \
		"LOGIN: .*closed the connection.*" half-close --
	with "sent to no port" 1 "LOGIN: .*makes no sense" redirect:0 --
	login=(-u initiator -w s3cretone123 -U target -W s3crettwo456)
	with "no security stage" 1 "LOGIN: .*does not prove.*" unproven --
	with "CHAP declined" 1 "LOGIN: .*does not prove.*" auth-none --
	with "proof before the challenge" 1 "LOGIN: .*not yet sent" \
		early-proof --
	login=()
}

check_discovery() {
	fake_id=35000fa000000412c
	with "LUN 300 of 600" 0 "LUN 300, .*" luns:600 -- info
	fake_id=35000fa000000012c
	with "LUN 300 of 600, as LIO numbers" 0 "LUN 300, .*" \
		luns:600 no-flat -- info write:0:512:1 \
		check:0:512:1
	fake_id=35000fa0000000001
	with "all have one id" 1 "NO_SCSIID: 3 disks.*" luns:3 same-id --
	with "one LUN, listed by both kinds of address" 0 "LUN 1, .*" \
		listed-twice same-id -- info
	login=(-n 1)
	with "by its number" 0 "LUN 1, .*" -- info
	with "by its number, at a target of flat addresses alone" 0 "LUN 1, .*" \
		flat-only -- info
	login=(-n 2)
	with "no LUN of this number" 1 "NO_SCSIID: .*no disk of number 2.*" \
		flat-only -- info
	login=()
	with "no LUNs" 1 "NO_SCSIID: .*it has 0: " luns:0 --
	with "no id" 1 "NO_SCSIID: .*LUN 1: none" no-id --
	with "list of LUNs cut short" 1 \
		"NO_DEVICE: .*of 24 bytes, and sends 16" luns:2 cut-list -- info
	fake_id=30000000000000000
	with "a name cut short, in silence, is no name of zeros" 1 \
		"NO_SCSIID: .*it has 1: LUN 1: none" cut-ids -- info
	with "nor is one that came, and is told not to count" 1 \
		"NO_SCSIID: .*it has 1: LUN 1: none" disowned-ids -- info
	with "nor if more is told not to count than was asked for" 1 \
		"NO_SCSIID: .*it has 1: LUN 1: none" disowned-more -- info
	with "an INQUIRY without an answer is no disk" 1 \
		"NO_SCSIID: .*it has 0: " empty-inquiry -- info
	fake_id=35000fa0000000001
	with "endless list of LUNs" 1 "NO_DEVICE: .*" luns:20000 --
	fake_id="SFAKE_MISBEHAVING_DISKSN_1"
	with "serial number only" 0 "" serial --
	with "serial number only, and other LUNs have changed" 0 "" \
		serial changed:2 -- write:0:512:1 write:0:512:2 flush check:0:512:2
	fake_id=35000fa0000000001
	moved_id=35000fa0000010001
}

check_bad_lun() {
	with "READ CAPACITY(10) only" 0 "LUN 1, 1048576 bytes.*" \
		old-capacity -- info
	with "write-protected" 1 "LUN_CONTENT: .*write-protected.*" \
		write-protected -- write:0:512:1
	with "no flush and no MODE SENSE" 0 "" no-sync no-mode -- \
		write:0:512:1 flush
	with "blocks of 520" 1 "LUN_CONTENT: .*520.*" block:520 --
	with "a size that READ CAPACITY(10) cannot tell" 1 \
		"IO: .*does not tell its size" old-capacity huge -- info
	with "impossible size" 1 "IO: .*impossible size.*" huge --
	with "answers short" 1 "IO: .*READ\(10\) of 1 blocks at LBA 2:.*short.*" \
		short -- check:1024:512:1
	with "answers short and does not tell" 1 "IO: .*short.*" \
		quiet-short -- check:0:65536:1
	with "a write that is not taken whole" 1 "IO: .*WRITE.*short.*" \
		short-write -- write:0:1024:1
	with "answers long" 1 "IO: .*" flood -- check:0:512:1
	with "busy for a while" 0 "" busy:5 -- write:0:65536:1 check:0:65536:1
	with "busy for longer than twenty tries take" 0 "" busy-ms:500 -- \
		write:0:65536:1 check:0:65536:1
	with "its queue full for a while" 0 "" busy:5 busy-status:28 -- \
		write:0:65536:1 check:0:65536:1
	with "tasks aborted for a while" 0 "" busy:5 busy-status:40 -- \
		write:0:65536:1 check:0:65536:1
	with "commands aborted for a while" 0 "" path-read:0b0000 passes:5 -- \
		write:0:512:1 check:0:512:1
	with "becoming ready" 0 "" path-read:020401 passes:5 -- \
		write:0:512:1 check:0:512:1
	with "changing its access state" 0 "" path-read:02040a passes:5 -- \
		write:0:512:1 check:0:512:1
	with "almost full" 0 "" path-read:063807 passes:5 -- \
		write:0:512:1 check:0:512:1
	with "attentions without an end" 1 \
		"IO: .*UNIT ATTENTION .sense 6/2a/01." path-read:062a01 -- \
		write:0:512:1 check:0:512:1
	with "127.5 KiB in a command at most" 0 "" most:255 -- \
		whole:262144
	with "a write is answered before its data is sent" 0 "" hasty -- \
		scatter:40:1 scatter:40:2 flush gather:40:2
	with "a read is answered before the data that it has none of" 1 \
		"IO: .*the iSCSI session was lost" hasty-read -- check:0:512:1
	with "reset between writes" 1 "IO: .*writes in its cache.*" \
		reset:2 -- write:0:512:1 write:512:512:1
	with "reset in the middle of a list of writes" 1 \
		"IO: .*writes in its cache.*" reset:2 -- scatter:8:1
	with "reset between writes, in the other format" 1 \
		"IO: .*writes in its cache.*" descriptor reset:2 -- \
		write:0:512:1 write:512:512:1
	with "reset after a flush, in the other format" 0 "" descriptor reset:2 -- \
		write:0:512:1 flush write:512:512:1
	with "reset after a flush" 0 "" reset:2 -- \
		write:0:512:1 flush write:512:512:1
	with "other LUNs have changed" 0 "" changed:2 -- write:0:512:1 \
		write:0:512:2 flush check:0:512:2
	with "other LUNs change without an end" 1 \
		"IO: .*WRITE.*reported LUNs data has changed .sense 6/3f/0e." \
		changing -- write:0:512:1
	with "another LUN has come to this number" 1 \
		"IN_USE: .*another LUN .* was SCSIid $fake_id and is $moved_id now" \
		changed:2 moved -- write:0:512:1 write:0:512:2
	expect "and was not written to" 0 "" \
		"$tool" $iqn "$moved_id" "127.0.0.1:$port" check:0:512:1
	with "deferred error" 1 "IO: .*deferred.*" deferred -- write:0:512:1
	with "deferred error, in the other format" 1 "IO: .*deferred.*" \
		descriptor deferred -- write:0:512:1
	with "medium error" 1 \
		"IO: .*MEDIUM ERROR, unrecovered read error \(sense 3/11/00\)" \
		medium -- check:0:512:1
	with "reserved" 1 "RESERVED: .*RESERVATION CONFLICT.*" reserved -- \
		write:0:512:1
	with "hangs up at a write" 1 "IO: .*WRITE\(10\).*lost.*" drop -- \
		write:0:65536:1
	with "asks to be left" 1 "IO: .*the target ended the session" \
		goodbye -- check:0:512:1
	with "no flush and no cache" 0 "" no-sync -- write:0:512:1 flush
	with "no flush but a cache" 1 "IO: .*volatile write cache.*" \
		no-sync cache -- flush
	with "no flush, and mode pages that are not sent" 0 "" \
		no-sync cache far-mode -- write:0:512:1 flush
	with "flush and cache" 0 "" cache -- write:0:512:1 flush
	with "flush meets what an earlier write has come to" 1 \
		"IO: .*SYNCHRONIZE CACHE.*deferred.*" no-sync deferred -- flush
	with "flush fails" 1 "IO: .*SYNCHRONIZE CACHE.*HARDWARE ERROR.*" \
		bad-sync -- flush
}

# The swap of a journal's head. "Cannot" is remembered: the second is not sent,
# and this target would have done it.
check_swap() {
	expect "swap with tgt" 0 "cannot swap" run "$id2" "$portal" swap:512:1:2
	with "swap" 0 $'swapped\nnot swapped' -- write:0:1024:1 swap:512:1:2 \
		swap:512:1:2 flush check:512:512:2 check:0:512:1
	with "no swap" 0 $'cannot swap\ncannot swap' no-swap:1 -- \
		write:0:512:1 swap:0:1:2 swap:0:1:2 check:0:512:1
	with "swap refused" 0 $'cannot swap\ncannot swap' no-field -- \
		write:0:512:1 swap:0:1:2 swap:0:1:2
	with "swap, busy for a while" 0 "swapped" busy:5 -- write:0:512:1 \
		flush swap:0:1:2 check:0:512:2
	with "swap finds a reset" 0 "swapped" reset:2 -- write:0:512:1 flush \
		swap:0:1:2 check:0:512:2
	with "swap finds a reset, writes are lost" 1 "IO: .*in its cache.*" \
		reset:2 -- write:0:512:1 swap:0:1:2
	with "swap, and other LUNs have changed" 0 "swapped" changed:2 -- \
		write:0:512:1 flush swap:0:1:2 check:0:512:2
	with "swap, and it is another LUN" 1 "IN_USE: .*another LUN .*" \
		changed:2 moved -- write:0:512:1 flush swap:0:1:2
	with "reset after a swap" 1 "swapped.IO: .*in its cache.*" reset:3 -- \
		write:0:512:1 flush swap:0:1:2 write:0:512:3
	with "swap done, but said to be aborted" 1 \
		"IO: .*COMPARE AND WRITE of 1 blocks at LBA 0: ABORTED.*" \
		swap-aborted -- write:0:512:1 flush swap:0:1:2
	with "swap done, and its task is aborted" 1 \
		"IO: .*COMPARE AND WRITE .*: TASK ABORTED.*" \
		swap-task-aborted -- write:0:512:1 flush swap:0:1:2
	with "swap done after a recovery" 1 "IO: .*: RECOVERED ERROR.*" \
		swap-recovered -- write:0:512:1 flush swap:0:1:2
	with "swap done, but the answer is lost" 1 "IO: .*lost.*" \
		swap-lost -- write:0:512:1 flush swap:0:1:2
	with "swap that is not taken whole" 1 "IO: .*COMPARE.*short.*" \
		swap-short -- write:0:512:1 flush swap:0:1:2
	with "swap on a reserved LUN" 1 "RESERVED: .*RESERVATION CONFLICT.*" \
		reserved -- swap:0:1:2
}

# holding NAME ARGUMENTS...: another host, until let_go; it must come to `hold`.
holding() {
	: >"$dir/holder"
	coproc HOLDER { exec "$tool" -i "iqn.2024-01.test:$1" "$iqn" "${@:2}" \
		>"$dir/holder" 2>&1; }
	until grep -q . "$dir/holder" && grep -q '^holding\|:' "$dir/holder"; do
		sleep 0.005
	done
}

let_go() {
	local input=${HOLDER[1]}

	exec {input}>&-
	wait "$HOLDER_PID"
	name=$1 output=$(cat "$dir/holder")
	[[ $output =~ ^$2$ ]]
	result $?
}

check_fence() {
	local both=$'fenced\nholding'

	with "fence" 0 "fenced" -- fence write:0:512:1 flush check:0:512:1 unfence
	with "fence, at a target that keeps it beyond the session" 0 "fenced" \
		sticky -- fence
	expect "and it is given back on every way out" 0 "fenced" \
		"$tool" $iqn "$fake_id" "127.0.0.1:$port" fence
	with "no fence" 0 "cannot fence" no-reserve -- fence write:0:512:1
	with "fence of another" 1 "RESERVED: .*RESERVE\(6\): RESERV.*" taken -- fence
	with "a registered key" 1 "IN_USE: .*0x0000000000000abc\).*" keys:1 --
	with "an answer without any is not that there are no keys" 1 \
		"IO: .*no answer to READ KEYS.*" keys-none --
	with "more keys than we look at" 1 "IN_USE: .*\\(90 registered.*" \
		keys:90 --
	with "a fence, and other LUNs have changed" 0 "fenced" fence-changed -- \
		fence write:0:512:1 flush check:0:512:1
	with "a fence, and another LUN has come" 1 \
		"IN_USE: .*another LUN .* was SCSIid $fake_id and is $moved_id now" \
		fence-changed moved -- fence
	with "reset under a fence" 1 "fenced.IO: .*reservation of the LUN was lost" \
		reset:2 -- fence write:0:512:1 flush write:512:512:1
	with "a fence that was taken away" 1 "fenced.IO: .*reservation of the LUN was lost" \
		released:2 -- fence write:0:512:1 flush write:512:512:1
	with "conflict under a fence" 1 "fenced.IO: .*reservation of the LUN was lost" \
		reserved -- fence check:0:512:1

	holding a "$id2" "$portal" fence hold
	expect "tgt: a fence keeps another host from reading" 1 \
		"RESERVED: .*READ.*" run "$id2" "$portal" check:0:512:1
	expect "from writing" 1 "RESERVED: .*WRITE.*" \
		run "$id2" "$portal" write:0:512:1
	expect "from a fence of its own" 1 "RESERVED: .*RESERVE.*" \
		run "$id2" "$portal" fence
	expect "the same host, too" 1 "RESERVED: .*" \
		run -i iqn.2024-01.test:a "$id2" "$portal" fence
	expect "but not from another LUN" 0 "fenced" \
		run "$id1" "$portal" fence
	let_go "tgt: held" "$both"
	expect "tgt: free after the logout" 0 "fenced" run "$id2" "$portal" fence
	holding a "$id2" "$portal" fence unfence hold
	expect "tgt: free after it is given back" 0 "fenced" \
		run "$id2" "$portal" fence
	let_go "tgt: given back" "$both"
	holding a "$id2" "$portal" fence hold
	kill -KILL "$HOLDER_PID"
	wait "$HOLDER_PID" 2>/dev/null
	until [ "$(tgt_sessions 1)" = 0 ]; do sleep 0.005; done
	expect "tgt: free after its holder's death" 0 "fenced" \
		run "$id2" "$portal" fence
	# It outlives its session, so that no other test can have this LUN.
	holding a "$id3" "$portal" register:f00d hold
	expect "tgt: a persistent registration of another host" 1 \
		"IN_USE: .*0x000000000000f00d\\).*" run "$id3" "$portal"
	let_go "tgt: registered" holding
}

# All at once, for each takes its whole deadline. What a target does instead of
# answering must not put it off.
check_silence() {
	local trait work tools=() fakes=()

	for trait in silent half banner stall babble one-by-one; do
		fake_start "$trait"
		fakes+=("$fake_pid")
		fake_pid=
		work=(check:0:512:1)
		[[ $trait != one-by-one ]] ||
			work=(scatter:32:1 flush gather:32:1)
		timeout 60 "$tool" $iqn "$fake_id" "127.0.0.1:$port" \
			"${work[@]}" >"$dir/$trait" &
		tools+=($!)
	done
	wait "${tools[@]}" # whose status is that of the last
	output="status $? $(cat "$dir/one-by-one")"
	name="reads, one by one, of which the last is sent after 31 s"
	[[ $output = "status 0 " ]]
	result $?
	for trait in silent half banner; do
		name="login, $trait: one deadline for all of it"
		output=$(cat "$dir/$trait")
		[[ $output = "CONNECT: "*"does not answer the login"* ]]
		result $?
	done
	for trait in stall babble; do
		name="read, $trait: the target is given up"
		output=$(cat "$dir/$trait")
		[[ $output = "IO: LUN 1, READ(10) of 1 blocks"*"stopped answering" ]]
		result $?
	done
	kill -KILL "${fakes[@]}"
	wait "${fakes[@]}" 2>/dev/null
}

check_killed_target() {
	name="target killed in the middle of writes"
	"$tool" $iqn "$id2" "$portal" forever >"$dir/forever" 2>&1 &
	local pid=$!
	until grep -q started "$dir/forever"; do
		kill -0 $pid || break
		sleep 0.005
	done
	local sessions
	sessions=$(tgt_sessions 1)
	tgt_stop
	wait $pid
	local status=$?
	output=$(cat "$dir/forever")
	[ $status = 1 ] && [ "$sessions" = 1 ] && [[ $output =~ IO:\ .*lost ]]
	result $?
}

set_up_tgt
check_luns
check_login
fake_id=35000fa0000000001
check_bad_login
check_discovery
check_bad_lun
check_swap
check_fence
[ -n "${QUICK-}" ] || check_silence
name="no session is left on the target"
output=$(for t in 1 2 3 4; do tgt_sessions $t; done | sort -u)
[ "$output" = 0 ]
result $?
check_killed_target
echo "1..$checks"
[ $failures = 0 ]

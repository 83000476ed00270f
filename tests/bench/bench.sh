#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# bench.sh BUILD STATIC [RUNS]: what a resign costs over loopback. The traffic of
# one run, counted by a proxy on the way, not by the program. The wall time of the
# whole process, from before the fork to after the wait, in RUNS (30) runs: of the
# static program in STATIC, the dynamic one in BUILD, and tests/bench/bare.c, which
# does the same reads, writes and flushes and nothing else; in turn, so that the
# ratio holds on a busy machine, which the times do not. And how it grows with the
# SR. Measures only; nothing passes or fails. Needs root. Both without SANITIZE.

set -u
here=$(cd "$(dirname "$0")" && pwd)
BUILD=$(realpath "${1:?usage: bench.sh BUILD STATIC [RUNS]}")
STATIC=$(realpath "${2:?usage: bench.sh BUILD STATIC [RUNS]}")
runs=${3:-30}
GEN=$BUILD/tests/gen MUTATE=$BUILD/tests/mutate
# shellcheck source=tests/iscsi/tgt.sh
. "$here/../iscsi/tgt.sh"
# shellcheck source=tests/support/lvm.sh
. "$here/../support/lvm.sh"
# shellcheck source=tests/support/report.sh
. "$here/../support/report.sh"
# shellcheck source=tests/support/xapi.sh
. "$here/../support/xapi.sh"
# shellcheck source=tests/support/hostile.sh
. "$here/../support/hostile.sh"
# shellcheck source=tests/generated/make.sh
. "$here/../generated/make.sh"

iqn=iqn.2024-01.test:bench
before_ms=20000

stop()
{
	trap '' INT TERM
	[[ -z $proxy_pid ]] || kill -KILL "$proxy_pid" 2>/dev/null
	lvm_end
	tgt_stop
	rm -rf "$WORK"
}

give_up()
{
	printf 'bench: %s\n' "$1" >&2
	exit 1
}

golden()
{
	zstd -q -d --sparse "$here/../golden/$1.img.zst" -o "$WORK/$1"
}

# single-vhd with its VDI grown to 1 TiB: the LV, and a VHD whose block table is
# as long as that takes. The image stays sparse.
huge_vdi()
{
	local lv start vg

	golden single-vhd && mv "$WORK/single-vhd" "$WORK/huge" &&
		truncate -s 1030G "$WORK/huge" &&
		qemu-img create -q -f vpc -o subformat=dynamic "$WORK/vhd" \
			1T &&
		lvm_attach huge "$WORK/huge" || return
	vg=$(lvm_run vgs --noheadings -o vg_name | tr -d ' ')
	lv=$(lvm_run lvs --noheadings -o lv_name "$vg" | grep -o 'VHD-.*')
	lvm_run pvresize -qq "$LVM_DEVICES/huge" &&
		lvm_run lvextend -qq -L 1025G "$vg/$lv" &&
		lvm_report >"$WORK/report" &&
		start=$(place huge "$lv" 0) || return
	lvm_detach huge
	dd if="$WORK/vhd" of="$WORK/huge" bs=64K conv=notrunc,sparse \
		oflag=seek_bytes seek="$start" status=none
}

# many_vdis TREES: $WORK/TREES-trees, of chains three deep
many_vdis()
{
	GEN_TREES=$1 make_sr 7 && mv "$WORK/image" "$WORK/$1-trees"
}

# call NAME TID PORT: the methodCall for its LUN; in_turn gives it a uuid.
call()
{
	XAPI_SR_UUID=@UUID@
	xapi_call sr_create target=127.0.0.1 port="$3" targetIQN="$iqn.$1" \
		SCSIid="$(tgt_scsiid "$(serial "$2")")" initiator=libiscsi \
		localIQN=iqn.2024-01.test:initiator journals=keep
}

# The driver locks SCSIids; other runs use others.
serial()
{
	printf '%x%02x' $$ "$1"
}

# in_turn RUNS COMMAND... [-- COMMAND...]...: as tests/bench/in_turn, whose lines
# go to $WORK/times; every answer of the program must be a success.
in_turn()
{
	local wrong

	rm -f "$WORK/out"
	OUT=$WORK/out "$BUILD/tests/bench/in_turn" "$@" >"$WORK/times" ||
		give_up "a run fails"
	wrong=$(grep -A1 faultString "$WORK/out" | grep '<string>' |
		grep -v 'successfully resigned') || return 0
	give_up "no resign: ${wrong:0:600}"
}

# measure_traffic NAME TID: one run through the proxy. Sets $counted by name, and
# makes $WORK/record, for bare.
measure_traffic()
{
	local name count

	: >"$WORK/proxy"
	"$BUILD/tests/support/iscsi_proxy" "$TGT_PORT" record >"$WORK/proxy" &
	proxy_pid=$!
	until [[ -s $WORK/proxy ]]; do
		kill -0 "$proxy_pid" || give_up "the proxy does not start"
		sleep 0.01
	done
	in_turn 1 "$STATIC/RELVMoISCSISR" \
		"$(call "$1" "$2" "$(head -n 1 "$WORK/proxy")")"
	wait "$proxy_pid"
	proxy_pid=
	grep '^[+-] ' "$WORK/proxy" >"$WORK/record"
	counted=()
	while read -r name count; do
		[[ -n $count ]] && counted[$name]=$count
	done < <(grep '^[a-zA-Z]' "$WORK/proxy")
}

# A number of microseconds as milliseconds.
ms()
{
	awk -v us="$1" 'BEGIN { printf "%.1f", us / 1000 }'
}

ratio()
{
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'
}

# serve TID NAME IMAGE
serve()
{
	tgt_target "$1" "$iqn.$2" &&
		tgt_lun "$1" 1 "$3" scsi_id="$(serial "$1")" ||
		give_up "tgtd does not serve $2"
}

# bench NAME TID RUNS: one row, and where its commands go
bench()
{
	local name=$1 text
	local -a wall cpu

	serve "$2" "$name" "$WORK/$name"
	cp --sparse=always "$WORK/$name" "$WORK/bare"
	serve $(($2 + 50)) "$name-bare" "$WORK/bare"
	measure_traffic "$name" "$2"
	text=$(call "$name" "$2" "$TGT_PORT")
	in_turn "$3" "$STATIC/RELVMoISCSISR" "$text" -- \
		"$BUILD/RELVMoISCSISR" "$text" -- \
		"$STATIC/tests/bench/bare" "$TGT_PORT" "$iqn.$name-bare" \
		"$WORK/record"
	mapfile -t wall < <(cut -d' ' -f1 "$WORK/times")
	mapfile -t cpu < <(cut -d' ' -f2 "$WORK/times")
	printf '%-11s %5d %8d %6d %9d %9d %8s %8s %8s %6s %8s\n' "$name" \
		"$lvs" "${counted[commands]}" "${counted[rounds]}" \
		"${counted[read]}" "${counted[written]}" "$(ms "${wall[0]}")" \
		"$(ms "${wall[1]}")" "$(ms "${wall[2]}")" \
		"$(ratio "${wall[0]}" "${wall[2]}")" "$(ms "${cpu[0]}")"
	[[ -n $first_wall ]] || first_wall=${wall[0]}
	details+="$name: "
	details+=$(sed -E "1d; /^([+-]|(commands|read|written|rounds|other) )/d" \
		"$WORK/proxy" | tr "\n" " ")$'\n'
	tgt_admin --mode target --op delete --force --tid "$2"
	tgt_admin --mode target --op delete --force --tid $(($2 + 50))
	rm "$WORK/$name" "$WORK/bare"
}

# What the program costs before it has read a byte of its call.
bench_start()
{
	local -a wall

	in_turn $((runs * 10)) /bin/true -- "$STATIC/relvm" --version -- \
		"$BUILD/relvm" --version
	mapfile -t wall < <(cut -d' ' -f1 "$WORK/times")
	echo "A process that starts and ends: $(ms "${wall[0]}") ms \
(/bin/true), the static program $(ms "${wall[1]}") ms, the dynamic one \
$(ms "${wall[2]}") ms."
}

# time_hostile NAME CODE REQUEST: one of tests/driver/test_hostile.sh's
time_hostile()
{
	local began=${EPOCHREALTIME/[.,]/}

	"$BUILD/RELVMoISCSISR" "$3" >/dev/null </dev/null
	echo "$((${EPOCHREALTIME/[.,]/} - began)) $1" >>"$WORK/hostile"
}

bench_hostile()
{
	local longest

	hostile_each time_hostile
	longest=$(sort -n "$WORK/hostile" | tail -n 1)
	echo "$(grep -c . "$WORK/hostile") hostile requests: the slowest \
answered in $(ms "${longest%% *}") ms (${longest#* }), the median in \
$(ms "$(sort -n "$WORK/hostile" |
		awk '{ t[NR] = $1 } END { print t[int((NR + 1) / 2)] }')") ms."
}

[[ $(id -u) -eq 0 ]] || give_up "this needs root, for loop devices and tgtd"
WORK=$(mktemp -d)
echo "xapi_socket = none" >"$WORK/conf"
export RELVMOISCSI_CONF=$WORK/conf
proxy_pid=
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
first_wall=
details=
declare -A counted
mkdir "$WORK/lvm"
lvm_begin "$WORK/lvm"
golden snapshots || give_up "no golden image"
huge_vdi || give_up "no LUN with a VDI of 1 TiB"
golden single-vhd
tgt_start "$WORK" || give_up "tgtd does not start"

echo "Over loopback; medians of $runs runs in turn, in ms, of the whole process
(load of this machine: $(cut -d" " -f1 /proc/loadavg))."
echo
printf '%-11s %5s %8s %6s %9s %9s %8s %8s %8s %6s %8s\n' "" LVs commands \
	rounds "read (B)" "written" static dynamic bare ratio "CPU"
lvs=2 bench single-vhd 1 "$runs"
lvs=7 bench snapshots 2 "$runs"
lvs=2 bench huge 3 "$runs"
tid=4
for trees in 25 50 100 250; do
	many_vdis $trees || give_up "no SR of $trees trees"
	bench $trees-trees $((tid++)) $((runs / 3 + 1))
done
cat <<END

huge is single-vhd with a VDI of 1 TiB; trees are chains of VHDs three deep.
commands: SCSI commands of the session; rounds: how often the initiator waited
for the target; bare: a libiscsi program that does the same reads, writes and
flushes; ratio: static to bare; CPU: of the static program. Where the commands go
(login: its PDUs):
$details
The aim for single-vhd: at most 30 commands, 20 rounds, a ratio of 1.5; the
dynamic program starts in 3 ms; 1,000 VDIs in 350 ms. The driver of 2016 takes
about 20 s: $((before_ms * 1000 / first_wall)) times as long.
END
bench_start
bench_hostile

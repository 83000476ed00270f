#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# bench.sh BUILD [RUNS]: what a resign costs over loopback: the wall time of the
# driver's whole process in RUNS (30) runs, straight to the target; and the
# traffic of one more run, counted by a proxy on the way, not by the program.
# Then what of that the journal costs: the same resign with it and without.
# Measures only; nothing passes or fails. Needs root. BUILD is without SANITIZE.

set -u
here=$(cd "$(dirname "$0")" && pwd)
BUILD=$(realpath "${1:?usage: bench.sh BUILD [RUNS]}")
runs=${2:-30}
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

iqn=iqn.2024-01.test:bench
aim_ms=50
aim_commands=40
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

# call NAME TID PORT: the methodCall for its LUN
call()
{
	XAPI_SR_UUID=$(xapi_uuid)
	xapi_call sr_create target=127.0.0.1 port="$3" targetIQN="$iqn.$1" \
		SCSIid="$(tgt_scsiid "$(serial "$2")")" initiator=libiscsi \
		localIQN=iqn.2024-01.test:initiator
}

# The driver locks SCSIids; other runs use others.
serial()
{
	printf '%x%02x' $$ "$1"
}

must_have_resigned()
{
	grep -q 'successfully resigned' "$WORK/out" ||
		give_up "$1: $(tr -d '\n' <"$WORK/out" | cut -c 1-600)"
}

# Sets $times, sorted, in microseconds: from before fork to after wait.
measure_time()
{
	local i text began

	: >"$WORK/times"
	for ((i = 0; i < runs; i++)); do
		text=$(call "$1" "$2" "$TGT_PORT")
		began=${EPOCHREALTIME/[.,]/}
		"$BUILD/RELVMoISCSISR" "$text" >"$WORK/out" </dev/null
		echo $((${EPOCHREALTIME/[.,]/} - began)) >>"$WORK/times"
		must_have_resigned "$1"
	done
	mapfile -t times < <(sort -n "$WORK/times")
}

driver_at()
{
	"$BUILD/RELVMoISCSISR" "$(call "$1" "$2" "$3")" >"$WORK/out" </dev/null
	must_have_resigned "$1"
}

# resign_at journal|bare NAME TID PORT: prints how long it took
resign_at()
{
	"$BUILD/tests/support/lun_resign" "$1" "$4" "$iqn.$2" \
		"$(tgt_scsiid "$(serial "$3")")"
}

# measure_traffic COMMAND...: COMMAND is run with the port as one more word.
# Sets $counted by name.
measure_traffic()
{
	local port name count

	: >"$WORK/proxy"
	"$BUILD/tests/support/iscsi_proxy" "$TGT_PORT" >"$WORK/proxy" &
	proxy_pid=$!
	until [[ -s $WORK/proxy ]]; do
		kill -0 "$proxy_pid" || give_up "the proxy does not start"
		sleep 0.01
	done
	port=$(head -n 1 "$WORK/proxy")
	"$@" "$port" >"$WORK/said" || give_up "$*: no resign"
	wait "$proxy_pid"
	proxy_pid=
	counted=()
	while read -r name count; do
		[[ -n $count ]] && counted[$name]=$count
	done <"$WORK/proxy"
}

# A number of microseconds as milliseconds.
ms()
{
	printf '%d.%d' $(($1 / 1000)) $(($1 % 1000 / 100))
}

# bench NAME TID: one row, and where its commands go
bench()
{
	local name=$1 median

	if ! tgt_target "$2" "$iqn.$1" ||
		! tgt_lun "$2" 1 "$WORK/$1" scsi_id="$(serial "$2")"; then
		give_up "tgtd does not serve $1"
	fi
	measure_time "$1" "$2"
	measure_traffic driver_at "$1" "$2"
	median=${times[$((runs / 2))]}
	printf '%-11s %7s %7s %7s %9d %7d %10d %10d %7s\n' "$name" \
		"$(ms "$median")" "$(ms "${times[0]}")" \
		"$(ms "${times[-1]}")" "${counted[commands]}" \
		"${counted[rounds]}" "${counted[read]}" "${counted[written]}" \
		"$(ratio "${counted[commands]}" "$first_commands")"
	if [[ $first_commands -eq 0 ]]; then
		first_commands=${counted[commands]}
		first_median=$median
	fi
	details+="$name: "
	details+=$(sed -E "1d; /^(commands|read|written|rounds|other) /d" \
		"$WORK/proxy" | tr "\n" " ")$'\n'
}

# bench_journal NAME TID: three rows. tgt has no COMPARE AND WRITE: each of the
# two exchanges of the head is a read, a write, a pause of 10 ms and a read.
bench_journal()
{
	local how i row written

	for how in journal bare; do
		measure_traffic resign_at "$how" "$1" "$2"
		: >"$WORK/times"
		for ((i = 0; i < runs; i++)); do
			resign_at "$how" "$1" "$2" "$TGT_PORT" \
				>>"$WORK/times" || give_up "$1: no resign"
		done
		written=$((${counted[WRITE10]-0} + ${counted[WRITE16]-0} +
			${counted[COMPARE_AND_WRITE]-0}))
		row="${counted[commands]} $written \
${counted[SYNC_CACHE10]-0} ${counted[written]} ${counted[read]} \
${counted[rounds]} $(sort -n "$WORK/times" | sed -n "$((runs / 2 + 1))p")"
		echo "$1, $([[ $how == bare ]] && echo without || echo with):$row"
	done >"$WORK/rows"
	awk -F: '
		{
			n = split($2, now, " ")
			printf "%-21s", $1
			for (i = 1; i < n; i++) {
				printf " %8d", now[i]
				more[i] = (NR == 1) ? now[i] : more[i] - now[i]
			}
			printf " %8.1f\n", now[n] / 1000
			more[n] = (NR == 1) ? now[n] : more[n] - now[n]
		}
		END {
			printf "%-21s", "  the journal costs"
			for (i = 1; i < n; i++)
				printf " %8d", more[i]
			printf " %8.1f\n", more[n] / 1000
		}' "$WORK/rows"
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

# A/B, "1.00" for the first of a column
ratio()
{
	if [[ $2 -eq 0 ]]; then
		echo 1.00
	else
		awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'
	fi
}

[[ $(id -u) -eq 0 ]] || give_up "this needs root, for loop devices and tgtd"
WORK=$(mktemp -d)
echo "xapi_socket = none" >"$WORK/conf"
export RELVMOISCSI_CONF=$WORK/conf
proxy_pid=
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
first_commands=0
first_median=0
details=
declare -A counted
declare -a times
mkdir "$WORK/lvm"
lvm_begin "$WORK/lvm"
golden snapshots || give_up "no golden image"
huge_vdi || give_up "no LUN with a VDI of 1 TiB"
golden single-vhd
tgt_start "$WORK" || give_up "tgtd does not start"

echo "Over loopback, $runs runs each; time in ms, of the whole process
(load of this machine: $(cut -d" " -f1 /proc/loadavg))."
echo
printf '%-11s %7s %7s %7s %9s %7s %10s %10s %7s\n' "" median min max \
	commands rounds "read (B)" "written" "cmds x"
bench single-vhd 1
bench snapshots 2
bench huge 3
cat <<END

huge is single-vhd with a VDI of 1 TiB. commands: SCSI commands of the session,
discovery included; rounds: how often the initiator waited for the target;
cmds x: commands against single-vhd's. Where they go (login: its PDUs):
$details
single-vhd against the aim: $(ratio "$first_median" $((aim_ms * 1000))) of \
$aim_ms ms, $(ratio "$first_commands" $aim_commands) of $aim_commands commands.
The driver of 2016 takes about 20 s: $((before_ms * 1000 / first_median)) \
times as long.
END
echo
printf '%-21s %8s %8s %8s %8s %8s %8s %8s\n' "The journal" commands writes \
	flushes written "read (B)" rounds ms
bench_journal single-vhd 1
bench_journal snapshots 2
echo
bench_hostile

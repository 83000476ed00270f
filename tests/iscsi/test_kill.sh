#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_kill.sh BUILD AUDIT [KILLS]: the program is killed, stopped and run
# against itself at random moments of a resign over iSCSI (tgt), KILLS times
# (200). Whatever was cut short must be finished by the next run with one
# consistent set of identifiers, judged by lvm2 and an independent reader, and
# nothing may be left behind. Needs root. Prints ok/not ok lines.

set -u
build=$(realpath "$1")
audit=$(realpath "$2")
kills=${3:-200}
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/iscsi/tgt.sh
. "$here/tgt.sh"
# shellcheck source=tests/support/lvm.sh
. "$here/../support/lvm.sh"
# shellcheck source=tests/support/xapi.sh
. "$here/../support/xapi.sh"

program=$build/RELVMoISCSISR
kill_at=$build/tests/iscsi/kill_at
iqn=iqn.2024-01.test:clone
# An id of this test's own, so that it may run beside others.
id=$(tgt_scsiid "dead$$")
locks=/var/lock/sm/relvmoiscsi
done_text="fault 1 Error reporting error, unknown key The SR has been \
successfully resigned. Use the lvmoiscsi type to attach it"
# Images that lvm2 looks at together.
batch=20

work=$(mktemp -d)
mkdir "$work/kept"
: >"$work/said"
export RELVMOISCSI_CONF=$work/conf
lun=$work/lun
failures=0

clean_up() {
	lvm_end
	tgt_stop
	rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 143' INT TERM

# result NAME STATUS [TEXT]
result() {
	if [ "$2" = 0 ]; then
		echo "ok $1${3:+ ($3)}"
	else
		echo "not ok $1"
		printf '%s\n' "${3-}" | sed 's/^/    /'
		failures=$((failures + 1))
	fi
}

# RANDOM alone has 15 bits.
random_below() {
	echo $(((RANDOM * 32768 + RANDOM) % $1))
}

# start NAME SR MICROSECONDS SIGNAL [INITIATOR]: one run of the program; its end
# goes to NAME.end
start() {
	local call

	call=$(XAPI_SR_UUID=$2 xapi_call sr_create target=127.0.0.1 \
		port="$TGT_PORT" targetIQN=$iqn SCSIid="$id" \
		localIQN="${5:-iqn.2024-01.test:host}" initiator=libiscsi)
	: >"$work/$1.end"
	"${host[@]}" "$kill_at" "$locks/$id" "$3" "$4" "$work/$1.out" "$work/$1.err" \
		"$program" "$call" >"$work/$1.end"
}
host=()

# What the program answered, one line; also if it did not end as xapi wants.
answer() {
	local how number us

	read -r how number us < <(tail -n 1 "$work/$1.end")
	if [ "$how $number" != "exit 0" ]; then
		echo "$how $number"
	elif [ -s "$work/$1.err" ]; then
		echo "stderr: $(head -c 300 "$work/$1.err")"
	else
		"$build/tests/support/xapi_answer" "$work/$1.out" 2>&1
	fi
}

lived() {
	local how number us

	read -r how number us < <(tail -n 1 "$work/$1.end")
	echo "$us"
}

# What a killed run has left: the state of its journal's head, if there is one.
left_over() {
	local at

	at=$(head -c 16M "$lun" | grep -aobF RELVMJNL | head -n 1)
	at=${at%%:*}
	[ -n "$at" ] || {
		echo none
		return
	}
	case $(od -An -tu4 -j $((at + 16)) -N 4 "$lun" | tr -d ' ') in
	1) echo claimed ;;
	2) echo committed ;;
	*) echo damaged ;;
	esac
}

# The target may still be working on what a killed run has sent.
no_session() {
	local i

	for ((i = 0; i < 500; i++)); do
		[ "$(tgt_sessions 1)" = 0 ] && return
		sleep 0.01
	done
	echo "a session is left"
	return 1
}

no_lock() {
	[ ! -e "$locks/$id" ] || {
		echo "its lock is left"
		return 1
	}
}

nothing_left() {
	no_session && no_lock && [ "$(left_over)" = none ]
}

fresh() {
	cp --sparse=always "$work/original" "$lun"
}

le64() {
	od -An -tu8 -j "$1" -N 8 "$2" | tr -d ' '
}

same_bytes() { # AT LENGTH
	cmp -n "$2" -i "$1" "$work/original" "$lun"
}

# Label, mda_header, the text that this one names, and all behind the metadata
# area. Unused ring space may hold anything but a journal's head.
unchanged() {
	local text len area

	text=$((4096 + $(le64 $((4096 + 40)) "$work/original")))
	len=$(le64 $((4096 + 48)) "$work/original")
	area=$((4096 + $(le64 $((4096 + 32)) "$work/original")))
	same_bytes 0 4608 && same_bytes "$text" "$len" &&
		same_bytes "$area" $((256 << 20)) &&
		[ "$(left_over)" = none ]
}

# keep NAME SR...: for `judge`: the LUN as it is now must be a resign of the
# original to one of these SRs.
kept=()
keep() {
	cp --sparse=always "$lun" "$work/kept/$1.img"
	printf '%s\n' "${@:2}" >"$work/kept/$1.srs"
	kept+=("$1")
}

judge_these() {
	local name vg sr wrong=0

	mkdir "$work/lvm"
	lvm_begin "$work/lvm"
	lvm_attach original "$work/original"
	for name in "$@"; do
		lvm_attach "$name" "$work/kept/$name.img"
	done
	lvm_run vgck || wrong=1
	lvm_report >"$work/report" || wrong=1
	for name in "$@"; do
		vg=$(grep "^PV|$name|" "$work/report" | cut -d'|' -f10)
		sr=${vg#VG_XenStorage-}
		if ! grep -qxF "$sr" "$work/kept/$name.srs" ||
			! "$audit" "$sr" "$work/report" original \
				"$work/original" "$name" "$work/kept/$name.img" \
				>"$work/said" 2>&1; then
			echo "$name: VG $vg, wanted one of:"
			cat "$work/kept/$name.srs" "$work/said"
			wrong=1
		fi
	done
	lvm_end
	rm -rf "$work/lvm"
	return $wrong
}

# lvm2 looks at all together, and one by one if there is something.
judge() {
	local name wrong=0 apart=0

	if ! judge_these "${kept[@]}" >"$work/together" 2>&1; then
		wrong=1
		for name in "${kept[@]}"; do
			judge_these "$name" 2>&1 || apart=1
		done
		[ $apart = 1 ] || cat "$work/together"
	fi
	rm -rf "$work/kept/"*
	[ $wrong = 0 ]
}

# How long a resign takes, from its lock on.
measure() {
	local i said
	local -a lives=()

	for ((i = 0; i < 5; i++)); do
		fresh
		start m "$(xapi_uuid)" 0 0
		said=$(answer m)
		lives+=("$(lived m)")
	done
	whole=$(printf '%s\n' "${lives[@]}" | sort -n | sed -n 3p)
	[ "$said" = "$done_text" ]
	result "a resign" $? "$said, $whole us"
	[ $failures = 0 ]
}

moment() {
	random_below "$whole"
}

test_kills() {
	local i first second end state bad=0 said=
	local -A states=()

	for ((i = 0; i < kills; i++)); do
		fresh
		first=$(xapi_uuid)
		second=$(xapi_uuid)
		start "k$i" "$first" "$(moment)" 9
		read -r end _ < <(tail -n 1 "$work/k$i.end")
		state=$(left_over)
		[ "$end" = signal ] || state=finished
		states[$state]=$((${states[$state]-0} + 1))
		start "k$i" "$second" 0 0
		end=$(answer "k$i")
		if [ "$end" != "$done_text" ]; then
			said+="kill $i ($state), then: $end"$'\n'
			bad=$((bad + 1))
			[ -n "${KEEP-}" ] && cp --sparse=always "$lun" "$KEEP/$i.img"
		elif ! end=$(nothing_left); then
			said+="kill $i ($state): $end $(left_over)"$'\n'
			bad=$((bad + 1))
		else
			keep "k$i" "$first" "$second"
		fi
		if [ ${#kept[@]} -ge $batch ] || [ $i = $((kills - 1)) ]; then
			end=$(judge) || {
				said+=$end$'\n'
				bad=$((bad + $(grep -c wanted <<<"$end")))
			}
			kept=()
		fi
		rm -f "$work/k$i."*
	done
	state=$(for state in "${!states[@]}"; do
		printf '%s %d, ' "$state" "${states[$state]}"
	done)
	[ -z "$said" ]
	result "killed at $kills random moments, then run again: $((kills - \
		bad)) finish with one set of ids" $? "${said:-left: ${state%, }}"
}

# A signal that asks.
test_signals() {
	local i sr end bad='' signal done=0 stopped=0

	for ((i = 0; i < kills / 4; i++)); do
		fresh
		sr=$(xapi_uuid)
		signal=$((i % 3 == 0 ? 2 : i % 3 == 1 ? 15 : 1))
		start s "$sr" "$(moment)" $signal
		end=$(answer s)
		case $end in
		"$done_text")
			done=$((done + 1))
			keep "s$i" "$sr"
			;;
		"fault 201 "*"signal"*)
			stopped=$((stopped + 1))
			unchanged >"$work/said" 2>&1 ||
				bad+="$end, but $(cat "$work/said")"$'\n'
			;;
		*)
			bad+="signal $signal: $end"$'\n'
			;;
		esac
		end=$(nothing_left) || bad+="left after $signal: $end"$'\n'
		[ ${#kept[@]} -lt $batch ] || {
			end=$(judge) || bad+=$end$'\n'
			kept=()
		}
	done
	end=$(judge) || bad+=$end$'\n'
	kept=()
	[ -z "$bad" ] && [ $stopped -gt 0 ] && [ $done -gt 0 ]
	result "asked to stop at $((kills / 4)) random moments: finished or \
unchanged" $? "${bad}finished $done, unchanged $stopped"
}

# wait_for_lock: the first run is inside.
wait_for_lock() {
	local i

	for ((i = 0; i < 2000; i++)); do
		[ -e "$locks/$id" ] && return
		sleep 0.001
	done
	return 1
}

test_same_host() {
	local i first second job pid said try

	# The first must be caught inside, which may take more than one try.
	for ((try = 0; try < 20; try++)); do
		fresh
		first=$(xapi_uuid)
		start a "$first" 0 0 &
		job=$!
		wait_for_lock
		read -r _ pid <"$work/a.end"
		kill -STOP "$pid" 2>/dev/null &&
			[ -e "$locks/$id" ] && break
		kill -CONT "$pid" 2>/dev/null
		wait $job
	done
	start b "$(xapi_uuid)" 0 0
	kill -CONT "$pid"
	wait $job
	said=$(answer b)
	[[ $said == "fault 37 "*"$id"*"process $pid;"* ]]
	result "a second resign on this host is refused" $? "$said"
	said=$(answer a)
	[ "$said" = "$done_text" ]
	result "and the first is not disturbed" $? "$said"
	said=$(nothing_left && keep a "$first" && judge)
	result "with one set of ids" $? "$said"
	kept=()
}

# A host of its own, as far as the program can tell: locks and boot.
make_hosts() {
	local j

	cat >"$work/host" <<-'END'
		#!/bin/bash
		mount -t tmpfs none "$(realpath /var/lock)" &&
			mount --bind "$1" /proc/sys/kernel/random/boot_id &&
			exec "${@:2}"
	END
	for j in 0 1; do
		xapi_uuid >"$work/boot$j"
	done
}

start_on() { # HOSTS J SR DELAY
	local host=()

	[ "$1" = 1 ] || host=(unshare -m bash "$work/host" "$work/boot$2")
	sleep "$4"
	start "h$2" "$3" 0 0 "iqn.2024-01.test:host$2"
}

# both HOSTS ROUNDS: two runs at once, as far as chance has it. Each resigns or
# is refused by a lock. If one says that it resigned, the LUN has the ids of one
# of them, not always its own: it may have completed what the other committed.
both() {
	local i j end bad='' resigned=0 refused=0
	local any
	local -a srs jobs

	for ((i = 0; i < $2; i++)); do
		fresh
		srs=("$(xapi_uuid)" "$(xapi_uuid)")
		jobs=()
		any=0
		for j in 0 1; do
			start_on "$1" $j "${srs[$j]}" \
				"0.00$(random_below 10)" &
			jobs+=($!)
		done
		wait "${jobs[@]}"
		for j in 0 1; do
			end=$(answer "h$j")
			case $end in
			"$done_text")
				resigned=$((resigned + 1))
				any=1
				;;
			"fault 37 "*)
				refused=$((refused + 1))
				;;
			*)
				bad+="round $i: $end"$'\n'
				;;
			esac
		done
		end=$(no_session && no_lock) || bad+="round $i: $end"$'\n'
		if [ $any = 1 ]; then
			[ "$(left_over)" = none ] || bad+="round $i: journal"$'\n'
			keep "b$i" "${srs[@]}"
		elif ! end=$(unchanged 2>&1); then
			bad+="round $i: nobody resigned, $end, $(left_over)"$'\n'
		fi
		if [ ${#kept[@]} -ge $batch ] || [ $i = $(($2 - 1)) ]; then
			end=$(judge) || bad+=$end$'\n'
			kept=()
		fi
	done
	[ -z "$bad" ]
	result "two at once on $1 host(s), $2 times" $? \
		"${bad}resigned $resigned, refused $refused"
}

echo "xapi_socket = none" >"$RELVMOISCSI_CONF"
zstd -q -d --sparse "$here/../golden/snapshots.img.zst" -o "$work/original"
fresh
tgt_start "$work" || exit 1
tgt_target 1 $iqn
tgt_lun 1 1 "$lun" scsi_id="dead$$"
make_hosts
measure || exit 1
test_same_host
test_kills
test_signals
both 1 $((kills / 10))
both 2 $((kills / 5))
[ $failures = 0 ]

#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# jobs_bench.sh BUILD [LUNS [JOBS]]: `relvm resign --jobs JOBS` (16) of LUNS (200)
# clones of single-vhd behind tgt on loopback: the wall time of all of them, and
# the SCSI commands that one takes, counted by a proxy. Measures; fails only if
# a LUN is not resigned. Needs root. BUILD is without SANITIZE. tgtd has one thread
# a LUN, for it is relvm that is measured; TGT_THREADS=16 is tgtd as it comes.

set -u
here=$(cd "$(dirname "$0")" && pwd)
BUILD=$(realpath "${1:?usage: jobs_bench.sh BUILD [LUNS [JOBS]]}")
count=${2:-200}
jobs=${3:-16}
# shellcheck source=tests/iscsi/tgt.sh
. "$here/../iscsi/tgt.sh"

export TGT_THREADS=${TGT_THREADS:-1}
iqn=iqn.2024-01.test:jobs
relvm=("$BUILD/relvm" resign --yes --initiator-name
	iqn.2024-01.test:initiator --json)

stop()
{
	trap '' INT TERM
	[[ -z $proxy_pid ]] || kill -KILL "$proxy_pid" 2>/dev/null
	tgt_stop
	rm -rf "$WORK"
}

give_up()
{
	printf 'jobs_bench: %s\n' "$1" >&2
	exit 1
}

# The program locks SCSIids; other runs use others.
serial()
{
	printf '%x%03x' $$ "$1"
}

# clone N: its name on standard output
serve()
{
	cp --sparse=always "$WORK/single" "$WORK/lun.$1" &&
		tgt_lun 1 "$1" "$WORK/lun.$1" scsi_id="$(serial "$1")" ||
		give_up "LUN $1"
}

# Seconds with three decimals, from microseconds.
seconds()
{
	printf '%d.%03d' $(($1 / 1000000)) $(($1 % 1000000 / 1000))
}

# Commands of one more LUN's resign, from REPORT LUNS to the last flush.
count_commands()
{
	local port

	serve $((count + 1))
	: >"$WORK/proxy"
	"$BUILD/tests/support/iscsi_proxy" "$TGT_PORT" >"$WORK/proxy" &
	proxy_pid=$!
	until [[ -s $WORK/proxy ]]; do
		kill -0 "$proxy_pid" || give_up "the proxy does not start"
		sleep 0.01
	done
	port=$(head -n 1 "$WORK/proxy")
	"${relvm[@]}" "iscsi://127.0.0.1:$port/$iqn/$(tgt_scsiid \
		"$(serial $((count + 1)))")" >/dev/null 2>&1 ||
		give_up "the LUN behind the proxy is not resigned"
	wait "$proxy_pid"
	proxy_pid=
	commands=$(sed -n 's/^commands //p' "$WORK/proxy")
	luns_asked=$((count + 1))
}

# Of relvm's own durations, in ms.
spread()
{
	jq -r .durations_ms.total "$WORK/out" | sort -n |
		awk '{ t[NR] = $1 } END {
			printf "median %d, most %d", t[int((NR + 1) / 2)], t[NR] }'
}

[[ $(id -u) -eq 0 ]] || give_up "this needs root, for tgtd"
WORK=$(mktemp -d)
proxy_pid=
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
zstd -q -d --sparse "$here/../golden/single-vhd.img.zst" -o "$WORK/single" ||
	give_up "no golden image"
tgt_start "$WORK" && tgt_target 1 "$iqn" || give_up "tgtd does not start"
for ((i = 1; i <= count; i++)); do
	serve "$i"
	echo "iscsi://127.0.0.1:$TGT_PORT/$iqn/$(tgt_scsiid "$(serial "$i")")"
done >"$WORK/luns"
from=$("$BUILD/relvm" inspect --json "$WORK/single" | jq -r .sr.uuid)

began=${EPOCHREALTIME/[.,]/}
"${relvm[@]}" --jobs "$jobs" --from "$from" --luns "$WORK/luns" >"$WORK/out" \
	2>"$WORK/err" || give_up "$(tail -n 3 "$WORK/err" "$WORK/out")"
wall=$((${EPOCHREALTIME/[.,]/} - began))
resigned=$(grep -c '"outcome":"resigned"' "$WORK/out")
[[ $resigned -eq $count ]] || give_up "only $resigned of $count are resigned"
count_commands

cat <<END

relvm resign --jobs $jobs of $count clones of single-vhd, all of one target, over
loopback (load of this machine: $(cut -d" " -f1 /proc/loadavg)):

$(seconds "$wall") s in all, $((wall / count / 1000)) ms a LUN; of each, in ms: $(spread)
$commands SCSI commands for one LUN, $luns_asked of them INQUIRYs of every LUN
of the target, by which the one with the SCSIid is found.
END

#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# run.sh BUILD_DIR [full]: the proof that no power failure, no failing I/O and no
# second host turns a LUN into a mix. Each golden image that can be resigned, and
# variants of it, crash in every way (crash.c); samples of the results are judged
# by the real lvm2 and by the independent audit (judge.sh); and LVM works on
# LUNs with a journal (lvm_commands.sh). Needs root, for loop devices. One line
# a test; the last line says how many states were tried.
#
# JOBS: how many of them at once. SEED: of what is tried at random.

set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(realpath "$1")
full=${2-}
crash=$build/tests/crash
audit=$build/tests/audit
resign_file=$build/tests/support/resign_file
seed=${SEED:-1}

for program in "$crash" "$audit" "$resign_file"; do
	[[ -x $program ]] || { echo "not ok no $program"; exit 1; }
done
work=$(mktemp -d)
trap 'wait; rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Two hosts at once take long, and no image is more to them than another.
suites_of()
{
	local suites=(power nested chains faults clones used)

	case $1 in
	snapshots | single-vhd) suites+=(hosts stalls) ;;
	esac
	echo "${suites[@]}"
}

# one NAME [deep]
one()
{
	local name=$1 deep=${2-} most=6
	local image=$work/$1$deep.img samples=$work/$1$deep.samples

	[[ $full ]] && most=12
	mkdir "$samples"
	zstd -q -d --sparse "$here/../golden/$name.img.zst" -o "$image" || {
		echo "not ok $name: unpack"
		return
	}
	# Words of the list are split here on purpose.
	# shellcheck disable=SC2046
	"$crash" ${deep:+-f -p} -s "$seed" -o "$samples" "$name" "$image" \
		$(suites_of "$name")
	(($? < 2)) || echo "not ok $name: the crash tests died"
	# What LVM says of this image in any case.
	LVM_EXPECTED=$(jq -r '.lvm_says // empty' "$here/../golden/$name.json") \
		"$here/judge.sh" "$crash" "$audit" "$image" "$samples" "$most"
	if [[ $name == snapshots && $deep == "${full:+deep}" ]]; then
		"$here/lvm_commands.sh" "$crash" "$resign_file" "$audit" \
			"$image" ${full:+full}
	fi
	rm -rf "$image" "$samples"
}

# Images that differ in what is written: chains of VHDs and of QCOW2s,
# changed-block logs, one VHD, no MGT. In full these are gone into more deeply, on
# every kind of LUN, and then come all others. The longest first.
tasks=(cbt snapshots qcow2 single-vhd no-mgt)
if [[ $full ]]; then
	tasks=("${tasks[@]/%/ deep}" "${tasks[@]}")
	for manifest in "$here"/../golden/*.json; do
		name=$(basename "$manifest" .json)
		# 240 volumes take long, and are no more to the order of writes
		# than 2.
		[[ $name != small-area-wrap && " ${tasks[*]} " != *" $name "* ]] &&
			grep -q '"expect": "resign' "$manifest" &&
			tasks+=("$name")
	done
fi

# add_up WHAT: what the suites so far have tried.
add_up()
{
	cat "$work"/*.out | awk -v what="$1" '
		/^(not )?ok .* states, / {
			for (i = 2; i <= NF; i++) {
				if ($i == "states,")
					total += $(i - 1)
				if ($i ~ /^distinct/)
					distinct += $(i - 1)
			}
		}
		END { printf "# %d states %s, %d distinct\n", total, what, distinct }'
}

progress()
{
	while sleep 15; do
		add_up "so far, in $SECONDS s, ${#tasks[@]} parts, done \
$(find "$work" -name '*.done' | wc -l)" >&2
	done
}

: >"$work/none.out"
if [[ $full ]]; then
	progress &
	watcher=$!
	trap 'kill "$watcher"; wait; rm -rf "$work"' EXIT
fi
jobs=${JOBS:-$(nproc)}
running=0
pids=()
for task in "${tasks[@]}"; do
	if ((running >= jobs)); then
		wait -n
		((running--))
	fi
	# The task is a name, and perhaps a word more.
	# shellcheck disable=SC2086
	(one $task >"$work/$task.out" 2>&1; : >"$work/$task.done") &
	pids+=($!)
	((running++))
done
wait "${pids[@]}"
for task in "${tasks[@]}"; do
	cat "$work/$task.out"
done
add_up tried
! grep -q '^not ok ' "$work"/*.out

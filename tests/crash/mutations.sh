#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# mutations.sh [NAME…]: can the crash tests fail? Each mutation takes one
# safeguard out of a copy of lib/, and the crash tests must then say "not ok".
# CC compiles; the program is built as the Makefile does, without its warnings.
# One line a mutation, as tests/run.sh wants. No root is needed.
#
# Not here, but in tests/unit/test_recover.c: that a run which was held up looks
# at its head again before it writes, which takes three runs; and that a run
# looks at the label and the mda_headers right after its claim, which matters
# only if two runs come to put their text at one and the same random place.

set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# NAME | FILE | what sed does to it | the suites that shall notice. A mutation
# that changes nothing, since the code has, is a failure of this list.
mutations()
{
	cat <<'LIST'
no flush before the commit|txn/txn.c|/^static int write_ring/,/^}/s/ || lun_flush(lun, err)//|power
no flush after the commit|txn/journal.c|/JOURNAL_COMMITTED, err/,/^}/s/return lun_flush(journal->lun, err);/return 0;/|power
no flush before the wiping|txn/txn.c|/PLAN_SWITCH, err/,/;/s/lun_flush(lun, err) || verify_plan/verify_plan/|power
switch before data|txn/txn.c|s/PLAN_INPLACE/PLAN_X/;s/PLAN_SWITCH/PLAN_INPLACE/;s/PLAN_X/PLAN_SWITCH/|used
no flush between data and switch|txn/txn.c|/PLAN_INPLACE, err/,/;/s/lun_flush(lun, err) || journal_check_ours/journal_check_ours/|used
no flush between data and switch in recovery|txn/replay.c|s/lun_write(lun, ios, n, err) || lun_flush(lun, err)/lun_write(lun, ios, n, err) || (phase == PLAN_SWITCH \&\& lun_flush(lun, err))/|used nested
no flush in recovery|txn/replay.c|s/|| lun_flush(lun, err)//|nested
commit before the ring|txn/txn.c|s/write_ring(lun, plan, journal, err) ||/journal_commit(journal, err) || write_ring(lun, plan, journal, err) ||/|power
ring is not written|txn/txn.c|s/write_ring(lun, plan, journal, err) ||//|power
ring is not read back|txn/txn.c|s/i < n && !failed; i++)/i < 0 \&\& !failed; i++)/|faults
result is not verified|txn/txn.c|s/|| verify_plan(lun, plan, hooks, err)//|faults
recovery is not read back|txn/recover.c|s/good = now.content == JOURNAL_AFTER/good = true/|faults
head is not wiped|txn/journal.c|/^int journal_clear/,/^}/s/write_zeros(lun, head_at, lun->block_size, err)/0/|power
body is not wiped|txn/journal.c|/^int journal_clear/,/^}/s/head->body_len &&/0 \&\&/|power
no journal on recovery|txn/recover.c|s/if (spot->found == JOURNAL_NONE)/if (1)/|power
a claim counts as committed|format/resign_journal_head.c|s/\.state = (enum journal_state)state,/.state = JOURNAL_COMMITTED,/|power
recovery applies nothing|txn/recover.c|s/replay_apply(lun, replay, err)/0/|power
recovery does not wipe|txn/recover.c|/completing an interrupted resign: /,/^}/s/if (journal_clear(.*)/if (0)/|power
torn data is refused|format/resign_journal_body.c|s/result = JOURNAL_BEFORE;/return JOURNAL_OTHER;/|power
LVM's work is written over|txn/recover.c|s/if (replay->content == JOURNAL_OTHER) {/if (0) {/|used
heads are looked for in one place|txn/journal_find.c|s/n += lvm_ring_head_places(&mdas\[i\], places + n);/n += lvm_ring_head_places(\&mdas[i], places + n) ? 1 : 0;/;s/for (unsigned i = 0; i < n; i++)/for (unsigned i = 0; i < 1; i++)/|power used
LVM comes to the head first|format/lvm_ring.c|s/if (ahead(mda, place) > ahead(mda, places\[0\]))/if (ahead(mda, place) < ahead(mda, places[0]))/|used
failed flushes are ignored|txn/txn.c|s/lun_flush(lun, err)/(lun_flush(lun, err), 0)/|faults
a failed commit says unchanged|txn/txn.c|s/whether the resign is committed is "/the LUN is unchanged "/;s/"not known; run/"; run/|faults
a failed read-back says unchanged|txn/txn.c|s/the resign is committed but not "/the LUN is unchanged "/|faults
another LUN's journal is applied|txn/recover.c|/^static bool other_lun/,/^}/s/return head->scsi_id\[0\]/return 0 \&\& head->scsi_id[0]/|clones
no settling without swap|lun/lun.c|s/nanosleep(&settle, NULL);/(void)settle;/|hosts
LIST
}

build()
{
	local source objects=()

	mkdir -p "$work/obj"
	for source in "$top"/tests/crash/*.c "$work"/lib/{base,format,plan,report,txn}/*.c \
		"$work"/lib/lun/{lun,lun_file,lun_memory}.c \
		"$work"/lib/engine/resign_lun.c; do
		[[ $source == */base/crc.c ]] && continue
		objects+=("$work/obj/$(basename "$(dirname "$source")")_$(
			basename "$source" .c).o")
		# Only what has changed since the last mutation.
		[[ ${objects[-1]} -nt $source ]] && continue
		"${CC:-gcc}" -std=c11 -O2 -D_GNU_SOURCE -I"$work" -I"$work/lib" \
			-c "$source" -o "${objects[-1]}" || return
	done
	"${CC:-gcc}" "${objects[@]}" -luuid -o "$work/crash"
}

# Prints which of the tests failed first; success if one did.
noticed()
{
	local file=$work/lib/$1 script=$2 list said

	read -ra list <<<"$3"
	sed -i "$script" "$file"
	if cmp -s "$file" "$top/lib/$1"; then
		echo "the mutation finds nothing to change"
		return 2
	fi
	build >"$work/build.log" 2>&1 || { cat "$work/build.log"; return 2; }
	said=$(timeout 300 "$work/crash" snapshots "$work/image" "${list[@]}" 2>&1)
	case $? in
	0) return 1 ;;
	1) grep -m 1 '^not ok ' <<<"$said" | cut -c 8-150 ;;
	*) echo "died" ;;
	esac
}

zstd -q -d --sparse "$top/tests/golden/snapshots.img.zst" -o "$work/image" ||
	exit
cp -r "$top/lib" "$work/lib"
status=0
while IFS='|' read -r name file rest; do
	suites=${rest##*|}
	script=${rest%|*}
	if (($#)) && [[ " $* " != *" $name "* ]]; then
		continue
	fi
	if said=$(noticed "$file" "$script" "$suites"); then
		echo "ok noticed: $name: $said"
	else
		echo "not ok noticed: $name: $said"
		status=1
	fi
	cp "$top/lib/$file" "$work/lib/$file"
	touch "$work/lib/$file"
done < <(mutations)
exit "$status"

#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# mutations.sh [applies | NAME…]: can the crash tests fail? Each mutation takes one
# safeguard out of a copy of lib/, and the crash tests must then say "not ok".
# CC compiles; the program is built as the Makefile does, without its warnings.
# One line a mutation, as tests/run.sh wants. No root is needed. applies: only whether
# each still finds its safeguard in the code; seconds instead of minutes.
#
# Not here, but in tests/unit/test_recover.c: that a run which was held up looks
# at its head again before it writes, which takes three runs; that before-images
# are compared before the commit; whose SR a journal is. Nor a fence that is given
# back right after the commit: whoever comes then writes the same bytes.

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
no flush before the commit|txn/replay.c|s/read_all(lun, true,/read_all(lun, false,/|power
no flush after the commit|txn/txn.c|/JOURNAL_COMMITTED, err/,/{/s/lun_flush(journal->lun, err)/0/|power
no flush before a recovery believes|txn/recover.c|/^static int complete/,/^}/s/if (lun_flush(journal->lun, err))/if (0)/|nested
no flush of the switch|txn/replay.c|s/read_wanted(journal->lun, &wants, true,/read_wanted(journal->lun, \&wants, false,/|power
no flush between data and switch|txn/replay.c|s/(phase + 1 < PLAN_PHASES && lun_flush(lun, err))/0/|used nested
switch before data|txn/replay.c|s/for (uint32_t phase = 0; phase < PLAN_PHASES; phase++)/for (uint32_t phase = PLAN_PHASES; phase-- > 0;)/|used
failed flushes are ignored|lun/lun.c|/^int lun_flush(/,/^}/s/return lun->ops->flush(lun, err);/lun->ops->flush(lun, err); return 0;/|faults
commit before the body|txn/txn.c|s/write_free_space(journal->lun, plan, &journal->head, body, err) ||/journal_put(journal, JOURNAL_COMMITTED, err) || &/|power
body is not written|txn/txn.c|s/^\tjoin_last(ios, &n, &joined);//|power
result is not read back|txn/replay.c|s/if (!same(seen/if (0 \&\& !same(seen/|faults
head is not wiped|txn/journal.c|/^static int wipe/,/^}/{s/lun_write(lun, both, body->len ? 2 : 1, err)/lun_write(lun, both + 1, body->len ? 1 : 0, err)/;s/journal_put(journal, 0, err)/0/}|power
body is not wiped|txn/journal.c|/^int journal_clear/,/^}/s/if (head->body_at/if (0 \&\& head->body_at/|power
no journal on recovery|txn/recover.c|s/if (spot->head.state != JOURNAL_COMMITTED)/if (1)/|power
a claim counts as committed|format/resign_journal_head.c|s/\.state = (enum journal_state)get_le32(sector + STATE_AT),/.state = JOURNAL_COMMITTED,/|power
a recovery applies nothing|txn/finish.c|s/replay_apply(journal, replay, &seen,/plan \&\& replay_apply(journal, replay, \&seen,/|power
torn data is refused|format/resign_journal_body.c|s/some_after ? JOURNAL_MIXED/some_after ? JOURNAL_OTHER/|power
LVM's work is written over|txn/recover.c|s/if (replay.content == JOURNAL_OTHER) {/if (0) {/|used
what LVM has finished is refused|txn/recover.c|s/if (finish_is_result(&journal->head, &now))/if (0)/|used
a failed commit says unchanged|txn/txn.c|s/whether the resign is committed is "/the LUN is unchanged "/;s/"not known; resign it/"; resign it/|faults
a failed end says unchanged|txn/txn.c|s/the resign is committed but not "/the LUN is unchanged "/|faults
a copy keeps its original's new identifiers|txn/journal.c|/^bool journal_is_of_lun/,/^}/s/		return false;/		return true;/|clones
the label's write takes the head with it|txn/replay.c|/^static size_t around_head/,/^}/s/io->offset > JOURNAL_PLACE_AT/1 || &/|power
no fence|txn/journal.c|s/int cannot = lun_fence(journal->lun, err);/int cannot = 1;/|hosts
heads are written, not exchanged|txn/journal.c|s/journal->fenced ? lun_write/1 ? lun_write/|hosts
what was read is not looked at again|txn/txn.c|s/check_unchanged(journal, plan->from, err) ||//|hosts
who takes a claim over prepares in the same place|plan/plan_place.c|s/bool at_end = get_head/bool at_end = 0 \&\& get_head/|hosts
LIST
}

build()
{
	local source objects=()

	mkdir -p "$work/obj"
	for source in "$top"/tests/crash/*.c "$work"/lib/{base,format,sr,plan,report,txn}/*.c \
		"$work"/lib/lun/{lun,lun_file}.c \
		"$work"/lib/engine/resign_lun.c; do
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
	[[ $what != applies ]] || return 0
	build >"$work/build.log" 2>&1 || { head -n 3 "$work/build.log"; return 2; }
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
what=noticed
if [[ ${1-} == applies ]]; then
	what=applies
	shift
fi
while IFS='|' read -r name file rest; do
	suites=${rest##*|}
	script=${rest%|*}
	if (($#)) && [[ " $* " != *" $name "* ]]; then
		continue
	fi
	if said=$(noticed "$file" "$script" "$suites"); then
		echo "ok $what: $name${said:+: $said}"
	else
		echo "not ok $what: $name: $said"
		status=1
	fi
	cp "$top/lib/$file" "$work/lib/$file"
	touch "$work/lib/$file"
done < <(mutations)
exit "$status"

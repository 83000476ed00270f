#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_iscsi.sh BUILD: relvm over iSCSI: names of LUNs, passwords, what goes over
# the wire, many LUNs at once, killed and run again.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/driver/lib.sh
. "$(dirname "$0")/../driver/lib.sh"

driver_clean_up()
{
	[[ -z ${PROXY_PID-} ]] || kill -KILL "$PROXY_PID" 2>/dev/null
}

driver_begin "$@"
# shellcheck source=tests/relvm/lib.sh
. "$(dirname "$0")/lib.sh"
relvm_here=$(dirname "$(realpath "$0")")
url=iscsi://127.0.0.1:$PORTAL_PORT/$IQN
NAME=(--initiator-name "$INITIATOR")

golden snapshots "$WORK/original"
clone "$WORK/original" "$WORK/clone"
clone "$WORK/original" "$WORK/pristine"
tgt_target 1 "$IQN"
tgt_lun 1 1 "$WORK/original" scsi_id="$(lun_serial 1)"
tgt_lun 1 2 "$WORK/clone" scsi_id="$(lun_serial 2)"
tgt_target 2 "$IQN.chap"
tgt_lun 2 2 "$WORK/clone" scsi_id="$(lun_serial 2)"
tgt_chap 2 initiator s3cretone123
tgt_target 3 "$IQN.mutual"
tgt_lun 3 2 "$WORK/clone" scsi_id="$(lun_serial 2)"
tgt_chap 3 initiator3 s3cretone123
tgt_chap_outgoing 3 array s3crettwo456

# ---- numbers ----

# tgt gives it the address 41 2c, which Linux shows as 16684, and takes 01 2c for
# LUN 44.
tgt_target 4 "$IQN.flat"
tgt_lun 4 300 "$WORK/original" scsi_id="$(lun_serial 3)"
relvm list --json "${NAME[@]}" "$url.flat"
check "a flat LUN is listed by its number" \
	test "$(field '.luns[0].lun.name')" = 300
tgt_lun 4 44 "$WORK/clone" scsi_id="$(lun_serial 4)"
for number in 300 16684; do
	relvm inspect --json "${NAME[@]}" "$url.flat/$number"
	check "and inspected as LUN $number" is "$(field .lun.scsi_id)" "$(lun_id 3)"
done
relvm inspect --json "${NAME[@]}" "$url.flat/44"
check "LUN 44 beside it" is "$(field .lun.scsi_id)" "$(lun_id 4)"
relvm inspect "${NAME[@]}" "$url.flat/1068"
check "which LUN 1068 is not, either" said "no disk of number 1068"

# ---- what goes over the wire ----

# Sets $PROXY_PORT; what passed is in $WORK/proxy when relvm has ended.
proxy()
{
	: >"$WORK/proxy"
	"$TOOLS/iscsi_proxy" "$PORTAL_PORT" trace >"$WORK/proxy" &
	PROXY_PID=$!
	until [[ -s $WORK/proxy ]]; do
		sleep 0.01
	done
	PROXY_PORT=$(head -n 1 "$WORK/proxy")
}

proxied()
{
	wait "$PROXY_PID"
	PROXY_PID=
}

# No SCSI command that writes: WRITE(10|16), WRITE SAME, COMPARE AND WRITE,
# UNMAP; and no bytes that way.
wrote_nothing()
{
	local bad

	bad=$(grep -E '^\+?cdb (2a|8a|41|93|89|42|35|91) ' "$WORK/proxy")
	[[ -z $bad ]] && grep -q '^written 0$' "$WORK/proxy" &&
		grep -q '^commands [1-9]' "$WORK/proxy" || {
		cat "$WORK/proxy"
		return 1
	}
}

# The blocks that resign wrote, and those that its plan named, journal included.
wrote_the_plan()
{
	"$relvm_here/wire.py" "$WORK/plan.json" "$WORK/proxy"
}

proxy
relvm inspect --json "${NAME[@]}" "iscsi://127.0.0.1:$PROXY_PORT/$IQN/2"
check "inspect" status 0
check "inspect: of the schema" valid 1
proxied
check "inspect sends no command that writes" wrote_nothing
proxy
relvm verify --json "${NAME[@]}" "iscsi://127.0.0.1:$PROXY_PORT/$IQN/2"
check "verify" status 0
proxied
check "verify sends no command that writes" wrote_nothing
proxy
relvm list --json "${NAME[@]}" "iscsi://127.0.0.1:$PROXY_PORT/$IQN"
check "list" status 0
check "list: of the schema" valid 1
proxied
check "list sends no command that writes" wrote_nothing
proxy
relvm plan --json --save-map "$WORK/map" "${NAME[@]}" \
	"iscsi://127.0.0.1:$PROXY_PORT/$IQN/2"
check "plan" status 0
check "plan: of the schema" valid 1
cp "$OUT" "$WORK/plan.json"
proxied
check "plan sends no command that writes" wrote_nothing
check "the LUN is untouched" same "$WORK/pristine" "$WORK/clone"

# xapi should be there, and may be about to start.
echo "xapi_socket = $WORK/nobody" >>"$CONF"
relvm resign --json -y "${NAME[@]}" "iscsi://127.0.0.1:$PORTAL_PORT/$IQN/2"
check "resign does not go on without a xapi that should be there" said \
	"$WORK/nobody: xapi is not there to be asked"
check "the LUN is untouched then, too" same "$WORK/pristine" "$WORK/clone"
relvm inspect "${NAME[@]}" "iscsi://127.0.0.1:$PORTAL_PORT/$IQN/2"
check "inspect does" status 0
echo "xapi_socket = none" >>"$CONF"

# By its SCSIid, which needs no session before: the proxy lets one through.
proxy
relvm resign --json -y --map "$WORK/map" "${NAME[@]}" \
	"iscsi://127.0.0.1:$PROXY_PORT/$IQN/$(lun_id 2)"
check "resign, by SCSIid, of that plan" status 0
check "resign: of the schema" valid 1
check "resign tells the SCSIid" is "$(field .lun.scsi_id)" "$(lun_id 2)"
proxied
check "resign wrote what was planned, and its journal" wrote_the_plan
check "just these bytes have changed" "$relvm_here/writes.py" \
	"$WORK/plan.json" "$WORK/pristine" "$WORK/clone"
check "lvm2 and the audit agree" audited "$(field .sr.new_uuid)" \
	"$WORK/pristine" "$WORK/clone"
check "no session is left" no_session 1

# ---- passwords ----

chap()
{
	local name=$1

	shift
	relvm inspect "${NAME[@]}" "$@"
	check "$name" status 0
	check "$name: the password is nowhere" \
		bash -c "! grep -q s3cret '$OUT' '$ERR'"
}
echo s3cretone123 >"$WORK/password"
echo s3crettwo456 >"$WORK/password2"
secret=iscsi://initiator@127.0.0.1:$PORTAL_PORT/$IQN.chap/2
chap "a password from a file" --password-file "$WORK/password" "$secret"
RELVM_PASSWORD=s3cretone123 chap "a password from the environment" "$secret"
chap "CHAP both ways" --password-file "$WORK/password" --target-user array \
	--target-password-file "$WORK/password2" \
	"iscsi://initiator3@127.0.0.1:$PORTAL_PORT/$IQN.mutual/2"
relvm inspect -v "${NAME[@]}" --password-file "$WORK/password2" "$secret"
check "a wrong password: refused" status 1
check "a wrong password: in words" said "refused"
own_words()
{
	! grep -E 'chapuser|chappassword|device_config|localIQN' "$OUT" "$ERR"
}
check "a wrong password: not in words of device_config" own_words
relvm inspect "${NAME[@]}" "${secret/initiator@/}"
check "no password: in words" said "wants CHAP"
check "no password: not in words of device_config" own_words
relvm inspect "${NAME[@]}" "$url/77"
check "no such LUN" said "no disk of number 77"
relvm inspect "${NAME[@]}" "iscsi://[::1]:1/$IQN/1"
check "an IPv6 address is understood" status 1
relvm inspect "${NAME[@]}" "iscsi://localhost:$PORTAL_PORT/$IQN/1"
check "a host's name" status 0

# ---- recover ----

# The resign is cut at each of its commands, until one has passed the commit.
cut_after_commit()
{
	local n

	for ((n = 20; n < 60; n++)); do
		clone "$WORK/pristine" "$WORK/clone"
		: >"$WORK/proxy"
		"$TOOLS/iscsi_proxy" "$PORTAL_PORT" "cut:$n" >"$WORK/proxy" &
		PROXY_PID=$!
		until [[ -s $WORK/proxy ]]; do
			sleep 0.01
		done
		relvm resign -y "${NAME[@]}" \
			"iscsi://127.0.0.1:$(<"$WORK/proxy")/$IQN/$(lun_id 2)"
		proxied
		[[ $STATUS -ne 0 ]] || return
		relvm inspect --json "${NAME[@]}" "$url/2"
		[[ $(field .journal.state) != committed ]] || return 0
	done
	return 1
}
check "a resign is cut after its commit" cut_after_commit
check "inspect tells it, in JSON of the schema" valid 1
sr=$(field .journal.new_sr)
relvm plan "${NAME[@]}" "$url/2"
check "no plan is made then" said "run recover first"
relvm verify "${NAME[@]}" "$url/2"
check "verify finds it" status 3
relvm recover -y --json "${NAME[@]}" "$url/2"
check "recover completes it" is "$STATUS $(field .outcome)" "0 completed"
check "recover: of the schema" valid 1
check "to the SR that its journal had" is "$(field .sr.uuid)" "$sr"
check "lvm2 and the audit agree with it" audited "$sr" "$WORK/pristine" \
	"$WORK/clone"

# ---- the targets of a host ----

relvm list "${NAME[@]}" "127.0.0.1:$PORTAL_PORT"
check "a host: its targets" status 0
check "a host: in the form that list takes" grep -q -x -F "$url" "$OUT"
relvm list "${NAME[@]}" --json "iscsi://127.0.0.1:$PORTAL_PORT"
check "a host: of the schema" valid 1
check "a host: each target" is "$(field '.targets[0].target')" "$IQN"
relvm inspect "${NAME[@]}" "127.0.0.1:$PORTAL_PORT"
check "a host is no LUN" status 1
relvm inspect "${NAME[@]}" "iscsi://127.0.0.1:$PORTAL_PORT"
check "a host is no LUN: which command tells" said "relvm list"
relvm list "${NAME[@]}" 127.0.0.1:1
check "a host without a target: said once" is \
	"$(cat "$OUT" "$ERR" | grep -c "cannot connect to 127.0.0.1:1")" 1
relvm list "${NAME[@]}" 127.0.0.1:0
check "a port that is none: what one is" said "'0' is no number from 1 to 65535"

# ---- progress, on a terminal ----

# A target that does not answer for a while: the user sees that relvm waits.
shows_progress()
{
	local command i pid status=0

	printf -v command '%q ' "$RELVM" inspect "${NAME[@]}" "$url/1"
	kill -STOP "$TGT_PID"
	script -qec "$command" /dev/null >"$OUT" 2>"$ERR" </dev/null &
	pid=$!
	for ((i = 0; i < 2000; i++)); do
		grep -q "0 done, 0 failed, 1 left" "$OUT" && break
		sleep 0.01
	done
	kill -CONT "$TGT_PID"
	wait "$pid" || status=$?
	[[ $i -lt 2000 && $status -eq 0 ]] || {
		echo "exit $status"
		cat "$OUT"
		return 1
	}
}
check "progress is shown when it takes long" shows_progress

# ---- many at once ----

COUNT=12
tgt_target 5 "$IQN.many"
golden single-vhd "$WORK/single"
for ((i = 1; i <= COUNT; i++)); do
	clone "$WORK/single" "$WORK/many.$i"
	tgt_lun 5 "$i" "$WORK/many.$i" scsi_id="$(lun_serial $((100 + i)))"
	echo "iscsi://127.0.0.1:$PORTAL_PORT/$IQN.many/$i"
done >"$WORK/luns"
relvm inspect --json "${NAME[@]}" "$(head -n 1 "$WORK/luns")"
from=$(field .sr.uuid)

# distinct COUNT: so many LUNs, no identifier of which is another's or the
# original's
distinct()
{
	relvm verify "${NAME[@]}" --luns "$WORK/luns" "$WORK/single"
	status 0
}

# Killed when some are done: relvm alone, and with all its workers.
killed_half_way()
{
	local i done=0

	setsid "$RELVM" resign -y --json "${NAME[@]}" --jobs 2 --from "$from" \
		--luns "$WORK/luns" >"$WORK/killed" 2>"$WORK/killed.err" \
		</dev/null &
	local pid=$!

	for ((i = 0; i < 2000; i++)); do
		done=$(grep -c . "$WORK/killed")
		[[ $done -lt 3 ]] || break
		sleep 0.005
	done
	kill -KILL -- "-$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
	done=$(grep -c . "$WORK/killed")
	[[ $done -ge 3 && $done -lt $COUNT ]] || {
		echo "$done were done"
		cat "$WORK/killed.err"
		return 1
	}
}

# The new SR of a LUN in the first run is its SR now.
first_ones_stay()
{
	local name sr

	while read -r name sr; do
		relvm inspect --json "${NAME[@]}" "$name"
		is "$(field .sr.uuid)" "$sr" || return
	done < <(jq -r 'select(.outcome == "resigned") |
		"\(.lun.name) \(.sr.new_uuid)"' "$WORK/killed")
}

all_audited()
{
	local i sr

	for ((i = 1; i <= COUNT; i++)); do
		relvm inspect --json "$WORK/many.$i"
		sr=$(field .sr.uuid)
		audited "$sr" "$WORK/single" "$WORK/many.$i" || return
	done
}

check "a batch is killed half-way" killed_half_way
relvm resign -y --json "${NAME[@]}" --jobs 4 --from "$from" \
	--luns "$WORK/luns"
check "run again, it completes the rest" status 0
cp "$OUT" "$WORK/second"
check "one line a LUN, of the schema" valid "$COUNT"
check "those done before are left alone" bash -c \
	"[[ \$(grep -c '\"left alone\"' '$WORK/second') -ge 3 ]]"
check "and have the identifiers of the first run" first_ones_stay
check "no two have one in common" distinct
check "lvm2 and the audit agree on each" all_audited
relvm resign -y "${NAME[@]}" --jobs 4 --from "$from" --luns "$WORK/luns"
check "a third time nothing is to be done" status 0
check "a third time: one line each" is "$(grep -c 'left alone' "$OUT")" \
	"$COUNT"
check "a third time: they stay" first_ones_stay

# One that fails stops no other.
for i in 1 2 3; do
	clone "$WORK/single" "$WORK/many.$i"
	dd if=/dev/zero of="$WORK/many.2" bs=1M count=1 conv=notrunc \
		status=none
done
head -n 3 "$WORK/luns" >"$WORK/three"
relvm resign -y "${NAME[@]}" --jobs 1 --from "$from" --luns "$WORK/three"
check "one of three fails: 1" status 1
check "one of three fails: two are resigned" is \
	"$(grep -c ': resigned, SR' "$OUT")" 2
check "one of three fails: it says why" said "/2: no LVM label"
check "one of three fails: the sum" said "relvm: 2 done, 1 failed"
relvm resign -y "${NAME[@]}" "$(head -n 1 "$WORK/three")"
check "after one success: what to type next" \
	said "xe sr-introduce type=lvmoiscsi shared=true"
check "no session is left after all" no_session 1 2 3 5
driver_end

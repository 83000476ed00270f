#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_readme.sh BUILD AUDIT: the commands that README names, each as it stands
# there but for the names of this test's target, LUN and pool. A command that
# nobody here knows how to try is a failure: teach `try` what it is.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/driver/lib.sh
. "$(dirname "$0")/../driver/lib.sh"
# shellcheck source=tests/xapi/lib.sh
. "$(dirname "$0")/lib.sh"

driver_begin "$@"
# shellcheck source=tests/relvm/lib.sh
. "$(dirname "$0")/../relvm/lib.sh"
standin_begin xs1 xs2 xs3 || exit
ln -s "$BUILD/relvmoiscsi" "$PLUGINS/relvmoiscsi"
printf 'InitiatorName=%s\n' "$INITIATOR" >"$WORK/initiatorname.iscsi"
xe host-list name-label=xs1 params=uuid --minimal
host=$(<"$WORK/xe.out")
tree=$driver_here/../..
serial=$(lun_serial 2)
scsi_id=$(lun_id 2)

golden snapshots "$WORK/pristine"
old_sr=$(jq -r .sr_uuid "$driver_here/../golden/snapshots.json")
clone "$WORK/pristine" "$WORK/clone"
tgt_target 1 "$IQN"
tgt_lun 1 2 "$WORK/clone" scsi_id="$serial"

# What README says to type: lines of its blocks, with or without a prompt, and
# what stands between backticks. Lines that a backslash joins are one.
commands()
{
	sed -E -e 's/^    (# )?(xe|relvm|sh|gpg|mount) /\n@\2 /' \
		-e '/^    /s/ make /\n@make /g' \
		-e 's/`((xe|relvm|make|sh|gpg|mount|import-update-key) [^`]*)`/\n@\1\n/g' \
		"$tree/README.md" |
		sed -E ':join; /\\$/ { N; s/ *\\\n */ /; b join }' |
		sed -En -e 's/ +# .*//' -e '/^@/ { s/^@//; s/  +.*//; p }' | sort -u
}

# here COMMAND: with this test's names in place of README's
here()
{
	sed -E -e "s/(args|device-config):target=10\.0\.0\.1/\1:target=127.0.0.1 \1:port=$PORTAL_PORT/" \
		-e "s/10\.0\.0\.1/127.0.0.1:$PORTAL_PORT/" \
		-e "s/targetIQN=[^ ]+/targetIQN=$IQN/" \
		-e "s/SCSIid=[^ ]+/SCSIid=$scsi_id/" \
		-e "s/host-uuid=…/host-uuid=$host/" <<<"$1" |
		sed -E "s/ (args|device-config):SCSIid/ \1:localIQN=$INITIATOR&/"
}

# typed COMMAND…: as a user has it on the PATH
typed()
{
	(
		cd "$WORK" || exit
		PATH=$BUILD:$WORK:$PATH
		export PATH RELVMOISCSI_CONF=$CONF
		env "$@" >"$WORK/typed" 2>&1
	)
}

said()
{
	grep -q -- "$1" "$WORK/typed" || { cat "$WORK/typed"; return 1; }
}

# So that every command finds a clone that nobody has resigned.
fresh()
{
	cat "$WORK/pristine" >"$WORK/clone"
	cp --sparse=always "$WORK/pristine" "$WORK/clone.img"
	echo "$WORK/clone.img" >"$WORK/luns"
}

on_lun()
{
	"$RELVM" inspect --json "$WORK/clone" | jq -r .sr.uuid
}

introduced_by_hand()
{
	local uuid keys

	typed xe sr-create type=relvmoiscsi name-label=x shared=true \
		device-config:target=127.0.0.1 device-config:port="$PORTAL_PORT" \
		device-config:targetIQN="$IQN" device-config:SCSIid="$scsi_id" \
		device-config:localIQN="$INITIATOR"
	keys=(device-config:target=127.0.0.1 device-config:port="$PORTAL_PORT"
		device-config:targetIQN="$IQN" device-config:SCSIid="$scsi_id")
	typed xe sr-probe type=lvmoiscsi "${keys[@]}" || return
	uuid=$(xmllint --xpath 'normalize-space(//UUID)' "$WORK/typed")
	[[ ${#uuid} -eq 36 && $uuid != "$old_sr" ]] || { echo "uuid '$uuid'"; return 1; }
	typed xe sr-introduce type=lvmoiscsi uuid="$uuid" name-label=x shared=true \
		content-type=user &&
		typed xe pbd-create sr-uuid="$uuid" host-uuid="$host" "${keys[@]}" &&
		typed xe pbd-plug uuid="$(<"$WORK/typed")" &&
		typed xe pbd-list sr-uuid="$uuid" params=currently-attached --minimal &&
		said true && typed xe pbd-list sr-uuid="$uuid" params=uuid --minimal &&
		typed xe pbd-unplug uuid="$(<"$WORK/typed")" &&
		typed xe sr-forget uuid="$uuid"
}

# A target of README's Makefile is one, and is asked for nothing that is not there.
makes()
{
	make -C "$tree" --no-print-directory -n "$@" >/dev/null
}

detached()
{
	local uuid

	uuid=$(on_lun)
	typed xe host-call-plugin host-uuid="$host" plugin=relvmoiscsi fn=detach \
		args:sr_uuid="$uuid" && typed xe sr-list type=lvmoiscsi --minimal &&
		! said . >/dev/null
}

try()
{
	local command=$1
	local -a words

	fresh
	read -ra words <<<"$(here "$command")"
	case $command in
	make | make\ *)
		makes "${words[@]:1}"
		;;
	"xe sm-list type=relvmoiscsi")
		typed "${words[@]}" && said "LVHD over iSCSI with resigning of duplicates"
		;;
	"xe sr-create type=relvmoiscsi "*)
		! typed "${words[@]}" && said "successfully resigned. Use the lvmoiscsi" &&
			test "$(on_lun)" != "$old_sr"
		;;
	"xe sr-probe type=lvmoiscsi …")
		introduced_by_hand
		;;
	"xe sr-introduce type=lvmoiscsi uuid=…" | "xe pbd-create" | "xe pbd-plug") ;; # the same
	"xe host-call-plugin "*" fn=resign args:attach=true "*)
		typed "${words[@]}" && said '"resigned":true' &&
			said '"name":"xs3","attached":true' && detached
		;;
	"relvm list 10.0.0.1")
		typed "${words[@]}" && said "$IQN"
		;;
	"relvm inspect LUN…" | "relvm plan LUN")
		typed relvm "${words[1]}" clone.img && said "golden snapshots\|write"
		;;
	"relvm verify LUN…")
		typed relvm verify clone.img && said sound
		;;
	"relvm resign LUN…" | "relvm resign clone.img")
		typed script -qec "relvm resign clone.img" /dev/null <<<y &&
			said "resign it, in place" &&
			said "clone.img: resigned, SR $old_sr -> "
		;;
	"relvm resign --yes --jobs 16 --from SR-UUID --luns FILE")
		words=("${words[@]/SR-UUID/$old_sr}")
		typed "${words[@]/FILE/$WORK/luns}" &&
			said "clone.img: resigned, SR $old_sr"
		;;
	"relvm attach LUN") ;;                     # test_attach.sh has it
	"relvm resign /dev/mapper/<wwid>") ;;      # tests/host
	"xe sr-create type=relvmohba "*) ;;        # tests/host
	"xe sr-forget") ;;                         # after a restart of xapi
	"gpg --quick-generate-key "* | "mount -o loop "* | "import-update-key "* | \
		"xe update-upload "* | "xe update-pool-apply "* | "sh /usr/libexec/"*) ;; # tests/pack
	*)
		echo "nobody tries: $command"
		return 1
		;;
	esac || { echo "${words[*]}"; head -c 4000 "$WORK/typed"; return 1; }
}

count=0
while IFS= read -r command <&3; do
	check "$command" try "$command"
	((++count))
done 3< <(commands)
check "README's commands were found, $count" test "$count" -gt 25
driver_end

#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_launch.sh BUILD: the stand-in runs drivers and plugins as xapi does, and
# makes of their answers what xapi makes of them.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/driver/lib.sh
. "$(dirname "$0")/../driver/lib.sh"
# shellcheck source=tests/xapi/lib.sh
. "$(dirname "$0")/lib.sh"

driver_begin "$@"
mkdir "$WORK/sm"

# Tells what it was started with, by its fault.
cat >"$WORK/sm/StartSR" <<'END'
#!/bin/bash
. "$BACKEND"
backend_call "$1"
case $COMMAND in
sr_get_driver_info) answer_driver "Start" SR_PROBE ;;
*)
	cat <&0 >/dev/null 2>&1 && readable=yes
	[[ -f /dev/stdout && -f /dev/stderr ]] && files=yes
	((0x$(sed -n 's/^SigIgn:\t//p' /proc/self/status) & 0x1000)) && pipe=ignored
	for fd in /proc/$$/fd/*; do
		[[ ! -e $fd ]] || fds+=" ${fd##*/}"
	done
	answer_fault 1 "$# arguments, in $PWD, PATH $PATH, ORIGINATOR \
$ORIGINATOR, stdin ${readable-unreadable}, files ${files-no}, SIGPIPE \
${pipe-not ignored}, open$fds"
	;;
esac
END

# Answers as device_config tells it to.
cat >"$WORK/sm/AnswerSR" <<'END'
#!/bin/bash
. "$BACKEND"
backend_call "$1"
case $COMMAND in
sr_get_driver_info) answer_driver "Answer" ;;
*)
	[[ -z $(member complain) ]] || echo "a complaint" >&2
	case $(member how) in
	fault) answer_fault "$(member number)" "some words" ;;
	nil) answer_nil ;;
	call) answer_fault 1 "$CALL" ;;
	raw) printf '%s' "$(member text)" ;;
	exit) answer_nil; exit 3 ;;
	die) kill -TERM $$ ;;
	esac
	;;
esac
END
echo 'not even a program' >"$WORK/sm/BrokenSR"
chmod +x "$WORK/sm"/*
standin_begin xs1 || exit

cat >"$PLUGINS/echo" <<'END'
#!/bin/bash
. "$BACKEND"
CALL=$1
text()
{
	xmllint --xpath "string($1)" - <<<"$CALL"
}
status()
{
	answer_value "<struct><member><name>Status</name><value>$1</value>\
</member><member><name>$2</name><value>$3</value></member></struct>"
}
case $(text //methodName) in
say) status Success Value "$(text '//member[name="word"]/value')" ;;
fail) status Failure ErrorDescription "<array><data><value>SOME_CODE</value>\
<value>a</value><value>b</value></data></array>" ;;
fault) answer_fault 7 words ;;
bare) answer_string words ;;
die) exit 1 ;;
esac
END
chmod +x "$PLUGINS/echo"

said()
{
	[[ ! -s $WORK/xe.out ]] || { cat "$WORK/xe.out"; return 1; }
	diff "$WORK/xe.err" <(printf '%s\n' "$1")
}

create()
{
	xe sr-create type="$1" name-label=x "${@:2}"
}

# expect NAME WORDS KEY=VALUE…: what xe says of an answer
expect()
{
	create answer "${@:3}"
	check "$1" said "$2"
}

failure()
{
	printf 'Error code: SR_BACKEND_FAILURE_%s\nError parameters: %s' "$@"
}

how=device-config:how
create start
check "a driver starts as xapi starts it" said "$(failure 1 ", 1 arguments, \
in /, PATH /sbin:/usr/sbin:/bin:/usr/bin, ORIGINATOR SM, stdin unreadable, \
files yes, SIGPIPE ignored, open 0 1 2 255, ")"

expect "a fault" "$(failure 68 ", some words, ")" $how=fault \
	device-config:number=68
expect "a fault, and stderr" "$(failure 107 ", some words, a complaint")
" $how=fault device-config:number=107 device-config:complain=yes
expect "16" "The SR operation cannot be performed because a device underlying \
the SR is in use by the server." $how=fault device-config:number=16
expect "24" "Error code: VDI_IN_USE
Error parameters: " $how=fault device-config:number=24
expect "39" "Error code: SR_NOT_EMPTY
Error parameters: " $how=fault device-config:number=39
create answer $how=fault device-config:number=38
check "38" grep -q -x \
	"The SR backend does not support the operation .*" "$WORK/xe.err"
create answer $how=fault device-config:number=144
check "144" grep -q -x "Error code: VDI_MISSING" "$WORK/xe.err"
create answer $how=exit
check "another exit status" grep -q -x "status: non-zero exit" "$WORK/xe.err"
create answer $how=die
check "a signal" grep -q -x "status: received signal: 15" "$WORK/xe.err"
for text in "" words "<methodResponse/>" \
	"<methodResponse><params><param><value/></param></params></methodResponse>"; do
	create answer $how=raw device-config:text="$text"
	check "not an answer: '$text'" grep -q "^status: rejected" "$WORK/xe.err"
done
create answer $how=nil
check "nil is a success, then comes the attach" grep -q "answer sr_attach" \
	"$STANDIN_LOG"
xe sr-probe type=answer
check "no SR_PROBE, no probe" said "There was an SR backend failure.
status: Operation 'sr_probe' not supported by this SR type
stdout: 
stderr: "
check "a driver that is no program is passed over" grep -q \
	"Rejecting SM plugin: broken" "$WORK/standin.log"

# The members in the order of sm_exec.ml, and no others.
same_call()
{
	local names

	names=$(sed -n "s/^Error parameters: , //p" "$WORK/xe.err" |
		grep -o "<name>[^<]*" | sed "s/.*>//" | tr "\n" " ")
	[[ $names == "host_ref command args device_config SRmaster how a \
session_ref sr_ref sr_uuid subtask_of " ]] || { echo "$names"; return 1; }
}
xe sr-create type=answer name-label=x $how=call device-config:a=b
password_is_secret()
{
	grep -q "<name>password_secret</name>" "$WORK/xe.err" &&
		! grep -q s3cret "$WORK/xe.err"
}

check "the call's members" same_call
xe sr-create type=answer name-label=x $how=call device-config:password=s3cret \
	'device-config:a=<&">'
check "a password has become a secret" password_is_secret
check "text is escaped" grep -q '<name>a</name><value>&lt;&amp;&quot;&gt;<' \
	"$WORK/xe.err"

xe host-list params=uuid --minimal
host=$(<"$WORK/xe.out")
plugin()
{
	xe host-call-plugin host-uuid="$host" plugin="$1" fn="$2" "${@:3}"
}
plugin echo say args:word=hello
check "a plugin's word" test "$(<"$WORK/xe.out")" = hello
plugin echo fail
check "a plugin's failure" said "Error code: SOME_CODE
Error parameters: a, b"
plugin echo fault
check "a plugin's fault" grep -q -x "status: fault" "$WORK/xe.err"
plugin echo bare
check "a plugin without a Status" grep -q -x \
	"status: unexpected XMLRPC result" "$WORK/xe.err"
plugin echo die
check "a plugin's exit status" grep -q -x "status: non-zero exit" "$WORK/xe.err"
plugin nobody say
check "a plugin that is not there" said "The requested plug-in could not be \
found.
name: nobody"

before=$(records sr-list)
standin_stop
check "it can be started again" standin_start
check "and has its records still" test "$(records sr-list)" = "$before" \
	-a "$before" -gt 0
driver_end

#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# Boots a throw-away Linux (User Mode Linux, an ordinary process) on a
# copy-on-write view of this machine, runs a command in it and exits with that
# command's status. It is how tests get a kernel with iSCSI, SCSI disks,
# device-mapper and multipath where the machine's own has none, and without
# being able to harm the machine.
set -u

usage() {
	cat <<'EOF'
usage: boot.sh [OPTION]... COMMAND [ARG]...
	   boot.sh [OPTION]... --shell

Runs COMMAND as root in a test host. COMMAND's standard output, standard
error and exit status are passed on; its standard input is empty.

  --time-limit SEC  kill the guest after SEC seconds (default 300; shell: none)
  --memory SIZE     guest memory (default 1G; only what is used is taken)
  --results DIR     the guest may write here, as $RESULTS (default: thrown away)
  --show DIR        show DIR read-only, if it lies below /tmp or /run
  --amx             treat the processor as one with AMX, which is found out
  --preload FILE    a library for linux.uml itself (for tests of this)
  --verbose         pass the guest's kernel messages on to standard error
  --shell           an interactive shell on this terminal

The guest sees this machine's files, changes nothing of them, and has a /tmp,
/run, /dev and network of its own. The source tree is always visible.
It must be started as root, for namespaces; there may be several at once.
Exit status: COMMAND's; 124 time limit; 125 the guest did not come up or died;
2 wrong usage.
EOF
}

fail() {
	local status=$1
	shift
	printf 'boot.sh: %s\n' "$*" >&2
	exit "$status"
}

here=$(dirname -- "$(realpath -- "$0")")
tree=$(realpath -- "$here/../..")

limit=
memory=1G
results=
shown=("$tree")
shell=
verbose=
amx=
preload=
while [ $# -gt 0 ]; do
	case $1 in
	--time-limit | --memory | --results | --show | --preload)
		[ $# -ge 2 ] || fail 2 "$1 needs a value"
		case $1 in
		--time-limit) limit=$2 ;;
		--memory) memory=$2 ;;
		--results) results=$2 ;;
		--preload) preload=$(realpath -e -- "$2") || exit 2 ;;
		--show) shown+=("$(realpath -e -- "$2")") || exit 2 ;;
		esac
		shift 2
		;;
	--shell) shell=yes; shift ;;
	--verbose) verbose=yes; shift ;;
	--amx) amx=yes; shift ;;
	-h | --help) usage; exit 0 ;;
	--) shift; break ;;
	-*) fail 2 "unknown option $1" ;;
	*) break ;;
	esac
done
[ -n "$shell" ] || [ $# -gt 0 ] || { usage >&2; exit 2; }
[[ ${limit:-1} =~ ^[1-9][0-9]*$ ]] || fail 2 "--time-limit takes seconds"
[[ $memory =~ ^[1-9][0-9]*[MG]$ ]] || fail 2 "--memory takes a size such as 512M"
[ -n "$shell" ] || limit=${limit:-300}
# In a user namespace root's files would not be root's, and mount not set-uid.
[ "$(id -u)" = 0 ] || fail 125 "must be run as root"
command -v linux.uml >/dev/null || fail 125 "linux.uml not found: install user-mode-linux"
unshare --mount --pid --fork true 2>/dev/null ||
	fail 125 "root may not make namespaces here; a container needs CAP_SYS_ADMIN (--privileged)"
[ -z "$results" ] || results=$(realpath -e -- "$results") || exit 2

# Nothing that the guest needs on the real file system lies outside this folder.
work=$(mktemp -d "${TMPDIR:-/tmp}/relvm-host.XXXXXX") || exit 125
vm=
relays=()
# shellcheck disable=SC2317 # called by traps
cleanup() {
	trap - EXIT
	# The guest has a PID namespace of its own, which dies with its starter: so
	# one kill leaves not one of its processes. The relays end when the last of
	# these has.
	if [ -n "$vm" ]; then
		kill -KILL "$vm" 2>/dev/null
		wait "$vm" "${relays[@]}" 2>/dev/null
	fi
	rm -rf -- "$work"
}
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# Its FPU state is larger than User Mode Linux knows.
if [ -n "$amx" ] || grep -qw amx_tile /proc/cpuinfo; then
	gcc -shared -fPIC -O2 -o "$work/ptrace.so" "$here/processor/ptrace.c" -ldl ||
		fail 125 "this processor has AMX, for which gcc is needed"
	preload=$work/ptrace.so${preload:+:$preload}
fi

mkdir "$work/mem" "$work/report" "$work/results"
ln -s "$here/init.sh" "$work/init"
results=${results:-$work/results}

# What init.sh is to do, as shell text: no quoting is lost on a command line.
{
	printf 'results=%q\n' "$results"
	printf 'here=%q\n' "$here"
	printf 'shown=('
	printf '%q ' "${shown[@]}"
	printf ')\ndir=%q\n' "$PWD"
	printf 'term=%q\n' "${TERM:-dumb}"
	printf 'clock=%q\n' "${TZ:-}"
	if [ -n "$shell" ]; then
		printf 'tty=yes\n'
		printf 'argv=(bash)\n'
		printf 'size=%q\n' "$(stty size 2>/dev/null)"
	else
		command=$1
		[ ! -f "$command" ] || command=$(realpath -- "$command")
		shift
		printf 'tty=\nargv=('
		printf '%q ' "$command" "$@"
		printf ')\n'
	fi
} >"$work/report/job"

# Runs in namespaces of its own. The guest mounts the root file system
# read-only; here the machine's kernel is told so as well, because root in the
# guest could remount it. The guest's memory is a file, on a tmpfs that ends
# with the namespace.
# shellcheck disable=SC2016 # expanded by the inner shell
inner='
set -e
work=$1 results=$2 memory=$3 preload=$4
shift 4
mount --make-rprivate /
mount -t tmpfs -o size=200% relvm-host "$work/mem"
mount --bind "$work/report" "$work/report"
mount --bind "$results" "$results"
mount -o remount,bind,ro / || echo "boot.sh: / stays writable by the guest" >&2
# Not exec: a first process of a namespace cannot abort, as a guest that panics does.
LD_PRELOAD=$preload TMPDIR=$work/mem linux.uml \
	"mem=$memory" root=/dev/root rootfstype=hostfs rootflags=/ ro quiet \
	"uml_dir=$work/mem" "umid=relvm" "init=$work/init" "relvm_work=$work" \
	panic=-1 noreboot con=null "$@"
'
# On one processor: each of the guest's system calls and page faults is a hand-over
# between two processes, and four times as fast without waking another processor.
# One that no other guest has, if there is one: who has it has locked its folder.
mapfile -t processors < <(
	sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' /proc/self/status | tr , '\n' |
		while IFS=- read -r first last; do seq "$first" "${last:-$first}"; done
)
for processor in $(shuf -e "${processors[@]}"); do
	exec {folder}<"/sys/devices/system/cpu/cpu$processor"
	! flock -n "$folder" || break
done
guest=(taskset -c "$processor" unshare --mount --pid --fork --kill-child -- sh -c "$inner" sh "$work" "$results" "$memory" "$preload")

if [ -n "$shell" ]; then
	[ -t 0 ] || fail 2 "--shell needs a terminal"
	saved=$(stty -g)
	"${guest[@]}" con0=fd:0,fd:1
	stty "$saved"
	exit "$(cat "$work/report/status" 2>/dev/null || echo 125)"
fi

# Pipes in between, for the guest makes its channels non-blocking, which would
# reach whoever shares our standard output.
console="$work/console"
exec 3> >(exec cat)
relays+=($!)
exec 4> >(exec cat >&2)
relays+=($!)
if [ -n "$verbose" ]; then
	exec 5> >(exec tee "$console" >&2)
	relays+=($!)
else
	exec 5>"$console"
fi
began=$SECONDS
# Should any process of this chain be killed, those after it die as well.
setpriv --pdeathsig KILL timeout -s KILL "$limit" \
	setpriv --pdeathsig KILL "${guest[@]}" \
	con0=null,fd:5 con1=null,fd:3 con2=null,fd:4 </dev/null >&5 2>&1 &
vm=$!
exec 3>&- 4>&- 5>&-
{ wait "$vm"; } 2>/dev/null
wait "${relays[@]}"
vm=

if [ -s "$work/report/status" ]; then
	exit "$(cat "$work/report/status")"
fi
[ -n "$verbose" ] || tail -n 40 "$console" >&2
if [ $((SECONDS - began)) -ge "$limit" ]; then
	fail 124 "time limit of $limit s reached, guest killed"
fi
# What it said that is nearest to a cause, the surest first.
cause=$(for words in ptrace 'out of memory|few physical memory|no space left' panic; do
	grep -aiE -m 1 "$words" "$console"
done | head -n 1)
case $cause in
*"set fp regs failed"*)
	fail 125 "User Mode Linux cannot run here: this processor's FPU state is larger than User Mode Linux knows, as with AMX, and processor/ptrace.c does not help: $cause"
	;;
*ptrace*"errno = 1" | *ptrace*"errno = 1"[!0-9]* | *ptrace*"not permitted"* | *"not permitted"*ptrace*)
	fail 125 "User Mode Linux cannot run here: it is not allowed to ptrace its own processes: $cause"
	;;
esac
fail 125 "the guest ended without a result: ${cause:-it says nothing of a cause}; its last kernel messages are above"

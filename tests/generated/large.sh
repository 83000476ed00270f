#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# large.sh RESIGN_FILE AUDIT GEN MUTATE: an SR of 1,000 VDIs in chains three deep,
# resigned in 64 MiB of memory and judged like any other (run.sh). RESIGN_FILE is
# one without sanitizers, whose own memory would count.
set -u
here=$(cd "$(dirname "$0")" && pwd)
RESIGN_FILE=$(realpath "$1")
export RESIGN_FILE GEN_TREES=250
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What a limit on the data segment allows: heap, stack and private mappings.
cat >"$work/limited" <<'WRAP'
#!/bin/bash
ulimit -d 65536 && exec "$LIMITED" "$@"
WRAP
chmod +x "$work/limited"
LIMITED=$RESIGN_FILE VERBOSE=1 "$here/run.sh" "$work/limited" "$2" "$3" "$4" 7 1

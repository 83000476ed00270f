#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# pool.sh DIR: images that qemu-img made, for tests/support/gen: one VHD, and
# QCOW2 images of every version and cluster size, with a little data and a
# backing file of a name that gen replaces by another of its length.
#
#   qemu.vhd            a dynamic VHD
#   <n>.base.qcow2      based on nothing
#   <n>.<form>.qcow2    <form>: see tests/support/gen/qcow2.c
set -eu
cd "$1"

qemu-img create -q -f vpc -o subformat=dynamic qemu.vhd 8M
qemu-io -f vpc -c 'write -P 0x5a 1M 64k' qemu.vhd >/dev/null

zero=00000000-0000-0000-0000-000000000000
doubled=${zero//-/--}
declare -A names
for kind in LV QCOW2; do
	dev=/dev/VG_XenStorage-$zero/$kind-$zero
	names[dev.$kind]=$dev
	names[file.$kind]=file:$dev
	names[mapper.$kind]=/dev/mapper/VG_XenStorage--$doubled-$kind--$doubled
	names[relative.$kind]=$kind-$zero
	[[ $kind == LV ]] && format=raw || format=qcow2
	names[json.$kind]="json:{\"driver\":\"$format\",\"file\":{\"driver\":\"file\",\"filename\":\"$dev\"}}"
done

# Each has data of its own, at places of its own.
write()
{
	qemu-io -f qcow2 -c "write -P $((n * 16 + $2)) $(($2 * 96))k 40k" \
		"$1" >/dev/null
}

options=("compat=1.1" "compat=0.10,cluster_size=4096"
	"compat=1.1,cluster_size=512,lazy_refcounts=on"
	"compat=1.1,cluster_size=16384,extended_l2=on")
for n in 0 1 2 3; do
	qemu-img create -q -f qcow2 -o "${options[n]}" "$n.base.qcow2" 4M
	write "$n.base.qcow2" 9
	# Not each of them in each form: it takes its time.
	i=0
	for form in {dev,mapper,relative,json,file}.{QCOW2,LV}; do
		((i++ % 4 == n)) || [[ $form == dev.* ]] || continue
		qemu-img create -q -f qcow2 -o "${options[n]}" \
			"$n.$form.qcow2" 4M
		write "$n.$form.qcow2" $((i % 8))
		[[ $form == *.LV ]] && format=raw || format=qcow2
		qemu-img rebase -q -u -f qcow2 -b "${names[$form]}" -F "$format" \
			"$n.$form.qcow2"
	done
done

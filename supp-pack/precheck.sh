#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
#
# xapi runs this before it applies the update; what it says is shown if it fails.
old=/opt/xensource/sm/ReLVMoISCSISR
if [ -e "$old" ] && [ ! -L "$old" ]; then
	echo "$old is another driver of the SR type relvmoiscsi: remove it, then try again"
	exit 1
fi
echo ok

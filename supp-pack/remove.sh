#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
#
# Takes the update off this host again.
set -u
rpm -e update-relvmoiscsi relvmoiscsi control-relvmoiscsi || exit 1
echo "Type xe-toolstack-restart, then xe update-destroy for this update."

# SPDX-License-Identifier: LGPL-2.1-only
#
# LUN images: unpacked golden images and empty ones, on the guest's own tmpfs.
# shellcheck shell=bash

# image_unpack PACKED IMAGE: .zst to a sparse file.
image_unpack() {
	zstd -q -d -f --sparse -o "$2" -- "$1"
}

# image_empty IMAGE SIZE
image_empty() {
	rm -f -- "$1"
	truncate -s "$2" -- "$1"
}

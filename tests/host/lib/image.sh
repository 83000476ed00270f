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

# same_images A B [FROM]: every byte from FROM on. Only data is read, of which there
# are some 60 MiB in 1 GiB; holes of both are alike.
same_images() {
	python3 -IS - "$@" <<'END'
import os, sys

a, b = (os.open(path, os.O_RDONLY) for path in sys.argv[1:3])
size = os.fstat(a).st_size
if os.fstat(b).st_size != size:
    sys.exit("sizes differ")
for fd in a, b:
    at = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    while at < size:
        try:
            at = os.lseek(fd, at, os.SEEK_DATA)
        except OSError:  # there is none behind it
            break
        end = min(os.lseek(fd, at, os.SEEK_HOLE), at + (1 << 20))
        if os.pread(a, end - at, at) != os.pread(b, end - at, at):
            sys.exit("they differ between bytes %d and %d" % (at, end))
        at = end
END
}

#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-only
"""observer.py ELF: puts a zip behind the program, which Python takes for one of
its own. With its observer on, xapi runs a backend as `python3 -m observer
PROGRAM CALL` (xapi's sm_exec.ml and observer.py), that is by runpy.run_path; the
zip's __main__ starts the program itself. The same bytes each time."""

import sys
import zipfile

MAIN = "import os, sys\nos.execv(sys.argv[0], sys.argv)\n"

with zipfile.ZipFile(sys.argv[1], "a") as archive:
    archive.writestr(zipfile.ZipInfo("__main__.py"), MAIN)

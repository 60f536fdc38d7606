#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Edits of one document in a folder of 2,000 files, and what is read without an editor.

    tests/bench/lsp.py PROGRAM EDITS

Prints, of the turns by which the two were measured, the median milliseconds of an edit until its
diagnostics are there, the median milliseconds of `validate` of the folder, the KiB that the server had
after a tenth of the edits, and after all of them.
"""
import os
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lsp"))
from client import Client  # noqa: E402
from memory import edit_once, fill, open_first, resident  # noqa: E402

FILES, TURNS = 2000, 10


def main():
    program, edits = os.path.abspath(sys.argv[1]), int(sys.argv[2])
    spent, whole, early = [], [], 0
    with tempfile.TemporaryDirectory() as folder:
        folder = os.path.realpath(folder)
        fill(folder, FILES)
        client = Client(program, folder)
        document = open_first(client, folder)
        for edit in range(edits):
            if edit % (edits // TURNS) == 0:
                start = time.monotonic()
                subprocess.run([program, "validate", folder], check=False,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                whole.append(time.monotonic() - start)
            start = time.monotonic()
            edit_once(client, document, edit)
            spent.append(time.monotonic() - start)
            if edit == edits // 10:
                early = resident(client)
        late = resident(client)
        client.stop()
    print("%.3f %.3f %d %d" % (statistics.median(spent) * 1000,
                               statistics.median(whole) * 1000, early, late))


if __name__ == "__main__":
    main()

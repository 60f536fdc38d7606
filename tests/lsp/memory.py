#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Edits of one document in a folder of files: what they take.

    tests/lsp/memory.py PROGRAM EDITS [FILES]

Makes FILES files (default: 50) in a folder of its own and edits one of them so many times.
Fails when the server then has more memory than after the first tenth, by more than 2 MiB.
"""
import os
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from client import Client, Failed  # noqa: E402

GROUP = """apiVersion: purelb.io/v2
kind: ServiceGroup
metadata:
  name: group-%d
  namespace: purelb-system
spec:
  local:
    v4pools:
    - pool: 10.%d.%d.16-10.%d.%d.31
      subnet: 10.%d.%d.0/24
"""
SERVICE = """apiVersion: v1
kind: Service
metadata:
  name: web-%d
  namespace: shop
  annotations:
    purelb.io/service-group: group-%d
spec:
  type: LoadBalancer
  ports:
  - port: 80
"""


def fill(folder, count):
    for number in range(count):
        with open(os.path.join(folder, "f%d.yaml" % number), "w", encoding="utf-8") as file:
            if number % 10 == 0:
                net = (number // 250, number % 250)
                file.write(GROUP % (number, *net, *net, *net))
            else:
                file.write(SERVICE % (number, number // 10 * 10))


def resident(client):
    """KiB of the server, or of what it runs under."""
    with open("/proc/%d/status" % client.process.pid, encoding="utf-8") as file:
        for line in file:
            if line.startswith("VmRSS"):
                return int(line.split()[1])
    return 0


def open_first(client, folder):
    """Starts the server on the folder and opens its first document."""
    uri = "file://" + folder
    client.start(uri)
    document = uri + "/f0.yaml"
    with open(os.path.join(folder, "f0.yaml"), encoding="utf-8") as file:
        client.open(document, file.read())
    client.diagnostics(document, 1)
    return document


def edit_once(client, document, edit):
    """Changes a digit, and waits for what is found."""
    client.change(document, [{"range": {"start": {"line": 8, "character": 27},
                                        "end": {"line": 8, "character": 28}},
                              "text": str(edit % 6 + 1)}], edit + 2)
    return client.diagnostics(document, edit + 2)


def main():
    program, edits = sys.argv[1], int(sys.argv[2])
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 50
    # Memory that a sanitizer holds back is no growth.
    os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"
    with tempfile.TemporaryDirectory() as folder:
        folder = os.path.realpath(folder)
        fill(folder, count)
        client = Client(program, folder)
        document = open_first(client, folder)
        early = 0
        for edit in range(edits):
            try:
                edit_once(client, document, edit)
            except Failed as problem:
                sys.exit("edit %d of %d: %s" % (edit + 1, edits, problem))
            if edit == edits // 10:
                early = resident(client)
        late = resident(client)
        status = client.stop()
        if status != 0:
            sys.exit("the server ended with %d" % status)
        if late > early + 2048:
            sys.exit("%d KiB after %d edits, %d KiB after %d" % (
                early, edits // 10, late, edits))
        print("%d KiB after %d edits, %d KiB after %d" % (early, edits // 10, late, edits))


if __name__ == "__main__":
    main()

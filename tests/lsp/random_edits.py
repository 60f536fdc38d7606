#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random edits of a document, between them questions and messages that make no sense.

    tests/lsp/random_edits.py PROGRAM SEED...

Ranges lie anywhere, also beyond the text and inside of characters that UTF-16 has two units for. In the
end what is found must be what another server finds in the text as it should be by then.
"""
import json
import os
import random
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from client import Client, Failed  # noqa: E402

TEXT = """apiVersion: purelb.io/v2
kind: ServiceGroup
metadata: {name: default, namespace: purelb-system} # \U0001F600 \u00e9
spec:
  local:
    v4pools:
    - pool: 192.168.1.250-192.168.1.240
      subnet: 192.168.1.0/24
"""
PIECES = ["", "x", "\n", "  ", "\U0001F600", "\u00e9", "- ", "pool: 1", '"', "&a ", "\t"]
QUESTIONS = ["hover", "completion", "definition", "references", "documentSymbol", "codeAction"]
FRAMES = [b"Content-Length: 3\r\n\r\n{}x", b"Content-Length: -1\r\n\r\n", b"nothing\r\n\r\n",
          b"Content-Length: 2\r\n\r\n[]", b"Content-Length: 4\r\n\r\nnull", b"\r\n\r\n"]
STEPS = 150


def offset(text, line, unit):
    """The character of a position in UTF-16; beyond a line its end."""
    lines = text.split("\n")
    if line >= len(lines):
        return len(text)
    at = sum(len(one) + 1 for one in lines[:line])
    for character in lines[line]:
        width = 2 if ord(character) > 0xFFFF else 1
        if unit < width:
            break
        unit -= width
        at += 1
    return at


def nonsense(chance, step, uri):
    return chance.choice([
        {"id": step, "method": "textDocument/hover", "params": None},
        {"id": step, "method": "textDocument/nothing"},
        {"id": step, "result": None},
        {"id": {"a": 1}, "method": "textDocument/hover", "params": {}},
        {"id": step, "method": "initialize", "params": {}},
        {"id": step, "method": "textDocument/completion", "params": {
            "textDocument": {"uri": uri}, "position": {"line": -1, "character": 1e300}}},
        {"method": "textDocument/didChange", "params": {"textDocument": {"uri": uri}}},
        {"method": "textDocument/didChange", "params": {
            "textDocument": {"uri": "untitled:x", "version": 1}, "contentChanges": [{"text": "a"}]}},
        {"method": "textDocument/didClose", "params": {"textDocument": {"uri": "file:///no"}}},
        {"method": "textDocument/didOpen", "params": {"textDocument": {"uri": 7}}},
        {"method": "$/cancelRequest", "params": {"id": step}}])


def edit(client, chance, uri, text, version):
    if chance.random() < 0.1:
        client.change(uri, [{"text": TEXT}], version)
        return TEXT
    first, unit = chance.choice([0, chance.randint(0, 12), 2 ** 31]), chance.randint(0, 70)
    last = first + chance.choice([0, 0, 0, 1, 2])
    end = chance.randint(0, 70) if last > first else unit + chance.choice([0, 1, 3, 10 ** 9])
    piece = chance.choice(PIECES)
    client.change(uri, [{"range": {"start": {"line": first, "character": unit},
                                   "end": {"line": last, "character": end}},
                         "text": piece}], version)
    at = offset(text, first, unit)
    return text[:at] + piece + text[max(at, offset(text, last, end)):]


def ask(client, chance, step, uri):
    client.send({"id": step, "method": "textDocument/" + chance.choice(QUESTIONS), "params": {
        "textDocument": {"uri": uri}, "context": {"diagnostics": []},
        "position": {"line": chance.randint(0, 12), "character": chance.randint(0, 60)},
        "range": {"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}}}})


def found(diagnostics):
    return sorted(json.dumps(one, sort_keys=True) for one in diagnostics)


def play(program, seed, folder):
    chance = random.Random(seed)
    client, uri = Client(program, folder), "file://" + folder + "/a%20b.yaml"
    text, version = TEXT, 1
    client.start("file://" + folder)
    client.open(uri, text)
    for step in range(STEPS):
        turn = chance.random()
        if turn < 0.75:
            version += 1
            text = edit(client, chance, uri, text, version)
        elif turn < 0.8:
            client.raw(chance.choice(FRAMES))
        elif turn < 0.85:
            client.send(nonsense(chance, step, uri))
        else:
            ask(client, chance, step, uri)
    client.change(uri, [{"range": {"start": {"line": 0, "character": 0},
                                   "end": {"line": 0, "character": 0}}, "text": "\n"}], version + 1)
    edited = client.diagnostics(uri, version + 1)
    other = Client(program, folder)
    other.start("file://" + folder)
    other.open(uri, "\n" + text, version + 1)
    fresh = other.diagnostics(uri, version + 1)
    if found(edited) != found(fresh):
        raise Failed("other findings than in the text as it is: %s" % json.dumps("\n" + text))
    if client.stop() != 0 or other.stop() != 0:
        raise Failed("a server did not end with 0")


def main():
    for seed in sys.argv[2:]:
        with tempfile.TemporaryDirectory() as folder:
            try:
                play(os.path.abspath(sys.argv[1]), int(seed), os.path.realpath(folder))
            except Failed as problem:
                print("seed %s: %s" % (seed, problem))


if __name__ == "__main__":
    main()

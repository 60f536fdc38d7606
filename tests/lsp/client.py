#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A client of the language server: the frames, and sessions that are replayed.

    tests/lsp/client.py PROGRAM SESSION...

A session is a folder with `session`, and `workspace/`, which is copied first. Lines of
`session`, in order:

    > {...}     a message to send; "jsonrpc" is added; $ROOT is the URI of the workspace
    raw TEXT    bytes to send, with escapes as in Python
    < {...}     the next message that this is a part of must come; others are passed over.
                Of a list each item must be a part of an item; a text that begins with "~" must
                occur in the text, "!~" must not; "#N" is a list of N items
    start [CAPABILITIES]   initialize and initialized
    open NAME VERSION [TEXT]   opens a document; without a text, that of the file
    change NAME VERSION L:C-L:C TEXT   replaces a range of it
    ask ID METHOD NAME L:C   asks textDocument/METHOD
    + {...}     as >, but sent together with what comes next
    bulk N      sends a message of N bytes that is one long text
    stop        shutdown and exit; the status must be 0
    write FILE TEXT   writes a file of the workspace
    close       closes standard input
    exit N      the server must end with this status

Prints "ok NAME", or "FAIL NAME: why".
"""
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time

SECONDS_MAX = 100  # for one answer: only a server that hangs takes so long


class Failed(Exception):
    pass


def frame(message):
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


def position(text):
    line, _, character = text.partition(":")
    return {"line": int(line), "character": int(character)}


def escaped(text):
    """\\n and the like; everything else as it is, also beyond ASCII."""
    return json.loads('"%s"' % text.replace('"', '\\"'))


class Client:
    def __init__(self, program, folder, arguments=()):
        self.together = b""
        self.process = subprocess.Popen([program, "lsp", "--stdio", *arguments], cwd=folder,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.buffer = b""

    def raw(self, data):
        try:
            self.process.stdin.write(data)
            self.process.stdin.flush()
        except BrokenPipeError:
            raise Failed("the server has gone") from None

    def send(self, message):
        self.raw(self.together + frame(message))
        self.together = b""

    def receive(self, seconds=SECONDS_MAX):
        until = time.monotonic() + seconds
        while True:
            head, mark, rest = self.buffer.partition(b"\r\n\r\n")
            if mark:
                length = int(head.split(b":")[1])
                if len(rest) >= length:
                    self.buffer = rest[length:]
                    return json.loads(rest[:length])
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                raise Failed("no message came")
            data = os.read(self.process.stdout.fileno(), 1 << 20)
            if not data:
                raise Failed("the server ended, status %s" % self.process.wait())
            self.buffer += data

    def request(self, ident, method, params):
        self.send({"id": ident, "method": method, "params": params})
        while True:
            message = self.receive()
            if message.get("id") == ident and "method" not in message:
                return message

    def start(self, root, capabilities=None):
        answer = self.request("start", "initialize",
                              {"processId": None, "rootUri": root,
                               "capabilities": capabilities or {}})
        self.send({"method": "initialized", "params": {}})
        return answer

    def open(self, uri, text, version=1):
        self.send({"method": "textDocument/didOpen", "params": {"textDocument": {
            "uri": uri, "languageId": "yaml", "version": version, "text": text}}})

    def change(self, uri, changes, version):
        self.send({"method": "textDocument/didChange", "params": {
            "textDocument": {"uri": uri, "version": version}, "contentChanges": changes}})

    def diagnostics(self, uri, version):
        while True:
            message = self.receive()
            params = message.get("params", {})
            if message.get("method") == "textDocument/publishDiagnostics" and \
                    params["uri"] == uri and params.get("version") == version:
                return params["diagnostics"]

    def stop(self):
        self.request("stop", "shutdown", None)
        self.send({"method": "exit"})
        self.process.stdin.close()
        return self.process.wait(SECONDS_MAX)


def is_part(wanted, found):
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(
            key in found and is_part(value, found[key]) for key, value in wanted.items())
    if isinstance(wanted, list):
        return isinstance(found, list) and all(
            any(is_part(value, item) for item in found) for value in wanted) and \
            (wanted or not found)
    if isinstance(wanted, str) and isinstance(found, str) and wanted.startswith("~"):
        return wanted[1:] in found
    if isinstance(wanted, str) and isinstance(found, str) and wanted.startswith("!~"):
        return wanted[2:] not in found
    if isinstance(wanted, str) and isinstance(found, list) and wanted.startswith("#"):
        return len(found) == int(wanted[1:])
    return wanted == found and isinstance(wanted, bool) == isinstance(found, bool)


def replay(program, session, root):
    client = Client(program, root)
    uri = "file://" + root
    try:
        with open(os.path.join(session, "session"), encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                line = line.rstrip("\n")
                word, _, rest = line.partition(" ")
                try:
                    step(client, word, rest.replace("$ROOT", uri), root)
                except Failed as problem:
                    raise Failed("line %d: %s" % (number, problem)) from None
    finally:
        client.process.kill()
        client.process.wait()


def step(client, word, rest, root):
    if word == ">":
        client.send(json.loads(rest))
    elif word == "+":
        client.together += frame(json.loads(rest))
    elif word == "start":
        client.start("file://" + root, json.loads(rest or "{}"))
    elif word == "open":
        name, version, *text = rest.split(" ", 2)
        if not text:
            with open(os.path.join(root, name), encoding="utf-8") as file:
                text = [file.read().replace("\n", "\\n")]
        client.open("file://%s/%s" % (root, name), escaped(text[0]), int(version))
    elif word == "change":
        name, version, span, *text = rest.split(" ", 3)
        start, _, end = span.partition("-")
        client.change("file://%s/%s" % (root, name), [{
            "range": {"start": position(start), "end": position(end)},
            "text": escaped(text[0] if text else "")}], int(version))
    elif word == "ask":
        ident, method, name, place = rest.split(" ")
        client.send({"id": int(ident), "method": "textDocument/" + method, "params": {
            "textDocument": {"uri": "file://%s/%s" % (root, name)},
            "position": position(place)}})
    elif word == "bulk":
        client.raw(b"Content-Length: %d\r\n\r\n" % int(rest))
        for _ in range(int(rest) // 1000000):
            client.raw(b"x" * 1000000)
        client.raw(b"x" * (int(rest) % 1000000))
    elif word == "stop":
        status = client.stop()
        if status != 0:
            raise Failed("it ended with %d" % status)
    elif word == "raw":
        client.raw(rest.encode().decode("unicode_escape").encode("latin-1"))
    elif word == "<":
        wanted = json.loads(rest)
        passed = []
        while True:
            try:
                message = client.receive()
            except Failed as problem:
                raise Failed("%s; wanted %s; came: %s" % (
                    problem, rest, json.dumps(passed)[:2000])) from None
            if is_part(wanted, message):
                return
            passed.append(message)
            if "id" in wanted and wanted["id"] == message.get("id"):
                raise Failed("wanted %s; came: %s" % (rest, json.dumps(message)[:2000]))
    elif word == "write":
        name, _, text = rest.partition(" ")
        with open(os.path.join(root, name), "w", encoding="utf-8") as file:
            file.write(text.encode().decode("unicode_escape"))
    elif word == "close":
        client.process.stdin.close()
    elif word == "exit":
        status = client.process.wait(SECONDS_MAX)
        if status != int(rest):
            raise Failed("it ended with %d and not with %s" % (status, rest))
    elif word and word != "#":
        raise Failed("unknown word " + word)


def main():
    program, sessions = sys.argv[1], sys.argv[2:]
    for session in sessions:
        name = os.path.basename(session)
        with tempfile.TemporaryDirectory() as folder:
            root = os.path.join(os.path.realpath(folder), "work")
            if os.path.isdir(os.path.join(session, "workspace")):
                shutil.copytree(os.path.join(session, "workspace"), root)
            else:
                os.mkdir(root)
            try:
                replay(program, session, root)
                print("ok lsp session %s" % name)
            except Failed as problem:
                print("FAIL lsp session %s: %s" % (name, problem))


if __name__ == "__main__":
    main()

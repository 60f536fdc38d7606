#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Makes one thing fail in a run of the program, then the next thing, and so on: each allocation
(preload.c) and each system call (strace injects the error); and signals come at system calls
that are drawn at random, with a fixed seed. Whatever happens,

  - the program ends by itself, with exit status 2 and a message, or what failed did not matter
    and everything is as without the fault;
  - a signal ends it, or it ends early with what is whole so far, marked as partial, or it came
    too late to matter;
  - a file under the name of a report is what stood there before, or a whole report;
  - nothing else is left behind.

    tests/faults/faults.py PRELOAD NAME [--all]

runs command NAME with faults spread over its calls, with --all each call. PURELBTOOL is the
program. What is wrong goes to standard output; exit status 1 when something is.
"""
import concurrent.futures
import hashlib
import json
import os
import random
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

PROGRAM = os.environ["PURELBTOOL"]
TIME_LIMIT_SECONDS = 60
SPREAD = 12  # faults for each kind of call, without --all
SIGNALS = 4  # of each kind, without --all

# {in} is a folder with the inputs, {out} one where reports go; FILES lie in {out} before.
COMMANDS = {
    "validate": ["validate", "{in}/three-nodes", "-o", "table", "-o", "html={out}/report.html",
                 "-o", "sarif={out}/report.sarif", "--write-baseline", "{out}/baseline.yaml"],
    "validate-broken": ["validate", "-o", "json={out}/report.json", "{in}/broken", "--disable", "IN001"],
    "validate-diff": ["validate", "--diff", "{in}/broken"],
    "elect": ["elect", "{in}/three-nodes", "-o", "json={out}/report.json"],
    "allocate": ["allocate", "{in}/three-nodes", "-o", "json={out}/report.json"],
    "bgp": ["bgp", "{in}/bgp-two-racks", "-o", "json={out}/report.json"],
    "sweep": ["sweep", "{in}/three-nodes", "-o", "json={out}/report.json"],
    "plan": ["plan", "{in}/three-nodes", "{in}/dual-stack", "-o", "json={out}/report.json"],
    "convert": ["convert", "{in}/convert"],
    "inspect": ["inspect", "-f", "{in}/three-nodes", "--all", "-o", "html={out}/report.html"],
    "simulate": ["simulate", "{in}/../scenarios/node-crash.yaml", "--pcap", "{out}/frames", "--events",
                 "{out}/events.jsonl", "-o", "html={out}/report.html"],
    "simulate-runs": ["simulate", "{in}/../scenarios/node-crash.yaml", "--runs", "2", "--jobs", "1",
                      "-o", "junit={out}/report.xml", "-o", "json"],
    "simulate-shard": ["simulate", "{in}/../scenarios/node-crash.yaml", "--runs", "4", "--jobs", "1",
                       "--shard", "1/2", "-o", "part={out}/half.part"],
    "sweep-shard": ["sweep", "--pairs", "{in}/three-nodes", "--shard", "1/2", "-o", "part={out}/half.part"],
    "merge": ["merge", "{in}/runs-1.part", "{in}/runs-2.part", "-o", "html={out}/report.html", "-o", "junit"],
    "merge-sweep": ["merge", "{in}/sweep-1.part", "{in}/sweep-2.part", "-o", "json={out}/report.json"],
    "inspect-evidence": ["inspect", "-f", "{in}/lab", "--all", "--before", "{in}/three-nodes", "-o", "json={out}/report.json"],
    "evidence": ["evidence", "{in}/lab", "-o", "json={out}/report.json"],
    "inventory": ["inventory", "{in}/captures", "-o", "yaml={out}/report.json"],
    "config": ["config", "--config", "{in}/settings.yaml", "-o", "json={out}/report.json"],
    "settings": ["validate", "--config", "{in}/settings.yaml", "--substitute-from", "{in}/values.env", "{in}/broken",
                 "-o", "table"],
    "plan-stages": ["plan", "--apply", "{in}/three-nodes", "{in}/dual-stack", "{in}/three-nodes", "-o", "html={out}/report.html"],
    "plan-simulate": ["plan", "--simulate", "--runs", "1", "{in}/three-nodes", "{in}/dual-stack", "-o", "json={out}/report.json"],
    "fix": ["validate", "--fix", "{out}/broken", "-o", "json={out}/report.json"],
    "kustomize": ["validate", "{in}/kustomize", "-o", "json={out}/report.json"],
    "lsp": ["lsp"],
}
# Folders that are written to: a fresh copy is in {out}.
WRITTEN = {"fix": "broken"}
INPUTS = ["fixtures/three-nodes", "fixtures/broken", "fixtures/bgp-two-racks", "fixtures/dual-stack",
          "fixtures/convert", "tests/evidence/lab"]
OLD = b"what stood here before\n"
# Errors by system call. Those without a row cannot fail for a reason from outside, or failing
# means nothing: nobody can act on what munmap or close of an input says.
ERRORS = {
    "read": ["EIO", "EINTR"], "write": ["ENOSPC", "EINTR"], "writev": ["ENOSPC"],
    "openat": ["EMFILE", "EACCES", "EINTR"], "newfstatat": ["EIO"], "fstat": ["EIO"], "statx": ["EIO"],
    "getdents64": ["EIO"], "linkat": ["EIO"], "rename": ["EIO"], "renameat": ["EIO"],
    "renameat2": ["EIO"], "fsync": ["EIO"], "fdatasync": ["EIO"], "ftruncate": ["EIO"],
    "lseek": ["EIO"], "mkdir": ["EACCES"], "mkdirat": ["EACCES"], "close": ["EIO"],
    "clone3": ["EAGAIN"], "clone": ["EAGAIN"], "pipe2": ["EMFILE"], "getcwd": ["EACCES"],
    "readlink": ["EIO"], "readlinkat": ["EIO"], "fcntl": ["EIO"], "unlink": ["EIO"],
    "fchmod": ["EPERM"], "clock_gettime": ["EINVAL"], "prctl": ["EINVAL"],
}
MEMORY = {"mmap": ["ENOMEM"]}  # a sanitizer's own matter


def sanitized():
    with open(PROGRAM, "rb") as program:
        return b"__asan_init" in program.read()


def complete(name, content):
    """A report of what could be read, with its end."""
    try:
        kind = name.rpartition(".")[2]
        if kind in ("json", "sarif"):
            return bool(json.loads(content))
        if kind == "jsonl":
            return content.endswith(b"\n") and all(json.loads(line) for line in content.splitlines())
        if kind == "pcap":
            at = 24
            while at + 16 <= len(content):
                at += 16 + struct.unpack_from("<I", content, at + 8)[0]
            return at == len(content)
        if kind == "part":
            return hashlib.sha256(content[:-32]).digest() == content[-32:]
        if kind == "xml":
            return xml.etree.ElementTree.fromstring(content) is not None
        return kind == "html" and content.endswith(b"</html>\n")
    except (ValueError, struct.error, xml.etree.ElementTree.ParseError):
        return False


def session(text):
    """What an editor says that opens a file with this text, asks, and leaves."""
    messages = [{"id": 1, "method": "initialize", "params": {"capabilities": {}}}, {"method": "initialized", "params": {}},
                {"method": "textDocument/didOpen", "params": {"textDocument": {
                    "uri": "file:///x/a.yaml", "languageId": "yaml", "version": 1, "text": text}}},
                {"id": 2, "method": "textDocument/hover", "params": {"textDocument": {"uri": "file:///x/a.yaml"},
                                                                     "position": {"line": 1, "character": 8}}},
                {"id": 3, "method": "shutdown"}, {"method": "exit"}]
    bodies = [json.dumps({"jsonrpc": "2.0", **message}).encode() for message in messages]
    return b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(body), body) for body in bodies)


class Command:
    """One command, its inputs, and what it gives when nothing fails."""

    def __init__(self, name, preload):
        self.arguments = COMMANDS[name]
        self.preload = preload
        self.folder = tempfile.mkdtemp()
        self.inputs = os.path.join(self.folder, "fixtures")
        for path in INPUTS:
            shutil.copytree(path, os.path.join(self.folder, "fixtures", os.path.basename(path)))
        os.mkdir(os.path.join(self.folder, "scenarios"))
        shutil.copy("scenarios/node-crash.yaml", os.path.join(self.folder, "scenarios"))
        self.input = b""
        self.before = {}
        self.written = WRITTEN.get(name)
        self.make_inputs(name)
        self.environment = dict(os.environ, LC_ALL="C.UTF-8", TERM="dumb")
        options = self.environment.get("ASAN_OPTIONS", "")
        self.environment["ASAN_OPTIONS"] = options + ":detect_leaks=0:verify_asan_link_order=0"

    def write(self, name, text):
        path = os.path.join(self.inputs, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def make_inputs(self, name):
        """What is no fixture."""
        self.write("settings.yaml", "disable: [SG020]\nfailOn: WARN\nsubstitute: {A: b}\n")
        self.write("values.env", "# values\nexport A=b\nB='c'\n")
        self.write("kustomize/kustomization.yaml", "resources: [group.yaml]\nnamePrefix: a-\npatches: [{path: patch.yaml}]\n")
        group = ("apiVersion: purelb.io/v2\nkind: ServiceGroup\nmetadata: {name: a, namespace: purelb-system}\n"
                 "spec: {local: {v4pools: [{subnet: 10.0.0.0/8, pool: %s}]}}\n")
        self.write("kustomize/group.yaml", group % "10.0.0.1-10.0.0.9")
        self.write("kustomize/patch.yaml", group % "10.0.0.9-10.0.0.1")
        self.write("captures/node-a/addr.json", '[{"ifname":"eth0","flags":["UP"],"operstate":"UP","link_type":"ether",'
                   '"address":"02:00:00:00:00:01","addr_info":[{"family":"inet","local":"10.0.0.1","prefixlen":24,"scope":"global"}]}]')
        self.write("captures/node-a/route.json", '[{"dst":"default","gateway":"10.0.0.254","dev":"eth0"}]')
        self.write("captures/node-a/route6.json", "[]")
        if name.startswith("merge"):
            for shard in "1", "2":
                for what, arguments in (("runs", ["simulate", self.folder + "/scenarios/node-crash.yaml", "--runs", "4"]),
                                        ("sweep", ["sweep", "--pairs", self.inputs + "/three-nodes"])):
                    subprocess.run([PROGRAM, *arguments, "--shard", f"{shard}/2", "-o",
                                    f"part={self.inputs}/{what}-{shard}.part"], check=True, capture_output=True)
        if name == "lsp":
            self.input = session(group % "10.0.0.9-10.0.0.1")
        for top, _, names in os.walk(os.path.join(self.inputs, self.written or "none")):
            for one in names:
                path = os.path.join(top, one)
                with open(path, "rb") as file:
                    self.before[os.path.relpath(path, self.inputs)] = file.read()

    def run(self, before=(), environment=(), after=None):
        """Runs it once, in a fresh folder for its outputs."""
        out = tempfile.mkdtemp(dir=self.folder)
        arguments = [a.replace("{in}", self.inputs).replace("{out}", out) for a in self.arguments]
        for argument in arguments:
            path = argument.partition("=")[2] or argument
            if path.startswith(out) and "." in os.path.basename(path):
                with open(path, "wb") as file:
                    file.write(OLD)
        if self.written:
            shutil.copytree(os.path.join(self.inputs, self.written), os.path.join(out, self.written))
        try:
            done = subprocess.run([*before, PROGRAM, *arguments], input=self.input, capture_output=True, timeout=TIME_LIMIT_SECONDS,
                                  check=False, env=dict(self.environment, **dict(environment)))
            status, text, errors = done.returncode, done.stdout, done.stderr
        except subprocess.TimeoutExpired:
            status, text, errors = "did not end", b"", b""
        files = {}
        for top, _, names in os.walk(out):
            for name in names:
                with open(os.path.join(top, name), "rb") as file:
                    content = file.read()
                files[os.path.relpath(os.path.join(top, name), out)] = content
        if after:
            after()
        shutil.rmtree(out)
        strip = lambda content: content.replace(out.encode(), b"{out}")
        return status, strip(text), strip(errors), {name: strip(c) for name, c in files.items()}

    def judge(self, whole, got, killed_by=None):
        """What is wrong with a run in which something failed; empty when nothing is."""
        status, text, errors, files = got
        if killed_by and status == -killed_by:
            status, errors = 2, errors + b"(the signal)"
        if status == "did not end":
            return status
        if b"Sanitizer" in errors or b"runtime error" in errors or status < 0 or status > 2:
            return f"exit status {status}: {errors[:2000].decode(errors='replace')}"
        if (status, text, files) == (whole[0], whole[1], whole[3]):
            return ""
        # What is wrong was found before; only the line with it cannot be shown.
        if status == whole[0] and b"cannot be read again" in text:
            return ""
        wrong = []
        early = killed_by and status == 1 and any(
            b"nterrupted" in what or b"stopped after" in what for what in (text, errors, *files.values()))
        if status != 2 and not early:
            wrong.append(f"exit status {status} though the answer differs")
        if not errors.strip() and not early:
            wrong.append("no message")
        for name, content in files.items():
            if killed_by == signal.SIGKILL and name.endswith(".tmp"):
                continue  # between two names, when nothing can be done any more
            if name not in whole[3]:
                wrong.append(f"{name} is left behind")
            elif content not in (whole[3][name], OLD, self.before.get(name)) and not complete(name, content):
                wrong.append(f"{name} is neither whole nor what it was ({len(content)} bytes)")
        return "; ".join(wrong) + (f": {errors[:300].decode(errors='replace')}" if wrong else "")

    def allocations(self):
        """How many allocations a run makes."""
        read, write = os.pipe()
        os.set_inheritable(write, True)
        arguments = [a.replace("{in}", self.inputs).replace("{out}", self.folder) for a in self.arguments]
        if self.written:
            shutil.copytree(os.path.join(self.inputs, self.written), os.path.join(self.folder, self.written))
        subprocess.run([PROGRAM, *arguments], input=self.input, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=False, close_fds=False,
                       env=dict(self.environment, LD_PRELOAD=self.preload, FAULT_COUNT=str(write)))
        os.close(write)
        with os.fdopen(read) as counted:
            return int(counted.read())

    def system_calls(self):
        """The calls of a run after it is in its sandbox: pairs of a name and its number."""
        trace = os.path.join(self.folder, "trace")
        self.run(before=["strace", "-o", trace])
        counts, calls, begun = {}, [], False
        with open(trace, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                match = re.match(r"(\w+)\(", line)
                if not match:
                    continue
                name = match.group(1)
                counts[name] = counts.get(name, 0) + 1
                if begun:
                    calls.append((name, counts[name]))
                begun = begun or "PR_SET_SECCOMP" in line
        return calls


def spread(items, every):
    """The items, or SPREAD of them: the first ones, then ever further apart."""
    items = list(items)
    if every or len(items) <= SPREAD:
        return items
    places = sorted({round(i * (len(items) - 1) / (SPREAD - 1)) for i in range(SPREAD)})
    return [items[i] for i in places]


def main():
    preload, name = sys.argv[1:3]
    every = "--all" in sys.argv[3:]
    command = Command(name, os.path.abspath(preload))
    whole = command.run()
    if whole[0] not in (0, 1):
        print(f"{name}: without a fault: exit status {whole[0]}: {whole[2].decode()}")
        return 1
    errors = ERRORS if sanitized() else {**ERRORS, **MEMORY}
    calls = command.system_calls()
    faults = [(f"allocation {n}", [], {"LD_PRELOAD": command.preload, "FAULT_NTH": str(n)})
              for n in spread(range(1, command.allocations() + 1), every)]
    for call, codes in errors.items():
        numbers = [n for c, n in calls if c == call]
        for code in codes if every else codes[:1]:
            for n in spread(numbers, every):
                inject = ["strace", "-o", "/dev/null", "-e", f"trace={call}",
                          "-e", f"inject={call}:error={code}:when={n}"]
                faults.append((f"{call} {n} gives {code}", inject, {}))

    chosen = random.Random(name)
    for signal_name in ("TERM", "INT", "KILL"):
        for call, n in chosen.sample(calls, min(len(calls), len(calls) if every else SIGNALS)):
            inject = ["strace", "-o", "/dev/null", "-e", f"trace={call}",
                      "-e", f"inject={call}:signal={signal_name}:when={n}"]
            faults.append((f"SIG{signal_name} at {call} {n}", inject, {}))

    def tried(fault):
        what, before, environment = fault
        killed_by = getattr(signal, what.split()[0]) if what.startswith("SIG") else None
        return what, command.judge(whole, command.run(before=before, environment=environment), killed_by)

    bad = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for what, wrong in pool.map(tried, faults):
            if wrong:
                bad += 1
                print(f"{name}: {what}: {wrong}")
    print(f"{name}: {len(faults)} faults, {bad} of them wrong", file=sys.stderr)
    shutil.rmtree(command.folder)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

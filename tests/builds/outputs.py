#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
The same input gives the same bytes, whoever compiled the program and wherever it runs.

    tests/builds/outputs.py REVERSED BUILD...

Each BUILD is a program that another compiler made, or the same one with another optimisation, and
runs in a world of its own: another locale, zone and number of threads, and from the second one on
folders list their entries in reverse order (REVERSED, a library to preload; see reversed.c). All
run the commands of the golden cases that can stand alone, every fixture and every scenario. Exit
status, standard output, standard error and all files written must be the same as those of the
first. What differs is run again in the world of the first, which tells the build from the world.

What differs goes to standard output, the number of commands to standard error; exit status 1 when
something differs.
"""
import concurrent.futures
import glob
import hashlib
import os
import re
import subprocess
import sys
import tempfile

TIME_LIMIT_SECONDS = 120
SHOWN = 20  # commands that differ
WORLDS = [("C", "UTC0", "1"), ("tr_TR.UTF-8", "America/St_Johns", "3"), ("de_DE.UTF-8", "Pacific/Chatham", "2"),
          ("C.UTF-8", "Asia/Kathmandu", "4")]
WRITES = re.compile(r"=|--(fix|write|prune|pcap|events|plots)")
FORMATS = ["json", "yaml", "html", "sarif", "junit", "github", "gcc", "markdown", "codeclimate"]
# A command of a golden case that needs neither its folder nor the shell, and writes no file.
ALONE = re.compile(r'^"\$PURELBTOOL"((?: [A-Za-z0-9_./=,:-]+)+)(?: 2>&1)?$', re.MULTILINE)


def fixture(path):
    """What `validate` takes for a fixture of a check that is one file."""
    with open(path, encoding="utf-8", errors="replace") as file:
        text = file.read()
    flags = re.search(r"^# flags: *(.*)$", text, re.MULTILINE)
    return ["validate", "-o", "json", *(flags.group(1).split() if flags else []), path]


def commands():
    """All commands as lists of arguments; {out} is an empty folder, {jobs} a number of threads."""
    found = set()
    for path in glob.glob("tests/golden/*/cmd"):
        with open(path, encoding="utf-8") as file:
            found.update(match.strip() for match in ALONE.findall(file.read()) if not WRITES.search(match))
    everything = [text.split() for text in sorted(found)]
    everything += [fixture(path) for path in sorted(glob.glob("fixtures/checks/*.yaml"))]
    reports = [word for f in FORMATS for word in ("-o", f"{f}={{out}}/{f}")]
    for folder in sorted(glob.glob("fixtures/*/")):
        if folder in ("fixtures/checks/", "fixtures/crds/"):
            continue
        everything.append(["validate", *reports, folder])
        for command in ("allocate", "elect", "bgp", "sweep", "convert"):
            everything.append([command, folder])
        everything.append(["inspect", "--all", "-f", folder])
        everything.append(["plan", "fixtures/three-nodes", folder])
    for scenario in sorted(glob.glob("scenarios/*.yaml")):
        everything.append(["simulate", "--events", "{out}/events.jsonl", "--pcap", "{out}/pcap",
                           "-o", "json", "-o", "html={out}/html", "--timeline", scenario])
        everything.append(["simulate", "--runs", "8", "--jobs", "{jobs}", "-o", "json", scenario])
    return everything


class World:
    """A program, and what it finds around it."""

    def __init__(self, program, number, reverse):
        self.program = os.path.abspath(program)
        locale, zone, self.jobs = WORLDS[number % len(WORLDS)]
        self.environment = {"PATH": os.environ["PATH"], "LC_ALL": locale, "LANG": locale, "TZ": zone, "TERM": "dumb"}
        if "LOCPATH" in os.environ:
            self.environment["LOCPATH"] = os.environ["LOCPATH"]
        if reverse and number > 0:
            self.environment["LD_PRELOAD"] = reverse

    def run(self, arguments, folder):
        """Everything that a command gives, one line each: (what, bytes)."""
        with tempfile.TemporaryDirectory(dir=folder) as out:
            words = [a.replace("{out}", out).replace("{jobs}", self.jobs) for a in arguments]
            done = subprocess.run([self.program, *words], stdin=subprocess.DEVNULL, capture_output=True,
                                  timeout=TIME_LIMIT_SECONDS, check=False, env=self.environment)
            given = [("exit status", str(done.returncode).encode()), ("standard output", done.stdout),
                     ("standard error", done.stderr)]
            for top, _, names in os.walk(out):
                for name in names:
                    path = os.path.join(top, name)
                    with open(path, "rb") as file:
                        given.append((os.path.relpath(path, out), file.read()))
            return sorted((what, content.replace(out.encode(), b"{out}")) for what, content in given)


def digest(given):
    """One hash of all that a command gives."""
    return hashlib.sha256(repr(given).encode()).digest()


def difference(one, other):
    """The first line that differs, in words."""
    for (what, a), (other_what, b) in zip(one, other):
        if what != other_what:
            return f"{what} and {other_what} are written"
        for number, (line, other_line) in enumerate(zip(a.split(b"\n"), b.split(b"\n")), 1):
            if line != other_line:
                return f"{what}, line {number}:\n\t{line[:200]!r}\n\t{other_line[:200]!r}"
        if a != b:
            return f"{what} is {len(a)} and {len(b)} bytes long"
    return f"{len(one)} and {len(other)} things are given"


def main():
    reverse, *programs = sys.argv[1:]
    worlds = [World(program, number, reverse) for number, program in enumerate(programs)]
    everything = commands()
    bad = 0
    with tempfile.TemporaryDirectory() as folder, \
            concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:

        def hashes(arguments):
            return [digest(world.run(arguments, folder)) for world in worlds]

        for arguments, all_hashes in zip(everything, pool.map(hashes, everything)):
            for number, one in enumerate(all_hashes):
                if one == all_hashes[0]:
                    continue
                bad += 1
                if bad > SHOWN:
                    continue
                first = worlds[0].run(arguments, folder)
                same_world = World(programs[number], 0, reverse).run(arguments, folder)
                cause = "as it was built" if same_world != first else "in its world"
                print(f"{programs[number]} differs from {programs[0]} {cause}: {' '.join(arguments)}: "
                      + difference(first, worlds[number].run(arguments, folder)))
    print(f"{len(everything)} commands, {len(programs)} builds, {bad} differences", file=sys.stderr)
    if len(everything) < 1000 or len(programs) < 2:
        print(f"only {len(everything)} commands and {len(programs)} builds")
        bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Applies each fix of each finding alone, and validates again. (A1)

    tests/consistency/fixes.py PROGRAM FIXTURE...

A fixture is a file or a folder. Of each fix: its finding is gone, no other of its severity or
above has come, and the fix has nothing left to do. What --fix=unsafe writes is what --diff prints as
patch(1) applies it, and --fix=unsafe of that changes nothing. Prints what does not hold.
"""
import collections
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

RANK = {"PASS": 0, "INFO": 1, "WARN": 2, "FAIL": 3}
# What a value of a wrong type, an object without its version, or an entry that was not read hid.
HIDING = {"IN002", "IN003", "IN004", "IN008"}
OF_OBJECT = ("metadata", "metadata.name", "metadata.namespace")
FIXTURE_FLAGS = re.compile(rb"^# flags: (.*)$", re.M)


def run(program, folder, flags, name):
    return subprocess.run([program, "validate", *flags, name], cwd=folder, check=False,
                          capture_output=True, stdin=subprocess.DEVNULL)


def findings(program, folder, flags, name):
    report = run(program, folder, ["-o", "json", "--max-findings", "0", *flags], name).stdout
    return [{**c, **one} for c in json.loads(report)["checks"]
            for one in [{k: v for k, v in c.items() if k != "also"}, *c.get("also", [])]]


def key(finding, change=None, message=False):
    """What a finding is known by; what a change renames or renumbers does not count."""
    resource, path = finding.get("resource", {}), finding.get("path") or ""
    if change and not message:
        if change["of_object"]:
            resource = {}
        if change["of_parts"]:
            path = re.sub(r"\[\d+\]", "[]", path)
    return (finding["code"], resource.get("kind"), resource.get("namespace"),
            resource.get("name"), path, finding["message"] if message else "")


def counts(checks, least, change=None, message=False):
    return collections.Counter(key(c, change, message) for c in checks
                               if RANK[c["status"]] >= least)


def apply(path, changes):
    with open(path, "rb") as f:
        text = f.read()
    fixed = text
    for change in reversed(changes):
        at, end = change["offset"], change["offset"] + change["bytes"]
        fixed = fixed[:at] + change["text"].encode() + fixed[end:]
    with open(path, "wb") as f:
        f.write(fixed)
    return text


def touch(changes):
    """True when one begins where another ends, or before: an editor takes no such edits."""
    return any(b["offset"] <= a["offset"] + a["bytes"] for a, b in zip(changes, changes[1:]))


def check_fix(program, folder, flags, name, finding, before):
    changes = finding["fixes"][0]["changes"]
    if touch(changes):
        return "its changes touch"
    about = {"of_object": finding.get("path") in OF_OBJECT,
             "of_parts": any("\n" in change["text"] or change["bytes"] == 0
                             or not change["text"] or change["endLine"] != change["line"]
                             for change in changes)}
    path = os.path.join(folder, changes[0]["file"])
    text = apply(path, changes)
    after = findings(program, folder, flags, name)
    with open(path, "wb") as f:
        f.write(text)
    least = RANK[finding["status"]]
    new = counts(after, least, about) - counts(before, least, about)
    exact = key(finding, message=True)
    gone = counts(after, 0, message=True)[exact] < counts(before, 0, message=True)[exact]
    if not gone:
        return "the finding stays"
    if new and finding["code"] not in HIDING:
        return f"it brings {sorted(map(str, new))}"
    return None


def files_of(folder):
    out = {}
    for at, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(at, name), "rb") as f:
                out[os.path.relpath(os.path.join(at, name), folder)] = f.read()
    return out


def check_all(program, folder, flags, name):
    """--diff and --fix agree, and --fix has nothing left to do."""
    flags = ["--fix=unsafe", *flags]
    patched = folder + ".patched"
    shutil.copytree(folder, patched)
    diff = run(program, folder, ["--diff", *flags], name).stdout
    if diff:
        patch = subprocess.run(["patch", "--quiet", "--binary", "-p0"], input=diff, cwd=patched,
                               capture_output=True, check=False)
        if patch.returncode != 0:
            return f"patch: {patch.stdout.decode()}{patch.stderr.decode()}"
    run(program, folder, flags, name)
    fixed = files_of(folder)
    if files_of(patched) != fixed:
        return "--diff is not what --fix writes"
    run(program, folder, flags, name)
    return None if files_of(folder) == fixed else "--fix changes what it wrote"


def check_fixture(program, fixture, scratch):
    """Returns how many fixes were applied."""
    folder = os.path.join(scratch, "f")
    name = os.path.basename(fixture)
    os.mkdir(folder)
    if os.path.isdir(fixture):
        shutil.copytree(fixture, os.path.join(folder, name))
        flags = []
    else:
        shutil.copy(fixture, folder)
        with open(fixture, "rb") as f:
            flags = FIXTURE_FLAGS.search(f.read())
        flags = flags.group(1).decode().split() if flags else []
    try:
        before = findings(program, folder, flags, name)
    except (ValueError, UnicodeError):
        return 0
    fixable = [c for c in before if c.get("fixes") and c["status"] != "PASS"]
    tried = collections.Counter()
    for finding in fixable:
        # A few of a kind are as good as all of them.
        tried[finding["code"]] += 1
        if tried[finding["code"]] > 3:
            continue
        fault = check_fix(program, folder, flags, name, finding, before)
        if fault:
            print(f"{fixture}: {finding['code']} {finding['fixes'][0]['title']}: {fault}")
    fault = check_all(program, folder, flags, name) if fixable else None
    if fault:
        print(f"{fixture}: {fault}")
    return len(fixable)


def main():
    program, applied = os.path.abspath(sys.argv[1]), 0
    for fixture in sys.argv[2:]:
        with tempfile.TemporaryDirectory() as scratch:
            applied += check_fixture(program, fixture.rstrip("/"), scratch)
    if applied < 250:
        print(f"only {applied} fixes were applied")


if __name__ == "__main__":
    main()

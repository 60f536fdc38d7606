#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Applies each fix of each finding alone, and validates again. (A1)

    tests/consistency/fixes.py PROGRAM fixtures/checks/CODE-fires*.yaml...

Then its finding is gone, no other of its severity or above has come, and there is nothing left
of the fix to apply. What --fix=unsafe makes of the file is what it makes of its own output.
Prints what does not hold.
"""
import collections
import json
import re
import subprocess
import sys

RANK = {"PASS": 0, "INFO": 1, "WARN": 2, "FAIL": 3}


def run(program, flags, text):
    return subprocess.run([program, "validate", *flags, "-"], input=text, capture_output=True,
                          check=False)


def findings(program, flags, text):
    report = run(program, ["-o", "json", "--max-findings", "0", *flags], text).stdout
    return [{**c, **one} for c in json.loads(report)["checks"] for one in [c, *c.get("also", [])]]


def name(finding, message=False):
    resource = finding.get("resource", {})
    return (finding["code"], resource.get("kind"), resource.get("namespace"),
            resource.get("name"), finding.get("path"), finding["message"] if message else "")


def counts(checks, least, message=False):
    return collections.Counter(name(c, message) for c in checks if RANK[c["status"]] >= least)


def main():
    program, applied = sys.argv[1], 0
    for path in sys.argv[2:]:
        with open(path, "rb") as f:
            text = f.read()
        flags = re.search(rb"^# flags: (.*)$", text, re.M)
        flags = flags.group(1).decode().split() if flags else []
        try:
            before = findings(program, flags, text)
        except (ValueError, UnicodeError):
            continue
        fixable = [c for c in before if c.get("fixes") and c["status"] != "PASS"]
        for finding in fixable:
            change = finding["fixes"][0]["changes"][0]
            at, end = change["offset"], change["offset"] + change["bytes"]
            changed = text[:at] + change["text"].encode() + text[end:]
            after = findings(program, flags, changed)
            least = RANK[finding["status"]]
            new = counts(after, least) - counts(before, least)
            key = name(finding, True)
            gone = counts(after, 0, True)[key] < counts(before, 0, True)[key]
            # Behind a value of a wrong type another mistake may have been hidden.
            if (new and finding["code"] != "IN004") or not gone:
                print(f"{path}: {finding['code']} {finding['fixes'][0]['title']}: "
                      + ("the finding stays" if not gone else f"it brings {sorted(map(str, new))}"))
            applied += 1
        if fixable:
            fixed = run(program, ["--fix=unsafe", *flags], text).stdout
            if run(program, ["--fix=unsafe", *flags], fixed).stdout != fixed:
                print(f"{path}: --fix=unsafe changes its own output")
    if applied < 60:
        print(f"only {applied} fixes were applied")


main()

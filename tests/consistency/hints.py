#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Applies each hint that names a value, and validates again.

    tests/consistency/hints.py PROGRAM fixtures/checks/CODE-fires*.yaml...

A hint such as "write 10.0.0.1-10.0.0.4", "use ..., or ..." or "did you mean ...?" is put in the
place of the value that the finding points at, "write replicas: 1" and "set peerAsn to 65001" where
that key is there. Then the finding must be gone, and no other may have
come at that place. Prints what does not hold.
"""
import json
import re
import subprocess
import sys

WRITTEN = r"(?P<value>\"[^\"]+\"|\[[^]]*\]|[^\s,;`\"]+?)"
REST = r"`?(?:\??| without quotes|,? (?:or|and|which|for|but|if|the) .*|; .*)$"
VALUE = re.compile(r"^(?:write|use|did you mean|set it to|add its unit:|write a list:) " + WRITTEN + REST)
QUOTED = re.compile(r"^put it in quotes: (?P<value>\"[^\"]+\")$")
KEYED = re.compile(r"^(?:write|set) `?(?P<key>\w+)(?:: | to )" + WRITTEN + REST)
KEYS = {"IN003", "BG001"}   # the finding is about the key
WORDS = {"a", "the", "one", "it", "at", "no", "ordinary", "another"}


def findings(program, text, flags):
    run = subprocess.run([program, "validate", "-o", "json", *flags, "-"], input=text, text=True,
                         capture_output=True, check=False)
    return [{**c, **one} for c in json.loads(run.stdout)["checks"] for one in [c, *c.get("also", [])]
            if c["status"] in ("FAIL", "WARN")]


def replaced(text, location, value, is_key):
    """The text with the scalar at a place replaced; None where it is not a plain one."""
    lines = text.split("\n")
    line = lines[location["line"] - 1]
    start = location["column"] - 1
    rest = line[start:]
    if is_key:
        scalar = re.match(r"[^\s:]+", rest)
    elif "{" not in line[:start] and "[" not in line[:start]:
        scalar = re.match(r"\"[^\"]*\"|'[^']*'|[^\s#].*?(?=\s*(?:\s#|$))", rest)
    else:
        scalar = re.match(r"\"[^\"]*\"|'[^']*'|[^\s,\]}#][^,\]}#]*?(?=\s*(?:[,\]}]|\s#|$))", rest)
    if scalar is None:
        return None
    lines[location["line"] - 1] = line[:start] + value + rest[scalar.end():]
    return "\n".join(lines)


def hinted(finding, text):
    """The value that a hint names, as it is to be written; None: it names none for this place."""
    hint = finding.get("hint") or ""
    if "location" not in finding:
        return None
    line = text.split("\n")[finding["location"]["line"] - 1][:finding["location"]["column"] - 1]
    match = QUOTED.match(hint)
    if match:
        return match["value"]
    match = KEYED.match(hint)
    if match and not re.search(r"\b" + match["key"] + r"\"?:\s*$", line):
        return None
    match = match or VALUE.match(hint)
    if not match or match["value"] in WORDS:
        return None
    value = match["value"].strip('"')
    if finding["code"] not in KEYS and re.search(r"^[^\[].*[:#{}\[\]&*!|>'%@`\\\s]|^[-?]|^$", value):
        value = "'" + value + "'"
    return value


def main():
    program, applied = sys.argv[1], 0
    for path in sys.argv[2:]:
        with open(path, encoding="utf-8", errors="replace", newline="") as f:
            text = f.read()
        flags = re.search(r"^# flags: (.*)$", text, re.M)
        flags = flags.group(1).split() if flags else []
        try:
            before = findings(program, text, flags)
        except (ValueError, UnicodeError):
            continue
        for finding in before:
            value = hinted(finding, text)
            if value is None:
                continue
            changed = replaced(text, finding["location"], value, finding["code"] in KEYS)
            if changed is None:
                continue
            applied += 1
            here = (finding["location"]["line"], finding["code"])
            known = {(c["location"]["line"], c["code"]) for c in before if "location" in c}
            for check in findings(program, changed, flags):
                if "location" not in check:
                    continue
                there = (check["location"]["line"], check["code"])
                same = (check["location"]["line"] == finding["location"]["line"]
                        and check["location"]["column"] == finding["location"]["column"])
                # Behind a value of a wrong type another mistake may have been hidden.
                new = there not in known and finding["code"] != "IN004"
                if same and (new or check["message"] == finding["message"]):
                    print(f"{path}:{here[0]}: {finding['code']} says \"{finding['hint']}\"; with "
                          f"it there is {check['code']}: {check['message']}")
    if applied < 120:
        print(f"only {applied} hints were applied")


main()

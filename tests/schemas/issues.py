#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reports of issues against the schema of their format.

    tests/schemas/issues.py SCHEMA REPORT...

Prints what does not fit, and which issues have the same fingerprint.
"""
import collections
import json
import sys

import jsonschema


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        validator = jsonschema.Draft202012Validator(json.load(file))
    for path in sys.argv[2:]:
        with open(path, encoding="utf-8") as file:
            issues = json.load(file)
        for error in validator.iter_errors(issues):
            print("%s: %s" % ("/".join(map(str, error.path)), error.message[:200]))
        prints = collections.Counter(issue["fingerprint"] for issue in issues)
        for fingerprint, count in prints.items():
            if count > 1:
                print("%d issues have the fingerprint %s" % (count, fingerprint))
        if not issues:
            print("%s: no issues" % path)


main()

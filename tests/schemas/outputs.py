# SPDX-License-Identifier: Apache-2.0
"""Checks our reports against the JSON Schemas that the program prints of them:
outputs.py PROGRAM FOLDER, where FOLDER is for events.

All that tests/golden has as JSON or YAML, and reports of fixtures and scenarios. Prints what a
schema refuses, and reports that no schema was met by.
"""
import glob
import json
import os
import re
import subprocess
import sys

import jsonschema
import yaml

program, folder = sys.argv[1:]


def run(*arguments):
    done = subprocess.run((program,) + arguments, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    return done.stdout.decode()


REPORTS = ("validate", "explain", "allocate", "elect", "bgp", "simulate", "simulate-runs",
           "simulate-events", "sweep", "plan", "plan-stages", "settings")
schemas = {}
for report in REPORTS:
    schema = json.loads(run("schema", report))
    jsonschema.Draft202012Validator.check_schema(schema)
    schemas[report] = jsonschema.Draft202012Validator(schema)
met = dict.fromkeys(REPORTS, 0)


def check(where, report, document):
    met[report] += 1
    for error in list(schemas[report].iter_errors(document))[:3]:
        print(f"{where}: the schema of {report} refuses "
              f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}")


def no_dates(loader):
    """Texts that look like dates are texts."""
    loader.yaml_implicit_resolvers = {
        first: [(tag, expression) for tag, expression in resolvers
                if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in loader.yaml_implicit_resolvers.items()}
    return loader


class Loader(yaml.SafeLoader):
    pass


def golden():
    for path in sorted(glob.glob("tests/golden/*/cmd")):
        with open(path, encoding="utf-8") as file:
            command = file.read()
        with open(os.path.join(os.path.dirname(path), "stdout"), "rb") as file:
            output = file.read().decode("utf-8", "replace")
        called = re.search(r'"?\$\{?PURELBTOOL\}?"?\s+([a-z]+)', command)
        wanted = re.search(r"(?:-o|--output)[ =](json|yaml)(?![=\w])", command)
        if called is None or wanted is None or called[1] not in schemas:
            continue
        if re.search(r"\| *jq\b", command):
            continue  # a piece of a report; all of them are looked at whole below
        try:
            document = (json.loads(output) if wanted[1] == "json"
                        else yaml.load(output, no_dates(Loader)))
        except (ValueError, yaml.YAMLError):
            continue  # not a report, or several
        if not isinstance(document, dict):
            continue
        report = called[1]
        if report == "simulate" and "distributions" in document:
            report = "simulate-runs"
        check(path, report, document)


def fixtures():
    for path in sorted(glob.glob("fixtures/*/")):
        check(path, "validate", json.loads(run("validate", "-o", "json", path)))
        if path == "fixtures/checks/":
            continue
        for report in ("allocate", "bgp", "sweep"):
            output = run(report, "-o", "json", path)
            if output:
                check(path, report, json.loads(output))
        output = run("elect", "--explain", "-o", "json", path)
        if output:
            check(path, "elect", json.loads(output))
    for old, new in (("plan/old", "plan/new"), ("three-nodes", "tenants"),
                     ("broken", "three-nodes"), ("tenants", "broken")):
        output = run("plan", "-o", "json", "fixtures/" + old, "fixtures/" + new)
        if output:
            check(new, "plan", json.loads(output))
    racks = "fixtures/bgp-two-racks"
    check(racks, "sweep", json.loads(run("sweep", "--routers", "-o", "json", racks)))
    check(racks, "bgp", json.loads(run("bgp", "--down", "r1-a", "-o", "json", racks)))
    stages = sorted(glob.glob("fixtures/plan-stages/*"))
    check("local to remote", "plan", json.loads(
        run("plan", "-o", "json", stages[0], stages[-1])))
    for options in ((), ("--simulate", "--runs", "2")):
        check("stages", "plan-stages", json.loads(
            run("plan", *options, "-o", "json", *stages)))
    check("a change in time", "plan", json.loads(
        run("plan", "--simulate", "--runs", "2", "-o", "json", "fixtures/three-nodes",
            "fixtures/tenants")))
    check("settings", "settings", json.loads(run("config", "-o", "json")))
    check("every check", "explain",
          json.loads(run("explain", "-o", "json", "SG001", "AG001", "IN001")))


def scenarios():
    for name in ("node-crash", "ipv6-dad", "nobody-can", "two-nodes", "node-partitioned",
                 "bgp-crash-frr"):
        path = f"scenarios/{name}.yaml"
        events = os.path.join(folder, "events")
        check(path, "simulate",
              json.loads(run("simulate", "-o", "json", "--events", events, path)))
        with open(events, encoding="utf-8") as file:
            for line in file:
                check(path, "simulate-events", json.loads(line))
        check(path, "simulate-runs",
              json.loads(run("simulate", "--runs", "3", "-o", "json", path)))
    check("stopped", "simulate", json.loads(
        run("simulate", "--max-events", "2000", "-o", "json", "scenarios/node-crash.yaml")))


def refusals():
    """The schemas can refuse: a key that is missing, one that is not known, a wrong type."""
    document = json.loads(run("allocate", "-o", "json", "fixtures/tenants"))
    for wrong in ({**document, "other": 1}, {"services": document["services"]},
                  {**document, "pools": {}}):
        if schemas["allocate"].is_valid(wrong):
            print("the schema of allocate accepts", json.dumps(wrong)[:100])


golden()
fixtures()
scenarios()
refusals()
for report, count in met.items():
    if count == 0:
        print(f"no report of {report} was checked")

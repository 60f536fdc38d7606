# SPDX-License-Identifier: Apache-2.0
"""Checks SARIF files: sarif.py SCHEMA FILE... Prints what is wrong with them.

Beside the schema: what the standard says in words and its readers rely on, what GitHub and
GitLab ask for in their pages about SARIF, and that a report says the same as the JSON report of
the same name beside it.
"""
import gzip
import json
import os
import sys

import jsonschema

LEVELS = {"FAIL": "error", "WARN": "warning", "INFO": "note"}

# What GitHub takes at most, and of descriptions and related locations what it shows.
BYTES_MAX = 10 * 1024 * 1024
RUNS_MAX, RESULTS_MAX, RULES_MAX, TAGS_MAX, LOCATIONS_MAX, TEXT_MAX = 20, 25000, 25000, 10, 100, 1024


def places(result):
    for location in result["locations"] + result.get("relatedLocations", []):
        physical = location.get("physicalLocation")
        if physical is not None:
            yield physical
    for fix in result.get("fixes", []):
        for change in fix["artifactChanges"]:
            for replacement in change["replacements"]:
                yield {"artifactLocation": change["artifactLocation"],
                       "region": replacement["deletedRegion"]}


def refused_of_run(run):
    rules, results = run["tool"]["driver"]["rules"], run["results"]
    if len(results) > RESULTS_MAX or len(rules) > RULES_MAX:
        yield "%d results and %d rules" % (len(results), len(rules))
    for rule in rules:
        for key in ("shortDescription", "fullDescription"):
            if not 0 < len(rule[key]["text"]) <= TEXT_MAX:
                yield "%s: the length of its %s" % (rule["id"], key)
        if not rule["help"]["text"] or not rule["help"]["markdown"]:
            yield "%s: no help" % rule["id"]
        if not rule["helpUri"].startswith("https://"):
            yield "%s: helpUri %s" % (rule["id"], rule["helpUri"])
        if len(rule["properties"]["tags"]) > TAGS_MAX:
            yield "%s: too many tags" % rule["id"]
    prints = {}
    for result in results:
        mark = result["partialFingerprints"]["primaryLocationLineHash"]
        if prints.setdefault(mark, result) != result:
            yield "two results are one for GitHub: %s" % result["message"]["text"]
        # GitLab refuses a report of which half have no file; GitHub each of them.
        if not result["locations"] or "physicalLocation" not in result["locations"][0]:
            yield "%s without a file" % result["ruleId"]
        if len(result.get("relatedLocations", [])) > LOCATIONS_MAX:
            yield "%s with too many related locations" % result["ruleId"]
        for physical in places(result):
            if "startLine" not in physical.get("region", {}):
                yield "%s: a location without a line" % result["ruleId"]


def problems_of_result(run, result):
    rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
    if rule["id"] != result["ruleId"]:
        yield "ruleIndex of %s is that of %s" % (result["ruleId"], rule["id"])
    if "suppressions" not in result:
        yield "a result without suppressions"
    for physical in places(result):
        region = physical.get("region", {"startLine": 1})
        if region["startLine"] < 1 or region.get("startColumn", 1) < 1:
            yield "a region before the first character: %s" % region
        if (region.get("endLine", region["startLine"]), region.get("endColumn", sys.maxsize)) < \
                (region["startLine"], region.get("startColumn", 1)):
            yield "a region that ends before it begins: %s" % region
        uri = physical["artifactLocation"]["uri"]
        if not uri or any(c in uri for c in " #?") or uri.startswith("./"):
            yield "no proper URI: %s" % uri


def same_as_json(run, path):
    with open(path, encoding="utf-8") as file:
        checks = [c for c in json.load(file)["checks"] if c["status"] != "PASS"]
    results = [r for r in run["results"] if not r["suppressions"]]
    if len(checks) != len(results):
        yield "%d results for %d findings" % (len(results), len(checks))
    for check, result in zip(checks, results):
        physical = result["locations"][0].get("physicalLocation")
        region = physical["region"] if physical else {}
        place = check.get("location", {})
        said = (result["ruleId"], result["level"], region.get("startLine"),
                region.get("startColumn"), len(result.get("relatedLocations", [])))
        # Readers want a line in every place: a file as a whole is its first.
        line = place.get("line") or (1 if physical else None)
        meant = (check["code"], LEVELS[check["status"]], line,
                 place.get("column") or None, min(LOCATIONS_MAX, len(check.get("related", [])) + len(check.get("also", []))))
        if said != meant:
            yield "%s instead of %s" % (said, meant)


def problems(validator, path):
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    for error in validator.iter_errors(document):
        yield "%s: %s" % (list(error.path), error.message[:200])
    with open(path, "rb") as file:
        if len(gzip.compress(file.read())) > BYTES_MAX or len(document["runs"]) > RUNS_MAX:
            yield "larger than GitHub takes"
    for run in document["runs"]:
        yield from refused_of_run(run)
        for result in run["results"]:
            yield from problems_of_result(run, result)
        other = path[:-len(".sarif")] + ".json"
        if os.path.exists(other):
            yield from same_as_json(run, other)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        validator = jsonschema.Draft4Validator(json.load(file))
    for path in sys.argv[2:]:
        for problem in problems(validator, path):
            print("%s: %s" % (os.path.basename(path), problem))


main()

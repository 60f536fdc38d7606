# SPDX-License-Identifier: Apache-2.0
"""Checks our JSON Schemas against the program: kinds.py PROGRAM FOLDER...

Every object below the folders goes through the schema of its kind. The schema must refuse what
the program finds an unknown field or a wrong type in, and must accept what it finds nothing of
the kind in. Prints where they differ.
"""
import glob
import json
import subprocess
import sys

import jsonschema
import yaml

KINDS = ("NodeInventory", "Scenario", "Capture", "ServiceGroup", "LBNodeAgent",
         "BGPConfiguration")
REFUSE = {"IN003", "IN004", "BG001"}  # unknown fields, wrong types
MAY_REFUSE = REFUSE | {"IN001", "IN002", "IN005", "IN006", "IN007", "BG002", "BG003", "ND011"}


class Loader(yaml.SafeLoader):
    """Types as kubectl: y and n are booleans, and there are no dates."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, expression) for tag, expression in resolvers
            if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}
for letter in "yYnN":
    Loader.yaml_implicit_resolvers.setdefault(letter, []).append(
        ("tag:yaml.org,2002:bool", __import__("re").compile("^[yYnN]$")))
Loader.bool_values = dict(yaml.SafeLoader.bool_values, y=True, n=False)


def run(program, *arguments):
    done = subprocess.run((program,) + arguments, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, check=False)
    return json.loads(done.stdout)


def documents(path):
    """The objects of a file, those of lists too; none when it is no YAML."""
    try:
        with open(path, encoding="utf-8") as file:
            found = list(yaml.load_all(file, Loader))
    except (yaml.YAMLError, UnicodeDecodeError):
        return
    while found:
        document = found.pop(0)
        if not isinstance(document, dict):
            continue
        if isinstance(document.get("items"), list):
            found += document["items"]
        yield document


def is_json(value):
    """What JSON has no word for (keys that are no strings) no editor checks."""
    if isinstance(value, dict):
        return all(isinstance(k, str) and is_json(v) for k, v in value.items())
    return not isinstance(value, list) or all(is_json(v) for v in value)


def without_nulls(value):
    """A field that is null is absent."""
    if isinstance(value, dict):
        return {k: without_nulls(v) for k, v in value.items() if v is not None}
    return [without_nulls(v) for v in value] if isinstance(value, list) else value


def has_unknown(value):
    """Placeholders and ciphertext have every type here; an editor cannot know that."""
    if isinstance(value, dict):
        return "sops" in value or any(has_unknown(v) for v in value.values())
    if isinstance(value, list):
        return any(has_unknown(v) for v in value)
    return isinstance(value, str) and ("${" in value or "ENC[" in value)


def named(document):
    metadata = document.get("metadata")
    return metadata.get("name") if isinstance(metadata, dict) else None


def found_codes(program, folders):
    """(file, kind, name) to the codes that concern reading the object."""
    codes = {}
    # The schemas are those of the latest release, whatever the images of so many clusters say.
    for check in run(program, "validate", "--config", "/dev/null", "--purelb-version", "latest",
                     "--max-findings", "0", "-o", "json", *folders)["checks"]:
        for place in [check] + check.get("also", []):  # like findings of other objects
            resource = place.get("resource", {})
            file = place.get("location", {}).get("file")
            key = (file, resource.get("kind"), resource.get("name"))
            codes.setdefault(key, set()).add(check["code"])
    return codes


def judge(validator, document, codes, where):
    """What is wrong with the schema, seen from this object."""
    errors = ["%s: %s" % (list(e.path), e.message[:100])
              for e in validator.iter_errors(document)]
    if errors and not codes & MAY_REFUSE:
        return "%s: refused by the schema only: %s" % (where, errors[0])
    if not errors and codes & REFUSE:
        return "%s: accepted by the schema, but %s" % (where, sorted(codes & REFUSE))
    return None


def main():
    program, folders = sys.argv[1], sys.argv[2:]
    codes = found_codes(program, folders)
    validators = {}
    accepted = refused = 0
    for kind in KINDS:
        schema = run(program, "schema", kind)
        jsonschema.Draft202012Validator.check_schema(schema)
        validators[kind] = jsonschema.Draft202012Validator(schema)
    for path in sorted(sum((glob.glob(f + "/**/*.yaml", recursive=True) for f in folders), [])):
        for document in documents(path):
            kind, name = document.get("kind"), named(document)
            if kind not in KINDS or not is_json(document) or not isinstance(name, str):
                continue
            group = str(document.get("apiVersion")).split("/")[0]
            if "." in group and group != "purelb.io" and not group.endswith(".purelb.io"):
                continue  # of other software
            if has_unknown(document):
                continue
            document = without_nulls(document)
            # A finding about a missing kind or name has no object.
            of_object = codes.get((path, kind, name), set()) | codes.get((path, None, None), set())
            if any("IN008" in c for k, c in codes.items() if k[0] == path):
                continue  # another version: nothing of it was read
            problem = judge(validators[kind], document, of_object,
                            "%s: %s %s" % (path, kind, name))
            if problem:
                print(problem)
            accepted += not of_object & REFUSE
            refused += bool(of_object & REFUSE)
    if accepted < 100 or refused < 10:
        print("only %d good and %d bad objects were seen" % (accepted, refused))


main()

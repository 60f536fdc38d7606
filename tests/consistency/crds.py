#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the verdict of validate with the schemas of the CustomResourceDefinitions.

    tests/consistency/crds.py PROGRAM fixtures/crds/NAME.json...

For each field and each rule of a schema it makes objects that keep it and objects that break
it, judges each by an evaluation of the schema of its own, and lets the program judge all of
them in one run. Prints each object on which the two differ, and how many there were.
"""
import copy
import json
import re
import subprocess
import sys

# What says that the API server would refuse the object.
REFUSED = {"IN002", "IN003", "IN004", "IN005", "SG009", "BG001", "BG002", "BG003", "BG010"}
TEXTS = ["", "a", "default", "/8", "/32", "/128", "/7", "/129", "32", "65000:1", "65000:1:1",
         "1:2:3:4", "Local", "local", "remote", "a b", "-a", "a-", "x" * 63, "x" * 64, "é"]
# No negative ones but where a minimum is near: the schemas declare as int32 and int64 what k8gobgp
# reads as unsigned, and an object that it cannot read is refused by the program as well (BG1.3).
NUMBERS = [0, 1, 2, 9, 10, 11, 12, 65535, 2**31 - 1, 2**31]
STRANGERS = ["text", 7, 1.5, True, [], ["text"], {}, {"stranger": 1}, None]


def is_type(schema, value):
    kind = schema["type"]
    if kind == "object":
        return isinstance(value, dict)
    if kind == "array":
        return isinstance(value, list)
    if kind == "string":
        return isinstance(value, str)
    if kind == "boolean":
        return isinstance(value, bool)
    return isinstance(value, int) and not isinstance(value, bool)


def accepts_list(schema, value):
    if len(value) > schema.get("maxItems", len(value)):
        return False
    return all(accepts(schema["items"], item) for item in value)


def accepts_rules(schema, value):
    """The rules of ServiceGroup that are written in CEL, by what they say."""
    for rule in schema.get("x-kubernetes-validations", []):
        if "has(self.external)" in rule["rule"]:
            if sum(key in value for key in ("local", "remote", "external")) != 1:
                return False
            continue
        flag = re.match(r"!self\.(\w+)", rule["rule"]).group(1)
        if value.get(flag) and not value.get("namespaces"):
            return False
    return True


def accepts_object(schema, value):
    # A null is pruned: the field is not there.
    value = {key: v for key, v in value.items() if v is not None}
    properties = schema.get("properties", {})
    if any(name not in value for name in schema.get("required", [])):
        return False
    for key, v in value.items():
        if key in properties:
            if not accepts(properties[key], v):
                return False
        elif "additionalProperties" in schema:
            if not accepts(schema["additionalProperties"], v):
                return False
        else:
            return False
    return accepts_rules(schema, value)


def accepts(schema, value):
    if not is_type(schema, value):
        return False
    if schema["type"] == "object":
        return accepts_object(schema, value)
    if schema["type"] == "array":
        return accepts_list(schema, value)
    if schema["type"] == "string":
        return (len(value) >= schema.get("minLength", 0)
                and len(value) <= schema.get("maxLength", len(value))
                and ("enum" not in schema or value in schema["enum"])
                and ("pattern" not in schema or re.search(schema["pattern"], value) is not None))
    if schema["type"] == "integer":
        # Since Kubernetes 1.36 no number beyond the format is taken. (BG010)
        if schema.get("format") == "int32" and not -2**31 <= value < 2**31:
            return False
        return schema.get("minimum", value) <= value <= schema.get("maximum", value)
    return True


def smallest(schema):
    """A value that keeps every rule."""
    kind = schema["type"]
    if kind == "object":
        return {name: smallest(schema["properties"][name]) for name in schema.get("required", [])}
    if kind == "array":
        return []
    if kind == "boolean":
        return False
    if kind == "integer":
        return schema.get("minimum", 1)
    return next(text for text in schema.get("enum", []) + ["10.0.0.0/24"] + TEXTS
                if accepts(schema, text))


def variants(schema):
    """Values for one field: those that keep and those that break its type and its rules."""
    kind = schema["type"]
    yield from STRANGERS
    yield smallest(schema)
    if kind == "string":
        yield from TEXTS
        for word in schema.get("enum", []):
            yield from (word, word.upper(), word + "x")
    elif kind == "integer":
        yield from NUMBERS
        for bound in ("minimum", "maximum"):
            if bound in schema:
                yield from (schema[bound] - 1, schema[bound], schema[bound] + 1)
    elif kind == "boolean":
        yield from (True, False, "true", "yes", 0)
    elif kind == "array":
        item = smallest(schema["items"])
        for value in variants(schema["items"]):
            if value is not None:
                yield [value]
        if "maxItems" in schema:
            yield [item] * schema["maxItems"]
            yield [item] * (schema["maxItems"] + 1)
    else:
        base = smallest(schema)
        for name in schema.get("required", []):
            yield {key: value for key, value in base.items() if key != name}
        yield dict(base, stranger="x")
        for name, child in schema.get("properties", {}).items():
            for value in variants(child):
                yield dict(base, **{name: value})
        if "additionalProperties" in schema:
            for value in variants(schema["additionalProperties"]):
                yield dict(base, key=value)


def combinations(schema):
    """For the rules between fields: which of them are there."""
    if "x-kubernetes-validations" not in schema:
        return
    base = {name: smallest(schema["properties"][name]) for name in ("local", "remote", "external")}
    for chosen in range(8):
        some = {name: value for i, (name, value) in enumerate(base.items()) if chosen >> i & 1}
        yield some
        for flag in ("enforceNamespaces", "namespaceDefault"):
            for value in (True, False):
                for namespaces in (None, [], ["shop"]):
                    yield dict(some, **{flag: value, "namespaces": namespaces})


def specs(schema):
    base = smallest(schema)
    if "x-kubernetes-validations" in schema:
        base["local"] = {}
        for value in variants(schema):
            yield value
            if not isinstance(value, dict):
                continue
            # Beside a group of the one kind that it may be.
            if not any(key in value for key in ("local", "remote", "external")):
                yield dict(value, local={})
        yield from combinations(schema)
    else:
        yield from variants(schema)


def objects(path):
    with open(path, encoding="utf-8") as f:
        crd = json.load(f)
    seen = set()
    for spec in specs(crd["spec"]):
        text = json.dumps(spec, sort_keys=True)
        if text in seen or not isinstance(spec, dict):
            continue
        seen.add(text)
        name = f"{crd['kind'].lower()}-{len(seen)}"
        yield name, accepts(crd["spec"], spec), {
            "apiVersion": crd["apiVersion"], "kind": crd["kind"],
            "metadata": {"name": name, "namespace": "purelb-system"}, "spec": copy.deepcopy(spec)}


def refused_by(program, documents):
    text = "\n---\n".join(json.dumps(document) for document in documents)
    run = subprocess.run([program, "validate", "--kubernetes-version", "1.36", "--max-findings", "0",
                          "-o", "json", "-"],
                         input=text, text=True,
                         capture_output=True, check=False)
    refused = {}
    for check in json.loads(run.stdout)["checks"]:
        if check["status"] == "FAIL" and check["code"] in REFUSED and "resource" in check:
            for one in [check, *check.get("also", [])]:
                refused.setdefault(one["resource"]["name"], []).append(
                    f"{check['code']} {check['message']}")
    return refused


def main():
    program, paths = sys.argv[1], sys.argv[2:]
    different = count = 0
    for path in paths:
        cases = list(objects(path))
        refused = refused_by(program, [document for _, _, document in cases])
        count += len(cases)
        for name, accepted, document in cases:
            if accepted != (name not in refused):
                different += 1
                print(f"{'accepted' if accepted else 'refused'} by the schema, but not by the "
                      f"program: {json.dumps(document['spec'])} {refused.get(name, '')}")
    print(f"{count} objects, {different} differences", file=sys.stderr)
    if count < 4000:
        print(f"only {count} objects were made")


main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# DaemonSets, Deployments and CustomResourceDefinitions of any shape: every field of one of each
# is replaced in turn by a value of every other type. None may end the run, and what comes after
# them in the input is read all the same. Where a value of another type changes what is found, the
# reason is told: a finding about the object, or checks that lack it.
#
#	tests/hostile/shapes.py PURELBTOOL
import json
import subprocess
import sys

CONTAINER = {"name": "lbnodeagent", "image": "registry.example.com/lbnodeagent:v0.17.0",
             "args": ["--debug"], "command": ["/lbnodeagent"],
             "env": [{"name": "PURELB_LEASE_DURATION", "value": "10s"}],
             "volumeMounts": [{"name": "ipam", "mountPath": "/var/run/purelb"}],
             "securityContext": {"privileged": False, "capabilities": {"add": ["NET_ADMIN"]}}}
TERM = {"matchExpressions": [{"key": "disk", "operator": "In", "values": ["ssd"]}]}
POD = {"nodeSelector": {"kubernetes.io/os": "linux"},
       "tolerations": [{"key": "a", "operator": "Equal", "value": "b", "effect": "NoSchedule"}],
       "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution":
                                     {"nodeSelectorTerms": [TERM]}}},
       "volumes": [{"name": "ipam", "emptyDir": {}}],
       "initContainers": [{"name": "init", "image": "busybox:1", "restartPolicy": "Always"}],
       "containers": [CONTAINER]}
STATUS = {"conditions": [{"type": "Available", "status": "False", "reason": "x"}],
          "replicas": 1, "availableReplicas": 0, "desiredNumberScheduled": 3, "numberReady": 1}
WHOLE = [
    {"apiVersion": "apps/v1", "kind": "DaemonSet",
     "metadata": {"name": "lbnodeagent", "namespace": "purelb-system", "labels": {"app": "purelb"}},
     "spec": {"template": {"spec": POD}}, "status": STATUS},
    {"apiVersion": "apps/v1", "kind": "Deployment",
     "metadata": {"name": "allocator", "namespace": "purelb-system"},
     "spec": {"replicas": 1, "strategy": {"type": "Recreate"},
              "template": {"spec": dict(POD, containers=[dict(CONTAINER, name="allocator")])}},
     "status": STATUS},
    {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
     "metadata": {"name": "servicegroups.purelb.io"},
     "spec": {"group": "purelb.io", "names": {"kind": "ServiceGroup", "plural": "servicegroups"},
              "scope": "Namespaced",
              "versions": [{"name": "v2", "served": True, "storage": True,
                            "subresources": {"status": {}},
                            "schema": {"openAPIV3Schema": {
                                "type": "object",
                                "properties": {"spec": {"type": "object", "properties": {
                                    "local": {"type": "object", "properties": {
                                        "v4pools": {"type": "array", "items": {
                                            "type": "object",
                                            "properties": {"pool": {"type": "string"}}}}}}}}}}}}]}},
]
VALUES = [None, True, 0, -1, 99999999999999999999, 1.5, "", "odd", "\u0000", [], [None], [[]],
          ["odd"], {}, {"odd": None}, {"": [{}]}]
GROUP = {"apiVersion": "purelb.io/v2", "kind": "ServiceGroup",
         "metadata": {"name": "default", "namespace": "purelb-system"},
         "spec": {"local": {"v4pools": [{"pool": "192.0.2.9-192.0.2.1",
                                         "subnet": "192.0.2.0/24"}]}}}
AGENT = {"apiVersion": "purelb.io/v2", "kind": "LBNodeAgent",
         "metadata": {"name": "default", "namespace": "purelb-system"},
         "spec": {"local": {"localInterface": "default"}}}
OTHER_TYPES = ["odd", 7, [], {}, True, ["odd"], {"odd": 1}]


def node(name, host, taint):
    return {"apiVersion": "v1", "kind": "Node",
            "metadata": {"name": name, "labels": {"kubernetes.io/os": "linux", "disk": "ssd"}},
            "spec": {"taints": [taint]},
            "status": {"addresses": [{"type": "InternalIP", "address": f"192.0.2.{host}"}]}}


# Of two nodes the agents can run on one only.
REST = [node("control", 20, {"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}),
        node("worker", 21, {"key": "a", "value": "b", "effect": "NoSchedule"}), AGENT, GROUP]


def places(value, path=()):
    """Every place in a document, the root left out."""
    items = (value.items() if isinstance(value, dict)
             else enumerate(value) if isinstance(value, list) else ())
    for key, child in items:
        yield path + (key,)
        yield from places(child, path + (key,))


def replaced(document, path, value):
    copy = json.loads(json.dumps(document))
    at = copy
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return copy


def parsed(program, documents):
    """What is found, and what is not checked."""
    run = subprocess.run([program, "validate", "-o", "json", "-"], capture_output=True,
                         input="\n---\n".join(json.dumps(o) for o in documents).encode(), check=False)
    report = json.loads(run.stdout)
    return ({(c["code"], c["message"]) for c in report["checks"]},
            {(s["code"], s["needs"]) for s in report["skipped"]})


def told(found, skipped, before, kind):
    """Whether a changed answer says why."""
    if any(code in ("AG107", "IN001", "IN002") for code, _ in found - before[0]):
        return True
    return any(kind.lower() in needs for _, needs in skipped - before[1])


def silent(program):
    """Values of a wrong type that change what is found without a word."""
    before = parsed(program, WHOLE + REST)
    for index, document in enumerate(WHOLE):
        for number, path in enumerate(places(document)):
            old = document
            for key in path:
                old = old[key]
            # One other type for each place, in turn.
            values = [v for v in OTHER_TYPES if not isinstance(v, type(old))]
            value = values[number % len(values)]
            # Without a readable name it is no object that could be named.
            if path[0] in ("apiVersion", "kind") or path in (("metadata",), ("metadata", "name")):
                continue
            changed = WHOLE[:index] + [replaced(document, path, value)] + WHOLE[index + 1:]
            found, skipped = parsed(program, changed + REST)
            place = ".".join(str(key) for key in path)
            if (found, skipped) != before and not told(found, skipped, before, document["kind"]):
                yield f"{document['kind']}.{place} is {value!r}: {sorted(found ^ before[0])}"


def main():
    program = sys.argv[1]
    count = bad = 0
    for value in VALUES:
        odd = [replaced(document, path, value) for document in WHOLE for path in places(document)
               if path[0] not in ("apiVersion", "kind")]
        # Ours comes last, so that it is missed when something before it ends the run.
        text = "\n---\n".join(json.dumps(o) for o in odd + [GROUP])
        run = subprocess.run([program, "validate", "-o", "json", "-"], input=text.encode(),
                             capture_output=True, check=False)
        count += len(odd)
        if run.returncode != 1 or b'"SG004"' not in run.stdout:
            print(f"{value!r}: exit status {run.returncode}, "
                  f"{run.stderr.decode('utf-8', 'replace')[-300:]}")
            bad += 1
    for problem in silent(program):
        print(problem)
        bad += 1
    if count < 100:
        print("no shapes")
    return bad > 0


sys.exit(main())

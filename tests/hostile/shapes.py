#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# DaemonSets, Deployments and CustomResourceDefinitions of any shape: every field of one of each
# is replaced in turn by a value of every other type. None may end the run, and what comes after
# them in the input is read all the same.
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
    if count < 100:
        print("no shapes")
    return bad > 0


sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
How time and memory grow with what a stranger can write more of.

    tests/bench/curves.py PROGRAM [DIMENSION...]

A dimension is an input that has N of something. Each is run with n, 2n, 4n and 8n of it, in 2 GB of
address space. Prints processor seconds, the exponent of the growth from 2n to 8n, memory, and what
becomes of the input that is refused: a bound that is reached is a flat line. "STEEP" is what grows
faster than n log n and takes a second or more, "more" the same with the reason why it has to,
"FAILED" what did not end as documented. The exit status is 1 when one is STEEP or FAILED.
"""
import json
import math
import os
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import time

ADDRESS_SPACE = 2 << 30
SECONDS_MAX = 120
STEEP = 1.35  # n log n is 1.1 to 1.2 at these sizes; the rest is noise
SECONDS_THAT_COUNT = 1.0
DIMENSIONS = {}


def dimension(first, reason=""):
    """What N is at first, and why growth has to be steep, if it has. The function makes (files, arguments, standard input or None) of N."""
    def keep(function):
        DIMENSIONS[function.__name__.replace("_", "-")] = (first, function, reason)
        return function
    return keep


def address(number, base=10):
    return f"{base}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def group(name, spec, metadata=""):
    return (f"apiVersion: purelb.io/v2\nkind: ServiceGroup\nmetadata: {{name: {name}, "
            f"namespace: purelb-system{metadata}}}\nspec: {spec}\n---\n")


def agent(name, spec):
    return (f"apiVersion: purelb.io/v2\nkind: LBNodeAgent\nmetadata: {{name: {name}, "
            f"namespace: purelb-system}}\nspec: {spec}\n---\n")


def pool(number):
    return f"{{subnet: 10.0.0.0/8, pool: {address(2 * number)}-{address(2 * number + 1)}}}"


def nodes(count, labels=""):
    return "".join(f"apiVersion: v1\nkind: Node\nmetadata: {{name: n{i}{labels}}}\nstatus: {{addresses: "
                   f"[{{type: InternalIP, address: {address(i + 1)}}}]}}\n---\n" for i in range(count))


def services(count, metadata=""):
    return "".join(f"apiVersion: v1\nkind: Service\nmetadata: {{name: s{i}, namespace: x{metadata}}}\n"
                   "spec: {type: LoadBalancer, ports: [{port: 80}]}\n---\n" for i in range(count))


def inventory(count, more=""):
    return ("apiVersion: purelbtool.purelb.io/v1\nkind: NodeInventory\nmetadata: {name: i}\nspec:\n  nodes:\n" +
            "".join(f"  - {{name: n{i}, interfaces: [{{name: eth0, addresses: [{address(i + 1)}/8], segment: s}}], "
                    "defaultRoutes: [{interface: eth0, via: 10.255.255.254}]}\n" for i in range(count)) + more + "---\n")


def routers(count):
    return "  routers:\n" + "".join(f"  - {{name: r{i}, asn: 65001, addresses: [{address(i + 1, 11)}/8], bgp: {{}}}}\n"
                                    for i in range(count))


def bgp(neighbors, more="", name="default"):
    return (f"apiVersion: bgp.purelb.io/v1\nkind: BGPConfiguration\nmetadata: {{name: {name}, namespace: purelb-system}}\n"
            "spec:\n  global: {asn: 65000}\n  netlinkImport: {enabled: true, interfaceList: [kube-lb0]}\n" + more +
            "  neighbors:\n" + "".join(f"  - {{config: {{neighborAddress: {address(i + 1, 11)}, peerAsn: 65001}}}}\n"
                                       for i in range(neighbors)) + "---\n")


def scenario(spec, duration="10s"):
    return (f"apiVersion: purelbtool.purelb.io/v1\nkind: Scenario\nmetadata: {{name: s}}\nspec:\n  duration: {duration}\n" +
            spec + "---\n")


LOCAL = group("default", "{local: {v4pools: [{subnet: 10.0.0.0/8, pool: 10.128.0.0-10.191.255.250}]}}")
REMOTE = group("edge", "{remote: {v4pools: [{subnet: 198.18.0.0/15, pool: 198.18.0.1-198.19.255.250, aggregation: /32}]}}")
AGENT = agent("default", "{local: {localInterface: default, garpConfig: {}}}")


def checked(text, *options):
    return {"f.yaml": text}, ["validate", *options, "f.yaml"], None


def simulated(spec, cluster, *options, duration="10s"):
    return {"s.yaml": scenario(spec, duration), "c.yaml": cluster}, ["simulate", *options, "s.yaml", "c.yaml"], None


def listed(section, count, entry):
    """A list of a scenario; the function makes the text of an entry of its number."""
    return f"  {section}:\n" + "".join(f"  - {{{entry(i)}}}\n" for i in range(count))


def small(count):
    return LOCAL + AGENT + inventory(3) + services(count)


# ---- YAML

@dimension(10000)
def anchors(n):
    return checked("x: [" + ", ".join(f"&a{i} 1, *a{i}" for i in range(n)) + "]\n")


@dimension(200)
def shared_pools(n):
    """One list of n pools that n groups of one List share."""
    return checked("apiVersion: v1\nkind: List\nitems:\n"
                   "- apiVersion: purelb.io/v2\n  kind: ServiceGroup\n  metadata: {name: g, namespace: purelb-system}\n"
                   "  spec: {local: {v4pools: &p [" + ", ".join(map(pool, range(n))) + "]}}\n" +
                   "".join("- {apiVersion: purelb.io/v2, kind: ServiceGroup, metadata: "
                           f"{{name: g{i}, namespace: purelb-system}}, spec: {{local: {{v4pools: *p}}}}}}\n" for i in range(n)))


@dimension(500)
def shared_labels(n):
    return checked("apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Node\n  metadata: {name: m, labels: &p {" +
                   ", ".join(f"l{i}: v" for i in range(n)) + "}}\n" +
                   "".join(f"- {{apiVersion: v1, kind: Node, metadata: {{name: n{i}, labels: *p}}}}\n" for i in range(n)))


@dimension(2000)
def tag_directives(n):
    return checked("".join(f"%TAG !{i:x}! t\n" for i in range(n)) + "---\nk: 1\n")


@dimension(5000)
def tags(n):
    return checked("%TAG !a! tag:x,\n---\nx: [" + ", ".join(f"!a!t{i} a" for i in range(n)) + "]\n")


@dimension(500)
def merge_keys(n):
    return checked("base: &b {" + ", ".join(f"k{i}: 1" for i in range(n)) + "}\n" +
                   "".join(f"x{i}: {{<<: *b, j{i}: 1}}\n" for i in range(n)))


@dimension(2000)
def merge_lists(n):
    return checked("".join(f"b{i}: &b{i} {{k{i}: 1}}\n" for i in range(n)) +
                   "x:\n  <<: [" + ", ".join(f"*b{i}" for i in range(n)) + "]\n")


@dimension(5000)
def same_key(n):
    return checked(group("a", "{local: {}}").replace("spec: {local: {}}", "spec:\n" + "  local: {}\n" * n))


@dimension(5000)
def unknown_fields(n):
    return checked(group("a", "{local: {v4pools: [" + pool(1) + "]}}") .replace("spec: {", "spec: {" + "".join(
        f"{'x' * 50}{i:08d}: 1, " for i in range(n))))


@dimension(5000)
def findings_on_one_line(n):
    return checked("x: [" + ", ".join("*q" for _ in range(n)) + "]\n")


@dimension(500)
def json_on_one_line(n):
    """Findings with their excerpts, on one line of JSON."""
    return {"f.json": json.dumps({"apiVersion": "v1", "kind": "List", "items": [
        {"apiVersion": "purelb.io/v2", "kind": "ServiceGroup", "metadata": {"name": f"g{i}", "namespace": "purelb-system"},
         "spec": {"local": {"v4pools": [{"subnet": "10.0.0.0/8", "pool": "10.0.0.9-10.0.0.1"}]}}}
        for i in range(n)]})}, ["validate", "f.json"], None


@dimension(500)
def syntax_errors(n):
    return checked("".join("---\n" + "# padding\n" * 100 + "a: [\n" for _ in range(n)))


@dimension(1000)
def syntax_errors_at_the_end(n):
    return checked(("---\na: 1\n# " + "x" * 1000 + "\n") * n + "---\na: [\n" * 1000)


@dimension(2000, "each is looked up among the values that the user gives; those of a repository are bounded")
def placeholders(n):
    return {"f.yaml": "".join(f"a{i}: ${{V{i}}}\n" for i in range(n)) +
            group("a", "{local: {v4pools: [" + ", ".join(f"{{subnet: 10.0.0.0/8, pool: ${{P{i}}}}}" for i in range(n)) + "]}}"),
            "v.env": "".join(f"P{i}=10.0.{i % 250}.1/32\n" for i in range(n))}, \
        ["validate", "--substitute-from", "v.env", "f.yaml"], None


# ---- objects

@dimension(500)
def patterns(n):
    return checked("".join(agent(f"a{i}", f"{{local: {{localInterface: '^eth{i}.*(a|b)+$'}}}}") for i in range(n)))


@dimension(200)
def patterns_and_interfaces(n):
    return checked("".join(agent(f"a{i}", f"{{nodeSelector: {{matchLabels: {{r: x{i}}}}}, local: {{localInterface: '^e{i}$'}}}}")
                           for i in range(n)) +
                   "apiVersion: purelbtool.purelb.io/v1\nkind: NodeInventory\nmetadata: {name: i}\nspec:\n  nodes:\n" +
                   "".join(f"  - {{name: n{k}, labels: {{r: x{k}}}, interfaces: [" + ", ".join(
                       f"{{name: e{i}}}" for i in range(n)) + "]}\n" for k in range(n)))


@dimension(1000)
def alternatives(n):
    return checked(agent("a", "{local: {localInterface: '^(" + "|".join(f"e{i}" for i in range(n)) + ")$'}}") +
                   "apiVersion: purelbtool.purelb.io/v1\nkind: NodeInventory\nmetadata: {name: i}\nspec:\n  nodes:\n"
                   "  - {name: n, interfaces: [" + ", ".join(f"{{name: e{i}}}" for i in range(n)) + "]}\n")


@dimension(1000)
def match_labels(n):
    return checked(agent("a", "{nodeSelector: {matchLabels: {" + ", ".join(f"l{i}: v" for i in reversed(range(n))) +
                         "}}, local: {localInterface: default}}") +
                   nodes(1, ", labels: {" + ", ".join(f"l{i}: v" for i in range(n)) + "}"))


@dimension(500)
def in_values(n):
    return checked(agent("a", "{nodeSelector: {matchExpressions: [{key: r, operator: In, values: [" +
                         ", ".join(f"v{i}" for i in range(n)) + "]}]}, local: {localInterface: default}}") +
                   nodes(n, ", labels: {r: w}"))


@dimension(500, "each is asked of every node, to a bound")
def expressions(n):
    return checked(agent("a", "{nodeSelector: {matchExpressions: [" + ", ".join(
        f"{{key: r, operator: NotIn, values: [v{i}]}}" for i in range(n)) + "]}, local: {localInterface: default}}") +
        nodes(n, ", labels: {r: w}"))


@dimension(250)
def agents_unmet(n):
    return checked("".join(agent(f"a{i}", f"{{nodeSelector: {{matchLabels: {{r: x{i}}}}}, local: {{localInterface: default}}}}")
                           for i in range(n)) + nodes(n, ", labels: {r: w}"))


@dimension(2000)
def ignored_codes(n):
    return checked(group("a", "{local: {v4pools: [{subnet: 10.0.0.0/8, pool: x}]}}",
                         ', annotations: {purelbtool.purelb.io/ignore: "' + ",".join(f"XX{i:06d}" for i in range(n)) + '"}'))


@dimension(1000)
def ignoring_objects(n):
    return checked("".join(group(f"a{i}", "{local: {v4pools: [{subnet: 10.0.0.0/8, pool: x}]}}",
                                 ', annotations: {purelbtool.purelb.io/ignore: "SG012,IN004,SG004"}') for i in range(n)))


@dimension(2000)
def baseline(n):
    return {"b.yaml": "version: 1\nfindings:\n" + "".join(
        f"- {{code: SG012, kind: ServiceGroup, name: a{i}, namespace: purelb-system, path: p}}\n" for i in range(n)),
        "f.yaml": "".join(group(f"a{i}", "{local: {v4pools: [{subnet: 10.0.0.0/8, pool: x}]}}") for i in range(n))}, \
        ["validate", "--baseline", "b.yaml", "f.yaml"], None


@dimension(500)
def settings(n):
    return {"c.yaml": "disable: [" + ", ".join(f"X{i}" for i in range(n)) + "]\nexclude: [" +
            ", ".join(f"'*a{i}/**/b*'" for i in range(n)) + "]\n",
            **{f"d/f{i}.yaml": "a: 1\n" for i in range(n)}}, ["validate", "--config", "c.yaml", "d"], None


@dimension(200)
def excluded(n):
    """Patterns with n stars against names of n letters."""
    return {"d/" + "a" * 200 + "/" + "a" * 200 + ".yaml": "a: 1\n", "d/g.yaml": LOCAL}, \
        ["validate", *(f"--exclude={'*a' * min(n, 1000)}b" for _ in range(20)), "d"], None


@dimension(5000)
def owners(n):
    """Each has faults of its own, which are not looked through for every other one."""
    return checked(group("a", "{local: {v4pools: [" + pool(1) + "]}}", ", ownerReferences: [" + "{kind: X}, " * n + "]"))


@dimension(500)
def requests_and_reversed_groups(n):
    """Services ask for addresses that no group has, and each of the groups may have been meant."""
    return checked("".join(group(f"g{i}", f"{{local: {{v4pools: [{{subnet: 10.0.0.0/8, pool: {address(2 * i + 1)}-{address(2 * i)}}}]}}}}") for i in range(n)) +
                   services(n // 10, ", annotations: {purelb.io/addresses: '" + ",".join(address(i, 172) for i in range(1000)) + "'}"))


@dimension(1000)
def ranges_and_lapsed_leases(n):
    """No node covers a range, and of many nodes the lease has expired."""
    return checked(AGENT + group("a", "{local: {v4pools: [" + ", ".join(
        f"{{subnet: 172.0.0.0/8, pool: {address(2 * i, 172)}-{address(2 * i + 1, 172)}}}" for i in range(n)) + "]}}") + nodes(n + 1) + "".join(
            f"apiVersion: coordination.k8s.io/v1\nkind: Lease\nmetadata: {{name: purelb-node-n{i}, namespace: purelb-system, "
            f"annotations: {{purelb.io/subnets: '{address(i << 8)}/24'}}}}\nspec: {{holderIdentity: n{i}, leaseDurationSeconds: 10, "
            f"renewTime: '2026-01-01T0{i == n:d}:00:00.000000Z'}}\n---\n" for i in range(n + 1)))


@dimension(1000, "each wrong name is held against all groups, to a bound, for a hint")
def wrong_service_groups(n):
    """Names that are held against each other for hints."""
    return checked("".join(group(f"{'x' * 40}{i:06d}", "{local: {v4pools: [" + pool(i) + "]}}") for i in range(n)) +
                   services(n, ", annotations: {purelb.io/service-group: " + "y" * 40 + "}"))


@dimension(1000)
def node_names_of_leases(n):
    return checked("".join(f"apiVersion: coordination.k8s.io/v1\nkind: Lease\nmetadata: {{name: purelb-node-{'q' * 30}{i}, "
                           "namespace: purelb-system, annotations: {purelb.io/subnets: '10.0.0.0/8'}}\n"
                           f"spec: {{holderIdentity: {'q' * 30}{i}, leaseDurationSeconds: 10, renewTime: "
                           "'2026-01-01T00:00:00.000000Z'}\n---\n" for i in range(n)) + nodes(n))


@dimension(500)
def fixes(n):
    return {"f.yaml": group("a", "{local: {v4pools: [" + ", ".join(
        "{subnet: 10.0.0.0/8, pool: 10.0.0.9-10.0.0.1, aggregaton: default}" for _ in range(n)) + "]}}")}, \
        ["validate", "--fix", "--diff", "f.yaml"], None


@dimension(100)
def fixes_in_documents(n):
    return {"f.yaml": "".join(group(f"g{i}", "\n  local:\n    v4pools:\n    - subnet: 10.0.0.0/8\n"
                                    f"      pool: {address(8 * i + 7)}-{address(8 * i)}\n      aggregaton: default")
                              for i in range(n))}, ["validate", "--fix", "--diff", "f.yaml"], None


@dimension(100)
def fixes_in_files(n):
    return {f"d/{i}.yaml": group(f"g{i}", "\n  local:\n    v4pools:\n    - subnet: 10.0.0.0/8\n"
                                 f"      pool: {address(8 * i + 7)}-{address(8 * i)}") for i in range(n)}, \
        ["validate", "--fix", "--diff", "d"], None


# ---- repositories

@dimension(250)
def kustomize_patches(n):
    """n patches of n resources."""
    return {"kustomization.yaml": "resources: [f.yaml]\npatches:\n" + "".join(
        f"- {{patch: '- {{op: add, path: /metadata/labels/l{i}, value: x}}', target: {{kind: ServiceGroup}}}}\n" for i in range(n)),
        "f.yaml": "".join(group(f"g{i}", "{local: {v4pools: [" + pool(i) + "]}}") for i in range(n))}, ["validate", "."], None


@dimension(4)
def kustomize_diamonds(n):
    """Each base is named twice by the next."""
    files = {"b0/kustomization.yaml": "resources: [g.yaml]\n", "b0/g.yaml": LOCAL}
    for i in range(1, n + 1):
        files[f"b{i}/kustomization.yaml"] = f"resources: [l, r]\n"
        for side in "lr":
            files[f"b{i}/{side}/kustomization.yaml"] = f"namePrefix: {side}\nresources: [../../b{i - 1}]\n"
    return files, ["validate", "."], None


@dimension(50)
def kustomize_roots(n):
    """n overlays of one base of n objects."""
    return {"base/kustomization.yaml": "resources: [g.yaml]\n",
            "base/g.yaml": "".join(group(f"g{i}", "{local: {v4pools: [" + pool(i) + "]}}") for i in range(n)),
            **{f"o{i}/kustomization.yaml": f"namePrefix: o{i}-\nresources: [../base]\n" for i in range(n)}}, ["validate", "."], None


@dimension(20)
def kustomize_chain(n):
    files = {"b0/kustomization.yaml": "resources: [g.yaml]\n", "b0/g.yaml": "".join(
        group(f"g{i}", "{local: {v4pools: [" + pool(i) + "]}}") for i in range(200))}
    for i in range(1, n):
        files[f"b{i}/kustomization.yaml"] = f"namePrefix: p\nresources: [../b{i - 1}]\n"
    return files, ["validate", "."], None


@dimension(250)
def kustomize_images(n):
    """Transformers of a kustomization against objects that it makes."""
    return {"kustomization.yaml": "resources: [f.yaml]\nlabels:\n" + "".join(
        f"- {{pairs: {{l{i}: v}}, includeSelectors: true}}\n" for i in range(n)) + "commonAnnotations: {" +
        ", ".join(f"a{i}: v" for i in range(n)) + "}\n",
        "f.yaml": services(n)}, ["validate", "."], None


@dimension(500)
def kustomize_json_patch(n):
    """One patch of n operations on one list."""
    return {"kustomization.yaml": "resources: [g.yaml]\npatches: [{path: p.json6902.yaml, target: {kind: ServiceGroup}}]\n",
            "g.yaml": LOCAL, "p.json6902.yaml": "".join(
                "- {op: add, path: /spec/local/v4pools/0, value: " + pool(i) + "}\n" for i in range(n))}, ["validate", "."], None


@dimension(200)
def flux_substitutions(n):
    return {"flux.yaml": "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a, namespace: f}\n"
            "spec:\n  path: ./d\n  sourceRef: {kind: GitRepository, name: g}\n  postBuild: {substitute: {" +
            ", ".join(f"V{i}: x" for i in range(n)) + "}}\n",
            **{f"d/{i}.yaml": group(f"g{i}", "{local: {v4pools: [" + pool(i) + "]}}", ", labels: {" + ", ".join(
                f"l{k}: '${{V{k}}}'" for k in range(50)) + "}") for i in range(n)}}, ["validate", "."], None


@dimension(100)
def flux_kustomizations(n):
    """n that all apply n files."""
    return {**{f"flux/{i}.yaml": "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"
               f"metadata: {{name: a{i}, namespace: f}}\nspec: {{path: ./d, sourceRef: {{kind: GitRepository, name: g}}, "
               f"postBuild: {{substitute: {{V: x{i}}}}}}}\n" for i in range(n)},
            **{f"d/{i}.yaml": group(f"g{i}-${{V}}", "{local: {v4pools: [" + pool(i) + "]}}") for i in range(n)}}, ["validate", "."], None


@dimension(100)
def chart_values(n):
    """n values files of one chart."""
    return {"Chart.yaml": "{apiVersion: v2, name: lb, version: 1.0.0, dependencies: [{name: purelb, version: 0.17.0}]}\n",
            **{f"values-{i}.yaml": "purelb: {serviceGroup: {create: true, name: g%d, spec: {local: {v4pool: {subnet: 10.0.0.0/8, "
               "pool: %s/31}}}}}\n" % (i, address(2 * i)) for i in range(n)}}, ["validate", "."], None


@dimension(200)
def chart_objects(n):
    return {"release.yaml": "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: purelb, namespace: f}\n"
            "spec:\n  chart: {spec: {chart: purelb, sourceRef: {kind: HelmRepository, name: purelb}}}\n  values:\n    extraObjects:\n" +
            "".join("    - |\n      apiVersion: purelb.io/v2\n      kind: ServiceGroup\n      metadata:\n"
                    f"        name: {{{{ .Release.Name }}}}-{i}\n      spec: {{local: {{v4pools: [{pool(i)}]}}}}\n" for i in range(n))}, \
        ["validate", "."], None


@dimension(2000)
def chart_depth(n):
    return {"Chart.yaml": "{apiVersion: v2, name: lb, version: 1.0.0, dependencies: [{name: purelb, version: 0.17.0}]}\n",
            "values.yaml": "purelb: " + "{a: " * n + "1" + "}" * n + "\n"}, ["validate", "."], None


@dimension(20)
def clusters(n):
    return {f"clusters/c{i}/g.yaml": LOCAL + AGENT + services(20) for i in range(n)}, ["validate", "--each", "clusters"], None


# ---- other commands

@dimension(250, "each Service lists all groups, and so does the report")
def service_groups_of_services(n):
    return {"f.yaml": "".join(group(f"g{i}", "{local: {v4pools: [" + pool(i) + "]}}") for i in range(n)) +
            services(n, ", annotations: {purelb.io/service-group: '" + ",".join(f"g{i}" for i in range(n)) + "'}")}, \
        ["allocate", "f.yaml"], None


@dimension(500)
def converted(n):
    return {"f.yaml": "".join(f"apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\nmetadata: {{name: p{i}, namespace: metallb-system}}\n"
                              f"spec: {{addresses: [{address(2 * i)}-{address(2 * i + 1)}]}}\n---\n"
                              f"apiVersion: metallb.io/v1beta1\nkind: L2Advertisement\nmetadata: {{name: l{i}, namespace: metallb-system}}\n"
                              f"spec: {{ipAddressPools: [p{i}], nodeSelectors: [{{matchLabels: {{a: b{i}}}}}]}}\n---\n" for i in range(n))}, \
        ["convert", "f.yaml"], None


@dimension(500)
def converted_config_map(n):
    return {"f.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: config, namespace: metallb-system}\ndata:\n  config: |\n"
            "    address-pools:\n" + "".join(f"    - {{name: p{i}, protocol: layer2, addresses: [{address(2 * i)}-{address(2 * i + 1)}]}}\n"
                                             for i in range(n))}, ["convert", "f.yaml"], None


@dimension(100)
def planned_groups(n):
    return {"a.yaml": "".join(group(f"g{i}", "{local: {v4pools: [" + pool(i) + "]}}") for i in range(n)) + services(n),
            "b.yaml": "".join(group(f"g{i}", "{local: {v4pools: [" + pool(i + 1) + "]}}") for i in range(n))}, \
        ["plan", "a.yaml", "b.yaml"], None


@dimension(4)
def planned_stages(n):
    return {"a.yaml": LOCAL + AGENT + inventory(20) + services(50),
            **{f"b{i}.yaml": group("default", f"{{local: {{v4pools: [{{subnet: 10.0.0.0/8, pool: 10.{i + 1}.0.0/16}}]}}}}") + AGENT
               for i in range(n)}}, ["plan", "a.yaml", *(f"b{i}.yaml" for i in range(n))], None


@dimension(50)
def swept_pairs(n):
    return {"f.yaml": LOCAL + AGENT + inventory(n) + services(200)}, ["sweep", "--pairs", "f.yaml"], None


# ---- BGP

@dimension(50)
def routers_and_nodes(n):
    """Sessions: n routers, each with a session to n nodes."""
    return {"f.yaml": REMOTE + AGENT + inventory(n, routers(n)) + bgp(n) +
            services(10, ", annotations: {purelb.io/service-group: edge}")}, ["bgp", "f.yaml"], None


@dimension(50)
def routers_and_nodes_validated(n):
    return checked(REMOTE + AGENT + inventory(n, routers(n)) + bgp(n) +
                   services(10, ", annotations: {purelb.io/service-group: edge}"))


@dimension(20)
def routers_and_nodes_simulated(n):
    return simulated("  events: [{at: 1s, nodeCrash: n0}]\n", REMOTE + AGENT + inventory(n, routers(n)) + bgp(n) +
                     services(10, ", annotations: {purelb.io/service-group: edge}"))


@dimension(250)
def bgp_configurations(n):
    return {"f.yaml": REMOTE + AGENT + inventory(3, routers(3)) + "".join(bgp(3, name=f"c{i}") for i in range(n))}, ["bgp", "f.yaml"], None


@dimension(500)
def same_neighbor(n):
    return checked(REMOTE + AGENT + inventory(3, routers(3)) + bgp(n).replace(": 11.0.", ": 11.0.0.1 #"))


@dimension(500)
def defined_sets(n):
    return checked(REMOTE + AGENT + inventory(3, routers(1)) + bgp(1, "  definedSets:\n" + "".join(
        f"  - {{name: s{i}, type: prefix, prefixes: [{{ipPrefix: 10.0.0.0/8}}]}}\n" for i in range(n)) + "  policyDefinitions:\n" +
        "".join(f"  - {{name: p{i}, statements: [{{name: x, conditions: {{matchPrefixSet: {{prefixSet: s{i}}}}}}}]}}\n" for i in range(n))))


@dimension(500)
def accepted_prefixes(n):
    return {"f.yaml": REMOTE + AGENT + inventory(3, "  routers:\n  - {name: r, asn: 65001, addresses: [11.0.0.1/8], bgp: "
                                                 "{acceptPrefixes: [" + ", ".join(
                                                     f"{{prefix: 198.18.{i >> 8 & 255}.{i & 255}/32}}" for i in range(n)) + "]}}\n") +
            bgp(1) + services(n, ", annotations: {purelb.io/service-group: edge}")}, ["bgp", "f.yaml"], None


@dimension(50)
def bgp_losses(n):
    return {"f.yaml": REMOTE + AGENT + inventory(n, routers(5)) + bgp(5) + services(50, ", annotations: {purelb.io/service-group: edge}")}, \
        ["bgp", *(f"--down=n{i}" for i in range(n)), "f.yaml"], None


@dimension(100)
def bgp_events(n):
    return simulated("  clients: [{name: c, router: r0}]\n  events:\n" + "".join(
        f"  - {{at: {i}ms, bgpDaemonKill: n{i % 3}}}\n" for i in range(n)), REMOTE + AGENT + inventory(3, routers(2)) + bgp(2) +
        services(20, ", annotations: {purelb.io/service-group: edge}"))


@dimension(50)
def bgp_import_events(n):
    """A router's list of accepted prefixes is replaced n times, by two lists in turn."""
    lists = [", ".join(f"{{prefix: 198.18.{2 * k + side >> 8}.{2 * k + side & 255}/32}}" for k in range(50)) for side in (0, 1)]
    return simulated("  clients: [{name: c, router: r0}]\n" + listed("events", n, lambda i: (
        f"at: {i * 10}ms, prefixFilter: {{router: r0, accept: [{lists[i % 2]}]}}")), REMOTE + AGENT + inventory(3, routers(1)) + bgp(1) +
        services(50, ", annotations: {purelb.io/service-group: edge}"), duration="60s")


@dimension(50)
def bgp_import_lists(n):
    """The list that replaces another has n prefixes, and there are n VIPs."""
    return simulated("  clients: [{name: c, router: r0}]\n  events:\n  - {at: 1s, prefixFilter: {router: r0, accept: [" + ", ".join(
        f"{{prefix: 198.18.{k >> 8}.{k & 255}/32}}" for k in range(n)) + "]}}\n", REMOTE + AGENT + inventory(3, routers(1)) + bgp(1) +
        services(n, ", annotations: {purelb.io/service-group: edge}"))


# ---- scenarios

CLUSTER = LOCAL + AGENT


@dimension(200)
def assertions(n):
    return simulated(listed("assertions", n, lambda i: f"maxOutage: 1ms, service: x/s{i}"), small(n))


@dimension(200)
def applied(n):
    files, arguments, _ = simulated(listed("events", n, lambda i: f"at: {i}ms, apply: g.yaml"), small(n))
    return {**files, "g.yaml": AGENT}, arguments, None


@dimension(500)
def wrong_names(n):
    return simulated(listed("events", n, lambda i: f"at: 1s, nodeCrash: nosuchnode{i}"), CLUSTER + inventory(n))


@dimension(500, "each wrong name is held against all that there are, for a hint")
def wrong_services(n):
    return simulated(listed("events", n, lambda i: f"at: 1s, serviceDelete: x/nosuch{'s' * 40}{i}"), small(n))


@dimension(200)
def service_create(n):
    return simulated(listed("events", n, lambda i: f"at: 1s, serviceCreate: x/s{i}"), small(n))


@dimension(100)
def patched(n):
    """n times one of a hundred Services loses its address and gets one again. (The allocator looks at all at each.)"""
    return simulated(listed("events", 2 * n, lambda i: f"at: {i}ms, serviceEdit: {{service: x/s{i // 2 % 100}, patch: {{spec: "
                            f"{{type: {'LoadBalancer' if i % 2 else 'ClusterIP'}}}}}}}"), small(100), duration="60s")


@dimension(20)
def observers(n):
    return simulated(listed("observers", n, lambda i: f"name: o{i}, segment: s"), small(20))


@dimension(20)
def observed_vips(n):
    return simulated(listed("observers", 20, lambda i: f"name: o{i}, segment: s"), small(n))


@dimension(1)
def hours(n):
    return simulated("  timing: {leaseDuration: 1s}\n", CLUSTER + inventory(3) + services(5), duration=f"{n}h")


@dimension(500)
def rolling_restarts(n):
    return simulated("  timing: {shutdownDrain: 0s, agentRestart: 1ms}\n  events:\n" + "".join(
        f"  - {{at: {i}ms, rollingRestart: {{maxUnavailable: 1}}}}\n" for i in range(n)), CLUSTER + inventory(5) + services(5))


@dimension(500)
def clock_skews(n):
    return simulated("  timing: {clockSkew: {" + ", ".join(f"n{i}: 1ms" for i in range(n)) + "}}\n", CLUSTER + inventory(n), duration="1s")


@dimension(100)
def timeline(n):
    return simulated("  events:\n" + "".join(f"  - {{at: {i * 20}ms, {'linkDown' if i % 2 == 0 else 'linkUp'}: n0}}\n" for i in range(n)),
                     CLUSTER + inventory(3) + services(20), "-o", "html", duration="60s")


@dimension(4)
def parts(n):
    """What `simulate --shard` wrote, of a simulation that has 50 runs for each part."""
    return "parts", n


# ---- what other programs print

CAPTURED = open("fixtures/inspect/cluster.yaml", encoding="utf-8").read()


def inspected(files, *options):
    return {"cluster.yaml": CAPTURED, **files}, ["inspect", "-f", ".", "--all", *options], None


@dimension(5000)
def metrics_series(n):
    return inspected({"pods/lbnodeagent-a-metrics.txt": "# TYPE purelb_lbnodeagent_announced gauge\n" + "".join(
        f'purelb_lbnodeagent_announced{{service="shop/web-{i}",node="node-a",ip="{address(i)}"}} 1\n' for i in range(n))})


@dimension(5000)
def log_lines(n):
    return inspected({"logs/lbnodeagent-a.log": "".join(
        f'2026-03-28T03:02:{i % 60:02d}Z {{"caller":"main.go:{i}","level":"error","op":"announce{i}","error":"no {i}","ip":"{address(i)}"}}\n'
        for i in range(n))})


@dimension(500)
def evidence_files(n):
    return inspected({f"nodes/node-{i}/neigh.json": f'[{{"dst":"192.168.1.243","dev":"eth0","lladdr":"02:00:00:00:{i >> 8:02x}:{i & 255:02x}","state":["REACHABLE"]}}]\n'
                      for i in range(n)})


@dimension(2000)
def neighbor_entries(n):
    return inspected({"nodes/node-a/neigh.json": json.dumps([
        {"dst": address(i), "dev": "eth0", "lladdr": f"02:00:00:00:{i >> 8 & 255:02x}:{i & 255:02x}", "state": ["REACHABLE"]} for i in range(n)])})


# Without it, `ip` was asked for some interfaces only.
LOOPBACK = {"ifindex": 1, "ifname": "lo", "flags": ["LOOPBACK", "UP"], "link_type": "loopback", "addr_info": []}


@dimension(2000)
def addresses_of_a_node(n):
    return inspected({"nodes/node-a/addr.json": json.dumps([LOOPBACK, {"ifindex": 2, "ifname": "eth0", "flags": ["UP"], "operstate": "UP",
                      "address": "02:00:00:00:00:01", "addr_info": [{"family": "inet", "local": address(i), "prefixlen": 8, "scope": "global",
                                                                     "valid_life_time": 280, "preferred_life_time": 280} for i in range(n)]}])})


@dimension(50)
def addresses_of_hosts(n):
    """Of 50 hosts that are no nodes and have all VIPs."""
    vips = [f"192.168.{1 + i // 250}.{i % 250 + 1}" for i in range(n)]
    held = "".join(f"apiVersion: v1\nkind: Service\nmetadata: {{name: h{i}, namespace: x, annotations: {{purelb.io/allocated-by: PureLB}}}}\n"
                   f"spec: {{type: LoadBalancer, ports: [{{port: 80}}]}}\nstatus: {{loadBalancer: {{ingress: [{{ip: {vip}}}]}}}}\n---\n"
                   for i, vip in enumerate(vips))
    printed = json.dumps([LOOPBACK, {"ifindex": 2, "ifname": "eth0", "flags": ["UP", "LOWER_UP"], "operstate": "UP",
                          "address": "02:00:00:00:00:77", "link_type": "ether", "addr_info": [
                              {"family": "inet", "local": vip, "prefixlen": 24, "scope": "link"} for vip in vips]}])
    return {"cluster.yaml": CAPTURED + "---\n" + held, **{f"hosts/h{i}/addr.json": printed for i in range(50)}}, ["validate", "."], None


@dimension(2000)
def gobgp_routes(n):
    return inspected({"nodes/node-a/gobgp-rib4.json": json.dumps({f"{address(i)}/32": [
        {"nlri": {"prefix": f"{address(i)}/32"}, "age": 1795903151, "best": True, "attrs": [{"type": 3, "nexthop": "0.0.0.0"}]}] for i in range(n)})})


@dimension(500)
def gobgp_neighbors(n):
    return inspected({"nodes/node-a/gobgp-neighbor.json": json.dumps([
        {"conf": {"local_asn": 65000, "neighbor_address": address(i), "peer_asn": 64514, "type": 1},
         "state": {"neighbor_address": address(i), "peer_asn": 64514, "session_state": 6}} for i in range(n)])})


@dimension(2000)
def frr_routes(n):
    return inspected({"routers/tor1/bgp4.json": json.dumps({"vrfId": 0, "routerId": "192.168.1.1", "localAS": 65001, "routes": {
        f"{address(i)}/32": [{"valid": True, "bestpath": True, "prefix": address(i), "prefixLen": 32, "network": f"{address(i)}/32",
                              "path": "65000", "nexthops": [{"ip": "192.168.1.11", "afi": "ipv4", "used": True}]}] for i in range(n)}})})


@dimension(1000)
def frr_configuration(n):
    return inspected({"routers/tor1/running-config.txt": "Building configuration...\n\nCurrent configuration:\n!\nfrr version 8.4.4\n"
                      "hostname tor1\n!\nrouter bgp 65001\n" + "".join(f" neighbor {address(i)} remote-as 65000\n neighbor {address(i)} prefix-list P{i} in\n"
                                                                      for i in range(n)) + "!\n" +
                      "".join(f"ip prefix-list P{i} seq 5 permit 10.0.0.0/8 le 32\n" for i in range(n))})


@dimension(1000)
def bird_configuration(n):
    return inspected({"routers/tor1/bird.conf": "router id 192.168.1.1;\n" + "".join(f"define N{i} = 65000;\n" for i in range(n)) + "".join(
        f"filter f{i} {{ if net ~ [ 203.0.113.0/24{{24,32}} ] then accept; reject; }}\n"
        f"template bgp t{i} {{ local 192.168.1.1 as 65001; ipv4 {{ import filter f{i}; }}; }}\n"
        f"protocol bgp p{i} from t{i} {{ neighbor {address(i)} as N{i}; }}\n" for i in range(n))})


def pcap(frames):
    return struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1) + b"".join(
        struct.pack("<IIII", 1774666965 + i // 1000, i % 1000, len(frame), len(frame)) + frame for i, frame in enumerate(frames))


def arp(number):
    return (b"\xff" * 6 + b"\x02\x00\x00\x00" + struct.pack(">H", number & 65535) + b"\x08\x06\x00\x01\x08\x00\x06\x04\x00\x02" +
            b"\x02\x00\x00\x00" + struct.pack(">H", number & 65535) + bytes((10, number >> 16 & 255, number >> 8 & 255, number & 255)) +
            b"\x00" * 6 + bytes((10, number >> 16 & 255, number >> 8 & 255, number & 255)))


def bgp_open(number):
    message = b"\xff" * 16 + b"\x00\x1d\x01\x04\xfd\xe8\x00\x09" + struct.pack(">I", number) + b"\x00"
    tcp = struct.pack(">HHIIBBHHH", 1024 + number % 60000, 179, 1, 1, 0x50, 0x18, 1000, 0, 0) + message
    packet = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0) + struct.pack(">I", (10 << 24) + number) + \
        struct.pack(">I", (11 << 24) + 1) + tcp
    return b"\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02\x08\x00" + packet


@dimension(5000)
def pcap_arp(n):
    return inspected({"nodes/node-a/any.pcap": pcap([arp(i) for i in range(n)])})


@dimension(2000)
def pcap_sessions(n):
    return inspected({"nodes/node-a/any.pcap": pcap([bgp_open(i) for i in range(n)])})


@dimension(2000)
def pcap_one_session(n):
    return inspected({"nodes/node-a/any.pcap": pcap([bgp_open(1) for i in range(n)])})


@dimension(500)
def inspected_before(n):
    later = CAPTURED.replace("03:02:45Z", "04:02:45Z")
    return {"old/cluster.yaml": CAPTURED + services(n), "new/cluster.yaml": later + services(n).replace("port: 80", "port: 81")}, \
        ["inspect", "-f", "new", "--before", "old", "--all"], None


@dimension(50)
def inspected_page(n):
    return inspected({"more.yaml": services(n, ", annotations: {purelb.io/service-group: edge}"),
                      **{f"nodes/node-{i}/sysctl.txt": "net.ipv4.conf.all.arp_ignore = 1\n" for i in range(n)}}, "--page")


@dimension(50)
def captured_inventory(n):
    return {**{f"d/n{i}/ip-addr.json": json.dumps([LOOPBACK] + [{"ifindex": k, "ifname": f"e{k}", "flags": ["UP"], "operstate": "UP", "link_type": "ether",
                                                    "address": "02:00:00:00:00:01", "addr_info": []} for k in range(n)]) for i in range(n)},
            **{f"d/n{i}/sysctl.txt": "".join(f"net.ipv4.conf.e{k}.arp_ignore = 1\n" for k in range(n)) for i in range(n)}}, ["inventory", "d"], None


# ---- the language server

def frame(message):
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


def served(messages):
    return {}, ["lsp"], b"".join(map(frame, [
        {"id": 0, "method": "initialize", "params": {"processId": None, "rootUri": None, "capabilities": {}}},
        {"method": "initialized", "params": {}}, *messages, {"id": "end", "method": "shutdown"}, {"method": "exit"}]))


def opened(text, name="a"):
    return {"method": "textDocument/didOpen", "params": {"textDocument": {
        "uri": f"file:///nowhere/{name}.yaml", "languageId": "yaml", "version": 1, "text": text}}}


@dimension(500)
def lsp_findings(n):
    return served([opened("".join(group(f"g{i}", "{local: {v4pools: [{subnet: 10.0.0.0/8, pool: 10.0.0.9-10.0.0.1}]}}") for i in range(n)))])


@dimension(50)
def lsp_changes(n):
    text = "".join(group(f"g{i}", "{local: {v4pools: [" + pool(i) + "]}}") for i in range(200))
    return served([opened(text), *({"method": "textDocument/didChange", "params": {
        "textDocument": {"uri": "file:///nowhere/a.yaml", "version": i + 2},
        "contentChanges": [{"range": {"start": {"line": i, "character": 0}, "end": {"line": i, "character": 0}}, "text": "#x\n"}]}}
        for i in range(n))])


@dimension(500)
def lsp_changes_at_once(n):
    text = "".join(group(f"g{i}", "{local: {v4pools: [" + pool(i) + "]}}") for i in range(200))
    return served([opened(text), {"method": "textDocument/didChange", "params": {
        "textDocument": {"uri": "file:///nowhere/a.yaml", "version": 2},
        "contentChanges": [{"range": {"start": {"line": 600, "character": 0}, "end": {"line": 600, "character": 0}}, "text": "#x\n"}] * n}}])


@dimension(50)
def lsp_documents(n):
    return served([opened(group(f"g{i}", "{local: {v4pools: [" + pool(i) + "]}}"), f"a{i}") for i in range(n)])


@dimension(100)
def lsp_requests(n):
    text = "".join(group(f"g{i}", "{local: {v4pools: [" + pool(i) + "]}}") for i in range(200))
    place = {"textDocument": {"uri": "file:///nowhere/a.yaml"}, "position": {"line": 3, "character": 12}}
    return served([opened(text), *({"id": f"{method}{i}", "method": f"textDocument/{method}", "params": place}
                                   for i in range(n) for method in ("hover", "completion", "definition"))])


@dimension(250)
def lsp_actions(n):
    text = group("a", "{local: {v4pools: [" + ", ".join("{subnet: 10.0.0.0/8, pool: 10.0.0.9-10.0.0.1}" for _ in range(n)) + "]}}")
    return served([opened(text), {"id": 1, "method": "textDocument/codeAction", "params": {
        "textDocument": {"uri": "file:///nowhere/a.yaml"}, "context": {"diagnostics": []},
        "range": {"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}}}}])


# ---- running and judging

def limited():
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_MAX, SECONDS_MAX))


def run(program, arguments, text, work):
    """Processor seconds, peak memory in MB, the exit status, and what was said."""
    with open(os.path.join(work, "out"), "wb") as out, open(os.path.join(work, "err"), "wb") as err, \
            tempfile.TemporaryFile() as given:
        given.write(text or b"")
        given.seek(0)
        child = subprocess.Popen([program, *arguments], cwd=os.path.join(work, "in"), stdin=given if text is not None else subprocess.DEVNULL,
                                 stdout=out, stderr=err, preexec_fn=limited)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = status
    with open(os.path.join(work, "err"), "rb") as err:
        said = err.read(500).decode(errors="replace").strip().replace("\n", " ")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, os.waitstatus_to_exitcode(status), said


def put(files, folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    for name, text in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())


def make_parts(program, count, work):
    put({"f.yaml": CLUSTER + inventory(3) + services(5)}, os.path.join(work, "in"))
    for i in range(1, count + 1):
        run(program, ["simulate", "--runs", str(50 * count), "--event", "5s nodeCrash n0", "--duration", "20s", "--shard", f"{i}/{count}",
                      "-o", f"part=part-{i}", "f.yaml"], None, work)
    return ["merge", *(f"part-{i}" for i in range(1, count + 1))]


def curve(program, name, work):
    first, make, reason = DIMENSIONS[name]
    seconds, memory, statuses, said, size = [], [], [], "", 0
    for factor in (1, 2, 4, 8):
        made = make(first * factor)
        if made[0] == "parts":
            arguments, text = make_parts(program, made[1], work), None
        else:
            files, arguments, text = made
            put(files, os.path.join(work, "in"))
        size = sum(os.path.getsize(os.path.join(top, file)) for top, _, files in os.walk(os.path.join(work, "in")) for file in files)
        used, peak, status, said = run(program, arguments, text, work)
        seconds.append(used)
        memory.append(peak)
        statuses.append(status)
    exponent = math.log(max(seconds[3], 1e-3) / max(seconds[1], 1e-3), 4)
    failed = [status for status in statuses if status not in (0, 1, 2)]
    verdict = "FAILED" if failed else "ok" if exponent <= STEEP or seconds[3] < SECONDS_THAT_COUNT else "more" if reason else "STEEP"
    print(f"{name:30} {first * 8:7d} {(size + len(text or b'')) / 1e6:8.2f} MB  " + " ".join(f"{value:7.2f}" for value in seconds) +
          f"  n^{exponent:4.2f} {max(memory):6.0f} MiB  {verdict:6} {','.join(map(str, sorted(set(statuses))))} "
          f"{reason if verdict == 'more' else said[:100]}", flush=True)
    return verdict in ("ok", "more")


def main():
    program = os.path.abspath(sys.argv[1])
    names = sys.argv[2:] or sorted(DIMENSIONS)
    print(f"{'what there are n of':30} {'8n':>7} {'input':>11}  " + " ".join(f"{what:>7}" for what in ("n", "2n", "4n", "8n")) +
          "  growth  memory")
    with tempfile.TemporaryDirectory() as work:
        fine = [curve(program, name, work) for name in names]
    return 0 if all(fine) else 1


if __name__ == "__main__":
    sys.exit(main())

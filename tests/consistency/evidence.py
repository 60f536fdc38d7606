#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The causes of the page in clusters of other shapes, and with evidence taken away. (O4.6, O6)

    tests/consistency/evidence.py PROGRAM

Each cause of fixtures/inspect/fault is found in every shape of its cluster, and in the healthy one
none is. What is taken away refutes no cause and gives no new one. Prints what does not hold.
"""
import copy
import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

import yaml

FAULTS = range(1, 27)
# In C where PyYAML has it.
Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """Instants stay texts."""
    yaml_implicit_resolvers = {
        first: [it for it in resolvers if it[0] != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}


# IPv6 has no ARP.
NOT_OF_SHAPE = {("v6", 9), ("v6 gobgpd frr", 9)}
# A lease that is renewed proves that the node takes part, whatever its Pod says; the address is on
# one node, whoever wins it; what the interfaces show of a localInterface does without leases.
MAY_CHANGE = {(7, 16, "Pod"), (16, 7, "Lease"), (26, 17, "Lease"), (26, 24, "Lease"),
              (26, 6, "NodeInventory"),
              # The annotation names a node, and no node is in that subnet, whatever the pool.
              (17, 6, "ServiceGroup")}


def dump(documents):
    return yaml.dump_all(documents, Dumper=Dumper, sort_keys=False, default_flow_style=None, width=1000)


def read_fault(fault):
    """The documents of a cluster, and the other files of its folder by name."""
    files = {}
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["fixtures/inspect/fault", "--folder", str(fault), folder], check=True)
        for path, _, names in os.walk(folder):
            for name in names:
                with open(os.path.join(path, name), encoding="utf-8") as file:
                    files[os.path.relpath(os.path.join(path, name), folder)] = file.read()
    documents = [it for it in yaml.load_all(files.pop("cluster.yaml"), Loader=Loader) if it]
    return documents, files


# ---- shapes


def captured_interface(node, interface):
    addresses = [it.split("/") for it in interface.get("addresses") or []]
    return {"ifname": interface["name"], "flags": ["UP", "LOWER_UP"], "link_type": "ether",
            "address": interface.get("mac", "02:00:00:00:01:0" + node["name"][-1]),
            "addr_info": [{"family": "inet6" if ":" in ip else "inet", "local": ip,
                           "prefixlen": int(bits), "scope": "global",
                           "valid_life_time": 271 if ip.endswith(("243", "241")) else 2**32 - 1}
                          for ip, bits in addresses]}


def bundle(documents, files):
    """What ip and sysctl print, in place of the inventory of nodes."""
    files = dict(files)
    for inventory in [it for it in documents if it["kind"] == "NodeInventory"]:
        for node in inventory["spec"].pop("nodes", []):
            at = "nodes/" + node["name"] + "/"
            links = [{"ifname": "lo", "flags": ["LOOPBACK", "UP"], "link_type": "loopback",
                      "addr_info": []}]
            links += [captured_interface(node, it) for it in node["interfaces"]]
            routes = [{"dst": "default", "gateway": it["via"], "dev": it["interface"]}
                      for it in node["defaultRoutes"]]
            files[at + "addr.json"] = json.dumps(links)
            files[at + "route.json"] = json.dumps(
                [it for it in routes if ":" not in it["gateway"]] + [{"dst": "10.244.0.0/16", "dev": "eth0"}])
            files[at + "route6.json"] = json.dumps(
                [it for it in routes if ":" in it["gateway"]] + [{"dst": "fe80::/64", "dev": "eth0"}])
            files[at + "sysctl.txt"] = "".join(f"{key} = {value}\n" for key, value in node["sysctls"].items())
    return documents, files


def rewritten(change):
    def shape(documents, files):
        return (list(yaml.load_all(change(dump(documents)), Loader=Loader)),
                {change(name): change(text) for name, text in files.items()})
    return shape


def v6_text(text):
    for pattern, new in [
            (r"192\.168\.(\d+)\.0/24", r"2001:db8:\1::/64"),
            (r"192\.168\.(\d+)\.(\d+)/24", r"2001:db8:\1::\2/64"),
            (r"(?<![\d.])192\.168\.(\d+)\.(\d+)", r"2001:db8:\1::\2"),
            (r"10\.9\.0\.0/28", "2001:db8:909::/124"), (r"10\.9\.0\.0/24", "2001:db8:909::/64"),
            (r"203\.0\.113\.0/24", "2001:db8:cb::/64"), (r"203\.0\.113\.16/28", "2001:db8:cb::10/124"),
            (r"203\.0\.113\.16/32", "2001:db8:cb::10/128"), (r"203\.0\.113\.16", "2001:db8:cb::10"),
            (r"aggregation: /32", "aggregation: /128"), (r"10\.96\.0\.(\d+)", r"fd00:96::\1"),
            (r"10\.244\.(\d+)\.(\d+)", r"fd00:244:\1::\2"), (r"v4pools", "v6pools"), (r"IPv4", "IPv6"),
            (r"ipv4-unicast", "ipv6-unicast"), (r"v4: 8-32", "v6: 8-128"), (r"v4: 8-24", "v6: 8-64"),
            # The address that node-a wins.
            (r"(?<!-)(2001:db8:[17]::)243\b(?!-)", r"\g<1>241"),
            (r"routerID: 2001:db8:1::", "routerID: 192.168.1."), (r"garp_errors", "na_errors")]:
        text = re.sub(pattern, new, text)
    # Its pool of one address.
    return text.replace("2001:db8:1::243-2001:db8:1::243", "2001:db8:1::241-2001:db8:1::241")


def redacted(documents, files):
    for capture in [it for it in documents if it["kind"] == "Capture"]:
        capture["spec"]["redacted"] = True
    return documents, files


def local_policy(documents, files):
    for it in documents:
        if it["kind"] == "Service":
            it["spec"]["externalTrafficPolicy"] = "Local"
        elif it["kind"] == "EndpointSlice":
            it["endpoints"].append(it["endpoints"][-1] | {"addresses": ["10.244.13.5"], "nodeName": "node-c"})
    return documents, files


def shared(documents, files):
    """A second Service on each address."""
    for it in [it for it in documents if it["kind"] == "Service" and "status" in it]:
        it["metadata"].setdefault("annotations", {})["purelb.io/allow-shared-ip"] = it["metadata"]["name"]
        other = copy.deepcopy(it)
        other["metadata"]["name"] += "2"
        other["spec"]["clusterIP"] = other["spec"]["clusterIP"].replace("10.96.0.", "10.96.1.")
        for port in other["spec"]["ports"]:
            port["port"] += 1000
            port["nodePort"] += 1000
        documents.append(other)
    for it in [it for it in documents if it["kind"] == "EndpointSlice"]:
        other = copy.deepcopy(it)
        other["metadata"]["name"] += "2"
        other["metadata"]["labels"]["kubernetes.io/service-name"] += "2"
        documents.append(other)
    return documents, files


# ---- what the programs at both ends of a session print, in place of objects and inventories

STATES = ["", "Idle", "Connect", "Active", "OpenSent", "OpenConfirm", "Established"]
DEFAULT_ROUTES = {"4": "ipv4Unicast", "6": "ipv6Unicast"}


def reports_of(documents):
    return [it["status"] for it in documents if it["kind"] == "BGPNodeStatus"]


def gobgp_neighbor(neighbor):
    return {"conf": {"local_asn": neighbor["localASN"], "neighbor_address": neighbor["address"],
                     "peer_asn": neighbor["peerASN"], "type": 1},
            "state": {"neighbor_address": neighbor["address"], "peer_asn": neighbor["peerASN"],
                      "session_state": STATES.index(neighbor["state"]),
                      "disconnect_message": neighbor.get("lastError", "")}}


def gobgpd(documents, files):
    """gobgp's output from each node; the cluster serves no BGPNodeStatus."""
    files = dict(files)
    for status in reports_of(documents):
        at = "nodes/" + status["nodeName"] + "/"
        routes = [it["prefix"] for it in status.get("rib", {}).get("localRoutes", [])]
        files[at + "gobgp-neighbor.json"] = json.dumps([gobgp_neighbor(it) for it in status["neighbors"]])
        for family in "46":
            files[at + f"gobgp-rib{family}.json"] = json.dumps(
                {it: [{"nlri": {"prefix": it}, "best": True, "attrs": [{"type": 3, "nexthop": "0.0.0.0"}]}]
                 for it in routes if (":" in it) == (family == "6")})
    return without_kind(documents, "BGPNodeStatus"), files


def node_address(documents, name):
    return next(it["status"]["addresses"][0]["address"] for it in documents
                if it["kind"] == "Node" and it["metadata"]["name"] == name)


def router_paths(documents, router, address):
    """By prefix: the nodes whose routes the router accepts."""
    family = "v6" if ":" in address else "v4"
    most = int(router["bgp"]["acceptPrefixLength"][family].split("-")[1])
    paths = {}
    for status in reports_of(documents):
        for route in status.get("rib", {}).get("localRoutes", []):
            if address in route.get("advertisedTo", []) and int(route["prefix"].split("/")[1]) <= most:
                paths.setdefault(route["prefix"], []).append(node_address(documents, status["nodeName"]))
    return paths


def frr_peer(status, neighbor):
    up = neighbor["state"] == "Established"
    return {"remoteAs": neighbor["localASN"], "localAs": neighbor["peerASN"], "state": neighbor["state"],
            "pfxRcd": 0, "peerUptime": "00:10:00" if up else "never", "peerUptimeMsec": 600000 * up,
            "desc": status["nodeName"], "idType": "ipv4"}


def frr(documents, files):
    """vtysh's output from each router, in place of what an inventory says of its BGP."""
    files = dict(files)
    for inventory in [it for it in documents if it["kind"] == "NodeInventory"]:
        for router in inventory["spec"].get("routers", []):
            address = router["addresses"][0].split("/")[0]
            family, name = "6" if ":" in address else "4", router["name"]
            paths = router_paths(documents, router, address)
            router_id = "192.168.1." + address.replace(":", ".").rsplit(".", 1)[1]
            peers = {node_address(documents, status["nodeName"]): frr_peer(status, neighbor)
                     for status in reports_of(documents) for neighbor in status["neighbors"]
                     if neighbor["address"] == address}
            files[f"{name}/summary.json"] = json.dumps(
                {DEFAULT_ROUTES[family]: {"routerId": router_id, "as": router["asn"], "peers": peers}})
            files[f"{name}/bgp{family}.json"] = json.dumps(
                {"vrfName": "default", "routerId": router_id, "localAS": router["asn"], "routes": {
                    prefix: [{"valid": True, "bestpath": i == 0, "multipath": i < router["bgp"]["maxPaths"],
                              "pathFrom": "external", "network": prefix, "peerId": node, "path": "65000",
                              "nexthops": [{"ip": node, "used": True}]} for i, node in enumerate(nodes)]
                    for prefix, nodes in paths.items()}})
            files[f"{name}/ip-route.json"] = json.dumps({
                prefix: [{"prefix": prefix, "protocol": "bgp", "selected": True, "installed": True,
                          "nexthops": [{"fib": True, "ip": node, "interfaceName": "eth0", "active": True}
                                       for node in nodes[:router["bgp"]["maxPaths"]]]}]
                for prefix, nodes in paths.items()})
            del router["bgp"]
    return documents, files


def then(*shapes):
    def shape(documents, files):
        for it in shapes:
            documents, files = it(documents, files)
        return documents, files
    return shape


SHAPES = {
    "plain": lambda documents, files: (documents, files),
    "bundle": bundle,
    "v6": rewritten(v6_text),
    "v6 bundle": then(rewritten(v6_text), bundle),
    "redacted": redacted,
    "redacted bundle": then(redacted, bundle),
    "Local": local_policy,
    "shared": shared,
    "gobgpd": gobgpd,
    "frr": frr,
    "gobgpd frr": then(frr, gobgpd),
    "gobgpd frr bundle": then(frr, gobgpd, bundle),
    "v6 gobgpd frr": then(rewritten(v6_text), frr, gobgpd),
}


# ---- what is taken away


def without_kind(documents, kind):
    """As by someone who may not read it."""
    documents = copy.deepcopy([it for it in documents if it["kind"] != kind])
    for capture in [it for it in documents if it["kind"] == "Capture"]:
        capture["spec"]["read"] = [it for it in capture["spec"]["read"] if it != kind]
        capture["spec"].setdefault("unread", []).append(kind)
    return documents


def losses(documents, files):
    for kind in sorted({it["kind"] for it in documents} - {"Capture"}):
        yield kind, without_kind(documents, kind), files
    for name in sorted(files):
        yield name, documents, {key: text for key, text in files.items() if key != name}


# ---- the page of each


def verdicts(program, documents, files):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in [("cluster.yaml", dump(documents)), *files.items()]:
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        page = subprocess.run([program, "inspect", "--page", "-o", "json", "-f", folder], check=False,
                              capture_output=True, stdin=subprocess.DEVNULL).stdout
    return {row["number"]: row["verdict"] for row in json.loads(page)["causes"]}


def check_shape(program, name, fault, cluster):
    found = verdicts(program, *SHAPES[name](*copy.deepcopy(cluster)))
    base = name.removesuffix(" bundle")
    if fault == "healthy":
        return [f"{name}: cause {number} is found in the healthy cluster"
                for number, verdict in found.items() if verdict == "FOUND"]
    if found[fault] != "FOUND" and (base, fault) not in NOT_OF_SHAPE:
        return [f"{name}: cause {fault} is {found[fault]}"]
    return []


def check_loss(program, fault, cluster, whole):
    problems = []
    for what, documents, files in losses(*cluster):
        for number, verdict in verdicts(program, documents, files).items():
            before = whole[number]
            if {before, verdict} == {"FOUND", "not here"} and (fault, number, what) not in MAY_CHANGE:
                problems.append(f"{fault}: without {what}, cause {number} is {verdict}; it was {before}")
    return problems


def main():
    program = os.path.abspath(sys.argv[1])
    clusters = {fault: read_fault(fault) for fault in ["healthy", *FAULTS]}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(check_shape, program, name, fault, cluster)
                for name in SHAPES for fault, cluster in clusters.items()]
        jobs += [pool.submit(lambda fault=fault, cluster=cluster: check_loss(
            program, fault, cluster, verdicts(program, *cluster)))
                 for fault, cluster in clusters.items()]
        for job in jobs:
            print(*job.result(), sep="\n", end="\n" if job.result() else "")


main()

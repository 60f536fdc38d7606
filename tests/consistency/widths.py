#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Reports at the widths that terminals have. (A3.3)

    tests/consistency/widths.py

Every command that writes a table, at 60, 80, 100, 120 and 160 columns: no line is longer than the
screen, unless one word is, and none ends with a blank; more than 120 columns change nothing, nor does less than 60; a
terminal of a size and $COLUMNS of that size give the same, and what is no terminal has 80. Two
inputs that differ in one character of a long name, in its middle or its last, give two reports.
PURELBTOOL is the program. What is wrong goes to standard output; exit status 1
when something is.
"""
import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios

PROGRAM = os.environ["PURELBTOOL"]
WIDTHS = [60, 80, 100, 120, 160]
LEAST, MOST, NO_TERMINAL = 60, 120, 80
problems = []

COMMANDS = """
--help
validate --help
inspect --help
simulate --help
explain SG006 BG041
explain --list
validate -v fixtures/broken
validate fixtures/bgp-faults
allocate fixtures/busy
allocate fixtures/dual-stack
elect --explain fixtures/dual-stack
elect --down node-a fixtures/three-nodes
bgp fixtures/bgp-faults
bgp fixtures/bgp-dynamic
bgp --down r1-a fixtures/bgp-two-racks
sweep --pairs fixtures/tenants
sweep --pairs --triples 100 fixtures/dual-stack
plan fixtures/plan/old fixtures/plan/new
plan fixtures/plan-stages/1-local fixtures/plan-stages/2-bgp fixtures/plan-stages/3-remote
simulate scenarios/node-crash.yaml
simulate scenarios/bgp-crash-frr.yaml
simulate --runs 5 scenarios/node-crash.yaml
simulate --runs 5 scenarios/bgp-two-tors.yaml
inspect -f fixtures/three-nodes
inspect --page -f fixtures/three-nodes
inspect shop/web -f fixtures/three-nodes
inspect 203.0.113.16 -f fixtures/inspect/cluster.yaml
evidence fixtures/inspect
config
""".strip().splitlines()

# What is read again by a program is not broken: by the first word of a command, lines that begin
# like that. Excerpts and places of findings; nothing of the others.
VERBATIM = {
    "validate": re.compile(r"^ *(\d* *\||at: )"),
}
NONE = re.compile(r"(?!)")
# Blanks, and the time of a line of the timeline: what follows has its column.
INDENT = re.compile(r"^ *(?:[0-9.]+s +)?")

LONG = "a-name-of-a-node-that-is-longer-than-what-most-of-the-tables-have"
NAMES_OF = """
validate -v
allocate
elect
bgp
bgp --down {long}
sweep --pairs
sweep --pairs --triples 100
inspect --all
inspect --page
simulate {scenario}
simulate --runs 3 {scenario}
evidence
""".strip().splitlines()
FILE = """
apiVersion: purelb.io/v2
kind: ServiceGroup
metadata: {{name: {long}, namespace: purelb-system}}
spec: {{local: {{v4pools: [{{pool: 192.168.1.100-192.168.1.120, subnet: 192.168.1.0/24, aggregation: default}}]}}}}
---
apiVersion: purelb.io/v2
kind: LBNodeAgent
metadata: {{name: {long}, namespace: purelb-system}}
spec: {{local: {{localInterface: default}}}}
---
apiVersion: v1
kind: Service
metadata: {{name: {service}, namespace: shop, annotations: {{purelb.io/service-group: {long}}}}}
spec: {{type: LoadBalancer, clusterIP: 10.96.0.10, clusterIPs: [10.96.0.10], ipFamilies: [IPv4], ipFamilyPolicy: SingleStack, ports: [{{port: 80}}]}}
---
apiVersion: purelbtool.purelb.io/v1
kind: NodeInventory
metadata: {{name: lab}}
spec:
  nodes:
  - name: {long}
    interfaces: [{{name: eth0, addresses: [192.168.1.11/24], segment: {long}}}]
    defaultRoutes: [{{interface: eth0, via: 192.168.1.1}}]
  - name: other
    interfaces: [{{name: eth0, addresses: [192.168.1.12/24], segment: {long}}}]
    defaultRoutes: [{{interface: eth0, via: 192.168.1.1}}]
---
apiVersion: v1
kind: Node
metadata: {{name: {long}, labels: {{kubernetes.io/hostname: n}}}}
status: {{addresses: [{{type: InternalIP, address: 192.168.1.11}}]}}
---
apiVersion: v1
kind: Node
metadata: {{name: other}}
status: {{addresses: [{{type: InternalIP, address: 192.168.1.12}}]}}
---
apiVersion: bgp.purelb.io/v1
kind: BGPConfiguration
metadata: {{name: {long}, namespace: purelb-system}}
spec:
  global: {{asn: 65000}}
  netlinkImport: {{enabled: true, interfaceList: [kube-lb0]}}
  neighbors:
  - {{config: {{neighborAddress: 192.168.1.1, peerAsn: 65001}}}}
---
apiVersion: purelb.io/v2
kind: ServiceGroup
metadata: {{name: remote, namespace: purelb-system}}
spec: {{remote: {{v4pools: [{{pool: 203.0.113.1-203.0.113.20, subnet: 203.0.113.0/24, aggregation: /32}}]}}}}
---
apiVersion: v1
kind: Service
metadata: {{name: remote, namespace: shop, annotations: {{purelb.io/service-group: remote}}}}
spec: {{type: LoadBalancer, clusterIP: 10.96.0.11, clusterIPs: [10.96.0.11], ipFamilies: [IPv4], ipFamilyPolicy: SingleStack, ports: [{{port: 80}}]}}
---
apiVersion: purelbtool.purelb.io/v1
kind: NodeInventory
metadata: {{name: routers}}
spec:
  routers:
  - name: {long}-router
    asn: 65001
    addresses: [192.168.1.1/24]
    bgp: {{profile: frr}}
"""
SCENARIO = """
apiVersion: purelbtool.purelb.io/v1
kind: Scenario
metadata: {{name: s}}
spec:
  inputs: [{inputs}]
  duration: 30s
  observers: [{{name: {long}, segment: {long}, profile: linux}}]
  clients: [{{name: {long}, router: {long}-router}}]
  events:
  - {{at: 5s, nodeCrash: other}}
"""


def run(arguments, width=None):
    environment = {k: v for k, v in os.environ.items() if k != "COLUMNS"}
    if width is not None:
        environment["COLUMNS"] = str(width)
    done = subprocess.run([PROGRAM, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env=environment, timeout=120, check=False)
    if done.returncode not in (0, 1):
        problems.append(f"{' '.join(arguments)}: exit status {done.returncode}: {done.stderr.decode()}")
    return done.stdout.decode()


def on_terminal(arguments, width):
    """What a terminal of that size is sent, without colors."""
    main, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    environment = {k: v for k, v in os.environ.items() if k != "COLUMNS"}
    with subprocess.Popen([PROGRAM, *arguments], stdin=subprocess.DEVNULL, stdout=terminal,
                          stderr=subprocess.DEVNULL, env=environment | {"NO_COLOR": "1"}):
        os.close(terminal)
        sent = b""
        while True:
            try:
                piece = os.read(main, 65536)
            except OSError:
                break
            if not piece:
                break
            sent += piece
    os.close(main)
    return sent.decode().replace("\r\n", "\n")


def too_long(command, line, width):
    """The line is longer than the screen though it could have been broken."""
    if len(line) <= width or VERBATIM.get(command.split()[0], NONE).search(line):
        return False
    indent = len(INDENT.match(line).group())
    return indent + max(map(len, line[indent:].split())) <= width


def check_lines(command, text, width):
    for line in text.splitlines():
        if too_long(command, line, min(width, MOST)):
            problems.append(f"{command}, {width} columns: {line}")
        if line.endswith(" "):
            problems.append(f"{command}, {width} columns, ends with a blank: {line}")


def check_command(command):
    arguments = command.split()
    texts = {width: run(arguments, width) for width in [1] + WIDTHS + [100000]}
    for width in WIDTHS:
        check_lines(command, texts[width], width)
    if not texts[60]:
        problems.append(f"{command}: nothing is printed")
    if texts[1] != texts[LEAST] or texts[160] != texts[MOST] or texts[100000] != texts[MOST]:
        problems.append(f"{command}: there are other bounds than {LEAST} and {MOST}")
    if run(arguments) != texts[NO_TERMINAL]:
        problems.append(f"{command}: without a terminal there are not {NO_TERMINAL} columns")
    if texts[60] == texts[120]:
        problems.append(f"{command}: 60 columns and 120 are the same")


def check_names(folder):
    """Names that differ in one character are not made alike."""
    middle = len(LONG) // 2
    for at in (middle, len(LONG) - 1):
        texts = {}
        for letter in "xy":
            long = LONG[:at] + letter + LONG[at + 1:]
            with open(f"{folder}/in.yaml", "w", encoding="utf-8") as file:
                file.write(FILE.format(long=long, service=long[:62] if at < 62 else long[-62:]))
            with open(f"{folder}/scenario.yaml", "w", encoding="utf-8") as file:
                file.write(SCENARIO.format(inputs=f"{folder}/in.yaml", long=long))
            for command in NAMES_OF:
                words = command.format(scenario=f"{folder}/scenario.yaml", long=long).split()
                if words[0] == "inspect":
                    words += ["-f", f"{folder}/in.yaml"]
                elif words[0] != "simulate":
                    words.append(f"{folder}/in.yaml")
                for width in (LEAST, NO_TERMINAL):
                    texts.setdefault((command, width), []).append(run(words, width))
        for (command, width), (one, two) in texts.items():
            if one == two and "a-name" in one:
                problems.append(f"{command}, {width} columns: names that differ at {at} are made alike")
            for text in (one, two):
                check_lines(command, text, width)


for each in COMMANDS:
    check_command(each)
for size in (60, 100):
    for each in ("allocate fixtures/busy", "validate fixtures/broken", "--help"):
        if on_terminal(each.split(), size) != run(each.split(), size):
            problems.append(f"{each}: a terminal of {size} columns is not taken for one")
with tempfile.TemporaryDirectory() as work:
    check_names(work)
print("\n".join(problems), end="\n" if problems else "")
sys.exit(1 if problems else 0)

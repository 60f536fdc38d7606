# SPDX-License-Identifier: Apache-2.0
"""One row of tests/lab/times: real daemons in network namespaces against the simulation.

	times.py ROW FOLDER	in a network, a process tree and mounts of its own

Three nodes with a gobgpd each (GoBGP 3.10: the profile gobgp-3) and a router, all plugged into one
bridge. The cluster is that of fixtures/bgp-three-nodes: what is measured here is compared with what
the simulation of the same events shows over many seeds. Prints what was measured, a line for each
value; those that lie outside begin with "OUTSIDE".
"""
import glob
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import time

NODES = {"node-a": "10.0.0.11", "node-b": "10.0.0.12", "node-c": "10.0.0.13"}
ROUTER = "10.0.0.1"
PREFIX = "203.0.113.1"
SEEDS = 60
# Timers and messages are late by this even where nothing else runs; nothing is early by more than
# a sample of seeds misses. How long the machine kept the daemons waiting is measured, see waited().
LATE = float(os.environ.get("LAB_LATE", "0.3"))
FRR = "/usr/lib/frr"
# LeakSanitizer looks itself up in /proc, which shows the process tree outside of this one.
WITHOUT_LEAKS = {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}
OPEN, UPDATE, NOTIFICATION, KEEPALIVE = 1, 2, 3, 4


def run(*command, check=True):
    return subprocess.run(command, check=check, capture_output=True, text=True).stdout


def waited(pid):
    """How many seconds the threads of a process were ready to run and did not, since its start."""
    total = 0
    for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
        try:
            with open(path) as file:
                total += int(file.read().split()[1])
        except OSError:  # a thread that ended meanwhile
            continue
    return total / 1e9


def wait_for(what, seconds, condition):
    until = time.time() + seconds
    while not condition():
        if time.time() > until:
            sys.exit(f"{what}: not within {seconds} s")
        time.sleep(0.05)


# ---- captures ----


class Segment:
    """A TCP segment of BGP: when, from whom, its port, its flags and the types of its messages."""

    def __init__(self, at, source, target, frame):
        header = (frame[12] >> 4) * 4
        self.at, self.source, self.target = at, source, target
        self.ports = frozenset(struct.unpack(">HH", frame[:4]))
        self.flags = frame[13]
        data = frame[header:]
        self.messages = []
        while len(data) >= 19 and data[:16] == b"\xff" * 16:
            length, kind = struct.unpack(">HB", data[16:19])
            self.messages.append(kind)
            data = data[length:]

    def is_syn(self):
        return self.flags & 0x12 == 0x02


def read_capture(path, zero):
    with open(path, "rb") as file:
        data = file.read()
    magic = struct.unpack("<I", data[:4])[0]
    unit = 1e-9 if magic == 0xA1B23C4D else 1e-6
    place = 24
    while place + 16 <= len(data):
        seconds, fraction, length, _ = struct.unpack("<IIII", data[place : place + 16])
        frame = data[place + 16 : place + 16 + length]
        place += 16 + length
        if len(frame) < 54 or frame[12:14] != b"\x08\x00" or frame[23] != 6:
            continue
        ip = frame[14:]
        total = struct.unpack(">H", ip[2:4])[0]
        address = [".".join(map(str, ip[i : i + 4])) for i in (12, 16)]
        yield Segment(seconds + fraction * unit - zero, *address, ip[(ip[0] & 15) * 4 : total])


def dials(segments):
    """When each node began its dials, by node."""
    found = {node: {} for node in NODES}
    for s in segments:
        for node, address in NODES.items():
            if s.source == address and s.is_syn():
                found[node].setdefault(s.ports, s.at)
    return {node: sorted(at.values()) for node, at in found.items()}


def gaps(times):
    return [b - a for a, b in zip(times, times[1:])]


def steps(segments, source):
    """From keepalive to keepalive of one sender in one session, after the first two of an opening."""
    connections = {}
    for s in segments:
        if s.source == source and KEEPALIVE in s.messages:
            connections.setdefault(s.ports, []).append(s.at)
    return [gap for times in connections.values() for gap in gaps(times[1:])]


# ---- what is simulated ----


class Simulated:
    """A run of the simulation; its times are from the end of the warm-up."""

    def __init__(self, work, scenario, warmup, seed):
        folder = f"{work}/seed-{seed}"
        out = subprocess.run(
            [os.environ["PURELBTOOL"], "simulate", "--seed", str(seed), "-o", "json", "--pcap", folder, scenario],
            capture_output=True, text=True, env=WITHOUT_LEAKS,
        )
        if out.returncode != 0:
            sys.exit(f"simulate: {out.stderr or out.stdout}")
        self.answer = json.loads(out.stdout)
        names = os.listdir(folder)
        self.segments = [s for name in names for s in read_capture(f"{folder}/{name}", START + warmup)]

    def ups(self, node):
        return [
            i["from"] for s in self.answer["sessions"] if s["node"] == node
            for i in s["intervals"] if i["state"] == "up"
        ]

    def hops(self):
        for route in self.answer["routes"]:
            for one in route["sets"]:
                yield one["from"], {hop["node"] for hop in one["nextHops"]}


START = 1767225600  # spec.start of a scenario


def seconds_of(text):
    return text if isinstance(text, (int, float)) else float(str(text).rstrip("s"))


# ---- the lab ----


class Lab:
    """The same, of real daemons; times are from lab.zero."""

    def __init__(self, work, daemon):
        self.work, self.daemon = work, daemon
        self.processes = {}
        self.waited_before = waited("self")
        self.kept_waiting = 0.0  # the process that waited longest for a processor
        self.acting = 0.0  # how long the command took that does what a row is about
        self.zero = 0.0
        self.router_started = 0.0
        for folder in ("/run", "/var/tmp"):  # daemons of FRR leave logs there
            run("mount", "-t", "tmpfs", "-o", "mode=1777", "tmpfs", folder)
        for folder in ("/run/netns", "/run/frr"):
            os.mkdir(folder)
        if daemon == "frr":
            shutil.chown("/run/frr", "frr", "frr")
        run("ip", "link", "set", "lo", "up")
        run("ip", "link", "add", "wire", "type", "bridge")
        run("ip", "link", "set", "wire", "up")
        for name, address in {"tor1": ROUTER, **NODES}.items():
            run("ip", "netns", "add", name)
            run("ip", "-n", name, "link", "set", "lo", "up")
            run("ip", "link", "add", f"p-{name}", "type", "veth", "peer", "name", "eth0", "netns", name)
            run("ip", "link", "set", f"p-{name}", "master", "wire", "up")
            run("ip", "-n", name, "link", "set", "eth0", "up")
            run("ip", "-n", name, "addr", "add", f"{address}/24", "dev", "eth0")
        self.watch()

    def start_in(self, name, party, *command, output="out"):
        with open(f"{self.work}/{name}.{output}", "a") as file:
            self.processes[name] = subprocess.Popen(
                ["nsenter", f"--net=/run/netns/{party}", *command],
                stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT,
            )

    def late(self):
        """By how much what is measured may be late because the machine is busy."""
        for process in self.processes.values():
            self.kept_waiting = max(self.kept_waiting, waited(process.pid))
        return LATE + self.kept_waiting + self.acting + waited("self") - self.waited_before

    def end(self, name, how):
        self.late()
        self.processes[name].send_signal(how)
        if how != signal.SIGSTOP:
            self.processes.pop(name).wait()

    def watch(self):
        capture = f"{self.work}/tor1.pcap"
        self.start_in("dumpcap", "tor1", "dumpcap", "-q", "-P", "-i", "eth0", "-f", "tcp port 179", "-w", capture)
        wait_for("dumpcap", 60, lambda: os.path.exists(capture) and os.path.getsize(capture) >= 24)
        self.start_in("monitor", "tor1", "ip", "-ts", "monitor", "route")

    def now(self):
        return time.time() - self.zero

    # -- nodes --

    def start_node(self, node, asn=65000):
        config = {
            "global": {"config": {"as": asn, "router-id": NODES[node]}},
            "neighbors": [{
                "config": {"neighbor-address": ROUTER, "peer-as": self.router_asn},
                "timers": {"config": {"hold-time": 9, "keepalive-interval": 3, "connect-retry": 10}},
            }],
        }
        with open(f"{self.work}/{node}.json", "w") as file:
            json.dump(config, file)
        self.start_in(node, node, "gobgpd", "-t", "json", "-f", file.name, "--api-hosts", "127.0.0.1:50051")

    router_asn = 65001

    def announce(self, node):
        command = ["nsenter", f"--net=/run/netns/{node}", "gobgp", "-u", "127.0.0.1", "global", "rib", "add", f"{PREFIX}/32"]
        wait_for(f"gobgpd of {node}", 60, lambda: subprocess.run(command, capture_output=True).returncode == 0)

    def start_nodes(self):
        for node in NODES:
            self.start_node(node)
        for node in NODES:
            self.announce(node)

    def cut(self, node):
        run("ip", "link", "set", f"p-{node}", "nomaster")

    def heal(self, node):
        run("ip", "link", "set", f"p-{node}", "master", "wire")

    # -- the router --

    def start_router(self):
        if self.daemon == "bird":
            peers = "".join(
                f"protocol bgp n{number} {{ local {ROUTER} as 65001; neighbor {address} as 65000;"
                " ipv4 { import all; export none; }; }\n"
                for number, address in enumerate(NODES.values())
            )
            self.router_started = time.time()
            self.configure("bird.conf", f"router id {ROUTER};\nprotocol device {{}}\nprotocol kernel {{ merge paths on;"
                           f" ipv4 {{ export all; }}; }}\n{peers}")
            self.start_in("bird", "tor1", "bird", "-f", "-c", f"{self.work}/bird.conf", "-s", f"{self.work}/bird.ctl")
            return
        peers = "".join(f" neighbor {address} remote-as 65000\n" for address in NODES.values())
        self.configure("zebra.conf", "frr defaults datacenter\n")
        self.configure("bgpd.conf", f"frr defaults datacenter\nrouter bgp 65001\n bgp router-id {ROUTER}\n"
                       f" no bgp ebgp-requires-policy\n{peers} address-family ipv4 unicast\n  maximum-paths 16\n")
        for name in ("zebra", "bgpd"):
            self.router_started = time.time()
            self.start_in(name, "tor1", f"{FRR}/{name}", "-u", "frr", "-g", "frr", "-F", "datacenter", "-f", f"{self.work}/{name}.conf",
                          "-i", f"{self.work}/{name}.pid", "-z", "/run/frr/zserv", "--vty_socket", "/run/frr", "-P", "0")
            if name == "zebra":
                wait_for("zebra", 60, lambda: os.path.exists("/run/frr/zserv"))

    def configure(self, name, text):
        with open(f"{self.work}/{name}", "w") as file:
            file.write(text)

    def end_router(self, how):
        for name in ("bird",) if self.daemon == "bird" else ("bgpd", "zebra"):
            self.end(name, how)
        if self.daemon != "bird" and os.path.exists("/run/frr/zserv"):
            os.unlink("/run/frr/zserv")

    def reset(self):
        began = time.time()
        self.reset_all()
        self.acting = time.time() - began

    def reset_all(self):
        if self.daemon == "bird":
            run("birdc", "-s", f"{self.work}/bird.ctl", "restart", '"n*"')
        else:
            clears = [word for address in NODES.values() for word in ("-c", f"clear bgp {address}")]
            run("nsenter", "--net=/run/netns/tor1", "vtysh", "--vty_socket", "/run/frr", *clears)

    # -- what is seen --

    @property
    def segments(self):
        return list(read_capture(f"{self.work}/tor1.pcap", self.zero))

    def ups(self, node):
        """When both ends of a connection had sent a KEEPALIVE."""
        sides, found = {}, []
        for s in self.segments:
            if NODES[node] in (s.source, s.target) and KEEPALIVE in s.messages:
                seen = sides.setdefault(s.ports, set())
                if len(seen) == 1 and s.source not in seen:
                    found.append(s.at)
                seen.add(s.source)
        return found

    def hops(self):
        """The next hops of the prefix as the kernel of the router had them."""
        with open(f"{self.work}/monitor.out") as file:
            text = file.read()
        for match in re.finditer(r"\[([^\]]+)\]((?:(?!\n\[).)*)", text, re.S):
            event = match.group(2)
            if f"{PREFIX} " not in event.split("\n")[0] + " ":
                continue
            stamp = match.group(1)
            at = time.mktime(time.strptime(stamp[:19], "%Y-%m-%dT%H:%M:%S")) + float(stamp[19:] or 0)
            gateways = set(re.findall(r"via ([0-9.]+)", event))
            if "Deleted" in event:
                gateways = set()
            yield at - self.zero, {node for node, address in NODES.items() if address in gateways}

    def settle(self):
        """All sessions are up, and all routes in the kernel."""
        wait_for("all next hops", 120, lambda: [h for _, h in self.hops()][-1:] == [set(NODES)])
        time.sleep(1)
        self.zero = time.time()


# ---- the rows ----


def first_after(times, at):
    return [min(t for t in times if t > at)] if any(t > at for t in times) else []


def until_up(seen, at, nodes=NODES):
    return [t - at for node in nodes for t in first_after(seen.ups(node), at)]


def until_gone(seen, at, node="node-a"):
    return [t - at for t in first_after([t for t, hops in seen.hops() if node not in hops], at)]


def cold_speaker(lab):
    lab.start_router()
    time.sleep(15)
    lab.zero = time.time() - 1
    lab.start_nodes()
    time.sleep(12)


def cold_router(lab):
    lab.start_nodes()
    time.sleep(15)
    lab.start_router()
    lab.zero = lab.router_started - 20
    time.sleep(12)


def established(lab):
    lab.start_router()
    lab.start_nodes()
    lab.settle()
    time.sleep(1 - lab.now())


def reset(lab):
    established(lab)
    lab.reset()
    time.sleep(18)


def stop(how):
    def act(lab):
        established(lab)
        lab.end("node-a", how)
        time.sleep(2)
    return act


def silent(seconds, after):
    def act(lab):
        established(lab)
        time.sleep(random_part(3))
        lab.zero = time.time() - 1
        lab.cut("node-a")
        time.sleep(seconds)
        lab.heal("node-a")
        time.sleep(after)
    return act


def random_part(seconds):
    return int.from_bytes(os.urandom(2), "big") / 65536 * seconds


def router_crash(lab):
    established(lab)
    lab.end_router(signal.SIGKILL)
    time.sleep(3 - lab.now())
    lab.start_router()
    time.sleep(15)


def listen(lab):
    established(lab)
    time.sleep(40)


def refused(lab):
    lab.start_nodes()
    lab.zero = time.time()
    time.sleep(75)


def wrong_as(lab):
    lab.router_asn = 65009
    lab.start_router()
    lab.start_nodes()
    lab.zero = time.time()
    time.sleep(60)


def node_gaps(seen):
    return [gap for times in dials(seen.segments).values() for gap in gaps([t for t in times if t > 0])]


# What is done to the lab, the same events of a scenario, and what is measured of either.
STOPPED = "- {at: {uniform: [-58s, -48s]}, bgpDaemonStop: all}\n  - {at: 1s, bgpDaemonStart: all}"
ROUTER_LAST = "- {at: {uniform: [-58s, -48s]}, routerDaemonStop: tor1}\n  - {at: 20s, routerDaemonStart: tor1}"
CUT = "- {at: 1s, cut: {node: node-a, router: tor1}}"
ROWS = {
    # T14.1, T14.2
    "cold-speaker-last": (cold_speaker, STOPPED, {"up after": lambda s: until_up(s, 1)}),
    "cold-router-last": (cold_router, ROUTER_LAST, {"up after": lambda s: until_up(s, 20)}),
    # T14.3
    "reset-by-router": (reset, "- {at: 1s, bgpSessionReset: {node: all, router: tor1, by: router}}",
                        {"up again after": lambda s: until_up(s, 1)}),
    # T14.9
    "stop": (stop(signal.SIGTERM), "- {at: 1s, bgpDaemonStop: node-a}", {"route gone after": lambda s: until_gone(s, 1)}),
    "kill": (stop(signal.SIGKILL), "- {at: 1s, bgpDaemonKill: {node: node-a, restart: false}}",
             {"route gone after": lambda s: until_gone(s, 1)}),
    # T14.6
    "crash": (silent(14, 0), CUT, {"route gone after": lambda s: until_gone(s, 1)}),
    # T14.12
    "error-wait": (silent(12, 66), CUT + "\n  - {at: 13s, heal: {node: node-a, router: tor1}}",
                   {"up again after": lambda s: until_up(s, 13, ["node-a"])}),
    # T14.14
    "router-crash": (router_crash, "- {at: 1s, routerDaemonKill: tor1}\n  - {at: 3s, routerDaemonStart: tor1}",
                     {"up again after the crash,": lambda s: until_up(s, 1)}),
    # T14.16
    "keepalives": (listen, "", {
        "between those of a node": lambda s: [g for a in NODES.values() for g in steps(s.segments, a)],
        "between those of the router": lambda s: steps(s.segments, ROUTER),
    }),
    # T14.4
    "refused": (refused, "- {at: -1s, routerDaemonStop: tor1}", {"between dials": node_gaps}),
    # T14.5
    "wrong-as": (wrong_as, None, {"between dials": node_gaps}),
}


def write_scenario(work, daemon, events):
    profile = {"bird": "bird", "frr": "frr-datacenter"}[daemon]
    bgp = f"profile: {profile}"
    if daemon == "bird" and "version 2.0." in subprocess.run(["bird", "--version"], capture_output=True, text=True).stderr:
        bgp += ", timerLate: 3s"
    inputs = os.path.abspath("fixtures/bgp-three-nodes")
    # Without events both begin at the start of the daemons.
    asn, warmup = (65009, 0) if events is None else (65001, 60)
    listed = f"  events:\n  {events}\n" if events else ""
    with open(f"{work}/scenario.yaml", "w") as file:
        file.write(f"""apiVersion: purelbtool.purelb.io/v1
kind: Scenario
metadata: {{name: lab}}
spec:
  inputs: [{inputs}]
  duration: 90s
  warmup: {warmup}s
  start: 2026-01-01T00:00:00Z
  timing: {{speaker: gobgp-3}}
  clients: [{{name: internet, router: tor1}}]
{listed}---
apiVersion: purelbtool.purelb.io/v1
kind: NodeInventory
metadata: {{name: routers}}
spec:
  routers:
  - {{name: tor1, asn: {asn}, addresses: [{ROUTER}/24], bgp: {{{bgp}}}}}
""")
        return file.name, warmup


def main():
    row, work = sys.argv[1:]
    daemon, name = row.split("-", 1)
    act, events, measures = ROWS[name]
    runs = [Simulated(work, *write_scenario(work, daemon, events), seed) for seed in range(1, SEEDS + 1)]
    lab = Lab(work, daemon)
    act(lab)
    late = lab.late()
    for what, measure in measures.items():
        expected = [seconds_of(value) for run_ in runs for value in measure(run_)]
        measured = measure(lab)
        if not expected or not measured:
            print(f"OUTSIDE {what}: simulated {len(expected)} times, measured {len(measured)} times")
            continue
        least, most = min(expected), max(expected)
        missed = (most - least) * 0.05
        # Where one message is late the next one is early.
        early = late if what.startswith("between") else 0.02
        for value in sorted(measured):
            inside = least - missed - early <= value <= most + missed + late
            print(f"{'' if inside else 'OUTSIDE '}{what} {value:.3f} s, simulated {least:.3f}..{most:.3f} s, late by up to {late:.1f} s")


# Of each row one daemon, and of some none: what is measured where many tests run.
FEW = """bird-cold-router-last frr-reset-by-router bird-kill frr-crash frr-error-wait bird-router-crash frr-keepalives
bird-wrong-as""".split()

if sys.argv[1:] == ["--list"]:
    every = [f"{daemon}-{name}" for daemon in ("bird", "frr") for name in ROWS]
    print("\n".join(every if os.environ.get("EVERY") else FEW))
else:
    main()

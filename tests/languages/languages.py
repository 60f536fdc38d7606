#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Names from the input in every language that the program writes.

    tests/languages/languages.py FORMAT

For each kind of object, every text field that its schema has gets a value full of what shells,
gnuplot, XML, HTML, JSON, Markdown, workflow commands, CSV, and terminals give a meaning to. Each
object goes through every report; the report is read as its consumer would read it, and must hold
the value again, or the value with its control characters made visible, as text and nothing else.
FORMAT is a report format of `validate`, "plots", or one of the commands below, whose reports are
read in each of their formats. PURELBTOOL is the program. What is wrong goes
to standard output; exit status 1 when something is.
"""
import html.parser
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import xml.etree.ElementTree

import consumers

PROGRAM = os.environ["PURELBTOOL"]
KINDS = ["ServiceGroup", "LBNodeAgent", "BGPConfiguration", "NodeInventory", "Scenario"]
CORE = "q`touch PWNED`$(touch PWNED)\"'<i>&amp;]]>;%s%0A\\|,=@{{x}}"  # printable
PAGE = "<script>PWNED=1</script><img src=x onerror=PWNED=1>\" onload=\"PWNED=1\" ]]><a href=javascript:PWNED=1>" + CORE
COMMANDS = "\n::error::x\n##[set-output name=a]b\n##vso[task.complete]\n=1+1\n"
HIDDEN = "\x1b[31m\x07\r\x9b0m\u202e\u2066\u200b\ufeff\t"
VALUES = {"printable": PAGE, "commands": CORE + COMMANDS, "hidden": CORE + HIDDEN + CORE}
# What no report may hold as it is: C0 but line feed, DEL, C1, what reorders or hides text.
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
problems = []
browser = None  # starts with the first page


def problem(where, what):
    problems.append(f"{where}: {what}")


def run(arguments, cwd):
    done = subprocess.run([PROGRAM, *arguments], cwd=cwd, stdin=subprocess.DEVNULL, timeout=120,
                          capture_output=True, check=False)
    if done.returncode not in (0, 1, 2) or b"Sanitizer" in done.stderr:
        problem(arguments, f"exit status {done.returncode}: {done.stderr[:500]!r}")
    return done.stdout, done.stderr


def paths_of(schema, depth=0):
    """The paths of all text fields: lists of names, 0 for an item, None for a key of any name."""
    if depth > 12 or "const" in schema:
        return
    for choice in ("oneOf", "anyOf"):
        for one in schema.get(choice, []):
            yield from paths_of(one, depth + 1)
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    if "string" in types:
        yield []
    for name, field in schema.get("properties", {}).items():
        yield from ([name, *path] for path in paths_of(field, depth + 1))
    if isinstance(schema.get("additionalProperties"), dict):
        yield [None]
        yield from (["key", *path] for path in paths_of(schema["additionalProperties"], depth + 1))
    if "items" in schema:
        yield from ([0, *path] for path in paths_of(schema["items"], depth + 1))


def with_value(made, path, value):
    """The object with the value at that path, beside what it has."""
    if not path:
        return value
    if path[0] == 0:
        return [with_value(None, path[1:], value)]
    made = made if isinstance(made, dict) else {}
    name = value if path[0] is None else path[0]
    made[name] = with_value(made.get(name), path[1:], value)
    return made


def objects_of(kind, schema, value):
    """For each text field an object that has the value there and is ordinary otherwise."""
    version = schema.get("properties", {}).get("apiVersion", {}).get("const", "v1")
    for number, path in enumerate(paths_of(schema)):
        made = {"apiVersion": version, "kind": kind,
                "metadata": {"name": f"a{number}", "namespace": "purelb-system"}}
        yield with_value(made, path, value)


class Page(html.parser.HTMLParser):
    """The elements of a page, their attributes, and its text."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.elements, self.attributes, self.text, self.values = set(), set(), [], []

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        self.attributes.update(name for name, _ in attrs)
        self.values.extend(text or "" for _, text in attrs)

    def handle_data(self, data):
        self.text.append(data)


def texts_of(value):
    """All texts in a value of JSON."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from texts_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts_of(item)
    elif isinstance(value, str):
        yield value


def read_json(where, report):
    texts = list(texts_of(json.loads(report)))
    if FORBIDDEN.search(report):
        problem(where, "a control character or one that hides text is written as it is")
    return "\n".join(texts)


def read_html(where, report):
    page = Page()
    page.feed(report)
    if "i" in page.elements:
        problem(where, "an element of the input is one of the page")
    if any(name.startswith("on") for name in page.attributes) or "touch" in str(page.attributes):
        problem(where, f"attributes of the input: {page.attributes}")
    return see_in_browser(where, report) or "".join(page.text) + "\n".join(page.values)


def see_in_browser(where, report):
    """The text of the page as Chromium has it; nothing where there is no Chromium."""
    global browser
    if browser is None and consumers.browser_path():
        browser = consumers.Browser()
    if browser is None:
        return ""
    seen, wrong = browser.see(report)
    for what in wrong:
        problem(where + ", in Chromium", what)
    if {"i", "img", "iframe", "object"} & set(seen["elements"]):
        problem(where + ", in Chromium", f"elements of the input: {seen['elements']}")
    return seen["text"] + "\n".join(seen["values"])


def squeezed(text):
    """Without white space: tables break lines where it is."""
    return re.sub(r"\s+", "", text)


def check_on_terminal(where, arguments, work):
    """The colored table looks on a terminal like the plain one, and does nothing else there."""
    pyte = consumers.terminal()
    if pyte is None:
        return
    plain = run([*arguments, "--color", "never"], work)[0].decode()
    shown, wrong = consumers.on_terminal(pyte, run([*arguments, "--color", "always"], work)[0].decode())
    for what in wrong:
        problem(where + ", on a terminal", what)
    for expected, line in zip(plain.split("\n"), shown):
        if expected.rstrip() != line:
            problem(where + ", on a terminal", f"{line!r} instead of {expected!r}")
            return


def read_xml(where, report):
    tree = xml.etree.ElementTree.fromstring(report)
    texts = []
    for element in tree.iter():
        if element.tag == "i":
            problem(where, "an element of the input is one of the report")
        texts.extend([element.text or "", element.tail or "", *element.attrib.values()])
    return "\n".join(texts)


def read_lines(where, report):
    for line in report.split("\n"):
        if re.match(r"\s*##(\[|vso\[)", line) or re.match(r"\s*::", line):
            problem(where, f"a runner would obey this line: {line[:100]!r}")
    return report


def read_github(where, report):
    texts = []
    for line in report.split("\n"):
        match = re.match(r"::(error|warning|notice|group|endgroup)( [a-zA-Z]+=[^,:\n]*(,[a-zA-Z]+=[^,:\n]*)*)?::(.*)$", line)
        if match:
            texts.append(line)
        elif line.lstrip().startswith("::") or line.lstrip().startswith("##"):
            problem(where, f"no command of this program: {line[:100]!r}")
        else:
            texts.append(line)
    text = "\n".join(texts)
    for escape, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escape, character)
    return text


def without_code(report):
    """Markdown without what is escaped or in code: n backquotes end at the next n of them."""
    return re.sub(r"\\[!-/:-@\[-`{-~]|(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", report)


def read_markdown(where, report):
    if re.search(r"<i>|!\[|\]\(https?:", without_code(report)):
        problem(where, "HTML of the input is HTML of the page")
    if not shutil.which("cmark-gfm"):
        return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", html.unescape(report))
    done = subprocess.run(["cmark-gfm", "--unsafe", "-e", "table", "-e", "strikethrough", "-e", "autolink", "-e", "tasklist"],
                          input=report.encode(), capture_output=True, check=True)
    page = Page()
    page.feed(done.stdout.decode())
    if {"i", "img", "script"} & page.elements:
        problem(where + ", as GitHub renders it", f"elements of the input: {page.elements}")
    if any("javascript:" in value for value in page.values):
        problem(where + ", as GitHub renders it", f"attributes of the input: {page.values}")
    return "".join(page.text)


READERS = {"table": read_lines, "gcc": read_lines, "json": read_json, "sarif": read_json,
           "codeclimate": read_json, "html": read_html, "junit": read_xml, "github": read_github,
           "markdown": read_markdown, "yaml": None}


def read_yaml(where, report):
    import yaml  # Debian's python3-yaml
    return "\n".join(texts_of(list(yaml.safe_load_all(report))))


def check_format(name, work):
    readers = {**READERS, "yaml": read_yaml}
    met = 0
    for kind in KINDS:
        schema = json.loads(run(["schema", kind], work)[0] or b"{}")
        if not schema:
            continue
        for label, value in VALUES.items():
            where = f"{kind} with {label} values as {name}"
            path = os.path.join(work, "input.json")
            with open(path, "w", encoding="utf-8") as file:
                json.dump({"apiVersion": "v1", "kind": "List",
                           "items": list(objects_of(kind, schema, value))}, file)
            out, err = run(["validate", "input.json", "-o", name], work)
            report = out.decode()
            if FORBIDDEN.search(report) or FORBIDDEN.search(err.decode()):
                problem(where, "a control character or one that hides text is written as it is")
            text = readers[name](where, report)
            met += squeezed(CORE) in squeezed(text)
            if name == "table":
                check_on_terminal(where, ["validate", "input.json"], work)
            os.remove(path)
    if met < len(VALUES):
        problem(name, f"the values were found again {met} times only")


SCENARIO = """apiVersion: purelbtool.purelb.io/v1
kind: Scenario
metadata: {name: names}
spec:
  inputs: [cluster.yaml]
  duration: 20s
  observers:
    - {name: %(name)s, segment: %(name)s}
  events:
    - {at: 5s, nodeCrash: node-a}
  assertions:
    - {maxOutage: 1ms, observer: %(name)s}
"""


def check_plots(work):
    """Names of observers, segments, and labels in pictures, pages, and frames."""
    name = json.dumps(CORE.replace("{{x}}", ""))  # which would be a placeholder
    with open("fixtures/three-nodes/cluster.yaml", encoding="utf-8") as file:
        cluster = file.read().replace("segment: rack1", "segment: " + name).replace("rack: rack1", "rack: " + name)
    with open("fixtures/three-nodes/pool.yaml", encoding="utf-8") as file:
        cluster += "---\n" + file.read()
    with open("fixtures/three-nodes/services.yaml", encoding="utf-8") as file:
        cluster += "---\n" + file.read()
    with open(os.path.join(work, "cluster.yaml"), "w", encoding="utf-8") as file:
        file.write(cluster)
    with open(os.path.join(work, "scenario.yaml"), "w", encoding="utf-8") as file:
        file.write(SCENARIO % {"name": name})
    reports = {"json": read_json, "html": read_html, "junit": read_xml, "table": read_lines}
    for out, read in reports.items():
        for runs in ([], ["--runs", "2"]):
            arguments = ["simulate", "scenario.yaml", *runs, "--plots", "plots", "-o", out]
            report, err = run(arguments if runs else [*arguments, "--pcap", "frames"], work)
            where = f"simulate {' '.join(runs)} as {out}"
            if FORBIDDEN.search(report.decode()) or FORBIDDEN.search(err.decode()):
                problem(where, "a control character is written as it is")
            text = read(where, report.decode()) if report else ""
            if "q`touch PWNED`$(" not in text and out != "table":
                problem(where, f"the names are not found again: {err[:300]!r}")
    pictures = os.listdir(os.path.join(work, "plots"))
    for picture in pictures:
        if picture.endswith(".svg"):
            with open(os.path.join(work, "plots", picture), encoding="utf-8") as file:
                read_xml(picture, file.read())
    if not any(picture.endswith(".svg") for picture in pictures):
        problem("plots", f"no picture among {pictures}")


def named_cluster(value, special):
    """Objects of every kind; those of the kinds in `special` are named by the value."""
    name = lambda kind, plain: value if kind in special else plain
    node, service, group = name("Node", "node-a"), name("Service", "web"), name("ServiceGroup", "default")
    segment, router, space = name("segment", "rack1"), name("router", "tor1"), name("namespace", "shop")
    ours = {"namespace": "purelb-system"}
    return [
        {"apiVersion": "purelb.io/v2", "kind": "ServiceGroup", "metadata": {"name": group, **ours}, "spec": {
            "local": {"v4pools": [{"subnet": "10.0.0.0/24", "pool": "10.0.0.200-10.0.0.210"}]}}},
        {"apiVersion": "purelb.io/v2", "kind": "ServiceGroup", "metadata": {"name": "edge", **ours}, "spec": {
            "remote": {"v4pools": [{"subnet": "198.18.0.0/24", "pool": "198.18.0.0/28", "aggregation": "/32"}]}}},
        {"apiVersion": "purelb.io/v2", "kind": "LBNodeAgent", "metadata": {"name": name("LBNodeAgent", "default"), **ours},
         "spec": {"local": {"localInterface": "default", "garpConfig": {}}}},
        {"apiVersion": "bgp.purelb.io/v1", "kind": "BGPConfiguration", "metadata": {"name": "default", **ours}, "spec": {
            "global": {"asn": 65000}, "netlinkImport": {"enabled": True, "interfaceList": ["kube-lb0"]},
            "neighbors": [{"config": {"neighborAddress": "10.0.0.254", "peerAsn": 65001,
                                      "description": name("text", "router")}}]}},
        *({"apiVersion": "v1", "kind": "Node", "metadata": {
            "name": one, "labels": {"rack": name("label", "r1"), name("label", "l"): "x"}},
           "status": {"addresses": [{"type": "InternalIP", "address": address}]}}
          for one, address in ((node, "10.0.0.1"), ("node-b", "10.0.0.2"))),
        *({"apiVersion": "v1", "kind": "Service", "metadata": {"name": one, "namespace": space, "annotations": {
            "purelb.io/service-group": its, "x": name("text", "y"), **more}},
           "spec": {"type": "LoadBalancer", "ports": [{"port": 80, "name": name("text", "http")}]}, **status}
          for one, its, more, status in (
              (service, group, {}, {}), ("cdn", "edge", {}, {}), ("lost", name("text", "nowhere"), {}, {}),
              ("held", group, {"purelb.io/allocated-by": "PureLB", "purelb.io/allocated-from": group,
                               "purelb.io/announcing-IPv4": f"{node},eth0,10.0.0.205"},
               {"status": {"loadBalancer": {"ingress": [{"ip": "10.0.0.205"}]}}}))),
        {"apiVersion": "purelbtool.purelb.io/v1", "kind": "NodeInventory", "metadata": {"name": "i"}, "spec": {
            "nodes": [{"name": one, "interfaces": [{"name": "eth0", "addresses": [address], "segment": segment}],
                       "defaultRoutes": [{"interface": "eth0", "via": "10.0.0.254"}]}
                      for one, address in ((node, "10.0.0.1/24"), ("node-b", "10.0.0.2/24"))],
            "routers": [{"name": router, "asn": 65001, "addresses": ["10.0.0.254/24"], "bgp": {}}]}},
    ]


def named_scenario(value, special):
    name = lambda kind, plain: value if kind in special else plain
    return {"apiVersion": "purelbtool.purelb.io/v1", "kind": "Scenario", "metadata": {"name": name("Scenario", "s")}, "spec": {
        "description": name("text", "what happens"), "inputs": ["cluster.json"], "duration": "20s",
        "observers": [{"name": name("observer", "client"), "segment": name("segment", "rack1")}],
        "clients": [{"name": name("client", "internet"), "router": name("router", "tor1")}],
        "events": [{"at": "5s", "nodeCrash": name("Node", "node-a")}],
        "assertions": [{"maxOutage": "1ms", "observer": name("observer", "client")},
                       {"maxLostShare": 0, "client": name("client", "internet")}]}}


KINDS_NAMED = ["Node", "Service", "ServiceGroup", "LBNodeAgent", "Scenario", "namespace", "segment", "router", "client",
               "observer", "label", "text"]
# What other programs print; {v} is the value in a string of JSON, {p} as it is.
EVIDENCE = {
    "nodes/node-a/neigh.json": '[{"dst":"10.0.0.205","dev":"{v}","lladdr":"02:00:00:00:00:01","state":["{v}"]}]',
    "nodes/node-a/gobgp-neighbor.json": '[{"conf":{"neighbor_address":"10.0.0.254","peer_asn":65001,"description":"{v}"},'
                                        '"state":{"neighbor_address":"10.0.0.254","session_state":3,"admin_down":"{v}"}}]',
    "pods/lbnodeagent-a/lbnodeagent.log": '2026-03-28T03:02:05Z {"level":"error","op":"announce","error":"{v}","ip":"10.0.0.205"}\n',
    "pods/lbnodeagent-a/lbnodeagent-metrics.txt": 'purelb_lbnodeagent_announced{service="{v}",node="{v}",ip="10.0.0.205"} 1\n',
    "routers/tor1/neighbors.json": '{"10.0.0.1":{"remoteAs":65000,"localAs":65001,"hostname":"{v}","nbrDesc":"{v}",'
                                   '"bgpState":"{v}","lastNotificationReason":"{v}"}}',
}
# Commands, the formats of their reports, and whether these show some of the names at least.
COMMANDS = {
    "simulate": (["simulate", "scenario.json", "--timeline", "--pcap", "frames", "--events", "events.jsonl"],
                 ["table", "json", "yaml", "junit", "github", "html", "markdown"]),
    "simulate-runs": (["simulate", "scenario.json", "--runs", "3", "--plots", "plots"],
                      ["table", "json", "yaml", "junit", "html", "markdown"]),
    "inspect": (["inspect", "-f", "cluster.json", "-f", "evidence", "--all"], ["table", "json", "yaml", "html", "markdown"]),
    "inspect-page": (["inspect", "-f", "cluster.json", "-f", "evidence", "--page"], ["table", "json", "yaml", "html", "markdown"]),
    "plan": (["plan", "--apply", "--simulate", "--runs", "1", "cluster.json", "new.json"],
             ["table", "json", "yaml", "github", "html", "markdown"]),
    "stages": (["plan", "--apply", "cluster.json", "new.json", "evidence/again.json"],
               ["table", "json", "yaml", "github", "html", "markdown"]),
    "sweep": (["sweep", "--by", "rack", "cluster.json", "--plots", "plots"], ["table", "json", "yaml", "junit", "html", "markdown"]),
    "elect": (["elect", "--explain", "cluster.json"], ["table", "json", "yaml"]),
    "allocate": (["allocate", "cluster.json"], ["table", "json", "yaml"]),
    "bgp": (["bgp", "cluster.json", "--down", "node-b"], ["table", "json", "yaml"]),
    "evidence": (["evidence", "evidence"], ["table", "json", "yaml"]),
    "convert": (["convert", "old.json"], ["yaml"]),
    "diff": (["validate", "--fix=unsafe", "--diff", "cluster.json"], ["table"]),
    "names-of-files": (["validate", "files"], ["table", "gcc", "json", "yaml", "sarif", "codeclimate", "html", "junit", "github", "markdown"]),
    "merge": (["merge", "part-1", "part-2"], ["table", "json", "yaml", "junit", "html", "markdown"]),
    "lsp": (["lsp"], ["json"]),
}
SLOW = ["simulate-runs", "sweep", "merge"]  # pictures and parts take their time


def write(path, text):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)


def put_named(work, value, special):
    cluster = named_cluster(value, special)
    write(f"{work}/cluster.json", json.dumps({"apiVersion": "v1", "kind": "List", "items": cluster}))
    cluster[0]["spec"]["local"]["v4pools"][0]["pool"] = "10.0.0.100-10.0.0.110"
    write(f"{work}/new.json", json.dumps({"apiVersion": "v1", "kind": "List", "items": cluster[:3]}))
    write(f"{work}/scenario.json", json.dumps(named_scenario(value, special)))
    write(f"{work}/old.json", json.dumps({"apiVersion": "metallb.io/v1beta1", "kind": "IPAddressPool", "metadata": {
        "name": value, "namespace": "metallb-system"}, "spec": {"addresses": ["10.0.0.1-10.0.0.9", value]}}))
    write(f"{work}/evidence/again.json", json.dumps(cluster[2]))
    text = json.dumps(value if "text" in special else "plain")[1:-1]
    for name, form in EVIDENCE.items():
        write(f"{work}/evidence/{name}", form.replace("{v}", text))
    write(f"{work}/files/{value.replace('/', '_')[:200]}.yaml", "apiVersion: purelb.io/v2\nkind: ServiceGroup\nspec: [\n")


def frames_of(work):
    """A session of the language server over the cluster, and the bodies of its answers."""
    with open(f"{work}/cluster.json", encoding="utf-8") as file:
        text = file.read()
    messages = [{"id": 0, "method": "initialize", "params": {"capabilities": {}}}, {"method": "initialized", "params": {}},
                {"method": "textDocument/didOpen", "params": {"textDocument": {
                    "uri": "file:///x/a.json", "languageId": "yaml", "version": 1, "text": text}}},
                *({"id": f"{what}{at}", "method": f"textDocument/{what}", "params": {
                    "textDocument": {"uri": "file:///x/a.json"}, "position": {"line": 0, "character": at}, "context": {},
                    "range": {"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}}}}
                  for at in (match.start() + 3 for match in re.finditer('"kind"|"name"', text))
                  for what in ("hover", "completion", "definition", "codeAction")),
                {"id": 9, "method": "shutdown"}, {"method": "exit"}]
    sent = b""
    for message in messages:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        sent += b"Content-Length: %d\r\n\r\n" % len(body) + body
    done = subprocess.run([PROGRAM, "lsp"], cwd=work, input=sent, capture_output=True, timeout=120, check=False)
    bodies = [json.loads(part.split(b"\r\n\r\n", 1)[1]) for part in done.stdout.split(b"Content-Length: ")[1:]]
    if done.returncode != 0 or b"Sanitizer" in done.stderr:
        problem("lsp", f"exit status {done.returncode}: {done.stderr[:500]!r}")
    if FORBIDDEN.search(done.stdout.decode().replace("\r\n", "")):
        problem("lsp", "a control character or one that hides text is written as it is")
    for body in bodies:
        contents = (body.get("result") or {}) if isinstance(body.get("result"), dict) else {}
        if "contents" in contents:
            read_markdown("hover", contents["contents"]["value"])
    return json.dumps(bodies)


def text_of(name, form, read, report):
    """What was read; places of files are percent-encoded in SARIF, and `convert` says names in comments."""
    if name == "convert":
        return report.replace("\n#", "\n")
    return urllib.parse.unquote(read) if form == "sarif" else read


def check_command(name, work):
    """The reports of a command over objects whose names and texts are the values, kind by kind."""
    arguments, formats = COMMANDS[name]
    readers = {**READERS, "yaml": read_yaml}
    met = dict.fromkeys(formats, 0)
    plain = squeezed(CORE.replace("{{x}}", ""))
    pictures = []
    # Together, and each alone: what is refused for one name shows nothing of the others.
    alone = ["Scenario", "text"] if name in SLOW else KINDS_NAMED
    # A Scenario whose name is wrong does not run.
    together = [kind for kind in KINDS_NAMED if kind != "Scenario"]
    for special in [together, *([kind] for kind in alone)]:
        for label, value in VALUES.items():
            if len(special) == 1 and label != "hidden":
                continue
            value = value.replace("{{x}}", "")  # which would be a placeholder
            put_named(work, value, special)
            if name == "merge":
                for shard in ("1", "2"):
                    run(["simulate", "scenario.json", "--runs", "2", "--shard", f"{shard}/2", "-o", f"part=part-{shard}"], work)
            for form in formats:
                where = f"{name} as {form}, {label} values of {'all' if len(special) > 1 else special[0]}"
                if name == "lsp":
                    out, err = frames_of(work).encode(), b""
                elif name in ("convert", "diff"):
                    out, err = run(arguments, work)
                else:
                    out, err = run([*arguments, "-o", form], work)
                report = out.decode(errors="replace")
                if FORBIDDEN.search(report) or FORBIDDEN.search(err.decode(errors="replace")):
                    problem(where, "a control character or one that hides text is written as it is")
                read_lines(where + ", standard error", err.decode(errors="replace"))
                if form == "table" and len(special) > 1 and name not in ("convert", "diff", *SLOW):
                    check_on_terminal(where, arguments, work)
                if report:  # convert says the names in comments
                    met[form] += plain in squeezed(text_of(name, form, readers[form](where, report), report))
                if len(special) == 1 and name in SLOW and form == "json":
                    break
            for top, _, files in os.walk(work):
                for file in files:
                    if file.endswith((".svg", ".jsonl")):
                        with open(os.path.join(top, file), encoding="utf-8") as opened:
                            text = (read_xml if file.endswith(".svg") else read_lines)(file, opened.read())
                            pictures += [plain in squeezed(text)] if file.endswith(".svg") else []
    if pictures and not any(pictures):
        problem(name, f"no picture of {len(pictures)} has the values")
    met.pop("github", None)  # what plan says there has no names
    if name not in ("diff", "evidence") and not all(met.values()):
        problem(name, f"the values are not found again in every report: {met}")


def main():
    name = sys.argv[1]
    with tempfile.TemporaryDirectory() as work:
        if name == "plots":
            check_plots(work)
        elif name in COMMANDS:
            check_command(name, work)
        else:
            check_format(name, work)
        for top, _, files in os.walk(work):
            if "PWNED" in files:
                problem(name, f"a name was executed as a command, in {top}")
    if browser is not None:
        browser.close()
    for text in problems:
        print(text)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

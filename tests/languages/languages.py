#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Names from the input in every language that the program writes.

    tests/languages/languages.py FORMAT

For each kind of object, every text field that its schema has gets a value full of what shells,
gnuplot, XML, HTML, JSON, Markdown, workflow commands, CSV, and terminals give a meaning to. Each
object goes through every report; the report is read as its consumer would read it, and must hold
the value again, or the value with its control characters made visible, as text and nothing else.
FORMAT is a report format of `validate`, or "plots". PURELBTOOL is the program. What is wrong goes
to standard output; exit status 1 when something is.
"""
import html.parser
import json
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

PROGRAM = os.environ["PURELBTOOL"]
KINDS = ["ServiceGroup", "LBNodeAgent", "BGPConfiguration", "NodeInventory", "Scenario"]
CORE = "q`touch PWNED`$(touch PWNED)\"'<i>&amp;]]>;%s%0A\\|,=@{{x}}"  # printable
COMMANDS = "\n::error::x\n##[set-output name=a]b\n##vso[task.complete]\n=1+1\n"
HIDDEN = "\x1b[31m\x07\r\x9b0m\u202e\u2066\u200b\ufeff\t"
VALUES = {"printable": CORE, "commands": CORE + COMMANDS, "hidden": CORE + HIDDEN + CORE}
# What no report may hold as it is: C0 but line feed, DEL, C1, what reorders or hides text.
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
problems = []


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
    return "".join(page.text) + "\n".join(page.values)


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
        match = re.match(r"::(error|warning|notice)( [a-zA-Z]+=[^,:\n]*(,[a-zA-Z]+=[^,:\n]*)*)?::(.*)$", line)
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


def read_markdown(where, report):
    if re.search(r"(?<!\\)<i>", re.sub(r"`+[^`]*`+", "", report)):
        problem(where, "HTML of the input is HTML of the page")
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", html.unescape(report))


READERS = {"table": read_lines, "gcc": read_lines, "json": read_json, "sarif": read_json,
           "codeclimate": read_json, "html": read_html, "junit": read_xml, "github": read_github,
           "markdown": read_markdown, "yaml": None}


def read_yaml(where, report):
    import yaml  # Debian's python3-yaml
    return "\n".join(texts_of(yaml.safe_load(report)))


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
            # A value of a length may be cut; its beginning is enough to know it again.
            met += value[:20] in text
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


def main():
    name = sys.argv[1]
    with tempfile.TemporaryDirectory() as work:
        if name == "plots":
            check_plots(work)
        else:
            check_format(name, work)
        for top, _, files in os.walk(work):
            if "PWNED" in files:
                problem(name, f"a name was executed as a command, in {top}")
    for text in problems:
        print(text)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

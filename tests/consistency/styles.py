#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fixes do the same however a file is written. (A1)

    tests/consistency/styles.py PROGRAM FIXTURE...

Writes each fixture with fixes in other styles (brackets, quotes, block scalars, anchors, comments
everywhere, other line ends, several documents, JSON) and applies the fix of the same finding: the
data must be what the fix makes of the fixture itself, comments and line ends must be kept, and what
was JSON must be JSON. Of alike fixes one is tried. A style may have no fix, but most must have.
Prints what does not hold. Needs PyYAML.
"""
import collections
import json
import os
import re
import sys
import tempfile

import yaml

from fixes import FIXTURE_FLAGS, findings, key

COMMENT = "# \U0001f600 it's: {\"a\": [x]}\tb"
WIDTH = 10 ** 6


def nodes(text):
    return [n for n in yaml.compose_all(text, Loader=yaml.SafeLoader) if n is not None]


def data(raw):
    """Values with their types, whatever the order of entries; aliases are followed. Empty
    annotations, which are left where a comment is in them, are none."""
    def of(node):
        if isinstance(node, yaml.ScalarNode):
            return (node.tag, node.value)
        if isinstance(node, yaml.SequenceNode):
            return [of(n) for n in node.value]
        return ("map", sorted(((of(k), of(v)) for k, v in node.value
                               if v.value or k.value not in ("labels", "annotations")), key=repr))
    text = raw.decode("utf-8-sig").replace("\t#", "  #")
    return [d for d in map(of, nodes(text)) if d[1] and d != ("tag:yaml.org,2002:null", "")]


def restyled(text, change, dumper=yaml.SafeDumper, **options):
    """The text after `change` of each node, which is told whether it is a key."""
    documents, seen = nodes(text), set()

    def walk(node, is_key):
        if id(node) in seen:
            return
        seen.add(id(node))
        change(node, is_key)
        if isinstance(node, yaml.SequenceNode):
            for item in node.value:
                walk(item, False)
        elif isinstance(node, yaml.MappingNode):
            for name, value in node.value:
                walk(name, True)
                walk(value, False)
    for document in documents:
        walk(document, False)
    return yaml.serialize_all(documents, Dumper=dumper, explicit_start=True, allow_unicode=True,
                              **{"width": WIDTH, **options})


def in_brackets(node, _):
    if not isinstance(node, yaml.ScalarNode):
        node.flow_style = True
    elif node.style in ("|", ">"):
        node.style = '"'


def in_lines(node, _):
    if not isinstance(node, yaml.ScalarNode):
        node.flow_style = False


def quoted(style):
    def change(node, is_key):
        in_lines(node, is_key)
        if isinstance(node, yaml.ScalarNode) and (is_key or node.tag.endswith(":str")):
            node.style = style
    return change


def literal(node, is_key):
    if isinstance(node, yaml.ScalarNode) and not is_key and node.tag.endswith(":str") and \
            not node.value.startswith(" "):
        node.style = "|"


class Anchors(yaml.SafeDumper):
    """Gives every value an anchor."""
    def anchor_node(self, node):
        if node not in self.anchors:
            self.anchors[node] = self.generate_anchor(node)
            for item in node.value if not isinstance(node, yaml.ScalarNode) else []:
                value = item[1] if isinstance(item, tuple) else item
                if isinstance(item, tuple):
                    self.anchors.setdefault(item[0], None)
                self.anchor_node(value)


def commented(text):
    """Comments at the end of each line and in lines between, but within no scalar."""
    within, out = set(), []
    for token in yaml.scan(text):
        if isinstance(token, yaml.ScalarToken) and token.end_mark.line > token.start_mark.line:
            within.update(range(token.start_mark.line, token.end_mark.line + 1))
    for number, line in enumerate(text.split("\n")):
        if line.strip() and number not in within and not line.startswith("%"):
            if not line.startswith("---"):
                out.append(re.match(" *", line).group(0) + COMMENT)
            line += ("  ", "\t")[number % 2 if not line.startswith("---") else 0] + COMMENT
        out.append(line)
    return "\n".join(out)


def as_json(text, **options):
    def of(node):
        if isinstance(node, yaml.SequenceNode):
            return [of(n) for n in node.value]
        if isinstance(node, yaml.MappingNode):
            return {of(k): of(v) for k, v in node.value}
        kind = node.tag.rsplit(":", 1)[1]
        return yaml.safe_load(node.value) if kind in ("int", "float", "bool", "null") else node.value
    documents = [of(n) for n in nodes(text)]
    if len(documents) > 1:
        documents = [{"apiVersion": "v1", "kind": "List", "items": documents}]
    return json.dumps(documents[0], **options)


STYLES = {
    "brackets": lambda text: restyled(text, in_brackets),
    "brackets-lines": lambda text: restyled(text, in_brackets, width=20),
    "lines": lambda text: restyled(text, in_lines, indent=4),
    "quotes": lambda text: restyled(text, quoted('"')),
    "single-quotes": lambda text: restyled(text, quoted("'")),
    "literal": lambda text: restyled(text, literal),
    "anchors": lambda text: restyled(text, lambda *_: None, Anchors),
    "comments": commented,
    "dos": lambda text: "\ufeff" + text.rstrip("\n").replace("\n", "\r\n"),
    "documents": lambda text: "%YAML 1.1\n---\n# first\n...\n---\n---\n" +
                 re.sub(r"\A(\s*(#.*)?\n)*---", "", text).rstrip("\n") + "   \n...\n---\n...\n",
    "json": lambda text: as_json(text, indent=2) + "\n",
    "json-line": as_json,
}


def applied(raw, finding):
    for change in reversed(finding["fixes"][0]["changes"]):
        at = change["offset"]
        raw = raw[:at] + change["text"].encode() + raw[at + change["bytes"]:]
    return raw


def fault_of(style, raw, fixed, wanted):
    """What is wrong with a fixed text, or None."""
    if style.startswith("json"):
        json.loads(fixed)
        return None
    if data(fixed) != wanted:
        return "the data differ"
    if style == "dos" and (not fixed.startswith(b"\xef\xbb\xbf") or
                           b"\n" in fixed.replace(b"\r\n", b"")):
        return "line ends or the byte order mark are lost"
    between = re.compile(rb"^ *" + re.escape(COMMENT.encode()), re.M)
    gone = len(between.findall(raw)) - len(between.findall(fixed))
    if style == "comments" and gone > max(0, raw.count(b"\n") - fixed.count(b"\n")):
        return "comments are lost"
    return None


def check_style(program, folder, flags, style, text, todo, tried):
    name = "input.json" if style.startswith("json") else "input.yaml"
    raw = STYLES[style](text).encode()
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(raw)
    found = {key(c, message=True): c for c in findings(program, folder, flags, name)}
    os.remove(path)
    for known, wanted in todo.items():
        finding = found.get(known)
        tried[style, "all"] += 1
        if not finding or not finding.get("fixes"):
            continue
        tried[style, "fixed"] += 1
        try:
            fault = fault_of(style, raw, applied(raw, finding), wanted)
        except (ValueError, yaml.YAMLError) as broken:
            fault = "it cannot be read: " + str(broken).replace("\n", " ")
        if fault:
            yield "%s in %s: %s" % (known[0], style, fault)


def main():
    program, seen, tried = os.path.abspath(sys.argv[1]), set(), collections.Counter()
    for fixture in sys.argv[2:]:
        with open(fixture, "rb") as file:
            raw = file.read()
        flags = FIXTURE_FLAGS.search(raw)
        flags = flags.group(1).decode().split() if flags else []
        with tempfile.TemporaryDirectory() as folder:
            try:
                text = raw.decode()
                nodes(text)
                with open(os.path.join(folder, "input.yaml"), "wb") as file:
                    file.write(raw)
                before = findings(program, folder, flags, "input.yaml")
            except (ValueError, yaml.YAMLError):
                continue
            todo = {}
            for finding in before:
                if not finding.get("fixes") or finding["status"] == "PASS":
                    continue
                alike = (finding["code"],
                         re.sub(r"\S*\d\S*", "N", finding["fixes"][0]["title"]))
                if alike not in seen:
                    seen.add(alike)
                    todo[key(finding, message=True)] = data(applied(raw, finding))
            for style in STYLES if todo else []:
                for fault in check_style(program, folder, flags, style, text, todo, tried):
                    print("%s: %s" % (fixture, fault))
    for style in STYLES:
        share = 0.6 if style == "literal" else 0.9
        if tried[style, "fixed"] < 100 * share or \
                tried[style, "fixed"] < tried[style, "all"] * share:
            print("%s: only %d of %d have a fix" % (style, tried[style, "fixed"],
                                                    tried[style, "all"]))


if __name__ == "__main__":
    main()

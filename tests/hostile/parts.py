#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Forges a part of a sweep that is small as a file and as large in memory as a reader lets it be.

    tests/hostile/parts.py VERSION services|nodes|vips|notes|groups COUNT >part

VERSION is what the program says it is. There are COUNT of what is named, and little else.
"""
import hashlib
import sys

SWEEP_CHAIN = 4


def number(value):
    out = b""
    while value >= 128:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def text(value):
    return number(0) if value is None else number(len(value) + 1) + value


def numbers(*values):
    return b"".join(map(number, values))


def vip(services):
    # The address, that it is announced and known, a reason, its Services, who wins it.
    return numbers(0, 1, 0, 0) + text(b"") + number(services) + (text(b"") + text(None)) * services + numbers(*[0] * SWEEP_CHAIN, 0)


def main():
    version, what, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    count_of = lambda kind, least: count if what == kind else least
    nodes, notes = count_of("nodes", count_of("groups", 1)), count_of("notes", 0)
    groups, vips = count_of("groups", 0), count_of("vips", 1)
    body = numbers(0, 0, 0, 0, 0) + text(None) + numbers(0, 0, 0, notes) + (text(b"") + text(b"")) * notes
    body += numbers(10_000_000_000, nodes) + (text(b"") + numbers(1, 0)) * nodes
    body += number(groups) + b"".join(text(b"") + numbers(0, 1, i) for i in range(groups))
    body += numbers(nodes, 0, 0, 0)
    body += number(vips) + vip(count_of("services", 1)) * vips
    part = b"purelbtool sweep part 1\n" + text(version.encode()) + bytes(32) + numbers(1, 1, len(body)) + body
    part += numbers(0, 0, 0, 0, 0, 0) * 2
    sys.stdout.buffer.write(part + hashlib.sha256(part).digest())


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
#
# An entry of spec.routers of a NodeInventory as a configuration of BIRD 2. Stops at what it
# does not know, so that no description is taken for less than it says.

def only($names; $what):
  (keys - $names) as $more
  | if $more == [] then . else error("\($what): the lab does not know \($more | join(", "))") end;

def seconds: if test("^[0-9]+s$") then .[:-1] else error("\(.): the lab wants whole seconds") end;

def is_v6: contains(":");

# "24-28" as a test of the length
def length_test: split("-") | "net.len >= \(.[0]) && net.len <= \(.[1])";

# {prefix, ge, le} as a member of a set
def member:
  if type == "string" then {prefix: .} else . end
  | (.prefix | split("/")[1] | tonumber) as $own
  | (if .prefix | is_v6 then 128 else 32 end) as $host
  | (.ge // $own) as $ge
  | (.le // (if .ge then $host else $own end)) as $le
  | "\(.prefix){\($ge),\($le)}";

def filter_of($family):
  [
    (.acceptPrefixLength[$family] // empty | length_test),
    ((.acceptPrefixes // [])
      | map(select((if type == "string" then . else .prefix end | is_v6) == ($family == "v6")))
      | if . == [] then empty else "net ~ [ \(map(member) | join(", ")) ]" end)
  ]
  | if . == [] then "filter take_\($family) { accept; }"
    else "filter take_\($family) { if \(join(" && ")) then accept; reject; }" end;

# Beside a bound on paths that is not given there is none.
def merging($paths): if $paths == 1 then "" else " merge paths on limit \($paths // 255);" end;

def kernel($family):
  (if $family == "v4" then "ipv4" else "ipv6" end) as $channel
  | "protocol kernel kernel_\($family) { \($channel) { import none; export all; };\(merging(.maxPaths)) }";

def channel($family):
  (if $family == "v4" then "ipv4" else "ipv6" end) as $channel
  | "\t\($channel) { import filter take_\($family); export none; };";

def options($own; $adjacent):
  [
    "local as \($own)",
    (if .multihop then "multihop \(.multihop)" elif $adjacent then "direct" else empty end),
    (.holdTime // empty | "hold time \(seconds)"),
    (.keepaliveTime // empty | "keepalive time \(seconds)"),
    (if .passive then "passive on" else empty end),
    "connect delay time 1",
    "connect retry time 2",
    "error wait time 1, 2"
  ]
  | map("\t\(.);") | join("\n");

def password($default): (.password // $default) | if . then "\tpassword \"\(.)\";\n" else "" end;

def families: .families // ["ipv4-unicast", "ipv6-unicast"];

# What follows has the router's `bgp` as input.
def session($name; $entry; $who; $own):
  . as $bgp
  | "protocol bgp \($name) {\n\tneighbor \($who) as \($entry.asn // error("\($name): no asn"));\n"
    + ($entry | password($bgp.password))
    + options($own; true) + "\n"
    + ([$bgp | families[] | {"ipv4-unicast": "v4", "ipv6-unicast": "v6"}[.]]
        | map(channel(.)) | join("\n"))
    + "\n\($entry.more)}\n";

only(["name", "asn", "addresses", "bgp"]; "router")
| .asn as $own
| .bgp
| only(["routerID", "neighbors", "listenRanges", "password", "families", "acceptPrefixLength",
        "acceptPrefixes", "maxPaths", "maxPathsIBGP", "multihop", "holdTime", "keepaliveTime",
        "passive"]; "bgp")
| if .maxPathsIBGP and .maxPathsIBGP != .maxPaths then
    error("BIRD has one bound on paths, not two")
  else . end
| . as $bgp
| [
    "router id \(.routerID);",
    "log stderr all;",
    "protocol device { }",
    filter_of("v4"), filter_of("v6"),
    kernel("v4"), kernel("v6"),
    ((.neighbors // []) | to_entries[]
      | (.value | if type == "string" then {address: .} else . end) as $n
      | .key as $i
      | $bgp | session("static\($i)"; $n + {more: ""}; $n.address; $own)),
    ((.listenRanges // []) | to_entries[]
      | (.value | if type == "string" then {prefix: .} else . end) as $n
      | .key as $i
      | $bgp | session("range\($i)"; $n + {more: "\tdynamic name \"range\($i)_\";\n"};
                       "range \($n.prefix)"; $own))
  ]
| join("\n")

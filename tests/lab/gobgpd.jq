# SPDX-License-Identifier: Apache-2.0
#
# A node of what `purelbtool bgp -o json` answers as a configuration of gobgpd. Passwords are
# not in that answer: $keys has them by the path of the peer.

def value_or_nothing(key): if . == null then {} else {(key): .} end;

def families: [.families[] | {config: {"afi-safi-name": .}}];

def timers: {config: {
  "hold-time": .timers.holdTime,
  "keepalive-interval": .timers.keepaliveInterval,
  "connect-retry": .timers.connectRetry
}};

def both_asns: {"peer-as": (.peerASN // 0), "local-as": .localASN}
  + ($keys[.path] | value_or_nothing("auth-password"));

def multihop:
  if (.ttl // 1) > 1 then
    {"ebgp-multihop": {config: {enabled: true, "multihop-ttl": .ttl}}}
  else {} end;

def neighbor:
  if has("interface") then
    error("\(.path): the lab has neighbors with addresses only")
  else . end
  | {
      config: (both_asns + {"neighbor-address": .address, "admin-down": .adminDown}),
      timers: timers,
      transport: {config: (
        {"passive-mode": .passive} + (.localAddress | value_or_nothing("local-address"))
      )},
      "afi-safis": families
    } + multihop;

# Each range of dynamic neighbors has a group of its own, named by its path. gobgpd before 4.0
# sets no keys for ranges.
def group:
  if $keys[.path] then error("\(.path): the lab has no passwords for ranges") else . end
  | {
    config: (both_asns + {"peer-group-name": .path}),
    timers: timers,
    transport: {config: {"passive-mode": true}},
    "afi-safis": families
  } + multihop;

def range: {config: {prefix: .prefix, "peer-group": .path}};

[.peers[] | select(.accepted)] as $peers
| {
    global: {config: {as: $asn, "router-id": .routerID.value}},
    neighbors: [$peers[] | select(has("prefix") | not) | neighbor],
    "peer-groups": [$peers[] | select(has("prefix")) | group],
    "dynamic-neighbors": [$peers[] | select(has("prefix")) | range]
  }

# SPDX-License-Identifier: Apache-2.0
#
# A node of what `purelbtool bgp -o json` answers as a configuration of gobgpd. Passwords are
# not in that answer: $keys has them by the path of the peer.

def number_or_nothing(key): if . == null then {} else {(key): .} end;

def neighbor:
  if has("prefix") or has("interface") then
    error("\(.path): the lab has neighbors with addresses only")
  else . end
  | {
      config: (
        {
          "neighbor-address": .address,
          "peer-as": (.peerASN // 0),
          "local-as": .localASN,
          "admin-down": .adminDown
        }
        + ($keys[.path] | number_or_nothing("auth-password"))
      ),
      timers: {config: {
        "hold-time": .timers.holdTime,
        "keepalive-interval": .timers.keepaliveInterval,
        "connect-retry": .timers.connectRetry
      }},
      transport: {config: (
        {"passive-mode": .passive} + (.localAddress | number_or_nothing("local-address"))
      )},
      "afi-safis": [.families[] | {config: {"afi-safi-name": .}}]
    }
    + if (.ttl // 1) > 1 then
        {"ebgp-multihop": {config: {enabled: true, "multihop-ttl": .ttl}}}
      else {} end;

{
  global: {config: {as: $asn, "router-id": .routerID.value}},
  neighbors: [.peers[] | select(.accepted) | neighbor]
}

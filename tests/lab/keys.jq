# SPDX-License-Identifier: Apache-2.0
#
# The passwords of a BGPConfiguration's neighbors by path, from all documents of a fixture: a
# member of a group has its group's.

(map(select(.kind == "Secret"))) as $secrets
| map(select(.kind == "BGPConfiguration"))[0].spec as $spec
| def key_of:
    .config as $c
    | if $c.authPasswordSecretRef then
        $secrets[] | select(.metadata.name == $c.authPasswordSecretRef.name)
        | (.stringData[$c.authPasswordSecretRef.key]
           // (.data[$c.authPasswordSecretRef.key] | @base64d))
      else $c.authPassword // empty end;
  def of_group($name): $spec.peerGroups[] | select(.config.peerGroupName == $name) | key_of;
  [
    (($spec.neighbors // []) | to_entries[]
      | .value.config.peerGroup as $group
      | {
          key: "spec.neighbors[\(.key)]",
          value: (if $group then of_group($group) else .value | key_of end)
        }),
    (($spec.dynamicNeighbors // []) | to_entries[]
      | {key: "spec.dynamicNeighbors[\(.key)]", value: of_group(.value.peerGroup)})
  ]
| from_entries

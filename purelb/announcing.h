/* SPDX-License-Identifier: Apache-2.0 */
/* P6.3: the interface of a node on which an address is announced locally. */
#ifndef PURELB_ANNOUNCING_H
#define PURELB_ANNOUNCING_H

#include "purelb/subnets.h"

/*
 * The interface that node `node` (with its `count` interfaces) would announce `vip` on, or
 * NULL when the node is not configured or no interface that it looks at carries a subnet with
 * the address. A regular expression is tried first, its matches by name (loopback included,
 * the dummy interface not); `default` means the default-route interface of the address's
 * family; then come the `interfaces` of the LBNodeAgent as written. When `net` is not NULL,
 * *net becomes the address of the interface whose prefix length the VIP gets: the last one
 * that contains it. (P6.3)
 */
const struct node_interface *announcing_interface(const struct node_config *config,
						  const struct inventory_node *node,
						  const struct node_interface *interfaces,
						  uint32_t count, struct ip vip,
						  const struct node_net **net);

#endif

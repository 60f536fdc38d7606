/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects of other software that PureLB shares a cluster with: kube-proxy, and load balancers
 * that hand out addresses as well. Part of config/objects/objects.h.
 */
#ifndef CONFIG_OBJECTS_OBJECTS_OTHER_H
#define CONFIG_OBJECTS_OBJECTS_OTHER_H

#include "config/objects/object.h"

/* ---- containers ---- */

struct env_var {
	struct section at;
	struct str_value name;
	struct str_value value;
};

struct env_vars {
	struct section at;
	ARRAY_OF(struct env_var) list;
};

/* ---- kube-proxy ---- */

/* What a KubeProxyConfiguration says, in a file of its own or inside a ConfigMap. */
struct kube_proxy_settings {
	struct section at;
	struct str_value mode;        /* "ipvs", "iptables", "nftables", "" */
	struct section ipvs;          /* its section */
	struct bool_value strict_arp; /* ipvs.strictARP */
};

struct kube_proxy {
	struct object object;
	struct kube_proxy_settings settings;
};

/* ---- MetalLB ---- */

/* An IPAddressPool, or an AddressPool as releases before 0.13 have it. */
struct metallb_pool {
	struct object object;
	struct str_list addresses; /* CIDRs and from-to */
};

/* One pool of the ConfigMap that MetalLB read before it had objects. */
struct metallb_entry {
	struct section at;
	struct str_value name;
	struct str_list addresses;
};

struct metallb_entries {
	struct section at;
	ARRAY_OF(struct metallb_entry) list;
};

struct metallb_settings {
	struct section at;
	struct metallb_entries pools; /* address-pools */
};

/* ---- Cilium ---- */

struct cilium_block {
	struct section at;
	struct str_value cidr;
	struct str_value start;
	struct str_value stop;
};

struct cilium_blocks {
	struct section at;
	ARRAY_OF(struct cilium_block) list;
};

struct cilium_pool {
	struct object object;
	struct bool_value disabled;
	struct cilium_blocks blocks;
	struct cilium_blocks cidrs; /* what blocks was called before 1.15 */
};

/* ---- ConfigMaps ---- */

/*
 * A ConfigMap of kube-proxy, of MetalLB or of kube-vip; others are not read. What its texts say
 * has the place of the text.
 */
struct config_map {
	struct object object;
	struct label_map data;
	const struct label *proxy_text; /* the entry of `data` that `proxy` is from */
	struct kube_proxy_settings proxy;
	const struct label *metallb_text;
	struct metallb_settings metallb;
};

#endif

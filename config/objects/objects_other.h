/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects of other software that PureLB shares a cluster with: kube-proxy, load balancers that
 * hand out addresses as well, and what the machines are set up with. Part of
 * config/objects/objects.h.
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

/* ---- what machines are set up with ---- */

enum machine_program { MACHINE_K3S, MACHINE_RKE2, MACHINE_TALOS, MACHINE_KUBEADM };

/*
 * A file that a program makes nodes of a cluster from (config/objects/machines.c): the
 * config.yaml of k3s or RKE2, a machine configuration of Talos, the ClusterConfiguration of
 * kubeadm. It is not an object of a cluster: only snapshot.machines has it. What it does not
 * say may be said elsewhere, on a command line or in another file.
 */
struct machine_config {
	struct object object; /* of kind KIND_COUNT, named after its host or its file */
	enum machine_program program;
	struct str_value host;        /* the name of the node */
	struct str_value proxy_mode;  /* of kube-proxy: "ipvs" */
	struct bool_value strict_arp; /* of kube-proxy */
	struct bool_value proxy_off;  /* kube-proxy does not run */
	struct bool_value service_lb; /* ServiceLB: false where `disable` names it */
	struct str_list addresses;    /* of the machine, some with a prefix length */
	struct str_list vips;         /* that Talos itself holds for the control plane */
	struct str_list service_nets; /* Service networks of the cluster */
	struct str_list pod_nets;     /* Pod networks of the cluster */
	struct label_map sysctls;
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

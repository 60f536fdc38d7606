/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What sets up the machines of a cluster (struct machine_config): config.yaml of k3s and RKE2,
 * machine configurations of Talos with the documents beside them, and kubeadm's
 * ClusterConfiguration.
 *
 * They are recognized by what is in them, since their files have any name; other programs'
 * fields in them are passed over, and a value of a wrong type says nothing. k3s reads a list,
 * a text with commas, and keys with a plus sign (added to what other files say) alike.
 */
#include <string.h>

#include "base/text.h"
#include "config/objects/parse.h"

/* ---- parts of a tree ---- */

/* The value at a path of keys with dots between them; of k3s also "key+". */
static const struct tree_node *machine_at(const struct tree_node *map, const char *path)
{
	char key[64];

	while (map != NULL) {
		const size_t len = strcspn(path, ".");
		const struct tree_node *value;

		if (len + 2 > sizeof(key))
			return NULL;
		memcpy(key, path, len);
		key[len] = '\0';
		value = tree_get(map, key);
		if (value == NULL) {
			memcpy(key + len, "+", 2);
			value = tree_get(map, key);
		}
		if (path[len] == '\0')
			return value;
		map = value;
		path += len + 1;
	}
	return NULL;
}

static const char *machine_text(const struct tree_node *node)
{
	const bool scalar = node != NULL && (node->type == TREE_STRING ||
					     node->type == TREE_BOOL || node->type == TREE_INT);

	return scalar && !node->unknown ? node->text : NULL;
}

static struct str_value machine_value(struct snapshot *snapshot, const struct tree_node *node)
{
	const char *text = machine_text(node);
	struct str_value value = { 0 };

	if (text != NULL) {
		value.s = arena_strdup(&snapshot->arena, text);
		value.pos = node->pos;
	}
	return value;
}

static struct bool_value machine_bool(const struct tree_node *node)
{
	const char *text = machine_text(node);
	struct bool_value value = { 0 };

	value.v = str_equal(text, "true");
	value.set = value.v || str_equal(text, "false");
	if (value.set)
		value.pos = node->pos;
	return value;
}

/* Adds the texts of a list, or of a text with commas. */
static void machine_add_texts(struct snapshot *snapshot, struct str_list *out,
			      const struct tree_node *node)
{
	const char *at = machine_text(node);

	if (node != NULL && node->type == TREE_LIST)
		ARRAY_FOREACH (const struct tree_node *, item, &node->u.list)
			if ((*item)->type != TREE_LIST)
				machine_add_texts(snapshot, out, *item);
	while (at != NULL && *at != '\0') {
		const size_t len = strcspn(at, ",");
		const size_t blank = strspn(at, " ");
		const struct str_value value = {
			arena_strndup(&snapshot->arena, at + (blank < len ? blank : len),
				      blank < len ? len - blank : 0),
			node->pos,
		};

		if (value.s[0] != '\0')
			ARRAY_ADD(&snapshot->arena, &out->list, value);
		at += len + (at[len] == ',' ? 1 : 0);
	}
}

static bool machine_has_any(const struct tree_node *map, const char *const *keys)
{
	for (; *keys != NULL; keys++)
		if (machine_at(map, *keys) != NULL)
			return true;
	return false;
}

/* ---- k3s and RKE2 ---- */

/* Options that no other program has. */
static const char *const k3s_keys[] = {
	"kube-proxy-arg",
	"disable-kube-proxy",
	"enable-servicelb",
	"servicelb-namespace",
	"cluster-cidr",
	"service-cidr",
	"flannel-backend",
	"node-ip",
	"node-external-ip",
	"write-kubeconfig-mode",
	"kube-apiserver-arg",
	"kubelet-arg",
	"disable-cloud-controller",
	"disable-helm-controller",
	NULL,
};

/* What `disable` names in them. */
static const char *const k3s_components[] = { "servicelb",     "traefik",
					      "local-storage", "metrics-server",
					      "coredns",       "rke2-ingress-nginx",
					      "rke2-coredns",  "rke2-metrics-server",
					      "rke2-canal",    NULL };

/* `name=value` among arguments of kube-proxy, the last one; the value, or NULL. */
static const struct str_value *machine_argument(const struct str_list *arguments,
						const char *name, const char **value)
{
	const struct str_value *found = NULL;
	const size_t len = strlen(name);

	ARRAY_FOREACH (const struct str_value, argument, &arguments->list) {
		const char *text = argument->s + strspn(argument->s, "-");

		if (strncmp(text, name, len) != 0 || (text[len] != '=' && text[len] != '\0'))
			continue;
		found = argument;
		*value = text[len] == '=' ? text + len + 1 : "true";
	}
	return found;
}

static void machine_read_arguments(struct machine_config *machine,
				   const struct str_list *arguments)
{
	const char *value = NULL;
	const struct str_value *found = machine_argument(arguments, "proxy-mode", &value);

	if (found != NULL)
		machine->proxy_mode = (struct str_value){ value, found->pos };
	found = machine_argument(arguments, "ipvs-strict-arp", &value);
	if (found != NULL)
		machine->strict_arp =
			(struct bool_value){ str_equal(value, "true"), true, found->pos };
}

static bool machine_is_k3s(struct snapshot *snapshot, const struct tree_node *map,
			   struct str_list *disabled)
{
	machine_add_texts(snapshot, disabled, machine_at(map, "disable"));
	ARRAY_FOREACH (const struct str_value, name, &disabled->list)
		if (str_in(name->s, k3s_components))
			return true;
	return machine_has_any(map, k3s_keys);
}

/* What tells RKE2 from k3s: options of its own, or the folder. */
static bool machine_is_rke2(const char *file, const struct tree_node *map,
			    const struct str_list *disabled)
{
	static const char *const keys[] = { "enable-servicelb", "cni", "ingress-controller",
					    "profile", NULL };

	ARRAY_FOREACH (const struct str_value, name, &disabled->list)
		if (str_has_prefix(name->s, "rke2-"))
			return true;
	return strstr(file, "rke2") != NULL || machine_has_any(map, keys);
}

static void machine_read_k3s(struct snapshot *snapshot, struct machine_config *machine,
			     const struct tree_node *map, const struct str_list *disabled)
{
	struct str_list arguments = { 0 };

	machine->host = machine_value(snapshot, machine_at(map, "node-name"));
	machine_add_texts(snapshot, &arguments, machine_at(map, "kube-proxy-arg"));
	machine_read_arguments(machine, &arguments);
	machine->proxy_off = machine_bool(machine_at(map, "disable-kube-proxy"));
	if (machine->program == MACHINE_RKE2)
		machine->service_lb = machine_bool(machine_at(map, "enable-servicelb"));
	ARRAY_FOREACH (const struct str_value, name, &disabled->list)
		if (str_equal(name->s, "servicelb"))
			machine->service_lb = (struct bool_value){ false, true, name->pos };
	machine_add_texts(snapshot, &machine->addresses, machine_at(map, "node-ip"));
	machine_add_texts(snapshot, &machine->addresses, machine_at(map, "node-external-ip"));
	machine_add_texts(snapshot, &machine->service_nets, machine_at(map, "service-cidr"));
	machine_add_texts(snapshot, &machine->pod_nets, machine_at(map, "cluster-cidr"));
}

/* ---- Talos ---- */

static bool machine_is_talos(const struct tree_node *map)
{
	static const char *const known[] = { "version", "debug",   "persist",
					     "machine", "cluster", NULL };
	static const char *const parts[] = { "machine.type",
					     "machine.kubelet",
					     "machine.network",
					     "machine.install",
					     "machine.sysctls",
					     "machine.features",
					     "cluster.proxy",
					     "cluster.network",
					     "cluster.controlPlane",
					     "cluster.apiServer",
					     "cluster.etcd",
					     "cluster.discovery",
					     "cluster.controllerManager",
					     NULL };

	if (!machine_has_any(map, parts))
		return false;
	if (str_equal(machine_text(tree_get(map, "version")), "v1alpha1"))
		return true;
	ARRAY_FOREACH (const struct tree_entry, entry, &map->u.map)
		if (!str_in(entry->key, known))
			return false;
	return true;
}

/* An interface of Talos, or a VLAN on one, which has the same fields. */
static void machine_read_interface(struct snapshot *snapshot, struct machine_config *machine,
				   const struct tree_node *interface)
{
	machine_add_texts(snapshot, &machine->addresses, machine_at(interface, "addresses"));
	machine_add_texts(snapshot, &machine->addresses, machine_at(interface, "cidr"));
	machine_add_texts(snapshot, &machine->vips, machine_at(interface, "vip.ip"));
}

static void machine_read_interfaces(struct snapshot *snapshot, struct machine_config *machine,
				    const struct tree_node *interfaces)
{
	if (interfaces == NULL || interfaces->type != TREE_LIST)
		return;
	ARRAY_FOREACH (const struct tree_node *, interface, &interfaces->u.list) {
		const struct tree_node *vlans = machine_at(*interface, "vlans");

		machine_read_interface(snapshot, machine, *interface);
		if (vlans != NULL && vlans->type == TREE_LIST)
			ARRAY_FOREACH (const struct tree_node *, vlan, &vlans->u.list)
				machine_read_interface(snapshot, machine, *vlan);
	}
}

static void machine_read_sysctls(struct snapshot *snapshot, struct machine_config *machine,
				 const struct tree_node *sysctls)
{
	if (sysctls == NULL || sysctls->type != TREE_MAP)
		return;
	ARRAY_FOREACH (const struct tree_entry, entry, &sysctls->u.map) {
		const struct label label = {
			{ arena_strdup(&snapshot->arena, entry->key), entry->key_pos },
			machine_value(snapshot, entry->value),
		};

		if (label.value.s != NULL && !entry->shadowed)
			ARRAY_ADD(&snapshot->arena, &machine->sysctls.list, label);
	}
}

static void machine_read_talos(struct snapshot *snapshot, struct machine_config *machine,
			       const struct tree_node *map)
{
	const struct tree_node *arguments = machine_at(map, "cluster.proxy.extraArgs");
	const struct tree_node *mode = tree_get(arguments, "proxy-mode");

	machine->host = machine_value(snapshot, machine_at(map, "machine.network.hostname"));
	machine->proxy_mode = machine_value(
		snapshot, mode != NULL ? mode : machine_at(map, "cluster.proxy.mode"));
	machine->strict_arp = machine_bool(tree_get(arguments, "ipvs-strict-arp"));
	machine->proxy_off = machine_bool(machine_at(map, "cluster.proxy.disabled"));
	machine_read_sysctls(snapshot, machine, machine_at(map, "machine.sysctls"));
	machine_read_interfaces(snapshot, machine,
				machine_at(map, "machine.network.interfaces"));
	machine_add_texts(snapshot, &machine->addresses,
			  machine_at(map, "machine.kubelet.extraArgs.node-ip"));
	machine_add_texts(snapshot, &machine->service_nets,
			  machine_at(map, "cluster.network.serviceSubnets"));
	machine_add_texts(snapshot, &machine->pod_nets,
			  machine_at(map, "cluster.network.podSubnets"));
}

/* ---- documents with a kind ---- */

static void machine_read_kubeadm(struct snapshot *snapshot, struct machine_config *machine,
				 const struct tree_node *map)
{
	machine_add_texts(snapshot, &machine->service_nets,
			  machine_at(map, "networking.serviceSubnet"));
	machine_add_texts(snapshot, &machine->pod_nets,
			  machine_at(map, "networking.podSubnet"));
}

/* An address that Talos moves between the nodes of the control plane. */
static void machine_read_vip(struct snapshot *snapshot, struct machine_config *machine,
			     const struct tree_node *map)
{
	machine_add_texts(snapshot, &machine->vips, machine_at(map, "name"));
}

static void machine_read_link(struct snapshot *snapshot, struct machine_config *machine,
			      const struct tree_node *map)
{
	const struct tree_node *addresses = machine_at(map, "addresses");

	if (addresses != NULL && addresses->type == TREE_LIST)
		ARRAY_FOREACH (const struct tree_node *, item, &addresses->u.list)
			machine_add_texts(snapshot, &machine->addresses,
					  machine_at(*item, "address"));
}

static const struct machine_kind {
	const char *kind;
	const char *api_version; /* it begins so */
	enum machine_program program;
	void (*read)(struct snapshot *snapshot, struct machine_config *machine,
		     const struct tree_node *map);
} machine_kinds[] = {
	{ "ClusterConfiguration", "kubeadm.k8s.io/", MACHINE_KUBEADM, machine_read_kubeadm },
	{ "Layer2VIPConfig", "v1alpha1", MACHINE_TALOS, machine_read_vip },
	{ "LinkConfig", "v1alpha1", MACHINE_TALOS, machine_read_link },
};

static const struct machine_kind *machine_kind_of(const char *kind, const char *api_version)
{
	for (size_t i = 0; i < ARRAY_LEN(machine_kinds); i++)
		if (str_equal(machine_kinds[i].kind, kind) &&
		    (api_version == NULL ||
		     str_has_prefix(api_version, machine_kinds[i].api_version)))
			return &machine_kinds[i];
	return NULL;
}

bool machine_kind_is_known(const char *kind)
{
	return machine_kind_of(kind, NULL) != NULL;
}

/* ---- any of them ---- */

static const char *const machine_titles[] = {
	[MACHINE_K3S] = "k3s configuration",
	[MACHINE_RKE2] = "RKE2 configuration",
	[MACHINE_TALOS] = "Talos configuration",
	[MACHINE_KUBEADM] = "kubeadm configuration",
};

static void machine_add(struct snapshot *snapshot, const struct machine_config *machine,
			const struct tree_node *map)
{
	const char *file = snapshot->sources.list.items[map->pos.source - 1].name;
	const char *slash = strrchr(file, '/');
	struct machine_config *copy = arena_zalloc(&snapshot->arena, 1, sizeof(*copy));

	*copy = *machine;
	copy->object = (struct object){
		.kind = KIND_COUNT,
		.kind_name = machine_titles[machine->program],
		.pos = map->pos,
		.name = machine->host,
		.namespace = "",
		.order = snapshot->objects.count,
	};
	if (copy->object.name.s == NULL)
		copy->object.name =
			(struct str_value){ slash != NULL ? slash + 1 : file, map->pos };
	ARRAY_ADD(&snapshot->arena, &snapshot->machines, copy);
}

bool machine_config_read(struct snapshot *snapshot, const struct tree_node *map)
{
	const char *api_version = machine_text(tree_get(map, "apiVersion"));
	const char *kind = machine_text(tree_get(map, "kind"));
	const struct machine_kind *known =
		api_version != NULL ? machine_kind_of(kind, api_version) : NULL;
	struct machine_config machine = { 0 };
	struct str_list disabled = { 0 };

	if (map->type != TREE_MAP || (known == NULL && (api_version != NULL || kind != NULL)))
		return false;
	if (known != NULL) {
		machine.program = known->program;
		known->read(snapshot, &machine, map);
	} else if (machine_is_talos(map)) {
		machine.program = MACHINE_TALOS;
		machine_read_talos(snapshot, &machine, map);
	} else if (machine_is_k3s(snapshot, map, &disabled)) {
		const char *file = snapshot->sources.list.items[map->pos.source - 1].name;

		machine.program =
			machine_is_rke2(file, map, &disabled) ? MACHINE_RKE2 : MACHINE_K3S;
		machine_read_k3s(snapshot, &machine, map, &disabled);
	} else {
		return false;
	}
	if (known == NULL) /* it is of this class all the same (I1) */
		snapshot->manifests++;
	machine_add(snapshot, &machine, map);
	return true;
}

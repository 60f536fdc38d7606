/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AG111, AG112: what else in the cluster answers for the addresses of Services: kube-proxy in
 * IPVS mode, and other load balancers that take the same Services.
 *
 * kube-proxy's mode is read from its configuration (a file, or a ConfigMap as kubeadm makes
 * it), from the arguments of its DaemonSet or Pods (RKE2), from the arguments of k3s and RKE2
 * that the Nodes carry in an annotation, and from what k3s, RKE2 and Talos are set up with. An
 * interface kube-ipvs0 in the inventory shows the mode, but not strictARP.
 *
 * That ServiceLB runs is known from the arguments of a server of k3s, which are all there, and
 * from a configuration of RKE2 that switches it on. A file that does not switch it off says
 * nothing: the command line may.
 */
#include "validator/agents/agent_checks.h"

#include <string.h>

#include "base/text.h"
#include "purelb/agents/known.h"
#include "purelb/allocation/allocation.h"

/* ---- AG111 ---- */

struct proxy_mode {
	struct arena *arena; /* for texts */
	bool ipvs;
	bool strict_arp;
	struct place place; /* of what says so */
	const char *where;  /* "the KubeProxyConfiguration", ... */
	const char *hint;   /* where strictARP is set; NULL: in the KubeProxyConfiguration */
};

/* The value of --name in one text of arguments, which may be a JSON list or YAML entries;
 * false: it is not there. An option without a value is true. */
static bool agents_argument_is(const char *arguments, const char *name, const char *value)
{
	const char *at = arguments != NULL ? strstr(arguments, name) : NULL;

	if (at == NULL)
		return false;
	at += strlen(name);
	if (*at == '=' || *at == ' ')
		at++;
	else if (strncmp(at, "\",\"", 3) == 0)
		at += 3;
	if (strncmp(at, value, strlen(value)) == 0)
		return true;
	/* A flag alone. */
	return str_equal(value, "true") && strncmp(at, "false", 5) != 0 &&
	       (*at == '\0' || *at == '"' || *at == '-');
}

static struct proxy_mode agents_mode_of_texts(const struct str_list *command,
					      const struct str_list *args)
{
	const struct str_list *lists[] = { command, args };
	struct proxy_mode mode = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		ARRAY_FOREACH (const struct str_value, text, &lists[i]->list) {
			mode.ipvs |= agents_argument_is(text->s, "--proxy-mode", "ipvs");
			mode.strict_arp |=
				agents_argument_is(text->s, "--ipvs-strict-arp", "true");
		}
	}
	return mode;
}

static bool agents_mode_from_settings(const struct kube_proxy_settings *settings,
				      struct proxy_mode *out)
{
	out->ipvs = str_equal(settings->mode.s, "ipvs");
	out->strict_arp = settings->strict_arp.set && settings->strict_arp.v;
	return settings->mode.s != NULL;
}

static bool agents_mode_from_files(const struct snapshot *snapshot, struct proxy_mode *out)
{
	ARRAY_FOREACH (struct kube_proxy *, proxy, &snapshot->kube_proxies) {
		const struct kube_proxy_settings *settings = &(*proxy)->settings;

		if (!agents_mode_from_settings(settings, out))
			continue;
		out->where = "KubeProxyConfiguration";
		out->place = (struct place){
			&(*proxy)->object, settings->strict_arp.set ? "ipvs.strictARP" : "mode",
			settings->strict_arp.set ? settings->strict_arp.pos : settings->mode.pos
		};
		return true;
	}
	ARRAY_FOREACH (struct config_map *, map, &snapshot->config_maps) {
		if ((*map)->proxy_text == NULL ||
		    !agents_mode_from_settings(&(*map)->proxy, out))
			continue;
		out->where = "the KubeProxyConfiguration in the ConfigMap";
		out->place = (struct place){ &(*map)->object, "data",
					     (*map)->proxy_text->value.pos };
		return true;
	}
	return false;
}

static bool agents_mode_from_workloads(const struct snapshot *snapshot, struct proxy_mode *out)
{
	ARRAY_FOREACH (struct workload *, workload, &snapshot->daemon_sets) {
		ARRAY_FOREACH (const struct container, container,
			       &(*workload)->containers.list) {
			const struct proxy_mode mode =
				agents_mode_of_texts(&container->command, &container->args);

			if (!mode.ipvs || !str_equal(container->name.s, "kube-proxy"))
				continue;
			out->ipvs = true;
			out->strict_arp = mode.strict_arp;
			out->where = "the kube-proxy DaemonSet";
			out->place = (struct place){ &(*workload)->object, "spec.template.spec",
						     container->name.pos };
			return true;
		}
	}
	ARRAY_FOREACH (struct pod *, pod, &snapshot->pods) {
		ARRAY_FOREACH (const struct pod_container, container,
			       &(*pod)->containers.list) {
			const struct proxy_mode mode =
				agents_mode_of_texts(&container->command, &container->args);

			if (!mode.ipvs || !str_equal(container->name.s, "kube-proxy"))
				continue;
			out->ipvs = true;
			out->strict_arp = mode.strict_arp;
			out->where = "the kube-proxy Pod";
			out->place = (struct place){ &(*pod)->object, "spec.containers",
						     container->name.pos };
			return true;
		}
	}
	return false;
}

static bool agents_mode_from_nodes(const struct snapshot *snapshot, struct proxy_mode *out)
{
	static const char *const keys[] = { "k3s.io/node-args", "rke2.io/node-args" };

	ARRAY_FOREACH (struct node *, node, &snapshot->nodes) {
		for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
			const struct str_value *args =
				label_map_get(&(*node)->object.annotations, keys[i]);

			if (args == NULL || !agents_argument_is(args->s, "proxy-mode", "ipvs"))
				continue;
			out->ipvs = true;
			out->strict_arp =
				agents_argument_is(args->s, "ipvs-strict-arp", "true");
			out->where = i == 0 ? "the argument list of k3s"
					    : "the argument list of RKE2";
			out->hint = "add ipvs-strict-arp=true to kube-proxy-arg on every node";
			out->place = (struct place){ &(*node)->object, "metadata.annotations",
						     args->pos };
			return true;
		}
	}
	return false;
}

/* Both sysctls that strictARP sets are in the map as it sets them. */
static bool agents_sysctls_are_strict(const struct label_map *sysctls)
{
	const char *ignore = label_map_text(sysctls, "net.ipv4.conf.all.arp_ignore");
	const char *announce = label_map_text(sysctls, "net.ipv4.conf.all.arp_announce");

	return (str_equal(ignore, "1") || str_equal(ignore, "2")) && str_equal(announce, "2");
}

/* The first machine that is set up without strictARP, else any in IPVS mode. */
static bool agents_mode_from_machines(const struct snapshot *snapshot, struct proxy_mode *out)
{
	static const char *const hints[] = {
		[MACHINE_K3S] = "add ipvs-strict-arp=true to kube-proxy-arg on every node",
		[MACHINE_RKE2] = "add ipvs-strict-arp=true to kube-proxy-arg on every node",
		[MACHINE_TALOS] = "write ipvs-strict-arp: \"true\" in cluster.proxy.extraArgs",
		[MACHINE_KUBEADM] = NULL,
	};
	bool found = false;

	ARRAY_FOREACH (struct machine_config *, machine, &snapshot->machines) {
		const bool strict = ((*machine)->strict_arp.set && (*machine)->strict_arp.v) ||
				    agents_sysctls_are_strict(&(*machine)->sysctls);

		if (!str_equal((*machine)->proxy_mode.s, "ipvs") ||
		    ((*machine)->proxy_off.set && (*machine)->proxy_off.v) || (found && strict))
			continue;
		found = true;
		out->ipvs = true;
		out->strict_arp = strict;
		out->where = arena_printf(out->arena, "the %s", (*machine)->object.kind_name);
		out->place =
			(struct place){ &(*machine)->object,
					(*machine)->program == MACHINE_TALOS ? "cluster.proxy"
									     : "kube-proxy-arg",
					(*machine)->proxy_mode.pos };
		out->hint = hints[(*machine)->program];
		if (!strict)
			return true;
	}
	return found;
}

/* kube-ipvs0 is there in IPVS mode only. */
static bool agents_mode_from_interfaces(const struct cluster *cluster, struct proxy_mode *out)
{
	ARRAY_FOREACH (const struct cluster_node, node, &cluster->nodes) {
		uint32_t count;
		const struct node_interface *shown = node_shown_interfaces(node, &count);

		for (uint32_t i = 0; i < count; i++) {
			if (!str_equal(shown[i].name, "kube-ipvs0"))
				continue;
			out->ipvs = true;
			out->where = "interface kube-ipvs0 in the inventory";
			out->place = (struct place){ node->inventory_object, "spec.nodes",
						     shown[i].entry->name.pos };
			return true;
		}
	}
	return false;
}

/* What strictARP sets is known to be set on every node of the inventory. */
static bool agents_arp_is_strict(const struct cluster *cluster)
{
	bool any = false;

	ARRAY_FOREACH (const struct cluster_node, node, &cluster->nodes) {
		if (node->inventory == NULL ||
		    !agents_sysctls_are_strict(&node->inventory->sysctls))
			return false;
		any = true;
	}
	return any;
}

static bool agents_any_local_v4(const struct cluster *cluster)
{
	ARRAY_FOREACH (const struct pool, pool, &cluster->pools.list) {
		if (pool->in_scope && pool->type == POOL_TYPE_LOCAL && pool->v4.count > 0)
			return true;
	}
	return false;
}

void agents_check_kube_proxy(struct checker *ck)
{
	const struct snapshot *snapshot = ck->snapshot;
	struct proxy_mode mode = { .arena = ck->arena };
	const bool known = agents_mode_from_files(snapshot, &mode) ||
			   agents_mode_from_workloads(snapshot, &mode) ||
			   agents_mode_from_nodes(snapshot, &mode) ||
			   agents_mode_from_machines(snapshot, &mode) ||
			   agents_mode_from_interfaces(ck->cluster, &mode);
	struct finding *f;

	if (!known || !mode.ipvs || mode.strict_arp || !agents_any_local_v4(ck->cluster) ||
	    agents_arp_is_strict(ck->cluster))
		return;
	f = report(
		ck, CHECK_AG111, mode.place.object, mode.place.pos,
		"kube-proxy runs in IPVS mode without strictARP, as %s shows: every node has "
		"every VIP on kube-ipvs0 and answers ARP for it",
		mode.where);
	f->place.path = mode.place.path;
	finding_hint(ck, f, "%s, or set arp_ignore=1 and arp_announce=2 on every node",
		     mode.hint != NULL ? mode.hint
				       : "write ipvs: {strictARP: true} in the "
					 "KubeProxyConfiguration (argument "
					 "--ipvs-strict-arp=true)");
}

/* ---- AG112 ---- */

static bool agents_env_is(const struct env_vars *env, const char *name, const char *value)
{
	bool is = false;

	ARRAY_FOREACH (const struct env_var, variable, &env->list)
		if (str_equal(variable->name.s, name))
			is = str_equal(variable->value.s, value);
	return is;
}

static bool agents_list_has(const struct str_list *list, const char *prefix)
{
	ARRAY_FOREACH (const struct str_value, text, &list->list)
		if (text->s != NULL && str_has_prefix(text->s, prefix))
			return true;
	return false;
}

/* MetalLB's controller, unless it serves one class of its own. */
static bool agents_is_open_metallb(const struct container *container)
{
	return container->image.s != NULL &&
	       strstr(container->image.s, "metallb/controller") != NULL &&
	       !agents_list_has(&container->args, "--lb-class") &&
	       !agents_list_has(&container->command, "--lb-class");
}

static bool agents_is_open_kube_vip(const char *image, const struct env_vars *env,
				    const struct str_list *args)
{
	return image != NULL && strstr(image, "kube-vip/kube-vip") != NULL &&
	       strstr(image, "cloud-provider") == NULL &&
	       (agents_env_is(env, "svc_enable", "true") ||
		agents_list_has(args, "--services")) &&
	       !agents_env_is(env, "lb_class_only", "true");
}

static void agents_report_balancer(struct checker *ck, const struct object *object,
				   const struct str_value *name, const char *who,
				   const char *hint)
{
	struct finding *f = report(
		ck, CHECK_AG112, object, name->pos,
		"%s in %s \"%s/%s\" also serves Services without a loadBalancerClass, as PureLB "
		"does: both write their status",
		who, object->kind_name, object->namespace, object->name.s);

	f->place.path = object->kind == KIND_POD ? "spec.containers" : "spec.template.spec";
	finding_hint(ck, f, "%s, and set that class in the Services that it should serve",
		     hint);
}

/* Some Service asks whichever load balancer there is, and that may be PureLB. */
static bool agents_any_open_service(const struct checker *ck)
{
	const bool shown = known_purelb(ck->snapshot);

	ARRAY_FOREACH (struct service *, service, &ck->snapshot->services) {
		if (str_equal((*service)->type.s, "LoadBalancer") &&
		    ((*service)->load_balancer_class.s == NULL ||
		     (*service)->load_balancer_class.s[0] == '\0') &&
		    (shown || known_purelb_service(*service)))
			return true;
	}
	return false;
}

/* Some DaemonSet of ServiceLB is in the input: which Services it serves is SV020's. */
static bool agents_service_lb_shows(const struct snapshot *snapshot)
{
	ARRAY_FOREACH (struct workload *, daemon_set, &snapshot->daemon_sets)
		if (label_map_text(&(*daemon_set)->object.labels,
				   "svccontroller.k3s.cattle.io/svcname") != NULL)
			return true;
	return false;
}

static void agents_report_service_lb(struct checker *ck, const struct object *object,
				     struct pos pos, const char *path, const char *hint)
{
	struct finding *f =
		report(ck, CHECK_AG112, object, pos,
		       "ServiceLB runs, as %s \"%s\" shows, and serves Services without a "
		       "loadBalancerClass, as PureLB does: both write their status",
		       object->kind_name, object->name.s);

	f->place.path = path;
	finding_hint(ck, f, "%s, or name a loadBalancerClass in the Services", hint);
}

static void agents_check_service_lb(struct checker *ck)
{
	if (agents_service_lb_shows(ck->snapshot))
		return;
	ARRAY_FOREACH (struct machine_config *, machine, &ck->snapshot->machines) {
		if (!(*machine)->service_lb.set || !(*machine)->service_lb.v)
			continue;
		agents_report_service_lb(ck, &(*machine)->object, (*machine)->service_lb.pos,
					 "enable-servicelb", "remove enable-servicelb");
		return;
	}
	ARRAY_FOREACH (struct node *, node, &ck->snapshot->nodes) {
		const struct str_value *args =
			label_map_get(&(*node)->object.annotations, "k3s.io/node-args");

		if (args == NULL || args->s == NULL ||
		    !str_has_prefix(args->s, "[\"server\"") ||
		    strstr(args->s, "servicelb") != NULL)
			continue;
		agents_report_service_lb(ck, &(*node)->object, args->pos,
					 "metadata.annotations",
					 "start the servers of k3s with --disable=servicelb");
		return;
	}
}

void agents_check_balancers(struct checker *ck)
{
	static const char metallb_hint[] = "start MetalLB's controller with --lb-class=metallb";
	static const char kube_vip_hint[] =
		"set the environment variable lb_class_only of kube-vip to true";

	if (!agents_any_open_service(ck) || !services_default_announcer(ck->snapshot))
		return;
	agents_check_service_lb(ck);
	ARRAY_FOREACH (struct workload *, deployment, &ck->snapshot->deployments) {
		ARRAY_FOREACH (const struct container, container,
			       &(*deployment)->containers.list) {
			if (agents_is_open_metallb(container))
				agents_report_balancer(ck, &(*deployment)->object,
						       &container->name, "MetalLB",
						       metallb_hint);
		}
	}
	ARRAY_FOREACH (struct workload *, daemon_set, &ck->snapshot->daemon_sets) {
		ARRAY_FOREACH (const struct container, container,
			       &(*daemon_set)->containers.list) {
			if (agents_is_open_kube_vip(container->image.s, &container->env,
						    &container->args))
				agents_report_balancer(ck, &(*daemon_set)->object,
						       &container->name, "kube-vip",
						       kube_vip_hint);
		}
	}
	/* The static Pods of kube-vip are one for each control-plane node: said once. */
	ARRAY_FOREACH (struct pod *, pod, &ck->snapshot->pods) {
		ARRAY_FOREACH (const struct pod_container, container,
			       &(*pod)->containers.list) {
			if (!agents_is_open_kube_vip(container->image.s, &container->env,
						     &container->args))
				continue;
			agents_report_balancer(ck, &(*pod)->object, &container->name,
					       "kube-vip", kube_vip_hint);
			return;
		}
	}
}

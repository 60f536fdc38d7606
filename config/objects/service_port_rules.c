/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the API server refuses in the ports of a Service: missing ones and missing names, names,
 * numbers and protocols that come twice, target ports and node ports (A5.1). The rules for the
 * rest of a Service are in service_rules.c.
 */
#include "config/objects/service_rules.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { PORT_NAME_MAX = 15, KUBELET_PORT = 10250 };

/* A name of a container's port: up to 15 lowercase letters, digits and single dashes. */
static bool service_port_name_valid(const char *s)
{
	bool letter = false;

	for (const char *p = s; *p != '\0'; p++)
		letter = letter || islower((unsigned char)*p);
	return letter && strlen(s) <= PORT_NAME_MAX && dns_label_valid(s) &&
	       strstr(s, "--") == NULL;
}

/* ---- ports ---- */

static const char *service_port_path(struct object_rules *r, uint32_t index, const char *name)
{
	return arena_printf(&r->snapshot->arena, "spec.ports[%u].%s", index, name);
}

static const char *service_protocol(const struct service_port *port)
{
	return port->protocol.s != NULL && port->protocol.s[0] != '\0' ? port->protocol.s
								       : "TCP";
}

static void service_check_port_name(struct object_rules *r, const struct service_port *port,
				    uint32_t index)
{
	const char *meant;
	struct finding *f;

	if (port->name.s == NULL || port->name.s[0] == '\0' || dns_label_valid(port->name.s))
		return;
	f = object_refuse(r, port->name.pos, service_port_path(r, index, "name"),
			  "\"%s\" is not a valid name of a port: it may have lowercase "
			  "letters, digits and inner dashes, 63 at most",
			  port->name.s);
	meant = object_name_from(r, port->name.s, true, SERVICE_NAME_MAX);
	if (meant != NULL)
		service_hint_instead(r, f, &port->name, meant);
	else
		f->hint = "write a name such as http";
}

static void service_check_target_port(struct object_rules *r, const struct service_port *port,
				      uint32_t index)
{
	const struct int_or_string *target = &port->target_port;
	const char *path = service_port_path(r, index, "targetPort");
	uint64_t number;

	if (target->number.set && (target->number.v < 0 || target->number.v > 65535))
		object_refuse(r, target->number.pos, path,
			      "%s must be between 1 and 65535, or the name of a container's "
			      "port, but is %lld",
			      path, (long long)target->number.v)
			->hint = "write the port that the container listens on";
	if (target->text.s == NULL || target->text.s[0] == '\0' ||
	    service_port_name_valid(target->text.s))
		return;

	struct finding *f = object_refuse(
		r, target->text.pos, path,
		"\"%s\" is not the name of a container's port: such a name has at most 15 "
		"lowercase letters, digits and dashes, and at least one letter",
		target->text.s);

	if (parse_u64(target->text.s, 1, 65535, &number))
		finding_set_fix(&r->snapshot->problems, f, FIX_PLAIN, target->text.s,
				target->text.s, "write ", " without quotes");
	else
		f->hint = "write the container's port as a number, or its name";
}

static void service_check_node_port(struct object_rules *r, const struct service_port *port,
				    uint32_t index)
{
	const int64_t v = port->node_port.v;
	const char *type = service_of(r)->type.s;
	struct finding *f;

	if (!port->node_port.set || v == 0)
		return;
	if (type == NULL || type[0] == '\0' || str_equal(type, "ClusterIP")) {
		object_refuse(r, port->node_port.pos, service_port_path(r, index, "nodePort"),
			      "a Service of type ClusterIP has no nodePort")
			->hint = "write `type: LoadBalancer`, or remove nodePort";
		return;
	}
	if (v >= 30000 && v <= 32767)
		return;
	f = object_refuse(r, port->node_port.pos, service_port_path(r, index, "nodePort"),
			  v < 0 || v > 65535
				  ? "nodePort %lld is not a port"
				  : "nodePort %lld is outside 30000 to 32767: the API server "
				    "refuses it unless its --service-node-port-range says "
				    "otherwise",
			  (long long)v);
	f->mild = v > 0 && v <= 65535;
	f->hint = "remove nodePort, or write one between 30000 and 32767";
}

static void service_check_port(struct object_rules *r, const struct service_port *port,
			       uint32_t index)
{
	service_check_port_name(r, port, index);
	service_check_target_port(r, port, index);
	service_check_node_port(r, port, index);
	if (port->app_protocol.s != NULL && !label_key_valid(port->app_protocol.s))
		object_refuse(r, port->app_protocol.pos,
			      service_port_path(r, index, "appProtocol"),
			      "\"%s\" is not a valid appProtocol: it must be a name, "
			      "optionally with a domain and a slash in front",
			      port->app_protocol.s)
			->hint = "write a name such as http or kubernetes.io/h2c";
	if (port->port.set && port->port.v == KUBELET_PORT &&
	    service_has_type(service_of(r), "LoadBalancer"))
		object_refuse(r, port->port.pos, service_port_path(r, index, "port"),
			      "port 10250 belongs to the kubelet: the API server refuses it in "
			      "a Service of type LoadBalancer")
			->hint = "use another port";
}

/* The ports that have no name, where each needs one: one mistake. */
static void service_check_unnamed_ports(struct object_rules *r)
{
	const struct service_ports *ports = &service_of(r)->ports;
	const struct service_port *first = NULL;
	const bool *refused =
		object_refused_entries(r, "spec.ports", ports->list.count, ".name");
	uint32_t count = 0, index = 0;

	for (uint32_t i = 0; i < ports->list.count; i++) {
		const struct service_port *port = &ports->list.items[i];

		if (!port->at.set || (port->name.s != NULL && port->name.s[0] != '\0') ||
		    refused[i])
			continue;
		if (count++ == 0) {
			first = port;
			index = i;
		}
	}
	if (first == NULL || ports->list.count < 2)
		return;

	struct finding *f = object_refuse(
		r, first->at.pos, service_port_path(r, index, "name"),
		"%u of %u ports ha%s no name: each port of a Service with several needs one",
		count, ports->list.count, count == 1 ? "s" : "ve");

	if (!first->port.set) {
		f->hint = "add a different `name:` to each port";
		return;
	}

	const char *name =
		arena_printf(&r->snapshot->arena, "%s-%lld",
			     str_equal(service_protocol(first), "UDP") ? "udp" : "tcp",
			     (long long)first->port.v);

	finding_set_hint(&r->snapshot->problems, f, "add `name: %s`%s", name,
			 count > 1 ? ", and a different name to each of the others" : "");
	finding_fix_add(&r->snapshot->problems, f, first->at.pos, NULL, "name",
			arena_printf(&r->snapshot->arena, "\"%s\"", name));
	finding_fix_is_unsafe(f);
}

/* ---- what must not come twice ---- */

/* What must be its own for each port, as one text. */
struct port_key {
	const char *text;
	uint32_t index;
};

static int service_compare_keys(const void *left, const void *right)
{
	const struct port_key *a = left, *b = right;
	const int order = strcmp(a->text, b->text);

	return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

enum port_fact { PORT_NAME, PORT_NUMBER_AND_PROTOCOL, PORT_NODE_PORT };

static const char *service_port_key(struct object_rules *r, const struct service_port *port,
				    enum port_fact fact)
{
	if (fact == PORT_NAME)
		return port->name.s != NULL && port->name.s[0] != '\0' ? port->name.s : NULL;

	const struct int_value *number =
		fact == PORT_NODE_PORT ? &port->node_port : &port->port;

	if (!number->set || (fact == PORT_NODE_PORT && number->v == 0))
		return NULL;
	return arena_printf(&r->snapshot->arena, "%lld/%s", (long long)number->v,
			    service_protocol(port));
}

static void service_report_twice(struct object_rules *r, enum port_fact fact,
				 const struct port_key *first, const struct port_key *second)
{
	static const struct {
		const char *field, *before, *after, *hint;
	} texts[] = {
		[PORT_NAME] = { "name", "have the name \"", "\"",
				"give each port its own name" },
		[PORT_NUMBER_AND_PROTOCOL] = { "port", "are ", "",
					       "change the number or protocol of one, or remove "
					       "it if it is the same" },
		[PORT_NODE_PORT] = { "nodePort", "have the nodePort ", "",
				     "give each port its own nodePort, or leave it out" },
	};
	const struct service_port *ports = service_of(r)->ports.list.items;
	const struct pos places[] = {
		[PORT_NAME] = ports[second->index].name.pos,
		[PORT_NUMBER_AND_PROTOCOL] = ports[second->index].port.pos,
		[PORT_NODE_PORT] = ports[second->index].node_port.pos,
	};
	struct finding *f = object_refuse(
		r, places[fact], service_port_path(r, second->index, texts[fact].field),
		"two ports %s%s%s", texts[fact].before, second->text, texts[fact].after);

	f->hint = texts[fact].hint;
	finding_add_related(&r->snapshot->problems, f, ports[first->index].at.pos,
			    "the other one is here");
}

static void service_check_twice(struct object_rules *r, enum port_fact fact)
{
	const struct service_ports *ports = &service_of(r)->ports;
	ARRAY_OF(struct port_key) keys = { 0 };

	for (uint32_t i = 0; i < ports->list.count; i++) {
		const char *text = service_port_key(r, &ports->list.items[i], fact);

		if (text != NULL)
			ARRAY_ADD(&r->snapshot->arena, &keys, ((struct port_key){ text, i }));
	}
	if (keys.count < 2)
		return;
	qsort(keys.items, keys.count, sizeof(*keys.items), service_compare_keys);
	for (uint32_t i = 1; i < keys.count; i++)
		if (str_equal(keys.items[i].text, keys.items[i - 1].text))
			service_report_twice(r, fact, &keys.items[i - 1], &keys.items[i]);
}

void service_check_ports(struct object_rules *r)
{
	const struct service *s = service_of(r);
	const uint32_t before = r->snapshot->problems.count;

	if (s->ports.list.count == 0 && !object_refused_at(r, "spec") &&
	    !service_is_headless(s) && !service_has_type(s, "ExternalName"))
		object_refuse(r, s->ports.at.set ? s->ports.at.pos : s->object.spec.pos,
			      "spec.ports", "the Service has no ports")
			->hint = "add `ports:` with at least one `port:`";
	for (uint32_t i = 0; i < s->ports.list.count; i++)
		service_check_port(r, &s->ports.list.items[i], i);
	service_check_twice(r, PORT_NAME);
	service_check_twice(r, PORT_NUMBER_AND_PROTOCOL);
	service_check_twice(r, PORT_NODE_PORT);
	if (r->snapshot->problems.count == before)
		service_check_unnamed_ports(r);
}

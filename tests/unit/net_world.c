/* SPDX-License-Identifier: Apache-2.0 */
/* A small network for tests. */
#include "tests/unit/net_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tests/unit/expect.h"
#include "tests/unit/ips.h"

/* ---- sinks ---- */

static void see_frame(void *context, const struct frame *frame)
{
	struct net_world *w = context;
	struct seen_frame *seen = ARRAY_PUSH(&w->seen, &w->frames);

	EXPECT(frame->length <= FRAME_BYTES_MAX && frame->length >= 60, "frame length");
	EXPECT(w->frames.count < 2 || seen[-1].at <= frame->at, "frames go back in time");
	seen->at = frame->at;
	seen->kind = frame->kind;
	seen->length = frame->length;
	memcpy(seen->bytes, frame->bytes, frame->length);
}

static void see_note(void *context, sim_ns at, const char *kind, const char *what,
		     const char *cause)
{
	struct net_world *w = context;
	struct seen_note *seen = ARRAY_PUSH(&w->seen, &w->notes);

	seen->at = at;
	snprintf(seen->kind, sizeof(seen->kind), "%s", kind);
	snprintf(seen->what, sizeof(seen->what), "%s", what);
	snprintf(seen->cause, sizeof(seen->cause), "%s", cause != NULL ? cause : "");
}

/* ---- the setup ---- */

static void add_node(struct net_world *w, uint32_t number, uint32_t interfaces)
{
	struct setup_node *node = ARRAY_PUSH(&w->arena, &w->setup.nodes);

	node->name = arena_printf(&w->arena, "node-%c", (char)('a' + (int)(number % 26)));
	for (uint32_t i = 0; i < interfaces; i++) {
		struct setup_interface *in = ARRAY_PUSH(&w->arena, &node->interfaces);

		in->name = arena_printf(&w->arena, "eth%u", i);
		in->up = true;
		in->mac[0] = 2;
		in->mac[3] = (uint8_t)i;
		in->mac[4] = (uint8_t)(number >> 8);
		in->mac[5] = (uint8_t)number;
		in->link_local = ip_of("fe80::1:0");
		in->link_local.v += number + ((u128)i << 32);
	}
}

static void add_vips(struct net_world *w, uint32_t count, const char *first, uint32_t segment)
{
	for (uint32_t i = 0; i < count; i++) {
		struct setup_vip *vip = ARRAY_PUSH(&w->arena, &w->setup.vips);
		char text[IP_TEXT_MAX];

		vip->ip = ip_of(first);
		vip->ip.v += i;
		vip->text = arena_strdup(&w->arena, ip_format(vip->ip, text));
		vip->segment = segment;
		vip->remote = segment == SETUP_NONE;
	}
}

static void add_observer(struct net_world *w, const struct setup_observer *given)
{
	struct setup_observer *o = ARRAY_PUSH(&w->arena, &w->setup.observers);

	*o = *given;
	if (o->probe_interval == 0)
		o->probe_interval = 10 * NS_PER_MS;
	if (o->arp_timeout == 0)
		o->arp_timeout = 4 * 3600 * NS_PER_SEC;
	o->mac[0] = 6;
	o->mac[5] = (uint8_t)w->setup.observers.count;
	o->v4 = ip_of("192.168.1.1");
	o->v6 = ip_of("fd00:1::1");
}

static void make_setup(struct net_world *w, const struct net_options *options)
{
	struct setup *setup = &w->setup;
	struct setup_segment *segment = ARRAY_PUSH(&w->arena, &setup->segments);
	struct setup_service *service = ARRAY_PUSH(&w->arena, &setup->services);

	setup->arena = &w->arena;
	segment->name = "rack1";
	service->name = "default/web";
	service->exists = !options->service_absent;
	for (uint32_t i = 0; i < options->nodes; i++)
		add_node(w, i, options->interfaces != 0 ? options->interfaces : 1);
	add_vips(w, options->v4, "192.168.1.240", 0);
	add_vips(w, options->v6, "fd00:1::240", 0);
	add_vips(w, options->remote, "10.9.9.1", SETUP_NONE);
	service->vip_count = setup->vips.count;
	for (size_t i = 0; i < 3 && options->observers[i].name != NULL; i++)
		add_observer(w, &options->observers[i]);
	setup->timing.segment_delay = options->segment_delay;
	if (options->segment_delay.kind == DISTRIBUTION_CONSTANT &&
	    options->segment_delay.a == 0)
		setup->timing.segment_delay = distribution_constant(50 * 1000);
}

bool net_world_consistent(const struct sim *sim)
{
	return holdings_consistent(sim) && neighbors_consistent(sim) && observe_consistent(sim);
}

struct net_world *net_world_new(const struct net_options *options)
{
	struct net_world *w = calloc(1, sizeof(*w));

	ck_assert_ptr_nonnull(w);
	arena_init(&w->arena);
	arena_init(&w->seen);
	make_setup(w, options);
	w->sinks = (struct sim_sinks){ .context = w, .frame = see_frame, .event = see_note };
	w->sim = (struct sim){
		.setup = &w->setup,
		.seed = options->seed,
		.arena = &w->arena,
		.sinks = &w->sinks,
		.result = &w->result,
		.measure_from = SIM_NEVER,
	};
	engine_init(&w->sim.engine, &w->sim, 0);
	network_init(&w->sim);
	observe_init(&w->sim);
	if (options->from_the_start)
		observe_begin_measuring(&w->sim);
	ck_assert(net_world_consistent(&w->sim));
	return w;
}

void net_world_free(struct net_world *w)
{
	engine_release(&w->sim.engine);
	arena_release(&w->seen);
	arena_release(&w->arena);
	free(w);
}

/* ---- running it ---- */

void net_world_run(struct net_world *w, sim_ns until)
{
	ck_assert(engine_run(&w->sim.engine, until));
	EXPECT(net_world_consistent(&w->sim), "inconsistent at %lld",
	       (long long)w->sim.engine.now);
	EXPECT(engine_consistent(&w->sim.engine), "engine");
}

void net_world_finish(struct net_world *w)
{
	ck_assert(net_world_consistent(&w->sim));
	observe_finish(&w->sim);
}

void net_world_add(struct net_world *w, uint32_t node, uint32_t vip)
{
	struct address_setting setting = { .valid = SIM_NEVER, .nodad = true };

	kernel_add(&w->sim, node, w->setup.vips.items[vip].remote ? INTERFACE_DUMMY : 0, vip,
		   &setting, "it won");
}

void net_world_add_slowly(struct net_world *w, uint32_t node, uint32_t vip, sim_ns valid)
{
	struct address_setting setting = { .valid = valid };

	kernel_add(&w->sim, node, 0, vip, &setting, "it won");
}

void net_world_remove(struct net_world *w, uint32_t node, uint32_t vip)
{
	kernel_remove(&w->sim, node, w->setup.vips.items[vip].remote ? INTERFACE_DUMMY : 0, vip,
		      "it lost");
}

/* ---- what was seen ---- */

uint32_t net_world_frames(const struct net_world *w, enum frame_kind kind, sim_ns from)
{
	uint32_t count = 0;

	ARRAY_FOREACH (const struct seen_frame, f, &w->frames)
		count += f->kind == kind && f->at >= from;
	return count;
}

const struct seen_frame *net_world_frame(const struct net_world *w, enum frame_kind kind,
					 sim_ns from)
{
	ARRAY_FOREACH (const struct seen_frame, f, &w->frames) {
		if (f->kind == kind && f->at >= from)
			return f;
	}
	ck_abort_msg("no frame of kind %d", (int)kind);
	return NULL;
}

uint32_t net_world_notes(const struct net_world *w, const char *kind)
{
	uint32_t count = 0;

	ARRAY_FOREACH (const struct seen_note, n, &w->notes)
		count += strcmp(n->kind, kind) == 0;
	return count;
}

const char *net_world_outages(struct net_world *w, uint32_t vip)
{
	const char *text = "";

	ARRAY_FOREACH (const struct outage, o, &w->result.vips.items[vip].outages) {
		const char *length = "-";

		if (o->observer != 0)
			continue;
		if (o->time.to != SIM_NEVER)
			length = arena_printf(&w->arena, "%g",
					      (double)(o->time.to - o->time.from) / 1e9);
		text = arena_printf(&w->arena, "%s%s%g+%s %s", text, *text != '\0' ? ", " : "",
				    (double)o->time.from / 1e9, length,
				    outage_cause_name(o->cause));
	}
	return text;
}

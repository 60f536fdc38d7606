/* SPDX-License-Identifier: Apache-2.0 */
/* What a change of the configuration does: the comparison as a whole, and the findings. */
#include "sim/whatif/diff.h"

#include <stdlib.h>

#include "base/text.h"
#include "purelb/pools/order.h"
#include "sim/whatif/diff_parts.h"

/* ---- findings ---- */

/* A finding is recognised by code, resource and path. */
static int compare_findings(const struct finding *a, const struct finding *b)
{
	const struct object *x = a->diag.object;
	const struct object *y = b->diag.object;
	int order = (a->code > b->code) - (a->code < b->code);

	if (order != 0)
		return order;
	if (x == NULL || y == NULL) {
		order = (x != NULL) - (y != NULL);
	} else {
		order = str_compare(x->kind_name, y->kind_name);
		if (order == 0)
			order = str_compare(x->namespace, y->namespace);
		if (order == 0)
			order = str_compare(x->name.s, y->name.s);
	}
	return order != 0 ? order : str_compare(a->diag.path, b->diag.path);
}

struct findings {
	ARRAY_OF(const struct finding *) list;
};

static int compare_pointers(const void *pa, const void *pb)
{
	const struct finding *const *a = pa;
	const struct finding *const *b = pb;
	const int order = compare_findings(*a, *b);

	return order != 0 ? order : (*a > *b) - (*a < *b);
}

static void sort_findings(const struct validation *validation, struct arena *scratch,
			  struct findings *out)
{
	*out = (struct findings){ { 0 } };
	ARRAY_FOREACH (const struct finding, finding, &validation->findings) {
		/* That the project's settings have nothing to silence is not about the change.
		 */
		const bool idle = finding->code == CHECK_IN011 && finding->diag.object == NULL;

		if (finding->severity != SEVERITY_PASS && !idle)
			ARRAY_ADD(scratch, &out->list, finding);
	}
	order_sort(out->list.items, out->list.count, sizeof(*out->list.items),
		   compare_pointers);
}

static int compare_places(const void *pa, const void *pb)
{
	const struct finding *const *a = pa;
	const struct finding *const *b = pb;

	return (*a > *b) - (*a < *b);
}

/* Both lists are sorted; of several that are alike as many are told as there are more. */
static void only_in_first(const struct findings *first, const struct findings *second,
			  struct arena *arena, struct findings *out)
{
	uint32_t k = 0;

	*out = (struct findings){ { 0 } };
	for (uint32_t i = 0; i < first->list.count; i++) {
		const struct finding *finding = first->list.items[i];

		while (k < second->list.count &&
		       compare_findings(second->list.items[k], finding) < 0)
			k++;
		if (k < second->list.count &&
		    compare_findings(second->list.items[k], finding) == 0)
			k++;
		else
			ARRAY_ADD(arena, &out->list, finding);
	}
	/* As the validation has them. */
	order_sort(out->list.items, out->list.count, sizeof(*out->list.items), compare_places);
}

static void check(struct diff_side *side, const struct diff_options *options)
{
	const struct validate_options how = { .latest = options->latest };

	validate(&side->validation, side->snapshot, &side->cluster, &how, options->silencings);
}

void diff_findings(struct diff *diff, const struct diff_options *options)
{
	struct findings old, new, gone, fresh;
	struct arena scratch;

	arena_init(&scratch);
	check(&diff->before, options);
	check(&diff->after, options);
	sort_findings(&diff->before.validation, &scratch, &old);
	sort_findings(&diff->after.validation, &scratch, &new);
	only_in_first(&new, &old, &diff->arena, &fresh);
	only_in_first(&old, &new, &diff->arena, &gone);
	diff->findings_new.items = fresh.list.items;
	diff->findings_new.count = fresh.list.count;
	diff->findings_gone.items = gone.list.items;
	diff->findings_gone.count = gone.list.count;
	diff->totals.findings_new = fresh.list.count;
	diff->totals.findings_gone = gone.list.count;
	for (uint32_t i = 0; i < fresh.list.count; i++)
		diff->totals.fails_new += fresh.list.items[i]->severity == SEVERITY_FAIL;
	arena_release(&scratch);
}

/* ---- the whole ---- */

static bool any_change(const struct diff_totals *t)
{
	return t->pools + t->left + t->addresses + t->pending_new + t->moved + t->unreachable +
		       t->withdrawn + t->appearing + t->spread + t->nodes + t->findings_new +
		       t->findings_gone >
	       0;
}

void diff_run(struct diff *out, struct snapshot *old, uint32_t old_problems,
	      const struct object_list *objects, const struct diff_options *options)
{
	const struct diff_source source = {
		.old = old,
		.old_problems = old_problems,
		.objects = objects,
		.options = options,
	};

	*out = (struct diff){ .applied = options->apply };
	arena_init(&out->arena);
	diff_sides(out, &source);
	diff_pools(out);
	diff_services(out);
	diff_vips(out);
	diff_nodes(out);
	diff_findings(out, options);
	out->totals.any = any_change(&out->totals);
}

static void release_side(struct diff_side *side)
{
	cluster_release(&side->cluster);
	arena_release(&side->snapshot->arena);
	free(side->snapshot);
}

void diff_release(struct diff *diff)
{
	release_side(&diff->before);
	release_side(&diff->after);
	arena_release(&diff->arena);
}

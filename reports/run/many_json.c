/* SPDX-License-Identifier: Apache-2.0 */
/* Many simulated runs for programs. */
#include "reports/run/many_json.h"

#include "reports/model/json_yaml.h"
#include "reports/model/report.h"
#include "reports/run/run_json.h"

/* Seeds and counts of events go up to 2^64. */
static void add_u64(cJSON *object, const char *key, uint64_t number)
{
	json_add_u128(object, key, number);
}

static cJSON *histogram_json(const struct spread *spread)
{
	cJSON *histogram = cJSON_CreateArray();

	ARRAY_FOREACH (const struct histogram_bin, bin, &spread->histogram) {
		cJSON *pair = cJSON_CreateArray();

		json_append(pair, seconds_json(bin->edge));
		json_append(pair, cJSON_CreateNumber((double)bin->count));
		json_append(histogram, pair);
	}
	return histogram;
}

static void add_spread(cJSON *object, const struct spread *spread)
{
	add_u64(object, "count", spread->count);
	json_add(object, "min", seconds_json(spread->min));
	json_add(object, "p50", seconds_json(spread->p50));
	json_add(object, "p90", seconds_json(spread->p90));
	json_add(object, "p95", seconds_json(spread->p95));
	json_add(object, "p99", seconds_json(spread->p99));
	json_add(object, "max", seconds_json(spread->max));
	json_add(object, "mean", seconds_json(spread->mean));
	json_add(object, "histogram", histogram_json(spread));
}

static cJSON *distribution_json(const struct setup *setup, const struct many_distribution *d)
{
	cJSON *object = cJSON_CreateObject();
	cJSON *affected = cJSON_CreateObject();

	json_add_text(object, "metric", metric_name(d->metric));
	json_add_text_or_null(
		object, "observer",
		d->observer != SETUP_NONE ? setup->observers.items[d->observer].name : NULL);
	json_add_text(object, "vipClass", d->remote ? "remote" : "local");
	add_spread(object, &d->all);
	json_add(object, "affected", affected);
	add_spread(affected, &d->affected);
	return object;
}

static cJSON *worst_json(const struct many_worst *worst)
{
	cJSON *object = cJSON_CreateObject();

	json_add_text(object, "metric", metric_name(worst->metric));
	json_add(object, "value", seconds_json(worst->value));
	add_u64(object, "seed", worst->seed);
	return object;
}

static cJSON *assertion_json(const struct many_assertion *a, uint32_t runs)
{
	cJSON *object = cJSON_CreateObject();

	json_add_text(object, "assertion", a->text);
	json_add_number(object, "heldIn", a->held_in);
	json_add_number(object, "runs", runs);
	json_add_text(object, "detail", a->detail);
	if (a->detail != NULL)
		add_u64(object, "seed", a->seed);
	return object;
}

cJSON *many_json(const struct setup *setup, const struct many_result *result)
{
	cJSON *document = cJSON_CreateObject();
	cJSON *distributions = cJSON_CreateArray();
	cJSON *worst = cJSON_CreateArray();
	cJSON *assertions = cJSON_CreateArray();

	json_add_text(document, "scenario", setup->scenario->object.name.s);
	json_add_number(document, "runs", result->runs);
	json_add_number(document, "done", result->done);
	json_add_bool(document, "partial", result->done < result->runs || result->cut_off > 0);
	add_u64(document, "seed", result->seed);
	json_add(document, "duration", seconds_json(setup->duration));
	json_add(document, "distributions", distributions);
	json_add(document, "worst", worst);
	json_add(document, "assertions", assertions);
	ARRAY_FOREACH (const struct many_distribution, d, &result->distributions)
		json_append(distributions, distribution_json(setup, d));
	ARRAY_FOREACH (const struct many_worst, w, &result->worst)
		json_append(worst, worst_json(w));
	ARRAY_FOREACH (const struct many_assertion, a, &result->assertions)
		json_append(assertions, assertion_json(a, result->done));
	return document;
}

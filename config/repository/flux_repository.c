/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which repository the input is of, and so which Applications of Argo CD and Kustomizations of
 * Flux mean its folders. (I6.3d, I6.3e)
 *
 * Nothing in a repository says where it is kept. It is the one of which more of the folders
 * that are named are found than of any other. One folder alone may have that name by chance:
 * it counts where no other repository is named and it lies in a folder, or has what names it.
 * The source that Flux was set up with, "flux-system", is this repository.
 */
#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "config/repository/flux.h"
#include "config/repository/values.h"

/* A repository by what all forms of its URL have in common: git@HOST:PATH.git, ssh://HOST/PATH
 * and https://HOST/PATH/ are one. */
const char *flux_repository(struct flux *flux, const char *url)
{
	const char *scheme = url != NULL ? strstr(url, "://") : NULL, *user;
	char *out, *colon;
	size_t len;

	if (url == NULL || strstr(url, "{{") != NULL || strstr(url, "${") != NULL)
		return NULL;
	url = scheme != NULL ? scheme + 3 : url;
	user = strchr(url, '@');
	if (user != NULL && user < url + strcspn(url, "/"))
		url = user + 1;
	out = arena_strdup(flux->arena, url);
	colon = scheme == NULL ? strchr(out, ':') : NULL;
	if (colon != NULL)
		*colon = '/';
	/* A port says how the host is reached, not which repository it is. */
	if (scheme != NULL) {
		const size_t host = strcspn(out, ":/");
		const size_t port = out[host] == ':' ? strspn(out + host + 1, "0123456789") : 0;
		char *after = port > 0 ? out + host + 1 + port : NULL;

		if (after != NULL && (*after == '/' || *after == '\0'))
			memmove(out + host, after, strlen(after) + 1);
	}
	for (char *at = out; *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
	len = strlen(out);
	while (len > 0 && out[len - 1] == '/')
		out[--len] = '\0';
	if (str_has_suffix(out, ".git"))
		out[len - 4] = '\0';
	return out;
}

void flux_note_place(struct flux *flux, const struct flux_kustomization *k, const char *file)
{
	struct flux_place place = { .repository = k->repository,
				    .path = k->path,
				    .applied = k->title != NULL };
	const char *rest = flux_rest(flux, k->path, file);

	place.clear = strchr(k->path, '/') != NULL || rest != NULL;
	if (k->repository == NULL || k->path[0] == '\0' ||
	    flux->places.count == FLUX_KUSTOMIZATIONS_MAX)
		return;
	ARRAY_FOREACH (const struct flux_place, known, &flux->places)
		if (str_equal(known->path, place.path) && known->applied == place.applied &&
		    str_equal(known->repository, place.repository))
			return;
	ARRAY_ADD(flux->arena, &flux->places, place);
}

/* Finds the places that have this file in them. */
static void flux_find_places(struct flux *flux, const char *file)
{
	ARRAY_FOREACH (struct flux_place, place, &flux->places)
		place->found = place->found || flux_rest(flux, place->path, file) != NULL;
}

/* The repository that most of the folders that are found are of; NULL: it is not known. */
static const char *flux_this_repository(const struct flux *flux, bool applied)
{
	const char *best = NULL;
	uint32_t most = 0;
	bool alone = true, clear = false;

	ARRAY_FOREACH (const struct flux_place, place, &flux->places) {
		uint32_t count = 0;

		if (place->applied != applied)
			continue;
		ARRAY_FOREACH (const struct flux_place, other, &flux->places) {
			const bool same = str_equal(other->repository, place->repository);

			if (other->applied != applied)
				continue;
			count += same && other->found;
			alone = alone && same;
		}
		clear = clear || (place->found && place->clear);
		if (count > most)
			best = place->repository;
		else if (count == most && !str_equal(place->repository, best))
			best = NULL; /* which of them is not known */
		if (count > most)
			most = count;
	}
	return most > 1 || (most == 1 && alone && clear) ? best : NULL;
}

/* That of the Kustomizations of Flux: what "flux-system" is shows it best. */
static const char *flux_applied_repository(const struct flux *flux)
{
	ARRAY_FOREACH (const struct flux_kustomization, k, &flux->list)
		if (k->title != NULL && k->own && k->repository != NULL)
			return k->repository;
	return flux_this_repository(flux, true);
}

/* The URL of a repository, and not what it is called alone. */
static bool flux_is_url(const char *repository)
{
	return repository != NULL && !str_has_prefix(repository, FLUX_SOURCE_NAMED);
}

/*
 * What is known of where the folders of a Kustomization of Flux are. Of one that may be of this
 * repository the namespace and what it changes are not known. False: it is of another one.
 */
static bool flux_place_kustomization(struct flux_kustomization *k, const char *applied)
{
	if (k->own || k->repository == NULL)
		return true;
	k->own = applied == NULL || str_equal(k->repository, applied);
	if (applied != NULL && !k->own) {
		k->target = NULL;
		return !flux_is_url(k->repository) || !flux_is_url(applied);
	}
	if (applied == NULL) {
		k->target_varies = k->target != NULL;
		k->target = NULL;
		k->kind = ""; /* nothing is of this kind: what it changes stays unknown */
		k->whole = false;
	}
	return true;
}

/* False: an Application of another repository. */
static bool flux_place_application(const struct flux *flux, const struct flux_kustomization *k)
{
	return k->repository == NULL || flux->repository == NULL ||
	       str_equal(k->repository, flux->repository);
}

void flux_find_repository(struct flux *flux, const struct sources *sources)
{
	const char *applied;
	uint32_t kept = 0;

	ARRAY_FOREACH (const struct source, source, &sources->list)
		flux_find_places(flux, source->name);
	ARRAY_FOREACH (const struct unread_file, file, &sources->unread)
		flux_find_places(flux, file->path);
	flux->repository = flux_this_repository(flux, false);
	applied = flux_applied_repository(flux);
	for (uint32_t i = 0; i < flux->list.count; i++) {
		struct flux_kustomization *k = &flux->list.items[i];

		if (k->title != NULL ? flux_place_kustomization(k, applied)
				     : flux_place_application(flux, k))
			flux->list.items[kept++] = *k;
	}
	flux->list.count = kept;
}

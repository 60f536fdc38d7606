/* SPDX-License-Identifier: Apache-2.0 */
/* PureLB's own workloads. (I8.1) */
#include "config/objects/workloads.h"

#include <string.h>

#include "base/text.h"
#include "config/objects/object.h"

#define WORKLOAD_SPEAKER "k8gobgp"
#define WORKLOAD_PROJECT "purelb"

/* "registry:5000/a/b:tag@digest": the length of the part before the tag. */
static size_t workload_image_length(const char *image)
{
	const char *slash = strrchr(image, '/');
	const char *last = slash != NULL ? slash + 1 : image;

	return (size_t)(last - image) + strcspn(last, ":@");
}

/* The last part of an image's path is `name`, and `project` is a part before it; NULL: any. */
static bool workload_image_is(const struct container *container, const char *project,
			      const char *name)
{
	const char *image = container->image.s;
	const size_t name_len = strlen(name);
	size_t len;

	if (image == NULL)
		return false;
	len = workload_image_length(image);
	if (len < name_len || strncmp(image + len - name_len, name, name_len) != 0 ||
	    (len > name_len && image[len - name_len - 1] != '/'))
		return false;
	return project == NULL || strstr(image, project) != NULL;
}

/* The labels of PureLB's manifests, or those that Kubernetes recommends. */
static bool workload_is_labeled(const struct object *object, const char *component)
{
	const char *app = label_map_text(&object->labels, "app");
	const char *part = label_map_text(&object->labels, "component");

	if (app == NULL)
		app = label_map_text(&object->labels, "app.kubernetes.io/name");
	if (part == NULL)
		part = label_map_text(&object->labels, "app.kubernetes.io/component");
	return str_equal(app, WORKLOAD_PROJECT) && str_equal(part, component);
}

static const struct container *workload_container(const struct workload *workload,
						  const char *project, const char *name)
{
	const bool is_named = str_equal(workload->object.name.s, name) ||
			      workload_is_labeled(&workload->object, name);

	ARRAY_FOREACH (const struct container, container, &workload->containers.list) {
		if (str_equal(container->name.s, name) ||
		    workload_image_is(container, project, name))
			return container;
	}
	return is_named && workload->containers.list.count == 1
		       ? workload->containers.list.items
		       : NULL;
}

const struct container *workload_agent(const struct workload *daemon_set)
{
	return workload_container(daemon_set, NULL, WORKLOAD_AGENT);
}

const struct container *workload_allocator(const struct workload *deployment)
{
	return workload_container(deployment, WORKLOAD_PROJECT, WORKLOAD_ALLOCATOR);
}

const struct container *workload_speaker(const struct workload *daemon_set)
{
	return workload_container(daemon_set, NULL, WORKLOAD_SPEAKER);
}

/* Others have containers called "allocator": labels, image or variables tell PureLB's. */
static bool workload_is_purelb(const struct workload *workload,
			       const struct container *container)
{
	if (workload->object.kind == KIND_DAEMON_SET ||
	    workload_is_labeled(&workload->object, WORKLOAD_ALLOCATOR) ||
	    workload_image_is(container, WORKLOAD_PROJECT, WORKLOAD_ALLOCATOR))
		return true;
	ARRAY_FOREACH (const struct env_var, variable, &container->env.list) {
		if (str_equal(variable->name.s, "PURELB_NAMESPACE") ||
		    str_equal(variable->value.s, "PureLB"))
			return true;
	}
	return false;
}

const char *workload_install_namespace(const struct workload *workload,
				       const struct container *container)
{
	const char *given = workload->object.namespace_given.s;

	if (!workload_is_purelb(workload, container))
		return NULL;
	ARRAY_FOREACH (const struct env_var, variable, &container->env.list) {
		if (str_equal(variable->name.s, "PURELB_NAMESPACE") &&
		    variable->value.s != NULL && dns_label_valid(variable->value.s))
			return variable->value.s;
	}
	return given != NULL && given[0] != '\0' && dns_label_valid(given) ? given : NULL;
}

static bool workload_matters(const struct object *object)
{
	const struct workload *workload = (const struct workload *)(const void *)object;

	if (object->kind == KIND_CRD) {
		static const char *const groups[] = { "purelb.io", "bgp.purelb.io", NULL };

		return str_in(((const struct crd *)(const void *)object)->group.s, groups);
	}
	if (object->kind == KIND_DAEMON_SET)
		return workload_agent(workload) != NULL;
	return object->kind == KIND_DEPLOYMENT && workload_allocator(workload) != NULL;
}

bool workload_keep_nameless(struct object *object)
{
	if (!workload_matters(object))
		return false;
	object->name = (struct str_value){ "", object->metadata.set ? object->metadata.pos
								    : object->pos };
	if (object->unclear == NULL)
		object->unclear = "it has no metadata.name";
	return true;
}

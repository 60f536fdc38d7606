/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What renders kustomizations and charts when the user asks for it: their own tools. (I1.6)
 * Whoever loads inputs brings one; this layer runs nothing itself.
 */
#ifndef CONFIG_REPOSITORY_RENDERER_H
#define CONFIG_REPOSITORY_RENDERER_H

enum rendered { RENDERED_KUSTOMIZATION, RENDERED_CHART };

struct renderer {
	/*
	 * The objects of a folder as text, which lives as long as the renderer; a chart's are
	 * for a release in `namespace`. NULL with a sentence in *error, which lives as long,
	 * when they cannot be had. The same folder is rendered once.
	 */
	const char *(*run)(struct renderer *renderer, enum rendered what, const char *folder,
			   const char *namespace, const char **error);
};

#endif

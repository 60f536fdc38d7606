/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The workspace of an editor: its folders and settings, and what is found in them, judged again
 * after every edit.
 *
 * What is judged is what `validate` would judge: the inputs of the command line, else the
 * folders of the workspace, read as the settings say, with the texts of open documents in place
 * of the files. A document that is not all YAML takes part with its last text that was. Of the
 * files only those that changed are parsed again (config/repository/reuse.h).
 */
#ifndef CLI_LSP_WORKSPACE_H
#define CLI_LSP_WORKSPACE_H

#include "cli/common.h"
#include "cli/lsp/documents.h"
#include "purelb/allocation/allocation.h"
#include "purelb/announcing/vips.h"
#include "validator/validate.h"

/* The settings of the command: the common options, before the settings of the project. */
struct lsp_settings {
	struct common common;
	bool stdio;
};

/* One cluster as it was last judged. */
struct judged_cluster {
	struct snapshot *snapshot;
	struct cluster cluster;
	struct validation found;
	/* Worked out when somebody asks. */
	struct allocations *allocations; /* NULL: not yet, or there are no Services */
	struct vips *vips;               /* NULL: not yet, or no Services or nodes */
};

/* What was last judged. Everything in it ends with the next update. */
struct model {
	struct arena arena;
	ARRAY_OF(struct judged_cluster) clusters;
	struct snapshot *together; /* of several clusters; else NULL */
	struct validation of_all;  /* of several clusters; else unused */
	const struct validation *found;
	struct snapshot *shown; /* whose sources the places of findings mean */
};

struct workspace {
	const struct cli *cli;
	const struct lsp_settings *given;
	ARRAY_OF(const char *) folders; /* absolute, without links */
	ARRAY_OF(const char *) inputs;  /* of the command line, likewise */
	struct arena arena;             /* of those lists */
	struct common common;           /* the settings in force; its arena is its own */
	bool has_settings;
	struct name_list configured;    /* inputs of the settings, in the arena of `common` */
	const char *message;            /* what is wrong with the settings; NULL: nothing */
	struct arena_mark settings_end; /* in the arena of the settings */
	struct reuse *reuse;
	struct source_texts texts;
	struct arena texts_arena;
	struct model model;
	bool judged;
	bool settings_changed;
};

void workspace_init(struct workspace *workspace, const struct cli *cli,
		    const struct lsp_settings *given);
void workspace_release(struct workspace *workspace);

/* Adds an input of the command line. */
void workspace_add_input(struct workspace *workspace, const char *path);

/* Adds a folder of the workspace by its path, which is copied; or takes it out. */
void workspace_add_folder(struct workspace *workspace, const char *path);
void workspace_remove_folder(struct workspace *workspace, const char *path);

/* A file on disk changed; `structure`: it came or went. */
void workspace_file_changed(struct workspace *workspace, const char *path, bool structure);

/* Judges the workspace with these documents, whose `changed` and `broken` it sets. */
void workspace_update(struct workspace *workspace, struct documents *documents);

/* Takes an open document out of the texts: its file counts again from the next update on. */
void workspace_close(struct workspace *workspace, const struct document *document);

/* What is wrong with the YAML of a text: findings in a snapshot that the caller releases with
 * snapshot_release(). */
struct snapshot *workspace_check_text(struct workspace *workspace, const char *name,
				      const char *text, struct validation *out);

/* The absolute path of a source of the model's shown snapshot; NULL: it is no file. */
const char *workspace_source_path(const struct workspace *workspace, uint32_t source);

/* The object of a file that has this line, and its cluster; NULL: none. */
const struct object *workspace_object_at(struct workspace *workspace, const char *path,
					 uint32_t line, struct judged_cluster **cluster);

/* Works out what Services get and who announces it. */
void workspace_predict(struct workspace *workspace, struct judged_cluster *cluster);

#endif

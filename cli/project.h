/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a project, as commands use them: .purelbtool.yaml and baselines. */
#ifndef CLI_PROJECT_H
#define CLI_PROJECT_H

#include "cli/cli.h"
#include "config/repository/project.h"
#include "validator/silencing.h"

/* What is silenced, and where that is written. */
struct project {
	const char *config;        /* --config; NULL: found upward from the working folder */
	bool config_found;         /* `config` was not named but found: a stranger may have put
				    * it there */
	bool no_ignore;            /* --no-ignore: no file is looked for, and no annotation
				    * silences anything */
	const char *config_path;   /* of the file that was read; NULL: none */
	const char *config_origin; /* "config file .purelbtool.yaml", for messages */
	struct snapshot *settings; /* owns what the config file says; NULL: there is none */
	struct project_file file;  /* all absent without one */
	struct snapshot *recorded; /* owns what the baseline says; NULL: there is none */
	struct silencings silencings;
};

/*
 * Reads the config file, if there is one, and adds what it silences to project->silencings;
 * texts go into the arena. False after messages about what is wrong with it.
 */
bool project_load(const struct cli *cli, struct project *project, struct arena *arena);

/* The same for the baseline `path`; NULL: there is none. */
bool project_load_baseline(const struct cli *cli, struct project *project, const char *path,
			   struct arena *arena);

/* Lets findings of the snapshot point into these files, once, before it is validated. */
void project_place(struct project *project, struct snapshot *snapshot);

/* Lets findings of several snapshots be about these files, without a place in them. */
void project_forget_places(struct project *project);

void project_release(struct project *project);

#endif

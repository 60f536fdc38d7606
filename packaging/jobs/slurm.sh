#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Shares of a simulation, a sweep or a plan as a job array of Slurm:
#
#	sbatch --array=1-64 packaging/jobs/slurm.sh 64 FOLDER simulate --runs 10000 SCENARIO [INPUT]...
#	sbatch --array=1-64 packaging/jobs/slurm.sh 64 FOLDER sweep --triples 1000000 INPUT...
#	sbatch --array=1-64 packaging/jobs/slurm.sh 64 FOLDER plan --simulate --runs 10000 OLD NEW
#	purelbtool merge FOLDER/part-*
#
# A task that is repeated writes the same bytes again, and a part gets its name only when it is
# whole. merge names what is missing: submit those again, as in --array=5,6, and the rest alike.
#SBATCH --job-name=purelbtool
#SBATCH --cpus-per-task=1
#SBATCH --requeue
set -eu

if [ $# -lt 4 ]; then
	echo "usage: sbatch --array=1-K $0 K FOLDER simulate|sweep|plan ARGUMENT..." >&2
	exit 2
fi
shards=$1 folder=$2 command=$3
shift 3
# A simulation has threads.
[ "$command" != simulate ] || set -- --jobs "${SLURM_CPUS_PER_TASK:-1}" "$@"
mkdir -p "$folder"
exec purelbtool "$command" --shard "auto/$shards" -o "part=$folder/part-$SLURM_ARRAY_TASK_ID" "$@"

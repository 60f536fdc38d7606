#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Many runs of a scenario as a job array of Slurm:
#
#	sbatch --array=1-64 packaging/jobs/slurm.sh RUNS 64 FOLDER SCENARIO [INPUT]...
#	purelbtool merge FOLDER/part-*
#
# A task that is repeated writes the same bytes again, and a part gets its name only when it is
# whole. merge names what is missing: submit those again, as in --array=5,6, and the rest alike.
#SBATCH --job-name=purelbtool
#SBATCH --cpus-per-task=1
#SBATCH --requeue
set -eu

if [ $# -lt 4 ]; then
	echo "usage: sbatch --array=1-K $0 RUNS K FOLDER SCENARIO [INPUT]..." >&2
	exit 2
fi
runs=$1 shards=$2 folder=$3
shift 3
mkdir -p "$folder"
exec purelbtool simulate --runs "$runs" --shard "auto/$shards" --jobs "${SLURM_CPUS_PER_TASK:-1}" \
	-o "part=$folder/part-$SLURM_ARRAY_TASK_ID" "$@"

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Many runs of a scenario as a job array of Slurm:
#
#	sbatch --array=1-64 packaging/jobs/slurm.sh RUNS FOLDER SCENARIO [INPUT]...
#	purelbtool merge FOLDER/part-*
#
# A task that is repeated writes the same bytes again, and a part gets its name only when it is
# whole.
#SBATCH --job-name=purelbtool
#SBATCH --cpus-per-task=1
#SBATCH --requeue
set -eu

if [ $# -lt 3 ]; then
	echo "usage: sbatch --array=1-K $0 RUNS FOLDER SCENARIO [INPUT]..." >&2
	exit 2
fi
runs=$1 folder=$2
shift 2
mkdir -p "$folder"
exec purelbtool simulate --runs "$runs" --shard auto --jobs "${SLURM_CPUS_PER_TASK:-1}" \
	-o "part=$folder/part-$SLURM_ARRAY_TASK_ID" "$@"

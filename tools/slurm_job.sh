#!/usr/bin/env bash
# tools/slurm_job.sh PARTITION JOB_NAME TOOL [arguments of the tool]: what slurm_train.sh and slurm_test.sh share.
# GPUS (of the job), GPUS_PER_NODE, CPUS_PER_TASK, SRUN_ARGS and PORT set up the job, as with MMPose's own scripts.
set -euo pipefail
PARTITION=$1
JOB_NAME=$2
TOOL=$3
shift 3
GPUS=${GPUS:-8}
GPUS_PER_NODE=${GPUS_PER_NODE:-$((GPUS < 8 ? GPUS : 8))}
[ -z "${PORT:-}" ] || export MASTER_PORT=$PORT
# shellcheck disable=SC2086 # SRUN_ARGS is a list
exec srun -p "$PARTITION" --job-name="$JOB_NAME" --gres=gpu:"$GPUS_PER_NODE" --ntasks="$GPUS" \
    --ntasks-per-node="$GPUS_PER_NODE" --cpus-per-task="${CPUS_PER_TASK:-5}" --kill-on-bad-exit=1 ${SRUN_ARGS:-} \
    "${PYTHON:-python}" -u "$(dirname "$0")/$TOOL" --launcher slurm "$@"

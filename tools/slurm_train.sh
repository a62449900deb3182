#!/usr/bin/env bash
# tools/slurm_train.sh PARTITION JOB_NAME CONFIG WORK_DIR [flags of tools/train.py]; slurm_job.sh says how to set up the job.
set -euo pipefail
if [ $# -lt 4 ]; then
    echo "usage: $0 PARTITION JOB_NAME CONFIG WORK_DIR [flags of tools/train.py]" >&2
    exit 2
fi
exec bash "$(dirname "$0")/slurm_job.sh" "$1" "$2" train.py "$3" --work-dir "$4" "${@:5}"

#!/usr/bin/env bash
# tools/slurm_test.sh PARTITION JOB_NAME CONFIG CHECKPOINT [flags of tools/test.py]; slurm_job.sh says how to set up the job.
set -euo pipefail
if [ $# -lt 4 ]; then
    echo "usage: $0 PARTITION JOB_NAME CONFIG CHECKPOINT [flags of tools/test.py]" >&2
    exit 2
fi
exec bash "$(dirname "$0")/slurm_job.sh" "$1" "$2" test.py "$3" "$4" "${@:5}"

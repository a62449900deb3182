#!/usr/bin/env bash
# tools/dist_train.sh CONFIG NUM_PROCESSES [flags of tools/train.py]
# NNODES, NODE_RANK, PORT and MASTER_ADDR set up several machines, as with MMPose's own script.
set -euo pipefail
if [ $# -lt 2 ] || ! [[ "${2}" =~ ^[1-9][0-9]*$ ]]; then
    echo "usage: $0 CONFIG NUM_PROCESSES [flags of tools/train.py]" >&2
    exit 2
fi
CONFIG=$1
NUM_PROCESSES=$2
shift 2
exec "${PYTHON:-python}" -m torch.distributed.run --nnodes="${NNODES:-1}" --node_rank="${NODE_RANK:-0}" --master_addr="${MASTER_ADDR:-127.0.0.1}" \
    --master_port="${PORT:-29500}" --nproc_per_node="$NUM_PROCESSES" \
    "$(dirname "$0")/train.py" "$CONFIG" --launcher pytorch "$@"

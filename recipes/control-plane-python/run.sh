#!/bin/sh
# A typed Python client for the control plane, generated from the running server's /__admin/openapi.json, that does what
# docs/control-plane.md tells.
#
#     pip install -r requirements.txt
#     CORTEX_BASE_URL=http://127.0.0.1:8080 CORTEX_API_KEY=mock-admin sh run.sh
set -eu
cd "$(dirname "$0")"

# It warns that it leaves out bodies of an entry a line, which control.py sends itself.
openapi-python-client generate --url "$CORTEX_BASE_URL/__admin/openapi.json" --output-path control_plane --meta none \
    --overwrite --config config.yml
# The generated code is not held to --strict, what uses it is.
mypy --strict --follow-imports=silent --no-error-summary control.py
python control.py

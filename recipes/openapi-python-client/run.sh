#!/bin/sh
# A typed Python client, generated from the running server's /openapi.json, that reads everything.
#
#     pip install -r requirements.txt
#     CORTEX_BASE_URL=http://127.0.0.1:8080 CORTEX_API_KEY=mock-admin sh run.sh
set -eu
cd "$(dirname "$0")"

openapi-python-client generate --url "$CORTEX_BASE_URL/openapi.json" --output-path cortex_audit_logs --meta none --overwrite
# The generated code is not held to --strict, what uses it is.
mypy --strict --follow-imports=silent --no-error-summary read_everything.py
python read_everything.py

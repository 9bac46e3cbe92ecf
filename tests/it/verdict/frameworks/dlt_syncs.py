"""Three syncs of dlt's REST source, set up as its documents say, in each session; writes what arrived, a row a line."""

import json
import os
import sys
import urllib.request

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"

import dlt
from dlt.sources.rest_api import rest_api_source

url, folder, sessions = sys.argv[1], sys.argv[2], sys.argv[3:]


def source(session):
    return rest_api_source({
        "client": {
            "base_url": f"{url}/api/v1/",
            "auth": {"type": "bearer", "token": f"mock-admin~{session}"},
            "paginator": {"type": "page_number", "base_page": 0, "page_param": "page", "total_path": "totalPages"},
        },
        "resources": [{
            "name": "audit_logs",
            "endpoint": {
                "path": "audit-logs",
                "params": {"pageSize": 250},
                "data_selector": "logs",
                "incremental": {
                    "cursor_path": "timestamp",
                    "start_param": "startTime",
                    "initial_value": "2020-01-01T00:00:00Z",
                },
            },
        }],
    })


def as_text(value):
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


for session in sessions:
    rows = []

    @dlt.destination(batch_size=1000, name="sink", naming_convention="direct", skip_dlt_columns_and_tables=True)
    def sink(items, table):
        rows.extend(items)

    pipeline = dlt.pipeline(f"audit_{session.replace('-', '_')}", destination=sink, pipelines_dir=folder)
    for _ in range(3):
        pipeline.run(source(session))
        body = json.dumps({"by": "90s"}).encode()
        call = urllib.request.Request(f"{url}/__admin/clock/advance?session={session}", data=body, method="POST")
        urllib.request.urlopen(call).close()
    with open(os.path.join(folder, f"{session}.ndjson"), "w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, default=as_text) + "\n" for row in rows)

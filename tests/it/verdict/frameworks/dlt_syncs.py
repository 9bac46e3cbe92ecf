"""Syncs of dlt's REST source, set up as its documents say."""

import os

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "CRITICAL"

import dlt
from dlt.sources.helpers.requests import Client
from dlt.sources.rest_api import rest_api_source

import sessions


def is_broken(response, exception):
    return response is not None and response.ok and not sessions.is_page(response)


def source(session):
    clean_client = {"session": Client(raise_for_status=False, retry_condition=is_broken).session} if session.clean else {}
    clean_params = {"endTime": session.end()} if session.clean else {}
    return rest_api_source({
        "client": {
            **clean_client,
            "base_url": f"{session.url}/api/v1/",
            "auth": {"type": "bearer", "token": session.token},
            "paginator": {"type": "page_number", "base_page": 0, "page_param": "page", "total_path": "totalPages"},
        },
        "resources": [{
            "name": "audit_logs",
            "endpoint": {
                "path": "audit-logs",
                "params": {"pageSize": 50, **clean_params},
                "data_selector": "logs",
                "incremental": {
                    "cursor_path": "timestamp",
                    "start_param": "startTime",
                    "initial_value": "2020-01-01T00:00:00Z",
                },
            },
        }],
    })


def framework(session):
    rows = []

    @dlt.destination(batch_size=1000, name="sink", naming_convention="direct", skip_dlt_columns_and_tables=True)
    def sink(items, table):
        rows.extend(items)

    pipeline = dlt.pipeline(f"audit_{session.name}", destination=sink, pipelines_dir=os.environ["HOME"])

    def sync(add):
        rows.clear()
        pipeline.run(source(session))
        for row in rows:
            add(row)

    return sync


sessions.run(framework, lambda value: value.isoformat() if hasattr(value, "isoformat") else str(value))

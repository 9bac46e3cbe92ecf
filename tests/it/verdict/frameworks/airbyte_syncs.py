"""Syncs of a declarative source of Airbyte's CDK, set up as its documents say."""

import logging

from airbyte_cdk.models import (
    AirbyteStream, ConfiguredAirbyteCatalog, ConfiguredAirbyteStream, DestinationSyncMode, SyncMode, Type,
)
from airbyte_cdk.sources.declarative.concurrent_declarative_source import ConcurrentDeclarativeSource

import sessions

FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"

# Those of recipes/collectors in place of the documents'.
CLEAN_PAGINATION = {
    "type": "CursorPagination",
    "page_size": 50,
    "cursor_value": "{{ response.page + 1 }}",
    "stop_condition": "{{ response.page + 1 >= response.totalPages }}",
}
CLEAN_REQUESTER = {
    # The first page has no token.
    "request_parameters": {"page": "{{ next_page_token['next_page_token'] if next_page_token else 0 }}"},
    "error_handler": {
        "type": "DefaultErrorHandler",
        "response_filters": [{"type": "HttpResponseFilter", "action": "RETRY", "predicate": "{{ 'logs' not in response }}"}],
        "backoff_strategies": [{"type": "WaitTimeFromHeader", "header": "Retry-After"}],
    },
}


def parameter(name):
    return {"type": "RequestOption", "inject_into": "request_parameter", "field_name": name}


def instant(text):
    return {"type": "MinMaxDatetime", "datetime": text, "datetime_format": FORMAT}


def manifest(session):
    pagination = {"type": "PageIncrement", "page_size": 50, "start_from_page": 0, "inject_on_first_request": True}
    end = "now_utc() - duration('PT1M')" if session.clean else "now_utc()"
    return {
        "version": "7.0.0",
        "type": "DeclarativeSource",
        "check": {"type": "CheckStream", "stream_names": ["audit_logs"]},
        "streams": [{
            "type": "DeclarativeStream",
            "name": "audit_logs",
            "schema_loader": {"type": "InlineSchemaLoader", "schema": {"type": "object", "properties": {}}},
            "retriever": {
                "type": "SimpleRetriever",
                "requester": {
                    "type": "HttpRequester",
                    "url_base": f"{session.url}/api/v1/",
                    "path": "audit-logs",
                    **(CLEAN_REQUESTER if session.clean else {}),
                    "authenticator": {"type": "BearerAuthenticator", "api_token": session.token},
                },
                "record_selector": {
                    "type": "RecordSelector",
                    "extractor": {"type": "DpathExtractor", "field_path": ["logs"]},
                },
                "paginator": {
                    "type": "DefaultPaginator",
                    **({} if session.clean else {"page_token_option": parameter("page")}),
                    "page_size_option": parameter("pageSize"),
                    "pagination_strategy": CLEAN_PAGINATION if session.clean else pagination,
                },
            },
            "incremental_sync": {
                "type": "DatetimeBasedCursor",
                "cursor_field": "timestamp",
                "datetime_format": FORMAT,
                "start_datetime": instant("2020-01-01T00:00:00.000000Z"),
                "end_datetime": instant("{{ (" + end + ").strftime('" + FORMAT + "') }}"),
                "start_time_option": parameter("startTime"),
                "end_time_option": parameter("endTime"),
            },
        }],
    }


STREAM = AirbyteStream(
    name="audit_logs", json_schema={}, supported_sync_modes=[SyncMode.full_refresh, SyncMode.incremental],
    source_defined_cursor=True, default_cursor_field=["timestamp"],
)
CATALOG = ConfiguredAirbyteCatalog(streams=[ConfiguredAirbyteStream(
    stream=STREAM, sync_mode=SyncMode.incremental, destination_sync_mode=DestinationSyncMode.append,
)])


def framework(session):
    state = []

    def sync(add):
        source = ConcurrentDeclarativeSource(CATALOG, {}, list(state), source_config=manifest(session))
        for message in source.read(logging.getLogger("airbyte"), {}, CATALOG, list(state)):
            if message.type == Type.RECORD:
                add(message.record.data)
            elif message.type == Type.STATE:
                state[:] = [message.state]

    return sync


logging.disable(logging.CRITICAL)
sessions.run(framework, merges=True)

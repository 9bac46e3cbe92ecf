#!/usr/bin/env python3
"""A Singer tap of Cortex's audit logs.

    TAP_CORTEX_AUDIT_LOGS_API_KEY=… ./tap.py --config=ENV [--state STATE] | TARGET

Each sync sends the newest entries of the last one again, so the target has to merge by the key of the stream, which is the whole
entry. SETTINGS=documented takes the stream that the documents of Singer's SDK suggest, which loses entries.
"""

import os
from datetime import datetime, timedelta, timezone

from singer_sdk import Tap
from singer_sdk import typing as th
from singer_sdk.authenticators import BearerTokenAuthenticator
from singer_sdk.exceptions import RetriableAPIError
from singer_sdk.pagination import PageNumberPaginator
from singer_sdk.streams import RESTStream

TIME_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"


class Paginator(PageNumberPaginator):
    def has_more(self, response):
        page = response.json()
        return page["page"] + 1 < page["totalPages"]


class DocumentedAuditLogs(RESTStream):
    """The stream as the documents suggest it."""

    name = "audit_logs"
    path = "/api/v1/audit-logs"
    records_jsonpath = "$.logs[*]"
    replication_key = "timestamp"
    # An entry has no identifier.
    primary_keys = ("timestamp", "action", "actorIdentifier", "ipAddress", "objectIdentifier", "objectType")
    schema = th.PropertiesList(
        th.Property("timestamp", th.DateTimeType, required=True),
        th.Property("action", th.StringType, required=True),
        th.Property("objectIdentifier", th.StringType, required=True),
        th.Property("objectType", th.StringType, required=True),
        # Absent if unknown.
        th.Property("actorIdentifier", th.StringType),
        th.Property("ipAddress", th.StringType),
    ).to_dict()

    @property
    def url_base(self):
        return self.config["base_url"].rstrip("/")

    @property
    def authenticator(self):
        return BearerTokenAuthenticator(token=self.config["api_key"])

    def get_new_paginator(self):
        return Paginator(start_value=0)

    def get_url_params(self, context, next_page_token):
        params = {"page": next_page_token or 0, "pageSize": self.config["page_size"]}
        # `isoformat()` would write `+00:00`; the API asks for `Z`.
        if start := self.get_starting_timestamp(context):
            params["startTime"] = start.strftime(TIME_FORMAT)
        return params


class AuditLogs(DocumentedAuditLogs):
    """The stream that loses nothing."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        # Fixed before the first page, and so long ago that no further entry arrives in the range: pages do not move.
        self.end = (datetime.now(timezone.utc) - timedelta(seconds=self.config["lag"])).strftime(TIME_FORMAT)

    def get_url_params(self, context, next_page_token):
        return {**super().get_url_params(context, next_page_token), "endTime": self.end}

    def validate_response(self, response):
        super().validate_response(response)
        # A page that breaks off has the status 200; the SDK would fail without a retry.
        try:
            is_page = "logs" in response.json()
        except ValueError:
            is_page = False
        if not is_page:
            raise RetriableAPIError("the response is no page of entries", response)

    def backoff_max_tries(self):
        return 8

    def backoff_wait_generator(self):
        """The SDK ignores Retry-After. It adds a random part of a second to each wait."""
        return self.backoff_runtime(value=seconds_to_wait)


def seconds_to_wait(error):
    response = getattr(error, "response", None)
    value = response.headers.get("Retry-After", "") if response is not None else ""
    if value.isdigit():
        return int(value)
    # A date, or no such header.
    return 60 if value else 5


class CortexAuditLogs(Tap):
    name = "tap-cortex-audit-logs"
    config_jsonschema = th.PropertiesList(
        th.Property("api_key", th.StringType, required=True, secret=True, description="Needs the permission View audit logs"),
        th.Property("base_url", th.StringType, default="https://api.getcortexapp.com"),
        th.Property("start_date", th.DateTimeType, description="The start of the first sync"),
        th.Property("lag", th.IntegerType, default=60, description="A sync reads up to so many seconds ago"),
        th.Property("page_size", th.IntegerType, default=250),
    ).to_dict()

    def discover_streams(self):
        return [DocumentedAuditLogs(self) if os.environ.get("SETTINGS") == "documented" else AuditLogs(self)]


if __name__ == "__main__":
    CortexAuditLogs.cli()

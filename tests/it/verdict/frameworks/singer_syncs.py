"""Syncs of a tap of Singer's SDK, set up as its documents say."""

import logging

from singer_sdk import Tap
from singer_sdk import typing as th
from singer_sdk.authenticators import BearerTokenAuthenticator
from singer_sdk.exceptions import RetriableAPIError
from singer_sdk.pagination import PageNumberPaginator
from singer_sdk.singerlib.encoding.base import GenericSingerWriter
from singer_sdk.singerlib import RecordMessage, StateMessage
from singer_sdk.streams import RESTStream

import sessions

PAGE_SIZE = 50


class Pages(PageNumberPaginator):
    def has_more(self, response):
        answer = response.json()
        return answer["page"] + 1 < answer["totalPages"]


class AuditLogs(RESTStream):
    name = "audit_logs"
    path = "/audit-logs"
    records_jsonpath = "$.logs[*]"
    replication_key = "timestamp"
    schema = th.PropertiesList(
        th.Property("timestamp", th.DateTimeType),
        *(th.Property(name, th.StringType) for name in [
            "action", "actorIdentifier", "ipAddress", "objectIdentifier", "objectType",
        ]),
    ).to_dict()

    @property
    def url_base(self):
        return self.config["api_url"]

    @property
    def authenticator(self):
        return BearerTokenAuthenticator(token=self.config["auth_token"])

    def get_new_paginator(self):
        return Pages(start_value=0)

    def get_url_params(self, context, next_page_token):
        params = {"page": next_page_token or 0, "pageSize": PAGE_SIZE}
        if self.config.get("end"):
            params["endTime"] = self.config["end"]
        if start := self.get_starting_timestamp(context):
            params["startTime"] = start.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return params


class CleanAuditLogs(AuditLogs):
    primary_keys = ("timestamp", "action", "actorIdentifier", "ipAddress", "objectIdentifier", "objectType")

    def validate_response(self, response):
        super().validate_response(response)
        if not sessions.is_page(response):
            raise RetriableAPIError("not a page", response)

    def backoff_wait_generator(self):
        def wait(error):
            response = getattr(error, "response", None)
            return int(response.headers.get("Retry-After", 1)) if response is not None else 1

        return self.backoff_runtime(value=wait)


class AuditTap(Tap):
    name = "tap-audit-logs"
    config_jsonschema = th.PropertiesList(
        th.Property("api_url", th.StringType, required=True),
        th.Property("auth_token", th.StringType, required=True),
        th.Property("start_date", th.DateTimeType),
        th.Property("end", th.StringType),
    ).to_dict()

    def discover_streams(self):
        return [CleanAuditLogs(self) if self.config.get("end") else AuditLogs(self)]


class Writer(GenericSingerWriter):
    """Hands over records and the state in place of writing them to the standard output."""

    def __init__(self, add, state):
        self.add, self.state = add, state

    def serialize_message(self, message):
        return message

    def write_message(self, message):
        if isinstance(message, RecordMessage):
            self.add(dict(message.record))
        elif isinstance(message, StateMessage):
            self.state.clear()
            self.state.update(message.value)


def framework(session):
    state = {}
    config = {
        "api_url": f"{session.url}/api/v1", "auth_token": session.token, "start_date": "2020-01-01T00:00:00Z",
    }

    def sync(add):
        if session.clean:
            config["end"] = session.end()
        tap = AuditTap(config=config, state=dict(state), message_writer=Writer(add, state))
        tap.sync_all()

    return sync


logging.disable(logging.CRITICAL)
sessions.run(framework, merges=True)

"""The failures of the control plane that schemathesis reports although the server is right.

schemathesis knows the document alone. A request that is refused for another reason than those named here, or accepted
although it breaks the document, still fails the run.
"""

import re

import schemathesis
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.openapi.checks import RejectedPositiveData

# What a schema cannot say: how two values fit together, what the server holds, lengths of time, days that do not exist.
BEYOND_SCHEMAS = re.compile(
    r"after to, which is|min is longer than max|is longer than"
    r"|outside the years 0 to 9999|beyond the year 9999"
    r"|No rule was added|No entry was added|bytes long; no request has more"
    r"|no key has this name or token|needs the parameter overlap|nothing was delivered yet"
    r'|needs "retryAfter"|at most 65536 \(64 KiB\)|is above 100000/s'
    r"|is not a known value|has none of the fields|is not a field; did you mean"
)


@schemathesis.serializer("application/x-ndjson")
def lines(context, value):
    return value.encode() if isinstance(value, str) else str(value).encode()


@schemathesis.hook
def before_call(context, case, kwargs):
    """Slows live activity down: of a billion entries a second, every call to the session would first make 100,000."""
    body = case.body
    if case.operation.definition.raw["operationId"] == "setLive" and isinstance(body, dict):
        rate = body.get("rate")
        if isinstance(rate, str) and re.fullmatch(r"[0-9]+/[a-z]+", rate):
            body["rate"] = "1/d"


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Keeps a failure unless the document cannot express why the server is right."""
    if isinstance(failure, RejectedPositiveData) and response.status_code == 400:
        # The document has lines as any text.
        return not (case.media_type == "application/x-ndjson" or BEYOND_SCHEMAS.search(response.json()["details"]))
    if isinstance(failure, AcceptedNegativeData):
        # A sink is not validated: what it holds that no entry is like is in the answer.
        return case.operation.definition.raw["operationId"] != "compareDelivered"
    return True

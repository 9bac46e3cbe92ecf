"""The failures that schemathesis reports and the contract wants so, each by the rule that says it.

The identifiers are those of `src/contract/rules.rs`. schemathesis reads the document alone; a request that breaks
anything but what is named here still fails the run.
"""

import os
import re
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

import schemathesis
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.openapi.checks import RejectedPositiveData

STRICT = os.environ.get("CORTEX_MOCK_STRICT") == "true"

CLOSED = {
    "actions": {"CREATE", "READ", "UPDATE", "DELETE"},
    "actorTypes": {"API_KEY", "PERSONAL_API_KEY", "OAUTH2", "BACKSTAGE", "ANONYMOUS"},
}
OPEN = {"objectTypes", "actorRequestTypes"}
STRINGS = {"objectIdentifiers", "actorApiKeyIdentifiers", "actorEmails", "actorIpAddresses"}
BOUNDS = {"page": (0, 2**31 - 1), "pageSize": (1, 1000)}
# TIME-ZONELESS, TIME-FORMS: the forms that are read beside RFC 3339.
TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d)(:\d\d(\.\d{1,9})?)?([Zz]|[+ -]\d\d:?\d\d)?", re.ASCII
)


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Keeps a failure unless the contract decided against the document's letter."""
    query = parse_qsl(urlsplit(response.request.url).query, keep_blank_values=True)
    if isinstance(failure, AcceptedNegativeData) and response.status_code == 200:
        return not all(is_lawful(name, value) for name, value in query)
    if isinstance(failure, RejectedPositiveData) and response.status_code == 400 and STRICT:
        # ENUM-OPEN: strict, an unlisted value of an open list is a 400; the document cannot list them all.
        return not any(name in OPEN and value for name, value in query)
    return True


def is_lawful(name, value):
    """Whether the contract accepts a parameter that the document's schema may not."""
    if name in CLOSED:
        # FILTER-EMPTY: an empty value is no filter. LIST-FORMS: commas separate values.
        return all(part in CLOSED[name] for part in value.split(",") if part)
    if name in BOUNDS:
        least, most = BOUNDS[name]
        return re.fullmatch(r"[0-9]+", value) is not None and least <= int(value) <= most
    if name in ("startTime", "endTime"):
        return is_time(value)
    # LIST-STRINGS: any text is a value. PARAM-UNKNOWN: what is no parameter is ignored, unless strict.
    return name in OPEN or name in STRINGS or not STRICT


def is_time(value):
    form = TIME.fullmatch(value)
    if form is None:
        return False
    try:
        datetime.strptime(f"{form[1]}T{form[2]}", "%Y-%m-%dT%H:%M")
    except ValueError:
        return False
    return True

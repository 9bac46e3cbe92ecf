"""Reads every entry up to a minute ago with the generated client, and checks that none is missing."""

import datetime
import os
import sys
import time

from cortex_audit_logs import AuthenticatedClient
from cortex_audit_logs.api.audit_logs import get_audit_logs
from cortex_audit_logs.models import AuditLogResponse, AuditLogsResponse, TooManyRequestsProblemDetail


def read_page(client: AuthenticatedClient, end: datetime.datetime, page: int) -> AuditLogsResponse:
    """One page; waits as long as the server says when there were too many requests."""
    while True:
        answer = get_audit_logs.sync(client=client, end_time=end, page=page, page_size=1000)
        if isinstance(answer, AuditLogsResponse):
            return answer
        if not isinstance(answer, TooManyRequestsProblemDetail):
            sys.exit(f"page {page}: {answer}")
        time.sleep(answer.retry_after)


def read_everything(client: AuthenticatedClient) -> list[AuditLogResponse]:
    # What comes while it reads comes behind a fixed end, and what comes late does where the end lies far enough back.
    # UTC without a zone: the client would send +00:00, and only Z or no offset is known to work.
    end = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) - datetime.timedelta(minutes=1)
    first = read_page(client, end, 0)
    entries = first.logs
    for page in range(1, first.total_pages):
        entries += read_page(client, end, page).logs
    if len(entries) != first.total:
        sys.exit(f"{len(entries)} entries of {first.total}")
    return entries


client = AuthenticatedClient(
    base_url=os.environ["CORTEX_BASE_URL"],
    token=os.environ["CORTEX_API_KEY"],
    # A status that the document does not list, such as 503, is an exception and not `None`.
    raise_on_unexpected_status=True,
)
entries = read_everything(client)
newest = entries[0]
print(f"{len(entries)} entries, the newest {newest.action} {newest.object_type} {newest.object_identifier}")

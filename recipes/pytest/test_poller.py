"""What a client must survive, and what the server says of how it did."""

from poller import read_everything

CLEAN = ["complete", "no-duplicates", "no-gaps", "polite", "contract"]


def test_it_reads_what_there_is(cortex):
    cortex.admin("DELETE", "/audit-logs")
    entry = {"action": "DELETE", "objectType": "TEAM", "objectIdentifier": "sre", "timestamp": "now-5m"}
    cortex.admin("POST", "/audit-logs", entry)
    assert [entry["objectIdentifier"] for entry in read_everything(cortex.url, cortex.token)] == ["sre"]
    cortex.expect(*CLEAN)


def test_it_survives_a_503_on_the_second_page(cortex):
    cortex.admin("POST", "/faults", {"type": "status", "status": 503, "retryAfter": 1, "after": 1, "times": 1})
    read_everything(cortex.url, cortex.token)
    assert cortex.admin("GET", "/requests/count?status=503")["count"] == 1
    cortex.expect(*CLEAN)


def test_it_is_not_disturbed_by_entries_that_come_while_it_reads(cortex):
    cortex.admin("PUT", "/scenario", {"name": "insert-between-pages", "seed": 7})
    read_everything(cortex.url, cortex.token)
    cortex.expect(*CLEAN)

"""What a client must survive. When a test has passed, the server judges the client by the expectations in pytest.ini.

    pip install -r requirements.txt
    pytest
"""

from poller import read_everything


def test_it_reads_what_there_is(cortex_audit):
    cortex_audit.entries.clear()
    entry = {"action": "DELETE", "objectType": "TEAM", "objectIdentifier": "sre", "timestamp": "now-5m"}
    cortex_audit.entries.add(entry)
    entries = read_everything(cortex_audit.url, cortex_audit.token)
    assert [entry["objectIdentifier"] for entry in entries] == ["sre"]


def test_it_survives_a_503_on_the_second_page(cortex_audit):
    cortex_audit.faults.add({"type": "status", "status": 503, "retryAfter": 1, "after": 1, "times": 1})
    read_everything(cortex_audit.url, cortex_audit.token)
    assert cortex_audit.requests.count(status=503) == 1


def test_it_is_not_disturbed_by_entries_that_come_while_it_reads(cortex_audit):
    cortex_audit.scenario.start("insert-between-pages", seed=7)
    read_everything(cortex_audit.url, cortex_audit.token)

"""cortex-audit-mock from Testcontainers for Python.

    pip install testcontainers requests pytest
    pytest test_audit_logs.py

The image has no shell and nothing else, so nothing can be waited for that runs inside of it: wait for an answer.
"""

import uuid
from collections.abc import Iterator

import pytest
import requests
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import HttpWaitStrategy


@pytest.fixture(scope="session")
def cortex_url() -> Iterator[str]:
    container = (
        DockerContainer("cortex-audit-mock")
        .with_exposed_ports(8080)
        .with_command("--rate-limit 100/min")
        .waiting_for(HttpWaitStrategy(8080, "/__admin/health"))
    )
    with container:
        yield f"http://{container.get_container_host_ip()}:{container.get_exposed_port(8080)}"


def test_a_503_is_over_after_one_request(cortex_url: str) -> None:
    # A session has entries, clock and faults of its own, so one container is enough for all tests.
    session = uuid.uuid4().hex
    fault = {"type": "status", "status": 503, "times": 1}
    requests.post(f"{cortex_url}/__admin/faults", params={"session": session}, json=fault).raise_for_status()

    def ask() -> int:
        headers = {"Authorization": f"Bearer mock-admin~{session}"}
        return requests.get(f"{cortex_url}/api/v1/audit-logs", headers=headers).status_code

    assert [ask(), ask()] == [503, 200]

import re
import subprocess
import sys
from pathlib import Path

from authserver.web import metrics
from tests.support.server import ROOT

# As `authserver serve --workers 2` does it: the library is loaded, the folder is named, then workers fork.
WORKERS = """
import os, sys
from pathlib import Path
from authserver.web import metrics

metrics.share(Path(sys.argv[1]))
meter = metrics.RequestMeter()
for times in (3, 4):
    child = os.fork()
    if child == 0:
        for _ in range(times):
            meter.observe("/connect/token", 200, 0.002)
        metrics.count_failure(throttled=True)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
print(metrics.exposition().decode())
"""


def value(text: str, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} ([0-9.e+-]+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_answers_are_counted_by_endpoint_and_status_with_their_time() -> None:
    name = 'authserver_request_seconds_count{endpoint="/test/metrics",status="201"}'
    total = 'authserver_request_seconds_sum{endpoint="/test/metrics",status="201"}'
    before = metrics.exposition().decode()
    meter = metrics.RequestMeter()
    meter.observe("/test/metrics", 201, 0.5)
    meter.observe("/test/metrics", 201, 1.5)
    after = metrics.exposition().decode()
    assert value(after, name) - value(before, name) == 2
    assert value(after, total) - value(before, total) == 2.0


def test_failed_authentications_are_counted_apart_when_the_door_was_closed() -> None:
    name = 'authserver_client_authentication_failures_total{throttled="%s"}'
    before = metrics.exposition().decode()
    metrics.count_failure(throttled=True)
    metrics.count_failure(throttled=False)
    metrics.count_failure(throttled=False)
    after = metrics.exposition().decode()
    assert value(after, name % "yes") - value(before, name % "yes") == 1
    assert value(after, name % "no") - value(before, name % "no") == 2


def test_what_several_workers_counted_is_added_up(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WORKERS, str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    endpoint = 'authserver_request_seconds_count{endpoint="/connect/token",status="200"}'
    failures = 'authserver_client_authentication_failures_total{throttled="yes"}'
    assert value(done.stdout, endpoint) == 7
    assert value(done.stdout, failures) == 2

import pytest
import structlog
import time_machine
from flask import Flask

from authserver.audit.log import SYSTEM, record
from authserver.audit.seal import Head
from authserver.base.clock import now
from authserver.clients.last_used import LastUsed
from authserver.jobs import Jobs
from authserver.provider.logout_delivery import LogoutDelivery
from authserver.web.unit_of_work import UnitOfWork
from tests.audit.sealed import DAY, verified
from tests.audit.trails import NOW, entries
from tests.support.application import away


@pytest.fixture
def jobs(app: Flask) -> Jobs:
    settings, provider = app.extensions["settings"], app.extensions["provider"]
    logouts = LogoutDelivery(app, settings.issuer, provider.keys, provider.fetcher, now)
    return Jobs(app, settings, LastUsed(), provider.rotation, logouts)


def acted(app: Flask, jobs: Jobs, at: int, *, times: int = 1) -> list[str]:
    """Let things happen at a time and the job run a little later; return what the log says of it."""
    with time_machine.travel(at, tick=False):
        for number in range(times):
            with UnitOfWork(app):
                record(SYSTEM, "thing.done", target=str(number))
    with time_machine.travel(at + 600, tick=False), structlog.testing.capture_logs() as lines:
        jobs.seal_audit_trail()
    return [line["kind"] for line in lines if line["event"] == "audit.sealed"]


def test_the_job_seals_what_has_waited_and_cuts_what_is_too_old(app: Flask, jobs: Jobs) -> None:
    assert acted(app, jobs, NOW, times=3) == ["rows"]
    assert acted(app, jobs, NOW + 200 * DAY) == ["rows"]
    assert acted(app, jobs, NOW + 402 * DAY) == ["rows", "cut"]
    assert {entry.event.at for entry in entries(app)} == {
        NOW + 200 * DAY, NOW + 402 * DAY, NOW + 402 * DAY + 600,
    }  # fmt: skip
    report = verified(app)
    assert report.faults == ()
    assert report.unsealed == 1
    assert Head.parse(report.head).number == 4


def test_the_job_has_nothing_to_do_on_a_young_trail_and_tries_again_after_an_outage(
    app: Flask, jobs: Jobs
) -> None:
    jobs.seal_audit_trail()
    with UnitOfWork(app):
        record(SYSTEM, "thing.done", target="x")
    jobs.seal_audit_trail()
    assert verified(app).unsealed == 1
    with time_machine.travel(now() + 600, tick=False):
        with away(app), pytest.raises(Exception, match="ConnectionRefused"):
            jobs.seal_audit_trail()
        jobs.seal_audit_trail()
    assert verified(app).unsealed == 0

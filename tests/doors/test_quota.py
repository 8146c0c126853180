"""A quota of tokens, through the doors: who goes beyond it is told when to come back."""

import json
from pathlib import Path

from sqlalchemy import select
from werkzeug.test import Client

from authserver.audit.log import SYSTEM
from authserver.audit.models import AuditEventRow
from authserver.clients import registration
from authserver.clients.registration import Registration
from authserver.extensions import db
from authserver.web.unit_of_work import UnitOfWork
from tests.doors.conftest import Door
from tests.support.application import application as started


def test_beyond_its_quota_a_client_is_told_when_to_come_back_and_the_trail_says_so_once(
    door: Door, tmp_path: Path
) -> None:
    url = door.app.extensions["settings"].database_url
    with started(url, tmp_path, tokens_per_client_per_hour=2) as app:
        limited = Door(app, Client(app), door.client_id, door.secret)
        answers = [limited.token() for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
        assert json.loads(answers[2].data)["error"] == "temporarily_unavailable"
        assert 0 < int(answers[2].headers["Retry-After"]) <= 3600
        # A wrong secret learns nothing of a quota, and another client has its own.
        assert limited.token(client_secret="wrong").status_code == 401
        with UnitOfWork(app):
            other, secret = registration.register(Registration("acme", "Other", ("webapi",)), SYSTEM)
        assert Door(app, Client(app), other.id, secret).token().status_code == 200
        with UnitOfWork(app):
            told = select(AuditEventRow).where(AuditEventRow.action == "api_client.quota_spent")
            (event,) = db.session.scalars(told)
            assert (event.target, event.organization_id) == (door.client_id, other.organization_id)

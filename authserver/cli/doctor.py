"""`authserver doctor`: what is wrong, and how to mend it."""

import stat
from collections.abc import Iterator
from typing import NamedTuple

import click
from flask import Flask
from limits.storage import storage_from_string
from sqlalchemy.exc import SQLAlchemyError

from authserver import migrating
from authserver.app.core import create_core
from authserver.audit import sealing
from authserver.audit.seal_keys import SealKeys
from authserver.audit.store import events
from authserver.base.clock import iso, now
from authserver.cli.frame import Out, json_option
from authserver.cli.frame import settings as load_settings
from authserver.clients.own_resource import MANAGEMENT
from authserver.clients.store import resources
from authserver.config import ConfigurationError, Settings
from authserver.config.explain import unknown_variables
from authserver.config.master_key import FILE
from authserver.extensions import db
from authserver.keys.lifecycle import ALGORITHMS
from authserver.keys.vault import VaultError
from authserver.mail import store as letters
from authserver.oidc.store import logouts
from authserver.provider import people
from authserver.provider.wiring import rotation
from authserver.throttle.shared import REDIS_OPTIONS
from authserver.web.unit_of_work import UnitOfWork

LONGEST_UNSEALED = 3600
"""Seconds that an event may wait for its seal."""


class Finding(NamedTuple):
    """Something that is wrong (`error`) or looks wrong (`warning`), and what to do."""

    severity: str
    what: str
    mend: str


@click.command()
@json_option
def doctor(out: Out) -> None:
    """Name what is wrong and how to mend it; exit code 1 when something is."""
    findings = list(_examine())
    out.many([finding._asdict() for finding in findings], "Everything looks well.")
    if any(finding.severity == "error" for finding in findings):
        raise SystemExit(1)


def _examine() -> Iterator[Finding]:
    for name in unknown_variables():
        yield Finding("warning", f"{name} names no setting", "`authserver config` lists the settings")
    try:
        settings = load_settings()
        app = create_core(settings)
    except ConfigurationError as error:
        for line in str(error).splitlines():
            yield Finding("error", line, "set the variable; `authserver config` explains each")
        return
    yield from _files(settings)
    yield from _redis(settings)
    yield from _mail_server(app, settings)
    try:
        if outdated := _schema(app):
            yield outdated
            return
        with UnitOfWork(app):
            yield from _keys(settings)
            yield from _content()
            yield from _letters()
            yield from _logouts()
            yield from _audit_trail(settings)
    except SQLAlchemyError as error:
        yield Finding(
            "error", f"the database does not answer ({type(error).__name__})", "check AUTHSERVER_DATABASE_URL"
        )


def _files(settings: Settings) -> Iterator[Finding]:
    file = settings.data_dir / FILE
    if file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077:
        yield Finding("error", f"{file} can be read by others", f"chmod 600 {file}")


def _redis(settings: Settings) -> Iterator[Finding]:
    if settings.redis_url is None:
        return
    # Its check answers False, and raises nothing, when Redis is away.
    if not storage_from_string(settings.redis_url.get_secret_value(), **REDIS_OPTIONS).check():
        yield Finding("error", "Redis does not answer", "check AUTHSERVER_REDIS_URL")


def _schema(app: Flask) -> Finding | None:
    with app.app_context():
        if not migrating.is_behind(db.engine):
            return None
        present, newest = migrating.present_revision(db.engine), migrating.newest_revision()
    return Finding(
        "error", f"the schema is at {present or 'nothing'}, not {newest}", "run `authserver migrate`"
    )


def _keys(settings: Settings) -> Iterator[Finding]:
    acts = rotation(settings)
    active = {key.algorithm for key, state in acts.states() if state == "active"}
    for algorithm in ALGORITHMS:
        if algorithm not in active:
            yield Finding("error", f"no {algorithm} key signs", "run `authserver migrate`")
    try:
        acts.check_sealed()
    except VaultError as error:
        mend = "set the master key that sealed it, as AUTHSERVER_PREVIOUS_MASTER_KEY if it was replaced"
        yield Finding("error", str(error), mend)


def _content() -> Iterator[Finding]:
    if all(resource.name == MANAGEMENT for resource in resources.everything()):
        mend = "`authserver resources create NAME --scope SCOPE` makes one"
        yield Finding("warning", "there is no API resource, so no token can be asked for", mend)


def _mail_server(app: Flask, settings: Settings) -> Iterator[Finding]:
    if settings.mail_url is None:
        mend = "set AUTHSERVER_MAIL_URL, such as smtp://user:password@mail.example.com:587"
        yield Finding("warning", "no mail server is configured: nobody can register", mend)
        return
    try:
        people.delivery(app, settings)
    except ConfigurationError as error:
        yield Finding("error", str(error), "docs/operating.md, Letters, has examples")


def _letters() -> Iterator[Finding]:
    waiting = [each for each in letters.page(state="waiting", limit=10) if each.error]
    if waiting:
        mend = "`authserver mail list --state waiting` shows them; they are tried again for three days"
        yield Finding("warning", f"letters wait for the mail server: {waiting[0].error}", mend)
    failed = letters.count_failed()
    if failed:
        mend = "`authserver mail list --state failed` says why"
        yield Finding("warning", f"{failed} letters could not be delivered", mend)


def _logouts() -> Iterator[Finding]:
    for client_id, count in logouts.unheard().items():
        mend = f"`authserver applications show {client_id}` names its backchannel_logout_uri"
        yield Finding("warning", f"{client_id} can't be told of {count} ended sessions", mend)


def _audit_trail(settings: Settings) -> Iterator[Finding]:
    keys = SealKeys.of(settings)
    if not sealing.end_is_whole(keys):
        mend = "`authserver audit verify` says what was changed, or which master key is missing"
        yield Finding("error", "the newest seal of the audit trail does not hold", mend)
    oldest = events.behind(sealing.last_sealed(keys), 0)
    if oldest and oldest.event.at < now() - LONGEST_UNSEALED:
        mend = "a running server seals every minute; its log says why not"
        yield Finding("warning", f"the audit trail is not sealed since {iso(oldest.event.at)}", mend)

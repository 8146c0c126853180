"""Sealing and verifying in tests: what the job and the commands do, with keys of the test's own."""

from collections.abc import Iterator

from flask import Flask

from authserver.audit import retention, sealing
from authserver.audit.seal import Head, Seal
from authserver.audit.seal_keys import SealKeys
from authserver.audit.store import seals
from authserver.audit.verification import Report, verify
from authserver.web.unit_of_work import UnitOfWork
from tests.audit.trails import NOW
from tests.support.server import MASTER_KEY

NEW_KEY = "another-master-key-0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZ"
KEYS = SealKeys([MASTER_KEY])
BOTH = SealKeys([NEW_KEY, MASTER_KEY])
ALONE = SealKeys([NEW_KEY])

YEAR = 365 * 86_400
DAY = 86_400


def seal(app: Flask, keys: SealKeys = KEYS, at: int = NOW) -> Seal | None:
    with UnitOfWork(app):
        return sealing.seal(keys, at)


def seal_all(app: Flask, keys: SealKeys = KEYS, at: int = NOW) -> list[Seal]:
    return list(_until_none(app, keys, at))


def _until_none(app: Flask, keys: SealKeys, at: int) -> Iterator[Seal]:
    while made := seal(app, keys, at):
        yield made


def cut(app: Flask, keys: SealKeys = KEYS, at: int = NOW + YEAR, *, anyway: bool = False) -> Seal | None:
    with UnitOfWork(app):
        return retention.cut(keys, at, 100 * DAY, anyway=anyway)


def verified(app: Flask, keys: SealKeys = KEYS, kept: Head | None = None) -> Report:
    with UnitOfWork(app):
        seals.hold_still()
        return verify(keys, kept)


def faults(app: Flask, keys: SealKeys = KEYS, kept: Head | None = None) -> list[str]:
    return [str(fault) for fault in verified(app, keys, kept).faults]

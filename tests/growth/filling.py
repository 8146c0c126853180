"""Rows in bulk, straight into the tables: a crowd of people, tenants, software, letters and events."""

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from authserver.accounts.profile import TEXTS
from tests.management.world import PRODUCT

Row = dict[str, Any]
NOW = int(time.time())
YEAR = 365 * 86_400


@dataclass(frozen=True)
class Size:
    """How much there is of everything."""

    accounts: int
    organizations: int
    members: int
    clients: int
    invitations: int
    events: int
    memberships: int
    applications: int
    letters: int
    sessions: int
    secrets: int

    @property
    def tenants(self) -> int:
        """How many organizations there are in all: those of the crowd, and what one person has alone."""
        return self.organizations + self.memberships // 2

    @property
    def leaver(self) -> int:
        """Who belongs to as many organizations as Anna, invited people into each, and has some alone."""
        return self.accounts - 2


SMALL = Size(8, 4, 4, 3, 4, 12, 3, 3, 6, 2, 2)
BIG = Size(20_000, 500, 5_000, 500, 1_000, 50_000, 198, 300, 20_000, 49, 10)


def uid(kind: int, number: int) -> str:
    """Return the id of the thing of a kind with a number."""
    return f"{kind:08x}-0000-4000-8000-{number:012x}"


def account(number: int) -> str:
    """Return the id of a person."""
    return uid(1, number)


def address(number: int) -> str:
    """Return the address of a person."""
    return f"person{number:05}@example.com"


def organization(number: int) -> str:
    """Return the id of a tenant beside the one that the tests look at."""
    return uid(2, number)


def client(number: int) -> str:
    """Return the id of an API client."""
    return uid(3, number)


def invitation(number: int) -> str:
    """Return the id of an invitation."""
    return uid(4, number)


def letter(number: int) -> str:
    """Return the id of a letter."""
    return uid(5, number)


@dataclass(frozen=True)
class Crowd:
    """What is written: `acme` is the tenant that the tests look at, `anna` its Administrator."""

    size: Size
    acme: str
    anna: str

    def tables(self) -> Iterator[tuple[str, Iterable[Row]]]:
        """Return all rows by their tables, in an order that foreign keys allow."""
        yield "accounts", self._accounts()
        yield "account_profiles", self._profiles()
        yield "account_devices", self._devices()
        yield "organizations", self._organizations()
        yield "memberships", self._memberships()
        yield "api_clients", self._clients()
        yield "client_secrets", self._secrets()
        yield "invitations", self._invitations()
        yield "outbox", self._letters()
        yield "sessions", self._sessions()
        yield "applications", self._applications()
        yield "application_logos", self._logos()
        yield "consents", self._consents()
        yield "grants", self._grants()
        yield "audit_events", self._events()

    def _accounts(self) -> Iterator[Row]:
        for number in range(self.size.accounts):
            yield {
                "id": account(number), "email": address(number), "created_at": NOW - YEAR + number,
                "email_proven_at": NOW - YEAR, "password_hash": "no hash", "operator": False,
                "language": "en",
            }  # fmt: skip

    def _profiles(self) -> Iterator[Row]:
        for number in range(self.size.members):
            named = {"account_id": account(number), "name": f"Person {number}", "updated_at": NOW - YEAR}
            yield dict.fromkeys(TEXTS, "") | named

    def _devices(self) -> Iterator[Row]:
        for number in range(self.size.accounts):
            yield {
                "digest": number.to_bytes(32, "big"), "account_id": account(number), "network": "192.0.2.1",
                "first_seen_at": NOW - YEAR, "last_seen_at": NOW - YEAR + number,
            }  # fmt: skip

    def _organizations(self) -> Iterator[Row]:
        for number in range(self.size.tenants):
            yield {
                "id": organization(number), "name": f"Tenant {number}", "slug": f"tenant-{number:03}",
                "created_at": NOW - YEAR + number,
            }  # fmt: skip

    def _memberships(self) -> Iterator[Row]:
        def row(place: str, person: str, role: str = "member") -> Row:
            granted = "" if role == "administrator" else "members:manage"
            return {
                "organization_id": place, "account_id": person, "role": role, "joined_at": NOW - YEAR,
                "permissions": granted,
            }  # fmt: skip

        for number in range(self.size.members):
            yield row(self.acme, account(number), "member" if number % 100 else "administrator")
        for number in range(self.size.memberships):
            yield row(organization(number), self.anna, "administrator")
        for number in range(self.size.accounts):
            yield row(organization(number % self.size.organizations), account(number))
        present = self.size.leaver % self.size.organizations
        for number in {*range(self.size.memberships), *range(self.size.organizations, self.size.tenants)}:
            if number != present:
                yield row(organization(number), account(self.size.leaver), "administrator")

    def _clients(self) -> Iterator[Row]:
        for number in range(self.size.clients):
            yield self._client(number, self.acme)
        for number in range(self.size.tenants * 2):
            yield self._client(self.size.clients + number, organization(number // 2))

    def _client(self, number: int, owner: str) -> Row:
        return {
            "id": client(number), "organization_id": owner, "name": f"Robot {number}", "scopes": "webapi",
            "auth_methods": "client_secret_basic client_secret_post", "created_at": NOW - YEAR,
        }  # fmt: skip

    def _secrets(self) -> Iterator[Row]:
        for number in range(self.size.clients + self.size.tenants * 2):
            for place in range(self.size.secrets):
                # Made by other people each, and by software.
                maker = f"account:{account(place)}" if place % 2 else f"client:{client(place)}"
                yield {
                    "id": uid(6, number * 16 + place), "client_id": client(number),
                    "label": f"Secret {place}", "digest": bytes(32), "created_at": NOW - YEAR + place,
                    "created_by": maker,
                    "last_used_at": NOW - 2 * 86_400,
                }  # fmt: skip

    def _invitations(self) -> Iterator[Row]:
        for number in range(self.size.invitations):
            yield self._invitation(number, self.acme)
        for number in range(self.size.tenants * 4):
            yield self._invitation(self.size.invitations + number, organization(number // 4))
        for number in range(self.size.memberships):
            of_leaver = self.size.invitations + self.size.tenants * 4 + number
            yield self._invitation(of_leaver, organization(number), account(self.size.leaver))

    def _invitation(self, number: int, place: str, inviter: str = "") -> Row:
        # One person invited a quarter of all.
        inviter = inviter or (self.anna if number % 4 else account(1))
        return {
            "id": invitation(number), "organization_id": place, "email": f"guest{number:05}@example.com",
            "role": "member", "permissions": "", "inviter": f"member:{inviter}", "created_at": NOW - 3600,
            "expires_at": NOW + 86_400, "letter_id": letter(number % self.size.letters),
        }  # fmt: skip

    def _letters(self) -> Iterator[Row]:
        for number in range(self.size.letters):
            # The oldest ones failed, the newest wait, most are sent.
            failed, waits = number < 3, self.size.letters - number <= 2
            yield {
                "id": letter(number), "kind": "invitation", "subject_id": invitation(number),
                "recipient": f"guest{number:05}@example.com", "language": "en",
                "created_at": NOW - 86_400 + number // 2, "due_at": NOW + YEAR if waits else None,
                "attempts": 1, "state": "failed" if failed else "waiting" if waits else "sent", "error": "",
            }  # fmt: skip

    def _sessions(self) -> Iterator[Row]:
        def row(number: int, person: str) -> Row:
            return {
                "id": uid(7, number), "digest": number.to_bytes(32, "big"), "account_id": person,
                "stage": "full", "created_at": NOW - 60, "authenticated_at": NOW - 60,
                "last_seen_at": NOW - 60, "idle": YEAR, "idle_until": NOW + YEAR, "expires_at": NOW + YEAR,
                "source": "192.0.2.1", "user_agent": "Firefox",
            }  # fmt: skip

        for number in range(self.size.sessions):
            yield row(number, self.anna)
        for number in range(self.size.accounts):
            yield row(self.size.sessions + number, account(number))

    def _applications(self) -> Iterator[Row]:
        for number in range(self.size.applications):
            yield {
                "id": f"app{number:03}", "name": f"Application {number}", "profile": "standard",
                "auth_method": "none", "redirect_uris": [f"https://app{number}.test/cb"],
                "post_logout_redirect_uris": [], "backchannel_logout_uri": "",
                "cors_origins": [f"https://app{number}.test"], "scopes": "openid", "first_party": False,
                "client_uri": "", "logo_uri": "", "policy_uri": "", "tos_uri": "", "jwks_uri": "",
                "id_token_algorithm": "RS256", "userinfo_algorithm": "", "created_at": NOW - YEAR,
            }  # fmt: skip

    def _logos(self) -> Iterator[Row]:
        for number in range(self.size.applications):
            yield {
                "application_id": f"app{number:03}", "digest": f"{number:064x}", "media_type": "image/png",
                "content": b"no picture", "fetched_at": NOW - YEAR,
            }  # fmt: skip

    def _consents(self) -> Iterator[Row]:
        for number in range(self.size.applications + self.size.accounts):
            mine = number < self.size.applications
            yield {
                "account_id": self.anna if mine else account(number - self.size.applications),
                "client_id": f"app{number % self.size.applications:03}", "scopes": "openid",
                "created_at": NOW - YEAR, "updated_at": NOW - YEAR,
            }  # fmt: skip

    def _grants(self) -> Iterator[Row]:
        for number in range(self.size.accounts):
            mine = number < self.size.applications
            yield {
                "id": uid(8, number), "client_id": f"app{number:03}" if mine else PRODUCT,
                "account_id": self.anna if mine else account(number), "session_id": uid(7, number),
                "code_digest": number.to_bytes(32, "big"), "code_expires_at": NOW, "redirect_uri": "",
                "scopes": "openid organization webapi" if number == self.size.leaver else "openid",
                "nonce": "", "code_challenge": "", "claims": {},
                "authenticated_at": NOW - 60, "created_at": NOW - 60, "renewable": True, "offline": True,
                "redeemed_at": NOW - 59, "generation": 1, "rotated_at": NOW - 59, "idle_until": NOW + YEAR,
                "expires_at": NOW + YEAR, "kept_until": NOW + YEAR,
            }  # fmt: skip

    def _events(self) -> Iterator[Row]:
        for number in range(self.size.events):
            # The first is of a kind and by somebody that none of the others is.
            rare = number == 0
            actor = f"account:{account(number % self.size.members) if number else self.anna}"
            other = organization(number % self.size.organizations)
            yield {
                "at": NOW - YEAR + number // 3, "action": "secret.revoked" if rare else "member.changed",
                "actor": actor, "source": "192.0.2.1", "request_id": "",
                "target": account((number * 7) % self.size.accounts),
                "organization_id": other if number % 4 else self.acme,
                "result": "refused" if rare else "ok", "details": {"role": "member"},
            }  # fmt: skip


def fill(engine: Engine, crowd: Crowd) -> None:
    """Write a crowd, in one transaction, the quickest way that the database has."""
    with engine.connect() as connection:
        driver = connection.connection.dbapi_connection
        assert driver
        put = _copy if engine.dialect.name == "postgresql" else _insert
        if engine.dialect.name == "sqlite":
            driver.begin_to_write()
        for table, rows in crowd.tables():
            put(driver, table, rows)
        driver.commit()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "postgresql":
            # As the server does by itself, a minute later.
            connection.exec_driver_sql("VACUUM ANALYZE")


def _copy(driver: Any, table: str, rows: Iterable[Row]) -> None:
    written = iter(rows)
    first = next(written)
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(first)}) FROM STDIN") as copy:
        copy.write_row(_plain(first))
        for row in written:
            copy.write_row(_plain(row))


def _insert(driver: Any, table: str, rows: Iterable[Row]) -> None:
    written = list(rows)
    columns, places = ", ".join(written[0]), ", ".join("?" * len(written[0]))
    driver.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", map(_plain, written))  # noqa: S608 - our own names


def _plain(row: Row) -> list[Any]:
    return [json.dumps(value) if isinstance(value, dict | list) else value for value in row.values()]

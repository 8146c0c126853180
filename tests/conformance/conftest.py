"""One server for all modules, one person with a full profile, and the relying parties."""

from collections.abc import Callable, Iterator

import pytest

from tests.conformance import rp as parties
from tests.conformance.accounts import new_person
from tests.conformance.person import Person
from tests.conformance.provider import Provider
from tests.conformance.rp import Registration, RelyingParty
from tests.support.browser import Browser, OverHttp
from tests.support.server import Server, new_server

SCOPES = ("openid", "profile", "email", "address", "phone", "offline_access")

Register = Callable[..., Registration]
Party = Callable[[Registration], RelyingParty]


@pytest.fixture(scope="session")
def conformance_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on which many sign-ins cost little, and that may call applications on this machine."""
    server = new_server(
        tmp_path_factory.mktemp("conformance"),
        AUTHSERVER_PASSWORD_MEMORY="8",
        AUTHSERVER_PASSWORD_PASSES="1",
        AUTHSERVER_OUTGOING_PRIVATE_ADDRESSES="true",
    )
    with server.serving():
        yield server


@pytest.fixture(scope="session")
def provider(conformance_server: Server) -> Provider:
    """What relying parties know of the server."""
    return Provider.at(conformance_server.issuer)


@pytest.fixture(scope="session")
def person(conformance_server: Server) -> Person:
    """Somebody with a full profile."""
    return new_person(conformance_server, "anna@example.com")


@pytest.fixture(scope="session")
def register(conformance_server: Server) -> Register:
    """Registers relying parties as the suite's are: confidential, without PKCE, from another house."""

    def registered(auth_method: str = "client_secret_basic", **options: str) -> Registration:
        arguments = [part for scope in SCOPES for part in ("--scope", scope)]
        for name, value in options.items():
            arguments += [f"--{name.replace('_', '-')}", value]
        made = conformance_server.json(
            "applications", "create",
            "--name", "Conformance suite",
            "--redirect-uri", parties.CALLBACK,
            "--post-logout-redirect-uri", parties.LOGGED_OUT,
            "--profile", "legacy",
            "--auth-method", auth_method,
            "--third-party",
            *arguments,
        )  # fmt: skip
        return Registration(**made)

    return registered


@pytest.fixture(scope="session")
def registration(register: Register) -> Registration:
    """The client of nearly every module."""
    return register()


@pytest.fixture(scope="session")
def second_registration(register: Register) -> Registration:
    """The suite's second client."""
    return register()


@pytest.fixture
def response_mode() -> str:
    """How the relying party wants its answers."""
    return "query"


@pytest.fixture
def browser(provider: Provider) -> Browser:
    """The person's browser; each module begins without cookies."""
    return Browser(OverHttp(provider.issuer))


@pytest.fixture
def party(provider: Provider, person: Person, browser: Browser, response_mode: str) -> Iterator[Party]:
    """Sets up relying parties before the person."""
    made: list[RelyingParty] = []

    def set_up(registration: Registration) -> RelyingParty:
        made.append(RelyingParty(provider, registration, person, browser, response_mode))
        return made[-1]

    yield set_up
    for each in made:
        each.session.close()


@pytest.fixture
def rp(party: Party, registration: Registration) -> RelyingParty:
    """The relying party of nearly every module."""
    return party(registration)


@pytest.fixture
def second_rp(party: Party, second_registration: Registration) -> RelyingParty:
    """Another one, before the same person."""
    return party(second_registration)

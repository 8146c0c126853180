"""Whatever arrives, the token endpoint answers in the protocol's words; only the secret gets a token."""

from urllib.parse import quote_plus, urlencode

from hypothesis import given, settings
from hypothesis import strategies as st

from authserver.oidc.client_auth.credentials import credentials
from authserver.oidc.messages.form import read_form
from tests.oidc.world import CLIENT, SECRET, World, basic_header, post, request

names = st.sampled_from(["grant_type", "client_id", "client_secret", "scope", "resource", "x", ""])
values = st.one_of(st.just(CLIENT.id), st.just("client_credentials"), st.text(max_size=50))
# No surrogates: they are no text that could be sent.
plain = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=60)


@given(
    body=st.binary(max_size=300),
    header=st.text(max_size=100),
    content_type=st.sampled_from(["", post().content_type]),
)
def test_no_bytes_make_the_endpoint_fail_otherwise_than_by_a_refusal(
    body: bytes, header: str, content_type: str
) -> None:
    outcome = World().ask(request(body=body, authorization=header, content_type=content_type))
    assert outcome.refusal is not None


@given(fields=st.lists(st.tuples(names, values), max_size=6))
def test_no_form_without_the_secret_gets_a_token(fields: list[tuple[str, str]]) -> None:
    encodable = [(name, value.encode("utf-8", "replace").decode()) for name, value in fields]
    assert World().ask(request(body=urlencode(encodable).encode())).refusal is not None


@given(form=st.dictionaries(plain, plain, max_size=8))
def test_a_form_is_read_as_it_was_written(form: dict[str, str]) -> None:
    read = read_form(request(body=urlencode(form).encode()))
    assert {name: value for name, (value,) in read.items()} == form


@given(client_id=plain, secret=plain)
def test_basic_credentials_are_read_as_they_were_written(client_id: str, secret: str) -> None:
    read = credentials(basic_header(client_id, secret), {})
    assert (read.client_id, read.secret) == (client_id, secret)


@given(secret=plain)
@settings(max_examples=200)
def test_only_the_very_secret_is_accepted(secret: str) -> None:
    body = post(client_secret="").body + f"&client_secret={quote_plus(secret)}".encode()
    assert (World().ask(request(body=body)).answer is not None) == (secret == SECRET)

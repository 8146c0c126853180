"""Tokens that are asked for while what they stand on ends: whoever got one finds it refused."""

from authserver.audit.log import SYSTEM
from authserver.clients import registration
from authserver.organizations import authority, membership
from authserver.web.unit_of_work import UnitOfWork
from tests.front_channel.endings import Twins, signs_out
from tests.front_channel.feed import Api, api, client, machine_token, organization
from tests.front_channel.party import Reply, Tokens, claims_of
from tests.front_channel.visit import visitor
from tests.support.application import race
from tests.support.people import Post, member

ROUNDS = 4


def test_of_a_sign_out_and_codes_redeemed_meanwhile_no_token_is_left(twins: Twins) -> None:
    printing = api(twins[0], "printing")
    party, there = printing.party(), Api(twins[1], "printing")
    for _ in range(ROUNDS):
        anna = visitor(member(twins[0], Post(twins[0])))
        codes = [anna.code(party, scope="openid printing.all") for _ in range(5)]

        def act(number: int, anna=anna, codes=codes) -> Reply | None:  # type: ignore[no-untyped-def] # noqa: ANN001 - of this round
            return party.redeem(codes[number], twins[1]) if number < len(codes) else signs_out(anna)

        replies = race(len(codes) + 1, act)
        given = [reply for reply in replies if isinstance(reply, Reply) and reply.status == 200]
        assert all(there.refuses(Tokens.of(reply).access) for reply in given)


def test_of_a_removal_and_a_refresh_meanwhile_no_token_of_the_organization_is_left(twins: Twins) -> None:
    printing = api(twins[0], "printing")
    party, there = printing.party(), Api(twins[1], "printing")
    anna = visitor(member(twins[0], Post(twins[0])))
    scope = "openid offline_access organization printing.all"
    for turn in range(ROUNDS):
        acme = organization(twins[0], anna, name=f"Acme {turn}")
        tokens = anna.tokens(party, scope=scope, organization=acme.id)
        subject = tokens.claims["sub"]

        def act(number: int, acme=acme, tokens=tokens, subject=subject) -> Reply | None:  # type: ignore[no-untyped-def] # noqa: ANN001 - of this round
            if number:
                return party.refresh(tokens.refresh, twins[1])
            with UnitOfWork(twins[0]):
                membership.remove(authority.OPERATOR, acme.id, subject, SYSTEM)
            return None

        for reply in race(4, act):
            assert not isinstance(reply, BaseException), reply
            if reply is not None and reply.status == 200:
                token = Tokens.of(reply).access
                assert claims_of(token).get("org_id") != acme.id or there.refuses(token)


def test_a_token_that_a_kept_client_got_after_its_end_is_refused(twins: Twins) -> None:
    """An instance knows a client for a second."""
    printing = api(twins[0], "printing")
    anna = visitor(member(twins[0], Post(twins[0])))
    made = client(twins[0], organization(twins[0], anna), printing.scope)
    before = machine_token(twins[1], made)
    with UnitOfWork(twins[0]):
        registration.set_disabled(made[0].id, disabled=True, origin=SYSTEM)
    assert printing.refuses(before)
    try:
        late = machine_token(twins[1], made)
    except AssertionError:
        # The second was over.
        return
    assert printing.refuses(late)

"""Codes at the token endpoint, by many at once at two instances: one answer, and none that lasts (T1, T2)."""

from flask import Flask

from tests.front_channel.party import VERIFIER, Party, Reply, Tokens, live_grants, new_party
from tests.front_channel.visit import Visitor
from tests.support.application import race, trail

THREADS = 32
Twins = tuple[Flask, Flask]
OFFLINE = "openid offline_access"


def by_status(replies: list[Reply | BaseException]) -> dict[int, list[Reply]]:
    """Return answers by their status; fails when anything else happened."""
    sorted_out: dict[int, list[Reply]] = {}
    for reply in replies:
        assert isinstance(reply, Reply), reply
        sorted_out.setdefault(reply.status, []).append(reply)
    return sorted_out


def test_one_of_many_redeems_a_code_and_what_it_got_dies_with_the_replay(
    twins: Twins, both: tuple[Party, Visitor]
) -> None:
    party, anna = both
    for scope in ("openid", OFFLINE):
        code = anna.code(party, scope=scope)
        replies = by_status(race(THREADS, lambda n, c=code: party.redeem(c, twins[n % 2])))  # type: ignore[misc]
        assert {status: len(each) for status, each in replies.items()} == {200: 1, 400: THREADS - 1}
        assert all(each.refused("invalid_grant") for each in replies[400])
        tokens = Tokens.of(replies[200][0])
        assert all(party.dead(tokens, at) for at in twins)
        assert live_grants(twins[0]) == []
    assert [event.action for event in trail(twins[0])].count("code.replayed") == 2


def test_a_code_in_the_hands_of_another_application_is_worth_nothing_and_harms_nobody(
    twins: Twins, both: tuple[Party, Visitor]
) -> None:
    party, anna = both
    thief = new_party(twins[0], "Thief")
    code = anna.code(party, scope=OFFLINE)

    def redeem(number: int) -> Reply:
        if number == 5:
            return party.redeem(code, twins[1])
        return thief.redeem(code, twins[number % 2], redirect_uri=party.callback)

    replies = race(THREADS, redeem)
    sorted_out = by_status(replies)
    assert {status: len(each) for status, each in sorted_out.items()} == {200: 1, 400: THREADS - 1}
    assert replies[5] is sorted_out[200][0]
    assert not party.dead(Tokens.of(sorted_out[200][0]))


def test_many_who_guess_the_verifier_of_a_stolen_code_get_one_guess(
    twins: Twins, both: tuple[Party, Visitor]
) -> None:
    party, anna = both
    code = anna.code(party, scope=OFFLINE)
    verifiers = [VERIFIER] + [f"{number:043d}" for number in range(1, THREADS)]
    replies = by_status(race(THREADS, lambda n: party.redeem(code, twins[n % 2], code_verifier=verifiers[n])))
    assert len(replies.get(200, [])) <= 1
    assert all(each.refused("invalid_grant") for each in replies[400])
    assert all(party.dead(Tokens.of(each)) for each in replies.get(200, []))
    assert live_grants(twins[0]) == []


def test_the_right_verifier_after_a_wrong_one_comes_too_late(party: Party, anna: Visitor) -> None:
    code = anna.code(party)
    assert party.redeem(code, code_verifier="x" * 43).refused("invalid_grant")
    assert party.redeem(code).refused("invalid_grant")


def test_codes_that_are_redeemed_at_once_do_not_disturb_one_another(
    twins: Twins, both: tuple[Party, Visitor]
) -> None:
    party, anna = both
    codes = [anna.code(party, scope=OFFLINE) for _ in range(16)]
    replies = race(16, lambda n: party.redeem(codes[n], twins[n % 2]))
    assert [each.status for each in replies if isinstance(each, Reply)] == [200] * 16
    tokens = [Tokens.of(each) for each in replies if isinstance(each, Reply)]
    assert len({each.refresh for each in tokens}) == 16
    assert not [each for each in tokens if party.dead(each, twins[1])]

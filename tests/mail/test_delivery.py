import threading

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from authserver.extensions import db
from authserver.mail import delivery as delivering
from authserver.mail import store
from authserver.mail.delivery import DELAYS, GIVEN_UP_AFTER, LEASE, Delivery, next_attempt
from authserver.mail.failures import TemporaryFailure
from authserver.mail.letter import Envelope, Letter
from authserver.mail.transport import transport_for
from authserver.web.unit_of_work import UnitOfWork
from tests.mail.ledger import ANNA, BEN, Clock, ask, compose, deliverer, line, lines, secret_in, works
from tests.support.server import free_port
from tests.support.smtp import Behaviour, SmtpServer


def test_a_letter_that_was_asked_for_arrives_once(app: Flask, delivery: Delivery, smtp: SmtpServer) -> None:
    asked = ask(app)
    assert delivery.run_until_empty() == 1
    assert delivery.run_until_empty() == 0
    assert [letter.recipients for letter in smtp.received] == [(ANNA,)]
    assert works(app, ANNA, smtp.received[0].text)
    sent = line(app, asked.id)
    assert (sent.state, sent.attempts, sent.due_at, sent.error) == ("sent", 1, None, "")
    assert sent.sent_at is not None


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        ("busy", "421 4.3.2 too busy"),
        ("want_sign_in", "530 5.7.0 sign in first"),
        ("greet_badly", "554 5.3.2 no service"),
        ("greylist", "451 4.7.1 greylisted"),
        ("refuse_sender", "550 5.7.1 who are you"),
        ("defer_letter", "451 after the letter was sent"),
        ("hang", "timeout"),
        ("drop", "connection lost"),
        ("close", "connection lost"),
    ],
)
def test_a_temporary_failure_is_tried_again_later_with_a_fresh_secret(
    app: Flask, delivery: Delivery, clock: Clock, smtp: SmtpServer, behaviour: Behaviour, error: str
) -> None:
    asked = ask(app)
    smtp.behaviour = behaviour
    assert delivery.run_until_empty() == 0
    waiting = line(app, asked.id)
    assert (waiting.state, waiting.attempts, waiting.due_at) == ("waiting", 1, clock() + 10)
    assert waiting.error == error
    smtp.behaviour = "ok"
    clock.advance(10)
    assert delivery.run_until_empty() == 1
    letters = smtp.to(ANNA)
    assert works(app, ANNA, letters[-1].text)
    assert not any(works(app, ANNA, letter.text) for letter in letters[:-1])
    assert line(app, asked.id).error == ""


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [("refuse", "550 5.1.1 no such mailbox"), ("refuse_letter", "554 after the letter was sent")],
)
def test_a_refusal_of_the_recipient_or_of_the_letter_is_final(
    app: Flask, delivery: Delivery, clock: Clock, smtp: SmtpServer, behaviour: Behaviour, error: str
) -> None:
    asked = ask(app)
    smtp.behaviour = behaviour
    assert delivery.run_until_empty() == 0
    clock.advance(GIVEN_UP_AFTER)
    assert delivery.run_until_empty() == 0
    failed = line(app, asked.id)
    assert (failed.state, failed.attempts, failed.due_at, failed.error) == ("failed", 1, None, error)
    assert len(smtp.rcpts) == 1


def test_a_letter_that_the_server_took_is_sent_even_when_the_dialogue_never_ends(
    app: Flask, delivery: Delivery, smtp: SmtpServer
) -> None:
    smtp.behaviour = "hang_on_quit"
    asked = ask(app)
    assert delivery.run_until_empty() == 1
    assert line(app, asked.id).state == "sent"


def test_a_server_that_is_not_there_is_tried_again(app: Flask, clock: Clock) -> None:
    asked = ask(app)
    assert deliverer(app, clock, f"smtp://127.0.0.1:{free_port()}").run_until_empty() == 0
    assert line(app, asked.id).error == "connection refused"


def test_without_a_mail_server_letters_wait_and_say_why(app: Flask, clock: Clock) -> None:
    asked = ask(app)
    no_server = Delivery(app, compose, delivering_to_nobody(app), clock)
    assert no_server.run_until_empty() == 0
    waiting = line(app, asked.id)
    assert (waiting.state, waiting.error) == ("waiting", "no mail server is configured")


def delivering_to_nobody(app: Flask) -> delivering.Transport:
    settings = app.extensions["settings"].model_copy(update={"mail_url": None})
    return transport_for(settings, app)


def test_waits_grow_until_a_letter_is_given_up_after_three_days() -> None:
    created, due_at, waits = 1_800_000_000, 1_800_000_000, []
    attempts = 1
    while True:
        envelope = Envelope("", "", "", ANNA, "en", created, attempts, "sending", 0, None, "")
        again = next_attempt(envelope, due_at)
        if again is None:
            break
        waits.append(again - due_at)
        due_at, attempts = again, attempts + 1
    assert waits[:8] == [10, 60, 300, 900, 3600, 7200, 14_400, 21_600]
    assert waits == sorted(waits)
    assert GIVEN_UP_AFTER - DELAYS[-1] < sum(waits) <= GIVEN_UP_AFTER


def test_a_letter_is_given_up_in_the_end(
    app: Flask, delivery: Delivery, clock: Clock, smtp: SmtpServer
) -> None:
    asked = ask(app)
    smtp.behaviour = "busy"
    for _ in range(40):
        delivery.run_until_empty()
        clock.advance(DELAYS[-1])
    given_up = line(app, asked.id)
    assert (given_up.state, given_up.error) == ("failed", "421 4.3.2 too busy")


def test_when_nobody_is_to_be_written_to_any_more_the_line_goes(
    app: Flask, clock: Clock, smtp: SmtpServer
) -> None:
    ask(app)
    delivery = deliverer(app, clock, smtp.url)
    delivery._compose = lambda _: None
    assert delivery.deliver_one()
    assert lines(app) == []
    assert smtp.received == []


def test_a_letter_that_can_not_be_written_waits_without_holding_up_others(
    app: Flask, clock: Clock, smtp: SmtpServer
) -> None:
    def fails_for_anna(envelope: Envelope) -> Letter:
        letter = compose(envelope)
        if envelope.recipient == ANNA:
            raise ValueError(secret_in(letter.text))
        return letter

    first = ask(app, ANNA)
    ask(app, BEN)
    delivery = deliverer(app, clock, smtp.url)
    delivery._compose = fails_for_anna
    with capture_logs() as logs:
        assert delivery.run_until_empty() == 1
    waiting = line(app, first.id)
    assert (waiting.state, waiting.attempts, waiting.error) == ("waiting", 1, "not composed: ValueError")
    told = next(entry for entry in logs if entry["event"] == "mail.not_composed")
    assert told["error"] == "ValueError"
    assert told["at"].startswith("test_delivery.py:")
    assert set(told) == {"event", "log_level", "error", "at", "letter", "kind", "attempts"}
    # What the composer had written is undone: the secret of a letter before would still work.
    assert not works(app, ANNA, smtp.to(BEN)[0].text)


def test_an_error_of_the_database_while_a_letter_is_written_is_that_letters_alone(
    app: Flask, clock: Clock, smtp: SmtpServer
) -> None:
    def twice(envelope: Envelope) -> Letter:
        if envelope.recipient == ANNA:
            store.add(envelope)
        return compose(envelope)

    first = ask(app, ANNA)
    ask(app, BEN)
    delivery = deliverer(app, clock, smtp.url)
    delivery._compose = twice
    assert delivery.run_until_empty() == 1
    assert line(app, first.id).error == "not composed: IntegrityError"


def test_whatever_a_transport_raises_the_letter_is_tried_again(app: Flask, clock: Clock) -> None:
    class Broken:
        def send(self, envelope: Envelope, letter: Letter) -> None:
            raise RuntimeError(letter.text, envelope.recipient)

    asked = ask(app)
    with capture_logs() as logs:
        assert Delivery(app, compose, Broken(), clock).run_until_empty() == 0
    assert line(app, asked.id).error == "RuntimeError"
    assert "secret" not in str(logs)


def test_the_log_tells_what_happened_and_not_to_whom(
    app: Flask, delivery: Delivery, clock: Clock, smtp: SmtpServer
) -> None:
    asked = ask(app)
    with capture_logs() as logs:
        smtp.behaviour = "greylist"
        delivery.run_until_empty()
        clock.advance(10)
        delivery.run_until_empty()
        ask(app, BEN)
        smtp.behaviour = "refuse"
        delivery.run_until_empty()
    assert [entry["event"] for entry in logs] == ["mail.deferred", "mail.sent", "mail.failed"]
    facts = {"letter": asked.id, "kind": "welcome"}
    assert logs[0] == facts | {
        "event": "mail.deferred", "log_level": "info", "attempts": 1, "error": "RCPT 451", "due_at": clock(),
    }  # fmt: skip
    assert logs[1] == facts | {"event": "mail.sent", "log_level": "info", "attempts": 2}
    assert logs[2]["error"] == "RCPT 550"
    assert "example.com" not in str(logs)


def test_a_crashed_claim_is_taken_again_when_it_is_over(
    app: Flask, delivery: Delivery, clock: Clock, smtp: SmtpServer
) -> None:
    asked = ask(app)
    with UnitOfWork(app):
        assert store.claim(clock(), clock() + LEASE)
    clock.advance(LEASE - 1)
    assert not delivery.deliver_one()
    clock.advance(1)
    assert delivery.deliver_one()
    assert (line(app, asked.id).state, line(app, asked.id).attempts) == ("sent", 2)
    assert len(smtp.received) == 1


def test_a_process_that_slept_through_its_claim_sends_nothing(
    app: Flask, delivery: Delivery, clock: Clock, smtp: SmtpServer
) -> None:
    def slow(envelope: Envelope) -> Letter:
        clock.advance(LEASE)
        return compose(envelope)

    asked = ask(app)
    delivery._compose = slow
    assert delivery.deliver_one()
    assert smtp.received == []
    assert line(app, asked.id).error == "overslept"


def test_nobody_marks_a_letter_that_somebody_else_has_taken(app: Flask, clock: Clock) -> None:
    asked = ask(app)
    with UnitOfWork(app):
        mine = store.claim(clock(), clock() + LEASE)
    clock.advance(LEASE)
    with UnitOfWork(app):
        theirs = store.claim(clock(), clock() + LEASE)
    assert mine is not None
    assert theirs is not None
    with UnitOfWork(app):
        assert not store.mark_sent(mine, clock())
        assert not store.mark_later(mine, clock(), "")
        assert not store.mark_failed(mine, "")
        store.drop(mine)
    assert line(app, asked.id) == theirs


def test_what_was_sent_is_marked_though_the_database_was_away_for_a_moment(
    app: Flask, delivery: Delivery, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "MARK_PAUSES", (0, 0, 0))
    asked = ask(app)
    refusals = iter([True, True])

    def refuse(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if smtp.received and next(refusals, False):
            raise OperationalError("", {}, ConnectionRefusedError())

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", refuse)
    assert delivery.run_until_empty() == 1
    assert line(app, asked.id).state == "sent"
    assert len(smtp.received) == 1


def test_what_could_not_be_marked_is_sent_again_when_its_claim_is_over(
    app: Flask, delivery: Delivery, clock: Clock, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "MARK_PAUSES", (0,))
    asked = ask(app)

    def refuse(*_: object) -> None:
        if len(smtp.received) == 1 and clock() < refused_until:
            raise OperationalError("", {}, ConnectionRefusedError())

    refused_until = clock() + LEASE
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", refuse)
    with pytest.raises(OperationalError):
        delivery.deliver_one()
    clock.advance(LEASE)
    assert delivery.run_until_empty() == 1
    assert line(app, asked.id).state == "sent"
    assert [works(app, ANNA, letter.text) for letter in smtp.received] == [False, True]


def test_the_loop_goes_on_while_the_database_is_away_and_ends_when_told(
    app: Flask, delivery: Delivery, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "PAUSE", 0.01)
    stop, refusals = threading.Event(), iter([True] * 3)

    def refuse(*_: object) -> None:
        if next(refusals, False):
            raise OperationalError("", {}, ConnectionRefusedError())

    ask(app)
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", refuse)
    attempt = delivery._attempt

    def last_when_sent() -> delivering.Outcome:
        outcome = attempt()
        if outcome == "sent":
            stop.set()
        return outcome

    monkeypatch.setattr(delivery, "_attempt", last_when_sent)
    with capture_logs() as logs:
        delivery.run(stop)
    assert [entry["event"] for entry in logs] == ["mail.interrupted"] * 3 + ["mail.sent"]
    assert len(smtp.received) == 1


def test_reasons_are_one_short_line() -> None:
    reason = TemporaryFailure("x", "451 a\r\nb\0\x1b[31m\u202e" + "c" * 500).reason
    assert reason.startswith("451 a b [31m c")
    assert len(reason) == 200

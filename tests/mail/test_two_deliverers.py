from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from flask import Flask

from authserver.mail import outbox
from authserver.web.unit_of_work import UnitOfWork
from tests.mail.ledger import Clock, deliverer, lines, works
from tests.support.smtp import SmtpServer


def test_forty_letters_are_sent_once_each_by_two_instances(
    twins: tuple[Flask, Flask], clock: Clock, smtp: SmtpServer
) -> None:
    one, other = twins
    recipients = [f"person{number}@example.com" for number in range(40)]
    with UnitOfWork(one):
        for recipient in recipients:
            outbox.enqueue("welcome", "account", recipient)
    with ThreadPoolExecutor(4) as pool:
        runs = [
            pool.submit(deliverer(app, clock, smtp.url).run_until_empty) for app in (one, other, one, other)
        ]
        assert sum(run.result() for run in runs) == 40
    assert Counter(letter.recipients for letter in smtp.received) == {(who,): 1 for who in recipients}
    assert {envelope.state for envelope in lines(one)} == {"sent"}
    assert all(works(one, letter.recipients[0], letter.text) for letter in smtp.received)


def test_of_many_letters_to_one_address_the_one_that_came_last_works(
    twins: tuple[Flask, Flask], clock: Clock, smtp: SmtpServer
) -> None:
    one, other = twins
    with UnitOfWork(one):
        for number in range(12):
            outbox.enqueue(f"kind{number}", "account", "anna@example.com")

    def deliver(app: Flask) -> int:
        delivery, sent = deliverer(app, clock, smtp.url), 0
        # What another has under way is no work for this one, so it may run dry before the end.
        while any(envelope.state != "sent" for envelope in lines(app)):
            sent += delivery.run_until_empty()
        return sent

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(deliver, (one, other, one, other))) == 12
    letters = smtp.to("anna@example.com")
    assert len(letters) == 12
    assert [works(one, "anna@example.com", letter.text) for letter in letters] == [False] * 11 + [True]

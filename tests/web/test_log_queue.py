import logging
import threading
from types import SimpleNamespace

import pytest

from authserver.web import log_queue
from authserver.web.log_queue import DroppingHandler


class StuckPipe:
    """A standard error that nobody reads, until it is released."""

    def __init__(self) -> None:
        self.released = threading.Event()
        self.taken = threading.Event()
        self.written: list[str] = []

    def write(self, text: str) -> None:
        self.taken.set()
        self.released.wait(30)
        self.written.append(text)

    def flush(self) -> None:
        pass


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> StuckPipe:
    pipe = StuckPipe()
    # By the module: the capture of output sets the real one anew between fixture and test.
    monkeypatch.setattr(log_queue, "sys", SimpleNamespace(stderr=pipe))
    monkeypatch.setattr(log_queue, "LINES", 5)
    return pipe


def test_a_stuck_reader_of_the_log_holds_up_nobody_and_what_was_dropped_is_told(pipe: StuckPipe) -> None:
    handler = DroppingHandler(logging.Formatter("%(message)s"))
    logger = logging.getLogger("test of the log queue")
    logger.setLevel("INFO")
    logger.propagate = False
    logger.addHandler(handler)
    logger.info("first")
    assert pipe.taken.wait(10)
    for number in range(20):
        logger.info("line %s", number)
    assert handler.dropped == 15
    pipe.released.set()
    while handler.dropped or not handler.lines.empty():
        threading.Event().wait(0.01)
    logger.removeHandler(handler)
    assert "15 lines were dropped" in "".join(pipe.written)

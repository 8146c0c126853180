"""The threads that hash, and the places for those who wait."""

import multiprocessing
import os
import sys
import threading
from collections.abc import Iterator

import pytest

from authserver.accounts.hashing import NICENESS, HashPool
from authserver.base.errors import Busy
from tests.support.application import race


class Gate:
    """Work that waits until it may end, and knows how much of it runs at once."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.begun = threading.Semaphore(0)
        self.running = self.most = 0
        self._lock = threading.Lock()

    def work(self) -> int:
        with self._lock:
            self.running += 1
            self.most = max(self.most, self.running)
        self.begun.release()
        assert self.open.wait(30)
        with self._lock:
            self.running -= 1
        return threading.get_native_id()


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.open.set()


def test_work_returns_what_it_returns_and_raises_what_it_raises() -> None:
    pool = HashPool(1, 1)
    assert pool.run(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        pool.run(divmod, 7, 0)
    assert pool.run(int, "11", base=2) == 3


def test_one_runs_at_a_time_in_a_thread_of_its_own(gate: Gate) -> None:
    pool = HashPool(1, 16)
    gate.open.set()
    threads = race(16, lambda _: pool.run(gate.work))
    assert gate.most == 1
    assert len(set(map(str, threads))) == 1
    assert threading.get_native_id() not in threads


def test_the_next_without_a_place_is_turned_away_at_once(gate: Gate) -> None:
    pool = HashPool(1, 2)

    def hold() -> None:
        with pool.place():
            pool.run(gate.work)

    holders = [threading.Thread(target=hold) for _ in range(2)]
    with pool.place():
        holders[0].start()
        assert gate.begun.acquire(timeout=30)
        # One works, one is here: nobody else gets in while the work stands still.
        with pytest.raises(Busy) as refused, pool.place():
            raise AssertionError("there was a place")
    assert refused.value.retry_after in (1, 2)
    holders[1].start()
    gate.open.set()
    for holder in holders:
        holder.join(30)
    with pool.place(), pool.place():
        assert gate.most == 1


def test_of_sixteen_at_once_as_many_get_in_as_there_are_places() -> None:
    pool = HashPool(1, 5)
    all_tried = threading.Barrier(16)

    def enter(_: int) -> bool:
        try:
            with pool.place():
                all_tried.wait(30)
                return True
        except Busy:
            all_tried.wait(30)
            return False

    assert race(16, enter).count(True) == 5


def test_a_place_is_given_back_whatever_happens_in_it() -> None:
    pool = HashPool(1, 1)
    for _ in range(3):
        with pytest.raises(LookupError), pool.place():
            raise LookupError
    with pool.place(), pytest.raises(Busy), pool.place():
        raise AssertionError("there was a place")
    with pool.place():
        assert pool.run(int) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="a thread has a rank of its own on Linux only")
def test_the_hashing_thread_steps_back_and_others_do_not() -> None:
    def rank() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before = rank()
    assert HashPool(1, 1).run(rank) == min(before + NICENESS, 19) if before == 0 else NICENESS
    assert rank() == before


def test_where_the_system_refuses_to_change_the_rank_work_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "setpriority", refuse)
    assert HashPool(1, 1).run(int, "7") == 7


def test_a_pool_that_nobody_used_starts_no_thread() -> None:
    before = threading.active_count()
    pool = HashPool(1, 4)
    with pool.place():
        assert threading.active_count() == before


def _run_in_child(pool: HashPool, answers: "multiprocessing.Queue[int]") -> None:
    answers.put(pool.run(int, "42"))


def test_a_pool_that_was_made_before_a_fork_works_in_each_worker() -> None:
    pool = HashPool(1, 1)
    fork = multiprocessing.get_context("fork")
    answers: multiprocessing.Queue[int] = fork.Queue()
    workers = [fork.Process(target=_run_in_child, args=(pool, answers)) for _ in range(2)]
    for worker in workers:
        worker.start()
    assert [answers.get(timeout=30) for _ in workers] == [42, 42]
    for worker in workers:
        worker.join(30)
        assert worker.exitcode == 0

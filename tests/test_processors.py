"""Work done on the processors there are, taken back in its order."""

import threading

import pytest

from omnivec.store import processors
from omnivec.store.processors import in_turn


@pytest.fixture(autouse=True)
def three(monkeypatch):
    monkeypatch.setattr(processors, "processors", lambda: 3)


def test_results_come_in_the_order_of_the_items():
    found = [(item, result()) for item, result in in_turn(lambda n: n * n, range(100))]
    assert found == [(n, n * n) for n in range(100)]
    assert list(in_turn(str, [])) == []


def test_as_many_work_beside_each_other_as_there_are_processors():
    meeting = threading.Barrier(3)  # broken, unless three are there at once
    assert [result() for _, result in in_turn(lambda _: meeting.wait(60), range(3))] != []


def test_no_more_is_taken_ahead_than_is_worked_on():
    taken = []
    found = in_turn(str, (taken.append(n) or n for n in range(100)))
    next(found)
    assert len(taken) <= 5
    found.close()
    assert len(taken) <= 5


def test_what_fails_is_raised_in_its_turn():
    def items():
        yield from (1, 0, 2)
        raise KeyError("no more")

    found = in_turn(lambda n: 1 / n, items())
    assert next(found)[1]() == 1
    with pytest.raises(ZeroDivisionError):
        next(found)[1]()
    assert next(found)[1]() == 0.5
    with pytest.raises(KeyError, match="no more"):
        next(found)


def test_without_room_for_a_thread_the_work_is_done_all_the_same(monkeypatch):
    def refuse(_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert [result() for _, result in in_turn(str, range(9))] == list("012345678")

"""Schedule, threads and progress, apart from any learner."""

import dataclasses
import os
import signal
import threading
import time
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from omnivec.engine.hogwild import Hogwild, Pause
from omnivec.engine.outcome import Outcome
from omnivec.engine.progress import silent
from omnivec.engine.schedule import Schedule
from omnivec.engine.start import alias_table, base, initial_table
from omnivec.errors import NotFinite

SCHEDULE = Schedule(tokens=10_500, epochs=3, lr=0.05, floor=0.1, work=672)


def counting(shard, sums):
    sums += (2.0 * (shard.last - shard.first), shard.last - shard.first, shard.last - shard.first)


def test_shards_cover_every_token_of_every_epoch_once():
    shards = list(SCHEDULE.shards())
    for epoch in range(3):
        borders = [(s.first, s.last) for s in shards if s.epoch == epoch]
        assert borders[0][0] == 0 and borders[-1][1] == 10_500
        assert all(a[1] == b[0] for a, b in zip(borders, borders[1:], strict=False))


def test_a_spread_epoch_covers_every_token_and_its_shards_follow_from_far_away():
    spread = dataclasses.replace(SCHEDULE, tokens=640_500, spread=True)
    shards = list(spread.shards())
    places = [shard.first // spread.shard_size for shard in shards if shard.epoch == 1]
    assert sorted(places) == list(range(spread.shards_by_epoch)) and len(places) > 60
    assert all(abs(a - b) > len(places) // 4 for a, b in pairwise(places))
    assert shards[-1].last - shards[-1].first == spread.shard_size and 640_500 in [s.last for s in shards]
    for taken in range(len(shards) + 1):
        done = np.zeros(3, np.int64)
        for shard in shards[:taken]:
            done[shard.epoch] += shard.last - shard.first
        np.testing.assert_array_equal(spread.tokens_by_epoch(taken), done)
    assert [shard.rate for shard in shards] == sorted((shard.rate for shard in shards), reverse=True)
    assert shards[0].rate == 0.05 and shards[-1].rate > 0.005


def test_rate_falls_on_one_line_over_all_shards():
    shards = list(SCHEDULE.shards())
    assert shards[0].rate == 0.05
    assert shards[-1].rate - shards[-1].decay * (shards[-1].last - shards[-1].first) == pytest.approx(0.005)
    for a, b in zip(shards, shards[1:], strict=False):
        assert a.rate - a.decay * (a.last - a.first) == pytest.approx(b.rate)


@pytest.mark.parametrize("tokens", [1, 999, 2_001, 3_001, 10_500, 640_500])
def test_rate_falls_on_one_line_and_never_below_zero_where_the_short_shard_is_not_the_last(tokens):
    shards = list(Schedule(tokens=tokens, epochs=2, lr=0.5, floor=0, work=672, spread=True).shards())
    after = [shard.rate - shard.decay * (shard.last - shard.first) for shard in shards]
    assert shards[0].rate == 0.5 and after[-1] == pytest.approx(0, abs=1e-9)
    np.testing.assert_allclose(after[:-1], [shard.rate for shard in shards[1:]])


def test_shard_borders_depend_on_data_and_options_alone():
    assert SCHEDULE.shard_size == 1_000  # at least so many tokens
    assert Schedule(tokens=17_000_000, epochs=5, lr=0.05, floor=0, work=672).shard_size == 148_809
    assert Schedule(tokens=640_000, epochs=5, lr=0.05, floor=0, work=672).shard_size == 10_000  # 64 an epoch


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_every_thread_s_loss_counts(threads):
    outcome = Hogwild(SCHEDULE, counting, threads, silent).train()
    assert outcome.losses == [2.0, 2.0, 2.0]
    assert outcome.tokens == outcome.pairs == 31_500 and not outcome.interrupted


def test_one_thread_trains_the_shards_in_order():
    seen = []
    Hogwild(SCHEDULE, lambda shard, sums: seen.append((shard.epoch, shard.first)), 1, silent).train()
    assert seen == sorted(seen) and len(seen) == 33


def test_shards_are_shared_out_among_the_threads():
    names, gate = set(), threading.Barrier(2)

    def step(shard, sums):
        if not gate.broken and len(names) < 2:
            names.add(threading.get_ident())
            gate.wait(60)  # both threads must be inside a shard at once

    Hogwild(Schedule(tokens=2_000, epochs=1, lr=0.1, floor=0, work=10**9), step, 2, silent).train()
    assert len(names) == 2


def test_loss_that_is_not_a_number_stops_training_and_names_the_place():
    def step(shard, sums):
        sums += (np.nan if (shard.epoch, shard.first) == (1, 3_000) else 1.0, 1.0, 1.0)

    with pytest.raises(NotFinite, match=r"epoch 2 between tokens 3,000 and 4,000; lower lr"):
        Hogwild(SCHEDULE, step, 2, silent).train()


def test_failure_in_a_thread_reaches_the_caller():
    def step(shard, sums):
        raise OSError("disk gone")

    with pytest.raises(OSError, match="disk gone"):
        Hogwild(SCHEDULE, step, 2, silent).train()


def slow(shard, sums):
    threading.Event().wait(0.02)
    counting(shard, sums)


def test_first_interrupt_ends_the_shards_begun_and_keeps_the_count():
    pressed = []

    def listener(record):
        if record.phase == "train" and not pressed:
            pressed.append(record)
            raise KeyboardInterrupt

    outcome = Hogwild(Schedule(10**6, 5, 0.05, 0, 10**5), slow, 2, listener).train()
    assert outcome.interrupted and 0 < outcome.tokens < 5 * 10**6


@pytest.mark.parametrize("threads", [1, 2])
def test_no_shard_trains_on_after_an_interrupt_while_waiting(threads):
    pressed = []

    def step(shard, sums):
        if shard.first and not pressed:
            pressed.append(shard)
            threading.Event().wait(0.1)  # until the main thread waits
            os.kill(os.getpid(), signal.SIGINT)
            threading.Event().wait(0.3)
        counting(shard, sums)

    outcome = Hogwild(SCHEDULE, step, threads, silent).train()
    assert pressed and outcome.tokens == SCHEDULE.tokens_by_epoch(outcome.shards).sum()


def test_interrupt_during_the_last_look_keeps_the_whole_run():
    pressed = []

    def listener(record):
        if record.phase == "epoch" and record.epoch == 3 and not pressed:
            pressed.append(record)
            raise KeyboardInterrupt

    outcome = Hogwild(SCHEDULE, counting, 2, listener).train()
    assert pressed and outcome.tokens == 31_500 and not outcome.interrupted


def test_no_thread_trains_on_after_the_listener_failed():
    begun = []

    def step(shard, sums):
        begun.append(shard)
        slow(shard, sums)

    def listener(record):
        raise ValueError("mine")

    before = set(threading.enumerate())
    with pytest.raises(ValueError, match="mine"):
        Hogwild(Schedule(10**6, 5, 0.05, 0, 10**5), step, 2, listener).train()
    for thread in set(threading.enumerate()) - before:
        thread.join(10)
        assert not thread.is_alive()
    assert len(begun) < 5_000


def test_a_thread_that_ctrl_c_caught_while_it_was_starting_trains_nothing(monkeypatch):
    begun, late = [], []

    class Late(threading.Thread):
        def start(self):
            late.append(self)
            raise KeyboardInterrupt

    run = Hogwild(SCHEDULE, lambda shard, sums: begun.append(shard), 2, silent)
    with monkeypatch.context() as patched:
        patched.setattr("omnivec.engine.hogwild.threading.Thread", Late)
        outcome = run.train()
    threading.Thread.start(late[0])
    late[0].join(10)
    assert outcome.interrupted and outcome.shards == 0 and not begun


def test_second_interrupt_leaves_at_once():
    def slower(shard, sums):
        threading.Event().wait(0.3)
        counting(shard, sums)

    def listener(record):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Hogwild(Schedule(10**6, 5, 0.05, 0, 10**5), slower, 2, listener).train()


def test_progress_counts_up_and_tells_the_loss_since_the_last_record():
    records = []
    Hogwild(Schedule(60_000, 2, 0.05, 0, 10**6), slow, 1, records.append).train()
    shares = [record.done for record in records]
    assert shares == sorted(shares) and [r.epoch for r in records if r.phase == "epoch"] == [1, 2]
    assert all(record.loss == 2.0 for record in records)
    assert any(record.phase == "train" and record.seconds_left > 0 for record in records)


class Watched:
    """A step that knows which shards were begun and which are done, and does something meanwhile."""

    def __init__(self, meanwhile=lambda: None):
        self.begun, self.done, self.meanwhile = [], [], meanwhile

    def __call__(self, shard, sums):
        number = shard.epoch * SCHEDULE.shards_by_epoch + shard.first // 1_000
        self.begun.append(number)
        self.meanwhile()
        counting(shard, sums)
        self.done.append(number)


@pytest.mark.parametrize("threads", [1, 3])
def test_no_shard_of_the_next_epoch_begins_before_the_pause_at_an_epoch_s_end(threads):
    step, seen = Watched(lambda: time.sleep(0.001)), []

    def do(outcome):
        assert sorted(step.begun) == sorted(step.done) == list(range(outcome.shards))
        seen.append((outcome.shards, outcome.epochs, outcome.tokens, len(outcome.history)))
        return {"heldout": len(seen) / 2}

    records = []
    outcome = Hogwild(SCHEDULE, step, threads, records.append, pauses=[Pause(do)]).train()
    assert seen == [(11, 0, 10_500, 0), (22, 1, 21_000, 1), (33, 2, 31_500, 2)]
    assert [row["heldout"] for row in outcome.history] == [0.5, 1.0, 1.5]
    assert [record.heldout for record in records if record.phase == "epoch"] == [0.5, 1.0, 1.5]
    assert outcome.epochs == 3 and not outcome.interrupted and not outcome.stopped_early


@pytest.fixture
def clock(monkeypatch):
    """The engine's clock: `clock.passes(seconds)`, in a step, goes on when it has been looked at since."""
    now, looked = [0.0], threading.Event()

    def seconds():
        looked.set()
        return now[0]

    def passes(seconds):
        now[0] += seconds
        looked.clear()
        assert looked.wait(60)

    monkeypatch.setattr("omnivec.engine.hogwild.time", SimpleNamespace(perf_counter=seconds))
    monkeypatch.setattr("omnivec.engine.hogwild.TICK", 0.001)
    return SimpleNamespace(passes=passes)


@pytest.mark.parametrize("threads", [1, 3])
def test_at_a_pause_by_the_clock_the_first_shards_are_done_and_nothing_else(threads, clock):
    step, seen = Watched(lambda: clock.passes(1)), []

    def do(outcome):
        assert sorted(step.begun) == sorted(step.done) == list(range(outcome.shards))
        assert outcome.tokens == SCHEDULE.tokens_by_epoch(outcome.shards).sum() == outcome.sums[:, 1].sum()
        assert outcome.interrupted
        seen.append(outcome.shards)

    outcome = Hogwild(SCHEDULE, step, threads, silent, pauses=[Pause(do, 5)]).train()
    assert len(set(seen)) == len(seen) >= 2 and max(seen) < 33  # at the end there is nothing to interrupt
    assert sorted(step.done) == list(range(33)) and outcome.losses == [2.0, 2.0, 2.0]
    assert [row["epoch"] for row in outcome.history] == [1, 2, 3]  # what returns nothing leaves no row


def test_with_nothing_due_one_team_trains_to_the_end():
    names = set()

    def step(shard, sums):
        names.add(threading.get_ident())
        counting(shard, sums)

    Hogwild(SCHEDULE, step, 1, silent, pauses=[Pause(lambda outcome: None, 1e9)]).train()
    assert len(names) == 1


def test_time_of_a_pause_is_no_time_of_training():
    def do(outcome):
        time.sleep(0.2)

    began = time.perf_counter()
    outcome = Hogwild(SCHEDULE, counting, 1, silent, pauses=[Pause(do), Pause(do, 1e9, at_end=True)]).train()
    assert outcome.paused >= 0.8 and outcome.seconds + outcome.paused <= time.perf_counter() - began


def test_a_pause_by_the_clock_is_due_again_only_after_its_time(clock):
    done = []

    def step(shard, sums):
        counting(shard, sums)
        clock.passes(1)  # a second a shard

    outcome = Hogwild(SCHEDULE, step, 1, silent, pauses=[Pause(done.append, 5)]).train()
    assert done and len(done) <= outcome.shards // 5


def test_pauses_due_together_are_done_in_their_order_and_rows_stand_in_the_order_of_time():
    calls = []
    pauses = [
        Pause(lambda outcome: calls.append("epoch") or {"heldout": 1.0}),
        Pause(lambda outcome: calls.append("first") or {"value": outcome.shards}, 0.0, at_end=True),
        Pause(lambda outcome: calls.append("second"), 0.0),
    ]
    outcome = Hogwild(SCHEDULE, counting, 1, silent, pauses=pauses).train()
    assert calls == (["first", "second"] * 10 + ["epoch"] + ["first", "second"]) * 2 + (
        ["first", "second"] * 10 + ["epoch", "first"]
    )
    assert [row["tokens"] for row in outcome.history] == sorted(row["tokens"] for row in outcome.history)
    assert [row["value"] for row in outcome.history if "value" in row] == list(range(1, 34))


def test_enough_ends_training_at_an_epoch_s_end():
    step = Watched()
    run = Hogwild(
        SCHEDULE, step, 2, silent, pauses=[Pause(lambda outcome: {})], enough=lambda rows: len(rows) == 2
    )
    outcome = run.train()
    assert outcome.stopped_early and not outcome.interrupted and outcome.epochs == 2
    assert sorted(step.done) == list(range(22)) and outcome.tokens == 21_000


@pytest.mark.parametrize("shards", [0, 1, 10, 11, 12, 32, 33])
def test_a_run_goes_on_from_any_shard(shards):
    first, rest, kept = Watched(), Watched(), [Outcome.start(SCHEDULE)]

    def do(outcome):
        kept[0] = outcome
        if outcome.shards == shards:
            raise KeyboardInterrupt

    if shards:
        kept[0] = Hogwild(SCHEDULE, first, 1, silent, pauses=[Pause(do, 0.0)]).train()
    record = {"position": kept[0].position(SCHEDULE), "history": kept[0].history}
    outcome = Hogwild(SCHEDULE, rest, 1, silent, before=Outcome.resumed(record, SCHEDULE, "m")).train()
    assert first.done == list(range(shards)) and rest.done == list(range(shards, 33))
    assert outcome.losses == [2.0, 2.0, 2.0] and outcome.tokens == 31_500 and not outcome.interrupted
    assert [row["epoch"] for row in outcome.history] == [1, 2, 3]


def test_what_a_pause_raises_reaches_the_caller_and_the_threads_end():
    before = set(threading.enumerate())
    for pause in (Pause(lambda outcome: 1 / 0), Pause(lambda outcome: 1 / 0, 0.0)):
        with pytest.raises(ZeroDivisionError):
            Hogwild(SCHEDULE, Watched(), 2, silent, pauses=[pause]).train()
    for thread in set(threading.enumerate()) - before:
        thread.join(10)
        assert not thread.is_alive()


def test_initial_rows_depend_on_seed_and_row_alone():
    few, many = initial_table(10, 20, 1), initial_table(9_000, 20, 1)
    np.testing.assert_array_equal(few, many[:10])
    assert (initial_table(10, 20, 2) != few).any()
    assert np.abs(many[:, :20]).max() <= 0.5 / 20 and np.abs(many[:, :20]).max() > 0.49 / 20
    assert not many[:, 20:].any()


def test_seed_and_epoch_give_different_streams():
    assert len({int(base(seed, epoch)) for seed in range(50) for epoch in range(50)}) == 2500


def test_alias_table_draws_counts_to_the_power():
    from omnivec.reference.random import alias_table as definition

    counts = np.array([900, 90, 9, 1])
    np.testing.assert_array_equal(alias_table(counts, 0.75), definition(counts**0.75))


@pytest.mark.parametrize("power", [0.75, 0.5, -0.5])
def test_alias_table_is_its_definition_to_the_bit(power):
    from omnivec.reference.random import alias_table as definition

    counts = np.random.default_rng(3).zipf(1.2, 5_000).clip(1, 10**9)
    np.testing.assert_array_equal(alias_table(counts, power), definition(counts.astype(np.float64) ** power))

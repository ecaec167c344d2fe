"""Schedule, threads and progress, apart from any learner."""

import threading

import numpy as np
import pytest

from omnivec.engine.hogwild import Hogwild
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


def test_rate_falls_on_one_line_over_all_shards():
    shards = list(SCHEDULE.shards())
    assert shards[0].rate == 0.05
    assert shards[-1].rate - shards[-1].decay * (shards[-1].last - shards[-1].first) == pytest.approx(0.005)
    for a, b in zip(shards, shards[1:], strict=False):
        assert a.rate - a.decay * (a.last - a.first) == pytest.approx(b.rate)


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
            gate.wait(10)  # both threads must be inside a shard at once

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

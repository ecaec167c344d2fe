"""The words of the progress display and of the tables."""

import io
import logging
import math

import pytest

from omnivec.cli.out import aligned, duration, folded, shown, speed, spelled
from omnivec.cli.show import Display, logging_shown, training_line
from omnivec.engine.progress import Progress


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "0 s"), (9.4, "9 s"), (99, "99 s"), (125, "2 min 05 s"), (7800, "2 h 10 min"), (-1, "0 s")],
)
def test_durations(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("rate", "text"), [(950, "950 words/s"), (730_400, "730 k words/s"), (11.94e6, "11.9 M words/s")]
)
def test_speeds(rate, text):
    assert speed(rate) == text


def test_what_is_not_known_yet_is_left_out_of_the_training_line():
    assert training_line(Progress(phase="train", epoch=1, epochs=5)) == "epoch 1/5  …"


def test_a_pipe_gets_one_line_per_phase_and_epoch(capsys):
    with Display() as display:
        display(Progress(phase="read", done=0.5))
        display(Progress(phase="read", done=1.0, text="12 tokens"))
        display(Progress(phase="train", done=0.2, epoch=1, epochs=2))
        display(Progress(phase="epoch", done=0.5, epoch=1, epochs=2, loss=2.5, tokens_per_second=2e6))
    assert (
        capsys.readouterr().err == "Read       12 tokens\nTraining   epoch 1/2  2.0 M words/s  loss 2.500\n"
    )


def test_an_epoch_that_learned_nothing_shows_no_loss(capsys):
    with Display() as display:
        display(Progress(phase="epoch", epoch=1, epochs=2, loss=math.nan, tokens_per_second=2e6))
    assert capsys.readouterr().err == "Training   epoch 1/2  2.0 M words/s  nothing to learn from\n"


def test_quiet_shows_nothing(capsys):
    with Display(quiet=True) as display:
        display(Progress(phase="read", done=1.0, text="12 tokens"))
        display.line("Saved", "out")
    assert capsys.readouterr().err == ""


def test_columns_align_by_display_width():
    assert aligned([("서울", "1"), ("a", "22")]) == ["서울   1", "a     22"]
    assert aligned([]) == []


def test_signs_have_ascii_spellings_and_letters_escapes():
    ascii_stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    assert spelled("2 × 3 · … 한", ascii_stream) == "2 x 3 | ... \\ud55c"
    assert spelled("2 × 3 한", io.TextIOWrapper(io.BytesIO(), encoding="utf-8")) == "2 × 3 한"


def test_control_characters_are_shown_not_obeyed():
    assert shown("a\x1b[2J\nb\u202e") == "a\\x1b[2J\\nb\\u202e"


def test_long_rows_fold_below_each_other():
    text = folded((f"option{n} {n}" for n in range(20)), " · ")
    lines = text.splitlines()
    assert len(lines) > 1 and all(line.startswith(" " * 11 + "option") for line in lines[1:])
    assert max(map(len, lines)) <= 80


def test_after_a_quiet_call_warnings_are_heard_again(caplog):
    log = logging.getLogger("omnivec")
    with logging_shown(quiet=True, verbose=False):
        log.warning("unheard")
    log.warning("heard")
    assert caplog.messages == ["heard"]

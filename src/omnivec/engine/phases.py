"""The phases before training, each with its line of progress: reading, memory, compiling."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from omnivec.data.corpus import Corpus, Reading, Report
from omnivec.data.heldout import Text, split
from omnivec.data.invalid import tell_invalid
from omnivec.data.labelled import Labelling, appended, taught
from omnivec.data.phrases import unwrapped
from omnivec.data.sources import Source
from omnivec.data.tokenize import Tokenizer
from omnivec.data.vocabulary import Vocabulary, times
from omnivec.data.wanted import NOTHING, Wanted
from omnivec.engine.job import Job
from omnivec.engine.outcome import Outcome
from omnivec.engine.progress import Listener, Progress
from omnivec.engine.schedule import Shard
from omnivec.engine.validation import best_epoch, heldout_losses
from omnivec.errors import InputError
from omnivec.store import memory
from omnivec.store.keys import Keys

log = logging.getLogger("omnivec")


def read(
    reading: Reading,
    source: Source,
    listener: Listener,
    wanted: Wanted = NOTHING,
    known: Vocabulary | None = None,
) -> Corpus:
    """Read a corpus and say what was found; nothing that was left out stays unsaid.

    known: words that all stay, to which those of the source come.

    Raises: InputError as `Reading.corpus`, and when a single word is left or none has another beside it,
    since a word is learned from others.
    """
    began, report = time.perf_counter(), _reporter(source, listener)
    corpus = reading.corpus(
        source, tokenizer=wanted.tokenizer, vocabulary=wanted.vocabulary, known=known, rule=wanted.rule,
        report=report,
    )  # fmt: skip
    memory.release()
    words = corpus.vocabulary
    if len(words) < 2:
        raise InputError(
            f"{corpus.name}: only one word is left ({words.keys[0]!r}, {words.counts[0]:,} times), and "
            "a word is learned from others; lower min_count or give more text"
        )
    if len(corpus.units) - 1 == len(corpus.tokens):
        raise InputError(
            f"{corpus.name}: each of its {len(corpus.tokens):,} units ({reading.unit}) is a single word, and "
            "a word is learned from others; give texts instead of words, or set unit to document"
        )
    seconds, share = time.perf_counter() - began, len(corpus.tokens) / max(corpus.total, 1)
    counted = wanted.vocabulary is None and wanted.rule is None
    which = f"occur {times(reading.min_count)} or more" if counted else "are in the vocabulary"
    if known is not None:
        which = f"known, {len(words) - len(known):,} of them new"
    read = f"{corpus.total:,} tokens in {seconds:.1f} s"
    text = f"{read}; {len(words):,} words {which} ({share:.1%} of the tokens)"
    listener(Progress(phase="read", done=1, text=text.replace("%", " %"), tokens=corpus.total))
    tell_invalid(corpus.name, corpus.invalid, "token", reading.encoding_errors)
    if isinstance(words.keys, Keys):
        return corpus
    return replace(corpus, vocabulary=replace(words, keys=Keys.build(words.keys, words.counts)))


def read_labelled(
    reading: Reading,
    labelling: Labelling,
    source: Source,
    listener: Listener,
    wanted: Wanted = NOTHING,
) -> Corpus:
    """Read texts with labels and say what was found. Raises: InputError as `Labelling.corpus`."""
    began = time.perf_counter()
    corpus = labelling.corpus(
        reading, source, tokenizer=wanted.tokenizer, vocabulary=wanted.vocabulary, rule=wanted.rule,
        report=_reporter(source, listener),
    )  # fmt: skip
    memory.release()
    words, labels, types = corpus.vocabulary, corpus.vocabulary.labels, corpus.types
    assert labels is not None and types is not None
    lines, useful = len(corpus.units) - 1, taught(corpus.tokens, corpus.units, types)
    read = f"{corpus.total:,} tokens in {time.perf_counter() - began:.1f} s"
    idle = f" ({lines - useful:,} more without a label or a word)" if useful < lines else ""
    text = f"{read}; {useful:,} texts{idle}, {len(labels):,} labels, {len(words):,} words"
    listener(Progress(phase="read", done=1, text=text, tokens=corpus.total))
    tell_invalid(corpus.name, corpus.invalid, "token", reading.encoding_errors)
    return corpus


def share_held_out(corpus: Corpus, share: float, seed: int, listener: Listener) -> tuple[Corpus, Text]:
    """Set a share of a corpus aside, which is used up; (what is left to train on, what is held out).

    Raises: InputError when in one of the two no unit holds two words.
    """
    units = len(corpus.units) - 1
    rest, text = split(corpus, share, seed)
    found = f"{corpus.name}: heldout {share:g} of {units:,} units"
    if not text.speaks:
        raise InputError(f"{found} holds out none of two words or more; raise heldout, or give heldout_text")
    if not (np.diff(rest.units) > 1).any():
        raise InputError(f"{found} leaves none of two words or more; lower heldout, or give more text")
    _report_held_out(text, listener)
    return rest, text


def text_held_out(
    reading: Reading, source: Source, words: Vocabulary, tokenizer: Tokenizer | None, listener: Listener
) -> Text:
    """Read a text that is only measured. InputError when it holds no unit with two known words."""
    corpus = reading.corpus(source, tokenizer=tokenizer, vocabulary=words)
    text = Text(corpus.tokens, corpus.units)
    if not text.speaks:
        raise InputError(
            f"{corpus.name}: held out, but none of its {len(text.units) - 1:,} units ({reading.unit}) holds "
            "two words of the vocabulary; give more text, or set unit to document"
        )
    tell_invalid(corpus.name, corpus.invalid, "token", reading.encoding_errors)
    _report_held_out(text, listener)
    return text


def labelled_held_out(
    reading: Reading,
    labelling: Labelling,
    corpus: Corpus,
    source: Source,
    tokenizer: Tokenizer | None,
    listener: Listener,
) -> tuple[Corpus, Text]:
    """Read texts with labels that are only measured: (the corpus, which knows their types, those texts).

    Raises: InputError when none of them has a label and a word that the corpus knows.
    """
    measured = Labelling(prefix=labelling.prefix, least=1)
    other = measured.corpus(reading, source, tokenizer=tokenizer)
    longer, text = appended(corpus, other)
    assert longer.types is not None
    if not taught(text.tokens, text.units, longer.types):
        raise InputError(f"{other.name}: held out, but no line has a label and a word that training knows")
    tell_invalid(other.name, other.invalid, "token", reading.encoding_errors)
    _report_held_out(text, listener)
    return longer, text


def _reporter(source: Source, listener: Listener) -> Report:
    """Tells how much of a source is read, not more often than five times a second."""
    size, spoken = _size(source), 0.0

    def report(tokens: int, done: int) -> None:
        nonlocal spoken
        if (now := time.perf_counter()) - spoken > 0.2:
            spoken = now
            listener(Progress(phase="read", done=min(done / size, 1.0) if size else 0.0, tokens=tokens))

    return report


def _report_held_out(text: Text, listener: Listener) -> None:
    tokens, units = len(text.tokens), len(text.units) - 1
    told = f"{tokens:,} tokens in {units:,} units are held out"
    listener(Progress(phase="read", done=1, text=told, tokens=tokens))


def require(need: Mapping[str, int], remedies: str, listener: Listener) -> None:
    """Say what training will take; NotEnoughMemory if that is not there."""
    memory.require(need, remedies)
    total = sum(need.values())
    text = f"{memory.human(total)} needed, {_free()}"
    listener(Progress(phase="memory", done=1, text=text, bytes=total))


def _free() -> str:
    have, limit = memory.available()
    return f"{memory.human(have)} free" + ("" if limit == "machine" else f" ({limit})")


def compiled(job: Job, listener: Listener, heldout: Text | None = None) -> None:
    """Make the first call of each kernel, on nothing, and name what it costs when it costs something."""
    began = time.perf_counter()
    listener(Progress(phase="compile"))
    job.step(Shard(0, 0, 0, 0.0, 0.0), np.zeros(3))
    if heldout is not None:
        job.measure(heldout.tokens[:0], heldout.units, np.zeros(3))
    seconds = time.perf_counter() - began
    text = f"for this processor, once … {seconds:.1f} s" if seconds > 1 else ""
    listener(Progress(phase="compile", done=1, text=text))


def report_idle(corpus: Corpus, pairs: int) -> None:
    """Warn when training met no pair of words: the rows are as random as they were at its start."""
    if not pairs:
        log.warning("%s: nothing was learned: no word was left beside another; set sample to 0", corpus.name)


RUINED = 1.05
"""Times the loss of tables that know nothing: what ends above it was driven apart, not trained."""


def report_ruined(corpus: Corpus, outcome: Outcome, chance: float, rate: float) -> None:
    """Warn when training was driven apart, and ended with a loss that vectors have which know nothing."""
    losses = outcome.losses
    far = bool(losses) and max(losses) > RUINED * chance  # units that are cut for good come back to chance
    if far and losses[-1] > chance / RUINED:
        log.warning(
            "%s: nothing of use was learned: the loss of the last epoch is %.4g, and %.4g where every score "
            "is 0; lower lr (it was %.3g), the more words a window has the more",
            corpus.name, losses[-1], chance, rate,
        )  # fmt: skip


def report_stopped(outcome: Outcome, epochs: int, listener: Listener) -> None:
    """Say that training ended before its last epoch, since it no longer got better."""
    best, losses = best_epoch(outcome.history), heldout_losses(outcome.history)
    text = f"early, after epoch {outcome.epochs} of {epochs}: the held-out loss was least after epoch {best}"
    listener(Progress(phase="stopped", done=1, text=f"{text} ({losses[best - 1]:.3f})"))


def _size(source: Source) -> int:
    """Bytes of a plain file, 0 where they are not known beforehand."""
    source, _ = unwrapped(source)
    if not isinstance(source, (str, os.PathLike)) or Path(source).suffix in (".gz", ".xz"):
        return 0
    try:
        return Path(source).stat().st_size if Path(source).is_file() else 0
    except OSError:  # a text in place of a path can be too long for a name: reading it says so
        return 0

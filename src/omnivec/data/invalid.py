"""What is said of a text that is not all UTF-8, by every door through which text comes."""

from __future__ import annotations

import logging

log = logging.getLogger("omnivec")


def tell_invalid(name: str, count: int, noun: str, errors: str) -> None:
    """Log how many tokens or lines (`noun`, of one) were not UTF-8, if any; errors: what became of them."""
    if count:
        were = f"{noun} was" if count == 1 else f"{noun}s were"
        log.warning("%s: %s %s not valid UTF-8 (%s)", name, f"{count:,}", were, errors)

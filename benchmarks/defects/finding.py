"""What a check of a peer says: whether its defect is there, and what was seen; printed as JSON."""

from __future__ import annotations

import json
import logging
import sys
import warnings
from collections.abc import Callable, Mapping

Finding = tuple[bool, str]


def raised(call: Callable[[], object], *kinds: type[Exception]) -> str:
    """What a call ended in, if it was one of these."""
    try:
        call()
    except kinds as error:
        return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
    return ""


def main(module: Mapping[str, object], version: str) -> None:
    """Run the check that is named on the command line, as D04: the function `d04` of the module."""
    warnings.simplefilter("ignore")
    logging.disable()
    there, seen = module[sys.argv[1].lower()]()
    print(json.dumps({"version": version, "there": bool(there), "seen": " ".join(seen.split())}))

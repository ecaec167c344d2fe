"""What a check of a peer says: whether its defect is there, and what was seen; printed as JSON."""

from __future__ import annotations

import json
import logging
import sys
import warnings
from collections.abc import Callable, Mapping

Finding = tuple[bool, str]


def main(checks: Mapping[str, Callable[[], Finding]], version: str) -> None:
    """Run the check that is named on the command line."""
    warnings.simplefilter("ignore")
    logging.disable()
    there, seen = checks[sys.argv[1]]()
    print(json.dumps({"version": version, "there": bool(there), "seen": " ".join(seen.split())}))

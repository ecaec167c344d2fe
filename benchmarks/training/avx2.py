"""The same race with our kernels compiled for a processor that has AVX2 and no AVX-512."""

from __future__ import annotations

import statistics
from typing import Any

from common.settings import Settings
from common.table import millions, ratios, table, verdict
from peers.programs import GENSIM, OURS, Program, Run
from peers.race import rounds

TITLE = "Compiled for AVX2 only"
# Haswell is the first processor with AVX2 and FMA. Features are spelled out since Numba adds the host's own.
HASWELL = {
    "NUMBA_CPU_NAME": "haswell",
    "NUMBA_CPU_FEATURES": "+avx2,+fma,+bmi,+bmi2,+lzcnt,+popcnt,+f16c,+sse4.2,-avx512f",
}
OURS_AVX2 = Program("omnivec, AVX2", OURS.script, OURS.module, HASWELL)
BAR = 7


def measure(settings: Settings) -> dict[str, Any]:
    """Interleaved rounds at dim 100; gensim keeps whatever its libraries choose."""
    order = [Run(program) for program in (GENSIM, OURS_AVX2, OURS)]
    return {"corpus": settings.corpus.name, "rounds": rounds(settings, order, dim=100)}


def report(result: dict[str, Any]) -> str:
    """One table and its bar."""
    rounds_ = result["rounds"]
    theirs = [records[0] for records in rounds_]
    rows, said = [], []
    for place, name in enumerate(record["program"] for record in rounds_[0]):
        records = [round_[place] for round_ in rounds_]
        ratio = statistics.median(ratios(records, theirs))
        rows.append((name, millions(records), f"{ratio:.1f} ×"))
        if name == OURS_AVX2.name:
            said.append(f"Against gensim: {verdict(ratio, BAR)}.")
    told = " ".join(f"{name}={value}" for name, value in HASWELL.items())
    heading = f"The race of [training speed](#training-speed), dim 100, {result['corpus']}, with `{told}`."
    return "\n\n".join([heading, table(("program", "tokens/s", "against gensim"), rows), *said])

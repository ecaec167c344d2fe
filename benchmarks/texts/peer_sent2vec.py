"""peer_sent2vec.py PROGRAM TEXT MODEL OPTIONS: trains with the sent2vec program; prints its seconds.

PROGRAM is its executable (built from its sources: `make` there makes `fasttext`). Its training is timed from
its first line of progress to its last, so that reading the text and writing the model do not count; ours are
counted in the same way.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time

FLAGS = {
    "dim": "-dim", "epochs": "-epoch", "lr": "-lr", "negatives": "-neg", "sample": "-t", "threads": "-thread",
    "ngram_dropout": "-dropoutK", "word_ngrams": "-wordNgrams", "buckets": "-bucket",
    "min_count": "-minCount",
}  # fmt: skip


def main(program: str, text: str, model: str, told: str) -> None:
    """Run it and follow its progress."""
    options = json.loads(told)
    flags = [str(part) for name, value in options.items() for part in (FLAGS[name], value)]
    command = [program, "sent2vec", "-input", text, "-output", model, *flags]
    began, ended, line = 0.0, 0.0, b""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0) as child:
        assert child.stdout is not None
        while part := child.stdout.read(1):
            if part not in b"\r\n":
                line += part
                continue
            if line.startswith(b"Progress"):
                began, ended = began or time.perf_counter(), time.perf_counter()
            line = b""
    if child.returncode or not began:
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode}")
    print(json.dumps({"train_seconds": ended - began}))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""glove_child.py CELLS MODEL OPTIONS: trains omnivec's GloVe on saved cells; OPTIONS is JSON."""

from __future__ import annotations

import json
import sys

from omnivec import GloVe

if __name__ == "__main__":
    cells, saved, options = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    model = GloVe.merged(options.pop("preset", None), options).fit(cells)
    model.save(saved)
    epochs, record = model.record["epochs"], model.record
    print(
        json.dumps(
            {
                "cells": record["cells"],
                "epochs": epochs,
                "train_seconds": record["seconds"],
                "loss": record["loss"],
            }
        )
    )

"""defaults.py JSON: every option of our learner when those of the JSON object are given."""

from __future__ import annotations

import json
import sys

from omnivec import Word2Vec

if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    preset = given.pop("preset", None)
    learner = Word2Vec.preset(preset, **given) if preset else Word2Vec(**given)
    print(json.dumps({"options": learner.derived().as_dict()}))

"""`convert` and `export`."""

import json

import numpy as np
import pytest

from omnivec import load


@pytest.mark.parametrize("name", ["out.bin", "out.txt", "out.vec", "out.txt.gz", "out.omnivec", "out"])
def test_convert_writes_what_load_reads(call, trained, tmp_path, name):
    target = tmp_path / name
    code, _, err = call("convert", trained[0], target)
    assert code == 0 and "\nSaved " in err
    before, after = load(trained[0]).vectors, load(target).vectors
    assert list(after.index_to_key) == list(before.index_to_key)
    np.testing.assert_allclose(after.vectors, before.vectors, rtol=1e-5)


def test_convert_takes_the_first_rows(call, trained, tmp_path):
    _, out, _ = call("convert", trained[0], tmp_path / "first.txt", "--limit", 3, "--json")
    assert json.loads(out)["rows"] == 3
    assert len(load(tmp_path / "first.txt").vectors) == 3

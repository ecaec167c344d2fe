"""What all verbs share: help, version, flags, warnings."""

import logging
import re

from omnivec import load
from omnivec.cli.app import VERBS


def test_every_verb_has_help(call):
    _, out, _ = call("--help")
    for verb in VERBS:
        assert f"\n  {verb} " in out
        code, page, _ = call(verb, "--help")
        assert code == 0 and page.startswith(f"Usage: omnivec {verb}")
        assert max(map(len, page.splitlines())) <= 80
        assert not re.search(r"^  -.* (STR|INT|FLOAT|CHOICE)\b", page, re.M), verb


def test_version(call):
    import omnivec

    assert call("--version") == (0, f"omnivec {omnivec.__version__}\n", "")


def test_flags_of_every_verb_may_come_first(call, vectors_folder):
    words = ("neighbors", vectors_folder, "king")
    assert call("--json", *words) == call(*words, "--json")


def test_warnings_of_the_library_are_lines_unless_quiet(call, vectors_folder, monkeypatch):
    def opened(*_):
        logging.getLogger("omnivec").warning("two lines are alike")
        return load(vectors_folder).vectors

    monkeypatch.setattr("omnivec.cli.ask.among.Among.opened", opened)
    assert call("neighbors", vectors_folder, "king")[2] == "Warning    two lines are alike\n"
    assert call("neighbors", vectors_folder, "king", "-q")[2] == ""

"""What tests of all rooms share: a way to call the command line."""

import io
import sys

import pytest


@pytest.fixture
def call(capsys, monkeypatch):
    """Run `omnivec` with these words, and text on stdin: (exit code, stdout, stderr)."""
    from omnivec.cli import main

    def run(*words, stdin=None):
        if stdin is not None:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8"))
        code = main([str(word) for word in words])
        out, err = capsys.readouterr()
        return code, out, err

    return run

"""What tests of all rooms share: a way to call the command line, and Ctrl-C that is heard."""

import io
import signal
import sys

import pytest
from hypothesis import HealthCheck, settings

# A machine that does other things as well is slow at times, and no test asks how fast it is. Everywhere the
# same examples are drawn: a change is not blamed for what chance found.
settings.register_profile(
    "any machine", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


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


@pytest.fixture(scope="session", autouse=True)
def ctrl_c_is_heard():
    """Also where a shell began the tests in the background: it lets what it begins there ignore Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)

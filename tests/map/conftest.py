"""Vectors with planted groups and hostile keys, their map, and a real browser to open it in."""

import shutil
import unicodedata
from pathlib import Path

import numpy as np
import pytest

from omnivec import Vectors
from omnivec.explore.map import write_map

STRANGE = [
    "king", "queen", "man", "woman", "prince", "kind", "King", "서울", "서울시", "성남", "소금", "과일",
    "</script><script>document.title='broken'</script>", "<!--<script>", "two words", "a\tb", "line\nend", "",
    "\udc80lone", "%(keys)s", unicodedata.normalize("NFD", "값"), "naïve", "x" * 60,
]  # fmt: skip
ROWS, DIM, GROUPS = 600, 21, 5  # a dim that is no multiple of four
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]


@pytest.fixture(scope="session")
def vectors():
    """600 × 21 in five groups, counts that fall, two rows that are equal and one of zeros."""
    draw = np.random.default_rng(1)
    centres = draw.normal(0, 1, (GROUPS, DIM))
    matrix = (centres[np.arange(ROWS) % GROUPS] + draw.normal(0, 0.6, (ROWS, DIM))).astype(np.float32)
    matrix[1] = matrix[0] + 0.05 * draw.normal(0, 1, DIM)
    matrix[40] = matrix[41]
    matrix[50] = 0
    keys = STRANGE + [f"word{n}" for n in range(ROWS - len(STRANGE))]
    return Vectors(keys, matrix, counts=np.sort(draw.zipf(1.3, ROWS).clip(1, 10**9))[::-1], name="word2vec")


@pytest.fixture(scope="session")
def made(vectors, tmp_path_factory):
    """The map of the vectors, and where it lies."""
    path = tmp_path_factory.mktemp("map") / "map.html"
    groups = {f"word{n}": "even" if n % 2 == 0 else "odd" for n in range(200)}
    return path, write_map(vectors, path, title="A <title> & more", groups=groups).atlas


@pytest.fixture(scope="session")
def chromium():
    """One headless Chromium for all tests."""
    playwright = pytest.importorskip("playwright.sync_api", reason="the browser's tests need playwright")
    if CHROMIUM is None:
        pytest.skip("the browser's tests need Chromium; none is installed")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def window(browser, **options):
    """A window with nothing of others in it; on a busy machine its answers may take their time."""
    context = browser.new_context(**options)
    context.set_default_timeout(300_000)  # milliseconds
    return context


@pytest.fixture(scope="session")
def unchanged(chromium, made):
    """The map, open for all tests that only ask."""
    with window(chromium) as context:
        page = context.new_page()
        page.goto(made[0].as_uri())
        page.wait_for_selector("html[data-ready]")
        yield page


@pytest.fixture
def opened(chromium):
    """Open a page from disk; what it asks for and complains of is empty, or the test fails."""
    contexts, wrong = [], []

    def go(path, script=None, word=None, **options):
        options = {"viewport": {"width": 1200, "height": 800}, "reduced_motion": "reduce", **options}
        context = window(chromium, **options)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "request", lambda request: wrong.append(request.url) if not local(request.url, path) else None
        )
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        if script is not None:
            page.add_init_script(script)
        page.goto(Path(path).as_uri() + (f"#{word}" if word else ""))
        page.wait_for_selector("html[data-ready]")
        return page

    yield go
    for context in contexts:
        context.close()
    assert wrong == []


def local(url, path):
    """Whether an address is the page itself, or made in it."""
    return url.startswith((Path(path).as_uri(), "blob:", "data:"))


@pytest.fixture
def page(opened, made):
    """The map, open."""
    return opened(made[0])

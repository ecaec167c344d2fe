"""One page of HTML from tables and pictures: opens from disk, asks no network, light and dark."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias, final

from omnivec.results.table import ResultTable

_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")

_STYLE = """
:root { color-scheme: light dark; --text: #1c1c1e; --ground: #fff; --line: #c8c8cc; --quiet: #5b5b60; }
@media (prefers-color-scheme: dark) {
  :root { --text: #ececf0; --ground: #17171a; --line: #45454b; --quiet: #a5a5ad; }
}
body { color: var(--text); background: var(--ground); font: 16px/1.5 system-ui, "Noto Sans CJK KR",
  "Noto Sans KR", "Apple SD Gothic Neo", "Malgun Gothic", sans-serif; max-width: 60rem; margin: 2rem auto;
  padding: 0 1rem; word-break: keep-all; }
table { border-collapse: collapse; margin: 1.5rem 0 .5rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding-bottom: .4rem; }
th, td { padding: .2rem .8rem .2rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
small, figcaption { color: var(--quiet); }
figure { margin: 1.5rem 0; overflow-x: auto; } figure svg { max-width: 100%; height: auto; background: #fff; }
.scroll { overflow-x: auto; }
"""


@final
@dataclass(frozen=True)
class Figure:
    """A picture in a page: `svg`, the element as text; `caption`, what it shows, also for screen readers."""

    svg: str
    caption: str

    def as_html(self) -> str:
        """A ``<figure>`` with its caption."""
        start = self.svg.find("<svg")
        drawing = self.svg[start:] if start >= 0 else ""
        caption = html.escape(self.caption)
        return (
            f'<figure role="group" aria-label="{caption}">{drawing}'
            f"<figcaption>{caption}</figcaption></figure>"
        )


Part: TypeAlias = ResultTable | Figure | str


def page(title: str, parts: Iterable[Part], *, language: str | None = None) -> str:
    """The parts below a heading as one document; a str is a paragraph.

    language: of the page, as in ``<html lang>``; by default Korean where the text has Hangul, else English.
    """
    body = "".join(
        f"<p>{html.escape(part)}</p>"
        if isinstance(part, str)
        else f'<div class="scroll">{part.as_html()}</div>'
        for part in parts
    )
    heading = html.escape(title)
    tongue = language or ("ko" if _HANGUL.search(heading) else "en")
    return (
        f'<!doctype html>\n<html lang="{html.escape(tongue)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{heading}</title><style>{_STYLE}</style></head><body><main><h1>{heading}</h1>{body}</main>"
        "</body></html>\n"
    )

"""Where pictures of a lesson go: a folder of the user's own that can be thrown away."""

from __future__ import annotations

from pathlib import Path

from omnivec.data.spare import spare_folder


def figure(name: str) -> Path:
    """The path for a picture of that name; its folder is there."""
    return spare_folder("lessons") / name

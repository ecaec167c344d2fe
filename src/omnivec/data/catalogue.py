"""Named data sets: what they are, whose, and where their files are on this machine. Nothing is downloaded.

A file is looked for in a data folder (one that is given, else that of the variable OMNIVEC_DATA), by its path
there or by its bare name; then among the files of an installed gensim. What is found must have the bytes that
the catalogue names: figures are comparable only over equal questions.
"""

from __future__ import annotations

import difflib
import hashlib
import os
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, TypeAlias, final

from omnivec.errors import FormatError, InputError, OptionError

VARIABLE = "OMNIVEC_DATA"

State: TypeAlias = Literal["present", "absent", "wrong checksum"]


@final
@dataclass(frozen=True)
class DataFile:
    """Bytes that a data set consists of, or another spelling of them."""

    bytes: int
    sha256: str
    path: str = ""
    """In a data folder; empty for what only a package carries."""
    gensim: str = ""
    """Name among gensim's test files; empty for what it does not carry."""
    part: str = ""
    """train, dev, test, or a list's name; empty for a set of one file."""

    def found(self, folder: Path | None) -> Path | None:
        """Where a file of this name is, whatever its bytes."""
        carried = gensim_data() if self.gensim else None
        places = [carried / self.gensim] if carried else []
        if folder is not None and self.path:
            places = [folder / self.path, folder / Path(self.path).name, *places]
        return next((place for place in places if place.is_file()), None)

    def check(self, path: Path) -> None:
        """Raises: FormatError for other bytes than these, InputError for a file that cannot be read."""
        try:
            content = path.read_bytes()
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
        if (digest := hashlib.sha256(content).hexdigest()) != self.sha256:
            raise FormatError(
                f"{path}: expected {self.bytes:,} bytes with SHA-256 {self.sha256[:16]}…, got "
                f"{len(content):,} with {digest[:16]}…; fetch it anew, or give it by its path as a file of "
                "your own"
            )


@final
@dataclass(frozen=True)
class DataSet:
    """A data set that people report figures on."""

    name: str
    kind: str
    """similarity, analogies, categorisation, outliers, sentences, texts or bias."""
    language: str
    """ISO 639-1."""
    about: str
    items: str
    paper: str
    licence: str
    source: str
    files: tuple[DataFile, ...]
    """Of each part one, or several spellings."""

    @property
    def parts(self) -> list[str]:
        """Names of the parts, one that is empty for a set of one file."""
        return list(dict.fromkeys(file.part for file in self.files))

    def path(self, part: str = "", folder: Path | None = None) -> Path:
        """Where a part is; its bytes are checked.

        Raises: OptionError for an unknown part; InputError where it is absent; FormatError for other bytes.
        """
        if part not in self.parts:
            raise OptionError(f"{self.name} has the parts {', '.join(self.parts) or 'none'}, got {part!r}")
        spellings = [file for file in self.files if file.part == part]
        folder = data_folder(folder)
        for file in spellings:
            if (path := file.found(folder)) is not None:
                file.check(path)
                return path
        wanted = " or ".join(file.path for file in spellings if file.path)
        looked = f"no {wanted} in {folder}" if folder else f"{VARIABLE} names no folder with {wanted}"
        carried = "; the gensim package carries it" if any(file.gensim for file in spellings) else ""
        raise InputError(f"{self.name}: {looked}{carried}. It is from {self.source}, licence: {self.licence}")

    def state(self, folder: Path | None = None) -> State:
        """Is all of it here, and with the right bytes?"""
        try:
            for part in self.parts:
                self.path(part, folder)
        except FormatError:
            return "wrong checksum"
        except InputError:
            return "absent"
        return "present"


@cache
def catalogue() -> dict[str, DataSet]:
    """All data sets by their names."""
    text = Path(__file__).with_name("catalogue.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text)["set"]
    return {
        row["name"]: DataSet(**row | {"files": tuple(DataFile(**f) for f in row["files"])}) for row in rows
    }


def gensim_data() -> Path | None:
    """The folder of gensim's test files; None when gensim is not installed. Imports nothing."""
    spec = find_spec("gensim")
    return Path(spec.origin).parent / "test" / "test_data" if spec and spec.origin else None


def data_folder(given: Path | None = None) -> Path | None:
    """The folder that is given, or that of the variable; None without either.

    Raises: InputError for one that is not there.
    """
    named = given if given is not None else os.environ.get(VARIABLE) or None
    if named is None:
        return None
    if not Path(named).is_dir():
        raise InputError(f"{named}: expected a folder with data sets, there is none")
    return Path(named)


def data_set(name: str, kinds: Sequence[str] = ()) -> DataSet:
    """A data set by its name, of one of some kinds. Raises: OptionError, which names what may be meant."""
    known = {one.name for one in catalogue().values() if not kinds or one.kind in kinds}
    if name in catalogue() and name not in known:
        raise OptionError(
            f"expected a data set{_of(kinds)}, got {name!r}, which has {catalogue()[name].kind}"
        )
    if name not in known:
        near = difflib.get_close_matches(name.lower(), sorted(known), 1)
        hint = f"; did you mean {near[0]}?" if near else "; omnivec datasets lists them"
        raise OptionError(f"expected the name of a data set{_of(kinds)}, got {name!r}{hint}")
    return catalogue()[name]


def _of(kinds: Sequence[str]) -> str:
    return f" for {' or '.join(kinds)}" if kinds else ""

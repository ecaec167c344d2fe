"""Folders of static vectors: Sentence-Transformers' `StaticEmbedding` and model2vec.

Both hold a tokenizer and a tensor with a row for each token. model2vec may add a weight for each token, and
a mapping from tokens to rows when tokens share them; both are applied. What we write has a tokenizer that
splits at white space, so that `SentenceTransformer(path)` gives a text the mean of its words' rows.
"""

from __future__ import annotations

import contextlib
import json
import logging
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import FormatError
from omnivec.store import replace, safetensors, safetensors_header
from omnivec.store.formats.contents import Contents, Outline, Request, Told
from omnivec.store.formats.folders import created_folder
from omnivec.store.formats.matrix import gathered
from omnivec.store.formats.sample import Sample
from omnivec.store.formats.source import opened
from omnivec.store.formats.tokenizer import read_json, read_tokens, write_tokenizer
from omnivec.store.formats.writing import encoded, spans

_MODULES, _TENSORS, _TOKENIZER, _PICKLE = (
    "modules.json",
    "model.safetensors",
    "tokenizer.json",
    "pytorch_model.bin",
)
_CONFIG, _CARD, _INNER = "config_sentence_transformers.json", "README.md", "0_StaticEmbedding"
_OURS = {_MODULES, _CONFIG, _CARD, _INNER}
_ROWS = ("embedding.weight", "embeddings")  # Sentence-Transformers' name of the tensor, and model2vec's
_KIND = ".StaticEmbedding"  # how the module's type ends; what stands before has changed between releases
_JSON_LIMIT = 1 << 20  # bytes of modules.json

_log = logging.getLogger("omnivec")


def sniff(sample: Sample) -> bool:
    """Whether a folder says that it holds a `StaticEmbedding`, or a tokenizer beside such a tensor."""
    if _MODULES in sample.names:
        with opened(sample.path / _MODULES) as source:
            return _KIND.encode() in source.file.read(_JSON_LIMIT)
    if not {_TENSORS, _TOKENIZER} <= sample.names:
        return _INNER in sample.names
    with opened(sample.path / _TENSORS) as source:
        try:
            found = safetensors.Arrays(sample.path / _TENSORS, source.file).entries
            return any(name in found for name in _ROWS)
        except FormatError:  # its reader says what is wrong
            return True


def read(path: Path, request: Request) -> Contents:
    """A row for each token, as the tokenizer spells it (`##ing`, `▁the`); weights and mapping are applied.

    Tokens without a row and rows without a token are left out, and their number is logged. Numbers of int8
    have no scale in such a folder: directions are right, lengths are not.

    Raises: FormatError for a folder that is damaged or of another kind; NotEnoughMemory before the table is
    allocated.
    """
    with _opened(path) as tensors:
        ids, keys = _tokens(tensors)
        return gathered(path, keys, tensors.dim, lambda start, stop: tensors.take(ids[start:stop]), request)


def outline(path: Path, request: Request) -> Outline:
    """Rows of the tensor, some of which may belong to no token, and dim. Raises: FormatError."""
    with _opened(path) as tensors:
        return Outline(len(tensors), tensors.dim, exact=False)


@dataclass(frozen=True)
class _Tensors:
    """The tensors of a folder, mapped."""

    folder: Path
    rows: NDArray[Any]
    mapping: NDArray[Any] | None
    weights: NDArray[Any] | None

    def __len__(self) -> int:
        return len(self.rows if self.mapping is None else self.mapping)

    @property
    def dim(self) -> int:
        return int(self.rows.shape[1])

    def take(self, tokens: NDArray[np.int64]) -> NDArray[np.floating]:
        """The rows of tokens, (len(tokens), dim), ready to be averaged."""
        chosen = tokens if self.mapping is None else self.mapping[tokens]
        rows: NDArray[Any] = safetensors_header.widened(self.rows[chosen])
        if self.weights is not None:
            rows = rows.astype(np.float32) * safetensors_header.widened(self.weights[tokens])[:, None]
        return rows


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[_Tensors]:
    folder = _inner(path)
    file = folder / _TENSORS
    if not file.exists() and (folder / _PICKLE).exists():
        raise FormatError(
            f"{folder / _PICKLE}: is a pickle, which could run code; not read. If you trust it, open it "
            "with Sentence-Transformers and save it anew: that writes model.safetensors"
        )
    with opened(file) as source:
        if source.size is None:
            raise FormatError(f"{file}: is compressed; decompress it first")
        arrays = safetensors.Arrays(file, source.file)
        name = next((name for name in _ROWS if name in arrays.entries), None)
        if name is None:
            found = ", ".join(list(arrays.entries)[:5]) or "nothing"
            raise FormatError(f"{file}: a tensor {' or '.join(_ROWS)} was expected, it holds {found}")
        tables = arrays.map()
    yield _checked(file, folder, tables, name)


def _inner(path: Path) -> Path:
    """The folder that holds tensor and tokenizer, as `modules.json` says, or where it lies."""
    modules = path / _MODULES
    if not modules.exists():
        return path if (path / _TENSORS).exists() or (path / _PICKLE).exists() else path / _INNER
    found = read_json(modules, _JSON_LIMIT)
    first = found[0] if isinstance(found, list) and found and isinstance(found[0], dict) else {}
    if not str(first.get("type")).endswith(_KIND):
        raise FormatError(f"{modules}: a first module of the type {_KIND[1:]} was expected; damaged")
    inner = PurePosixPath(str(first.get("path")))
    if inner.is_absolute() or ".." in inner.parts:
        raise FormatError(f"{modules}: its path, {str(inner)!r}, leads out of the folder; damaged")
    return path / inner


def _checked(file: Path, folder: Path, tables: dict[str, NDArray[Any]], name: str) -> _Tensors:
    """The tensors, once their shapes and types fit each other."""
    rows, plain = tables[name], name == _ROWS[0]
    mapping, weights = (None, None) if plain else (tables.get("mapping"), tables.get("weights"))
    if rows.ndim != 2 or not rows.shape[1] or not _is_number(rows):
        raise FormatError(
            f"{file}: {name!r} is {rows.dtype} of shape {rows.shape}; (tokens, dim) was expected"
        )
    if mapping is not None:
        fits = mapping.ndim == 1 and mapping.dtype.kind in "iu"
        if not fits or (len(mapping) and not 0 <= int(mapping.min()) <= int(mapping.max()) < len(rows)):
            raise FormatError(f"{file}: 'mapping' does not lead to the {len(rows):,} rows; damaged")
    tensors = _Tensors(folder, rows, mapping, weights)
    if weights is not None and (weights.shape != (len(tensors),) or not _is_number(weights)):
        what = f"'weights' is {weights.dtype} of shape {weights.shape}"
        raise FormatError(f"{file}: {what}; a number for each of {len(tensors):,} tokens was expected")
    return tensors


def _is_number(array: NDArray[Any]) -> bool:
    return array.dtype == safetensors_header.BFLOAT16 or array.dtype.kind == "f" or array.dtype == np.int8


def _tokens(tensors: _Tensors) -> tuple[NDArray[np.int64], list[str]]:
    """The rows that belong to a token, and the tokens."""
    file, last = tensors.folder / _TOKENIZER, len(tensors) - 1
    tokens, unknown = read_tokens(file)
    if last >= 0 and tokens.get(last) == unknown and not tensors.take(np.array([last])).any():
        del tokens[last]  # what stands for unknown words in a tokenizer of whole words, and is no word
        last -= 1
    rows = sorted(row for row in tokens if row < len(tensors))
    if len(rows) < len(tokens):
        _log.warning("%s: %s tokens have no row and are left out", file, f"{len(tokens) - len(rows):,}")
    if len(rows) <= last:
        _log.warning("%s: %s rows have no token and are left out", file, f"{last + 1 - len(rows):,}")
    return np.array(rows, np.int64), [tokens[row] for row in rows]


def write(
    path: str | os.PathLike[str], contents: Contents, *, overwrite: bool = False, told: Told | None = None
) -> None:
    """Write a folder that `SentenceTransformer(path)` opens, as a whole or not at all; numbers are float32.

    Words that are unknown count as rows of zeros there: a text's direction is that of its known words. Keys
    with white space in them cannot be reached, since the tokenizer splits there; their number is logged.

    Raises: OutputError when a word is no Unicode text, when the path exists (unless `overwrite`, and it is
    such a folder and holds nothing else), and when the system refuses; what was there is whole.
    """
    keys = list(contents.keys)
    encoded(path, keys, "a tokenizer's vocabulary", "")
    shape = len(keys) + 1, contents.table.dim
    replace.check_room(path, math.prod(shape) * 4 + sum(map(len, keys)))
    with created_folder(path, _OURS, _MODULES, overwrite=overwrite) as new:
        inner = new / _INNER
        inner.mkdir()
        rows = (block for _, block in spans(contents.table, told))
        blocks = chain(rows, [np.zeros((1, shape[1]), np.float32)])
        safetensors.write_rows(inner / _TENSORS, _ROWS[0], shape, blocks)
        write_tokenizer(inner / _TOKENIZER, keys)
        for name, text in _texts(*shape).items():
            replace.write_new(new / name, text.encode())
        replace.flush_folder(inner)
    lost = [key for key in keys if key.split() != [key]]
    if lost:
        what = f"{len(lost):,} keys hold white space or nothing (first {lost[0]!r})"
        _log.warning("%s: %s; the tokenizer splits there, so no text reaches them", path, what)


def _texts(rows: int, dim: int) -> dict[str, str]:
    """The other files of the folder by name."""
    module = {"idx": 0, "name": "0", "path": _INNER, "type": f"sentence_transformers.models{_KIND}"}
    config: dict[str, Any] = {
        "__version__": {},
        "prompts": {},
        "default_prompt_name": None,
        "similarity_fn_name": "cosine",
    }
    card = (
        "---\nlibrary_name: sentence-transformers\ntags: [sentence-transformers, static-embedding]\n---\n"
        f"# Static word vectors\n\n{rows - 1:,} words × {dim}, written by omnivec. A text's vector is the "
        "mean of its words' rows; what stands between white space is a word, unknown ones count as zeros.\n"
    )
    return {_MODULES: json.dumps([module], indent=2), _CONFIG: json.dumps(config, indent=2), _CARD: card}

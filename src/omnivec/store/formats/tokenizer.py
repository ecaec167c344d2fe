"""`tokenizer.json` of Hugging Face's tokenizers: the row of each token; and one of whole words, written."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from omnivec.errors import FormatError
from omnivec.store import memory
from omnivec.store.formats.source import opened

_PARSED = 12  # bytes in memory for a byte of JSON, at most: many short tokens
_UNKNOWN = "[UNK]"
_BLOCK = 1 << 14  # tokens written at once


def read_tokens(path: Path) -> tuple[dict[int, str], str | None]:
    """Tokens by row, added ones included, and in a tokenizer of whole words the one for those it lacks.

    Raises: FormatError for what is no such file; NotEnoughMemory before it is parsed.
    """
    found = read_json(path)
    model = found.get("model") if isinstance(found, dict) else None
    model = model if isinstance(model, dict) else {}
    vocabulary = model.get("vocab")
    if isinstance(vocabulary, list):  # a unigram model: tokens with scores
        pairs = [(entry[0] if isinstance(entry, list) and entry else None) for entry in vocabulary]
        numbered = [(token, row) for row, token in enumerate(pairs)]
    elif isinstance(vocabulary, dict):
        numbered = list(vocabulary.items())
    else:
        raise FormatError(f"{path}: no vocabulary of tokens, model.vocab; not read")
    added = found.get("added_tokens")
    more = [token for token in added if isinstance(token, dict)] if isinstance(added, list) else []
    tokens: dict[int, str] = {}
    for token, row in chain(numbered, [(token.get("content"), token.get("id")) for token in more]):
        if type(token) is not str or type(row) is not int or row < 0:
            got = f"{token[:40]!r}" if type(token) is str else f"a {type(token).__name__}"
            got += f" with {row}" if type(row) is int else f" with a {type(row).__name__}"
            raise FormatError(f"{path}: a token and its row, from 0 on, were expected, got {got}")
        tokens.setdefault(row, token)
    unknown = model.get("unk_token") if model.get("type") == "WordLevel" else None
    return tokens, unknown if isinstance(unknown, str) else None


def read_json(path: Path, limit: int | None = None) -> Any:
    """What a JSON file holds, of which no more than `limit` bytes are read.

    Raises: FormatError; NotEnoughMemory before it is parsed.
    """
    with opened(path) as source:
        size = source.size if limit is None else limit
        memory.require({path.name: (size or 0) * _PARSED}, f"{path} does not fit")
        text = source.file.read(-1 if size is None else size)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{path}: damaged, not JSON: {error}") from None


def write_tokenizer(path: Path, keys: Sequence[str]) -> None:
    """Write a tokenizer that splits at white space and whose tokens are the keys, in the order of their rows.

    One token more, in the last row, stands for words that it lacks.

    Raises: OSError of the system.
    """
    unknown, taken = _UNKNOWN, set(keys)
    while unknown in taken:  # it must be in the vocabulary: an unknown word would be an error else
        unknown = f"[{unknown}]"
    settings: dict[str, Any] = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
        "pre_tokenizer": {"type": "WhitespaceSplit"}, "post_processor": None, "decoder": None,
    }  # fmt: skip
    with path.open("xb") as file:
        file.write(f'{json.dumps(settings)[:-1]}, "model": {{"type": "WordLevel", "vocab": {{'.encode())
        for start in range(0, len(keys), _BLOCK):
            part = dict(zip(keys[start : start + _BLOCK], range(start, len(keys)), strict=False))
            file.write(f"{json.dumps(part, ensure_ascii=False)[1:-1]}, ".encode())
        name = json.dumps(unknown)
        file.write(f'{name}: {len(keys)}}}, "unk_token": {name}}}}}\n'.encode())
        file.flush()
        os.fsync(file.fileno())

"""Every foreign format of vectors behind one table: how it is recognised, read and written.

A format is recognised by its content, never by its name; names of files only choose what is written. Our own
model folder is not in the table: `omnivec.store.folder` reads it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from omnivec.errors import FormatError, OptionError
from omnivec.store.formats import (
    arrow,
    biggraph,
    book_pickle,
    fasttext,
    fasttext_writing,
    gensim_native,
    glove,
    glove_binary,
    npy,
    npz,
    projector,
    refused,
    sent2vec,
    starspace,
    static_embedding,
    tsv,
    word2vec,
)
from omnivec.store.formats.contents import Contents, Outline, Request
from omnivec.store.formats.sample import Sample, sampled
from omnivec.store.tables import DType


@dataclass(frozen=True, kw_only=True)
class Format:
    """One format; what it cannot do is None.

    name: what users call it, `--from` and `--to`; title: how it is told of; suffixes: of names that choose it
    for writing, the first of the table wins; sniff: whether a sample is of the format, None where only its
    name chooses it (a pickle that runs code, or what nothing in the file tells); read, outline: all of it, or
    rows and dim; write(path, contents, overwrite=, told=) writes the whole or nothing; instead: what to do
    with a file that is recognised and not read, or what finds that out; holds: what it keeps beside keys and
    float32 numbers: "counts", "float16", "int8", or what the command line calls the rest of a model; rounds:
    the type that all numbers take when they are written; opens: how other tools open what was written, unless
    packed; `{path!r}` stands for its name.
    """

    name: str
    title: str
    suffixes: tuple[str, ...] = ()
    sniff: Callable[[Sample], bool] | None = None
    read: Callable[[Path, Request], Contents] | None = None
    outline: Callable[[Path, Request], Outline] | None = None
    write: Callable[..., None] | None = None
    instead: str | Callable[[Path], str] = ""
    holds: tuple[str, ...] = ()
    rounds: DType | None = None
    opens: str = ""


FORMATS: tuple[Format, ...] = (
    Format(
        name="book-pickle", title="the book's float16 pickle", suffixes=(".pkl",), sniff=book_pickle.sniff,
        read=book_pickle.read, outline=book_pickle.outline, write=book_pickle.write, holds=("float16",),
        rounds="float16", opens="pickle.load(open({path!r}, 'rb'))",
    ),
    Format(
        name="static-embedding", title="a StaticEmbedding or model2vec folder", sniff=static_embedding.sniff,
        read=static_embedding.read, outline=static_embedding.outline, write=static_embedding.write,
        opens="SentenceTransformer({path!r})",
    ),
    Format(
        name="numpy", title="NumPy's array with words beside it", suffixes=(".npy",), sniff=npy.sniff,
        read=npy.read, outline=npy.outline, write=npy.write, holds=("float16",),
        opens="numpy.load({path!r})",
    ),
    Format(
        name="npz", title="NumPy's arrays `vectors` and `words`", suffixes=(".npz",), sniff=npz.sniff,
        read=npz.read, outline=npz.outline, write=npz.write, holds=("counts", "float16"),
        opens="numpy.load({path!r})",
    ),
    Format(
        name="starspace-model", title="StarSpace model", sniff=starspace.sniff, read=starspace.read,
        outline=starspace.outline,
    ),
    Format(
        name="projector", title="a folder for TensorFlow's Embedding Projector", sniff=projector.sniff,
        read=projector.read, outline=projector.outline, write=projector.write, holds=("counts",),
        opens="https://projector.tensorflow.org, Load, vectors.tsv and metadata.tsv of {path!r}",
    ),
    Format(
        name="parquet", title="Parquet", suffixes=(".parquet",), sniff=arrow.sniff_parquet,
        read=arrow.read_parquet, outline=arrow.outline_parquet, write=arrow.write_parquet,
        holds=("counts", "float16"), opens="pandas.read_parquet({path!r})",
    ),
    Format(
        name="arrow", title="Arrow file", suffixes=(".arrow", ".feather"), sniff=arrow.sniff_arrow,
        read=arrow.read_arrow, outline=arrow.outline_arrow, write=arrow.write_arrow,
        holds=("counts", "float16"), opens="pyarrow.ipc.open_file({path!r}).read_all()",
    ),
    Format(
        name="biggraph", title="PyTorch-BigGraph checkpoint", sniff=biggraph.sniff, read=biggraph.read,
        outline=biggraph.outline,
    ),
    Format(
        name="gensim", title="gensim's own file", read=gensim_native.read, outline=gensim_native.outline,
    ),
    Format(
        name="sent2vec", title="sent2vec model", sniff=sent2vec.sniff, read=sent2vec.read,
        outline=sent2vec.outline,
    ),
    Format(
        name="fasttext", title="fastText model", suffixes=(".ftz",), sniff=fasttext.sniff, read=fasttext.read,
        outline=fasttext.outline, write=fasttext_writing.write,
        holds=("counts", "output rows", "the tree and its rows", "options and record"),
        opens="fasttext.load_model('{path}')",
    ),
    *(
        Format(name=name, title=title, sniff=sniff, instead=instead)
        for name, title, sniff, instead in refused.REFUSED
    ),
    Format(
        name="glove", title="GloVe text", sniff=glove.sniff, read=glove.read, outline=glove.outline,
        write=glove.write,
        opens="gensim.models.KeyedVectors.load_word2vec_format({path!r}, no_header=True)",
    ),
    Format(
        name="starspace", title="StarSpace or PyTorch-BigGraph TSV", suffixes=(".tsv",), sniff=tsv.sniff,
        read=tsv.read, outline=tsv.outline, write=tsv.write,
    ),
    Format(
        name="word2vec-text", title="word2vec text", suffixes=(".txt", ".vec"), sniff=word2vec.sniff_text,
        read=word2vec.read_text, outline=word2vec.outline_text, write=word2vec.write_text,
    ),
    Format(
        name="word2vec", title="word2vec binary", suffixes=(".bin",), sniff=word2vec.sniff_binary,
        read=word2vec.read_binary, outline=word2vec.outline_binary, write=word2vec.write_binary,
    ),
    Format(
        name="glove-cooccurrence", title="GloVe co-occurrences", sniff=glove_binary.sniff_cooccurrences,
        instead="they count pairs of words and are no vectors: GloVe's `shuffle` and `glove` read them",
    ),
    Format(
        name="glove-binary", title="GloVe parameters", read=glove_binary.read, outline=glove_binary.outline,
    ),
)  # fmt: skip
"""Looked through in this order: what is more particular stands before what is more general."""


def named(name: str) -> Format:
    """The format of this name. Raises: OptionError that lists the names."""
    for known in FORMATS:
        if known.name == name:
            return known
    names = ", ".join(known.name for known in FORMATS if known.read is not None or known.write is not None)
    raise OptionError(f"format must be one of {names}, got {name!r}")


def recognised(path: str | os.PathLike[str]) -> Format | None:
    """The format of a file or folder, by its content; packed files are looked into. None where none fits.

    Raises: FormatError when it cannot be read.
    """
    return _known(sampled(Path(path)))


def detect(path: str | os.PathLike[str]) -> Format:
    """The format of a file or folder as `recognised` finds it.

    Raises: FormatError listing what was tried when no format fits, or the file cannot be read.
    """
    sample = sampled(Path(path))
    if (known := _known(sample)) is not None:
        return known
    if not sample.is_folder and not sample.head:
        raise FormatError(f"{path}: not a known format of vectors, it is empty; take another copy")
    tried = ", ".join(known.title for known in FORMATS if known.sniff is not None and known.read is not None)
    what = "a folder with " + (", ".join(sorted(sample.names)[:4]) or "nothing in it")
    start = what if sample.is_folder else f"it starts with {sample.head[:16]!r}"
    instead = "if it is one of vectors, give format=NAME"
    raise FormatError(f"{path}: not a known format of vectors, {start}; tried: {tried}; {instead}")


def _known(sample: Sample) -> Format | None:
    fitting = (known for known in FORMATS if known.sniff is not None and known.sniff(sample))
    return next(fitting, None)


def read(
    path: str | os.PathLike[str],
    request: Request = Request(),  # noqa: B008  (frozen)
    format: str | None = None,
) -> Contents:
    """Keys, table and counts of a file or folder of a known format, recognised unless `format` names it.

    Raises: FormatError for an unknown or damaged file, or one that is recognised and not read;
    NotEnoughMemory before the table is allocated; MissingExtra where a package is needed.
    """
    known = detect(path) if format is None else named(format)
    if known.read is None:
        raise _refusal(path, known)
    return known.read(Path(path), request)


def _refusal(path: str | os.PathLike[str], known: Format) -> FormatError:
    instead = known.instead if isinstance(known.instead, str) else known.instead(Path(path))
    return FormatError(f"{path}: {known.title} is not read; {instead}")


def outline(
    path: str | os.PathLike[str],
    request: Request = Request(),  # noqa: B008  (frozen)
    format: str | None = None,
) -> tuple[Format, Outline]:
    """The format of a file, its rows and dim, from less than 1 MB of it, and the words of a fastText model.

    Raises: as `read` does.
    """
    known = detect(path) if format is None else named(format)
    if known.outline is None:
        raise _refusal(path, known)
    return known, known.outline(Path(path), request)


__all__ = [
    "FORMATS",
    "Contents",
    "Format",
    "Outline",
    "Request",
    "Sample",
    "detect",
    "named",
    "outline",
    "read",
    "recognised",
]

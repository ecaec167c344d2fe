"""gensim's Word2Vec as a process of its own: peer_gensim.py train CORPUS MODEL JSON | export MODEL VECTORS.

`corpus_file` is its fastest way to read, and word2vec's binary format its way to hand vectors on.
"""

from __future__ import annotations

import json
import time

from gensim.models import Word2Vec

from peers.options import Options, parse


def train(given: Options) -> dict[str, object]:
    """Text file to saved model, the steps timed one by one."""
    began = time.perf_counter()
    model = Word2Vec(
        vector_size=given.dim, window=5, ns_exponent=0.75, sample=given.sample, min_count=5, cbow_mean=1,
        sg=int(given.model == "skipgram"), hs=int(given.loss == "hs"), negative=5 * (given.loss == "ns"),
        alpha=given.lr, min_alpha=given.lr * 1e-4, workers=given.threads, seed=given.seed,
    )  # fmt: skip
    model.build_vocab(corpus_file=given.corpus)
    read = time.perf_counter()
    model.train(
        corpus_file=given.corpus,
        total_examples=model.corpus_count,
        total_words=model.corpus_total_words,
        epochs=given.epochs,
    )
    trained = time.perf_counter()
    model.save(given.saved)
    saved = time.perf_counter()
    tokens = int(model.wv.expandos["count"].sum())
    return {
        "rows": len(model.wv), "tokens": tokens, "trained_tokens": tokens * given.epochs,
        "read_seconds": read - began, "train_seconds": trained - read, "save_seconds": saved - trained,
    }  # fmt: skip


def export(given: Options) -> dict[str, object]:
    """The saved model's vectors in word2vec's binary format."""
    Word2Vec.load(given.saved).wv.save_word2vec_format(given.vectors, binary=True)
    return {}


if __name__ == "__main__":
    print(json.dumps(parse(train, export)))

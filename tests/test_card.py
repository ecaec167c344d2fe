"""The model card is filled from the run; what is unknown is absent."""

from omnivec.store.card import card

CONFIG = {
    "learner": "word2vec",
    "dim": 100,
    "rows": 68_204,
    "preset": "gensim",
    "changed": {"epochs": 3, "loss": "hs", "lr": None},
    "training": {
        "source": "wiki|x.txt",
        "tokens": 16_950_112,
        "epochs": 3,
        "seconds": 12.345,
        "tokens_per_second": 4_600_000.4,
        "loss": [2.5, 2.25, 2.1234567],
        "threads": 2,
        "deterministic": False,
        "interrupted": None,
        "unheard_of": 1,
    },
}


def test_a_card_starts_with_what_the_hub_counts_by():
    assert card(CONFIG).startswith(
        "---\nlibrary_name: omnivec\ntags:\n- omnivec\n- embeddings\n- word2vec\n---\n"
    )


def test_a_card_holds_the_run_and_the_changed_options():
    text = card(CONFIG)
    for line in (
        "# word2vec: 68,204 × 100",
        "| Corpus | wiki\\|x.txt |",
        "| Tokens | 16,950,112 |",
        "| Wall time | 12.3 s |",
        "| Speed | 4,600,000 tokens/s |",
        "| Mean loss by epoch | 2.5, 2.25, 2.123 |",
        "| Same seed gives the same bits | no |",
        "| `preset` | gensim |",
        "| `epochs` | 3 |",
        "| `lr` | None |",
        "vectors = load(",
    ):
        assert line in text
    assert "unheard" not in text and "Interrupted" not in text


def test_a_card_of_nothing_leaves_the_fields_out():
    text = card({"learner": None})
    assert "Training" not in text and "Options" not in text and "# vectors\n" in text
    assert "None" not in text and "N/A" not in text

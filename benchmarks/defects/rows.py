"""Known defects of other programs, what is here instead, and which tests hold it: a row each.

`peer` names the installed program whose script checks the row; without one `why` says why nothing is run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ZEROS = {"MALLOC_PERTURB_": "255"}
"""glibc hands out zeros: fastText trains on rows it has not set, and ends in NaN where they were used."""


@dataclass(frozen=True)
class Peer:
    """A program that is run: the version it is pinned to, when that came out, the script of its checks,
    and what that must find in its environment.
    """

    title: str
    version: str
    released: str
    script: str
    env: Mapping[str, str] = field(default_factory=dict)


PEERS = {  # the versions of requirements-bench.txt
    "gensim": Peer("gensim", "4.4.0", "2025-10-18", "defects.in_gensim"),
    "fasttext": Peer("fastText", "0.9.3", "2024-06-12", "defects.in_fasttext", ZEROS),
}


@dataclass(frozen=True, kw_only=True)
class Defect:
    """One row.

    where: the programs that have it; what: the defect; ours: what is here instead; tests: what holds that, as
    file::name below tests/; none where omnivec has nothing yet that could have the defect, and `why` says so.
    """

    number: str
    where: str
    what: str
    ours: str
    tests: tuple[str, ...] = ()
    peer: str | None = None
    why: str = ""


LATER = "omnivec has no counterpart yet"
HERE = "test_compatibility.py::"

DEFECTS = (
    Defect(
        number="D01", where="word2vec.c, gensim, fastText", peer="gensim",
        what="the gradient of a cbow mean is not divided by the number of words (#697, #1873, #2221, #3266)",
        ours='both, `gradient="true"` and `"undivided"`; the default is the one that scored better',
        tests=(
            "test_reference_cbow.py::test_undivided_gradient_is_the_true_one_times_the_words_of_the_context",
        ),
    ),
    Defect(
        number="D02", where="gensim", peer="gensim",
        what="`cbow_mean=0` divides the gradient of a sum", ours="a sum hands on the gradient undivided",
        tests=("test_reference_cbow.py::test_sum_hands_its_gradient_to_each_row_under_either_name",),
    ),
    Defect(
        number="D03", where="gensim", peer="gensim",
        what="a pair with a score beyond ±6 gets no update, however wrong", ours="it gets its gradient",
        tests=(f"{HERE}test_a_score_beyond_six_on_the_wrong_side_has_its_whole_gradient",),
    ),
    Defect(
        number="D04", where="gensim", peer="gensim",
        what="a list of more than 10,000 tokens loses its tail (#2880, #2801, #1509)", ours="nothing is cut",
        tests=(
            f"{HERE}test_a_list_of_more_than_ten_thousand_tokens_is_learned_to_its_end",
            "test_corpus.py::test_line_of_a_million_tokens_is_read_completely",
        ),
    ),
    Defect(
        number="D05", where="gensim", peer="gensim",
        what="the loss is a running float32 sum, and 0 for FastText (#2617, #2735, #2743, #3405)",
        ours="the mean of each epoch, float64, of all threads, for every learner",
        tests=(
            f"{HERE}test_the_loss_of_an_epoch_is_a_mean_and_words_with_parts_have_one",
            "test_engine.py::test_every_thread_s_loss_counts",
        ),
    ),
    Defect(
        number="D06", where="gensim", peer="gensim",
        what="`sample` of 1 and more thins from a count 6.85 times too high",
        ours="`sample` is a share, anything else is refused",
        tests=(
            f"{HERE}test_sample_is_a_share", "test_vocabulary.py::test_keep_thresholds_are_their_definition",
        ),
    ),
    Defect(
        number="D07", where="gensim", peer="gensim",
        what="`build_vocab(update=True)`: thresholds, sampler, tree, order and minimum are the new text's",
        ours="`extend` takes them from both texts; a run that was stopped goes on exactly",
        tests=tuple(
            f"test_extend.py::test_defect_{name}" for name in (
                "1_thresholds_are_of_all_words_and_both_texts", "2_the_sampler_follows_the_rows",
                "3_inner_nodes_keep_their_meaning", "4_min_count_asks_new_words_alone",
                "5_row_order_is_frequency_order",
            )
        ),
    ),
    Defect(
        number="D08", where="gensim", peer="gensim",
        what="`intersect_word2vec_format` ends in an IndexError (#3094)",
        ours="`start=` takes vectors of any format, matched by word",
        tests=(
            "test_start.py::test_rows_are_matched_by_key",
            "test_start.py::test_training_starts_from_anything_that_holds_vectors",
        ),
    ),
    Defect(
        number="D09", where="gensim", peer="gensim",
        what="`load_facebook_model` takes a multiple of the file's size (#2724, #2502, #2468)",
        ours="what a file takes is said and compared with what is free first; a folder is mapped",
        tests=(
            "test_formats_fasttext.py::test_memory_is_asked_for_before_rows_are_read",
            "test_sharing.py::test_eight_processes_share_one_copy",
        ),
    ),
    Defect(
        number="D10", where="gensim", peer="gensim",
        what="text vectors are split from the left: a word with a space is no word",
        ours="split from the right", tests=(f"{HERE}test_a_word_of_a_text_file_may_hold_spaces",),
    ),
    Defect(
        number="D11", where="gensim",
        what="releases break with other releases of NumPy and SciPy (#3606, #3525)",
        ours="pure Python, NumPy and Numba", why="would need the releases that broke",
        tests=(f"{HERE}test_nothing_is_compiled_when_it_is_installed",),
    ),
    Defect(
        number="D12", where="gensim", peer="gensim",
        what="names of before 4.0 end in a TypeError that does not say the new ones (#3147)",
        ours="a name of gensim's, fastText's or word2vec.c's is answered with ours",
        tests=("test_config.py::test_a_name_of_gensim_or_fasttext_is_answered_with_ours_and_its_value",),
    ),
    Defect(
        number="D13", where="word2vec.c",
        what="the last token without a line end is lost; tokens are cut at 99 bytes",
        ours="neither", why="word2vec.c has no release to pin",
        tests=(f"{HERE}test_the_last_token_and_long_tokens_are_whole",),
    ),
    Defect(
        number="D14", where="word2vec.c, gensim", peer="gensim",
        what="σ is read from a table whose scale is rounded: 83 for 83.33", ours="computed, exact to float32",
        tests=("test_kernels.py::test_logistic_is_exact_to_float32",),
    ),
    Defect(
        number="D15", where="fastText", peer="fasttext",
        what="below ten threads rows are left as memory was; two tenths begin alike; seed 0 is seed 1",
        ours="every row is set, by its seed and number",
        tests=(
            f"{HERE}test_every_row_is_set_whatever_the_threads",
            "test_engine.py::test_initial_rows_depend_on_seed_and_row_alone",
        ),
    ),
    Defect(
        number="D16", where="fastText", peer="fasttext",
        what="results of several threads cannot be repeated (#116, #257, #315, #776, #1336)",
        ours="`deterministic=True`: the same bytes at any number of threads",
        tests=(
            "test_heldout.py::test_a_deterministic_run_has_the_same_bytes_at_any_number_of_threads",
        ),
    ),
    Defect(
        number="D17", where="fastText", peer="fasttext",
        what="more epochs than asked for where words are pruned", ours="exact passes",
        tests=("test_engine.py::test_shards_cover_every_token_of_every_epoch_once",),
    ),
    Defect(
        number="D18", where="fastText", peer="fasttext",
        what="of several labels of a text one is drawn each time",
        ours='`labels="all"`: all of them teach; unless given, what served better with the loss',
        tests=(f"{HERE}test_a_text_of_all_labels_has_nothing_to_teach",),
    ),
    Defect(
        number="D19", where="fastText", peer="fasttext",
        what="probabilities beyond 1 and none below 1e-5 (#718, #455, #748, #925, #131, #890)",
        ours="exact: of softmax and hs they sum to one",
        tests=(f"{HERE}test_probabilities_are_exact",),
    ),
    Defect(
        number="D20", where="fastText", peer="fasttext",
        what="unsupervised models are not quantised (#1109, #1119, #1314, #773, #692)",
        ours="any model is",
        tests=("test_quantize.py::test_a_smaller_model_of_words_composes_them_as_its_file_does",),
    ),
    Defect(
        number="D21", where="fastText", peer="fasttext",
        what="a damaged file fills the memory, or is loaded (#176, #197, #519)",
        ours="every number is compared with the file's length; a FormatError names the byte",
        tests=(
            "test_formats_fasttext.py::test_a_cut_file_is_refused_wherever_it_is_cut",
            "test_formats_fasttext.py::test_no_number_of_the_header_is_believed",
        ),
    ),
    Defect(
        number="D22", where="fastText", peer="fasttext", what="models are neither shared nor pickled (#849)",
        ours="a folder is mapped, one copy for all processes; what is opened can be pickled",
        tests=(
            f"{HERE}test_a_classifier_travels_to_another_process",
            "test_sharing.py::test_eight_processes_share_one_copy",
        ),
    ),
    Defect(
        number="D23", where="fastText", peer="fasttext", what="`predict` fails with NumPy 2",
        ours="NumPy 2 is what the tests run with", tests=(f"{HERE}test_probabilities_are_exact",),
    ),
    Defect(
        number="D24", where="fastText", peer="fasttext",
        what="no wheels: a compiler is needed (#1295, #1274, #1298, #1318, #512)",
        ours="no compiler is needed", tests=(f"{HERE}test_nothing_is_compiled_when_it_is_installed",),
    ),
    Defect(
        number="D25", where="fastText", peer="fasttext",
        what="bytes that are no UTF-8 end in an exception in some calls (#715, #1065, #1236)",
        ours="one policy: replaced and counted, or as `errors=` and `encoding_errors=` say",
        tests=(
            "test_formats_fasttext.py::test_bytes_that_are_no_text_are_told_and_words_stay_apart",
            "test_corpus.py::test_invalid_bytes_are_replaced_and_counted",
        ),
    ),
    Defect(
        number="D26", where="fastText", peer="fasttext",
        what="vectors of sentences are not what users compute (#323, #907, #1159, #1235, #309, #723)",
        ours="recipes with names", tests=(
            "test_sentences.py::test_fasttext_is_the_mean_of_unit_vectors_as_gensim_takes_it",
            "test_sentences.py::test_mean_is_that_of_known_words",
        ),
    ),
    Defect(
        number="D27", where="fastText", peer="fasttext",
        what="no checkpoint, and nothing goes on with a model (#330, #312, #422, #744)",
        ours="checkpoints, exact resume, `extend`",
        tests=(
            "test_checkpoint.py::test_a_run_resumed_after_any_shard_ends_at_the_same_bytes",
            "test_classifier.py::test_resumed_equals_uninterrupted_and_held_out_texts_are_measured",
        ),
    ),
    Defect(
        number="D28", where="fastText", peer="fasttext",
        what="texts must be in a file (#1177, #872, #754, #952, #392)",
        ours="a path, stdin, lists, generators, pairs of a text and its labels",
        tests=(
            "test_corpus.py::test_every_kind_of_source_gives_the_same_corpus",
            "test_classifier.py::test_files_and_pairs_train_the_same_model",
        ),
    ),
    Defect(
        number="D29", where="fastText",
        what="which of `.vec`, `.bin` and `.output` holds what is not told (#660, #456, #238)",
        ours="two exports by name: vectors, output", why="a matter of names, nothing to run",
        tests=("cli/test_cli_move.py::test_export_writes_the_named_table",),
    ),
    Defect(
        number="D30", where="fastText",
        what="autotune crashes, overshoots and cannot be repeated (#888, #1143, #1240, #896, #1163)",
        ours="every trial is told; so many trials give the same result",
        tests=("test_autotune.py::test_a_number_of_trials_gives_the_same_again",),
        why="depends on the clock: a run that happens to agree proves nothing",
    ),
    Defect(
        number="D31", where="fastText", peer="fasttext",
        what="too high a rate: once a segmentation fault (#664, #112, #239), now an error without a place",
        ours="NotFinite names epoch, tokens and rate",
        tests=("test_engine.py::test_loss_that_is_not_a_number_stops_training_and_names_the_place",),
    ),
    Defect(
        number="D32", where="fastText", peer="fasttext",
        what="the label prefix is not in the file; rows of n-grams of a pruned model are wrong",
        ours="stored; n-grams that are gone are left out",
        tests=(
            f"{HERE}test_the_label_prefix_is_in_the_model",
            "test_formats_fasttext.py::test_words_are_composed_as_fasttext_composes_them",
        ),
    ),
    Defect(
        number="D33", where="fastText", peer="fasttext",
        what="words end at ASCII white space alone; lines are limited (#133; #274, #518, #229)",
        ours="`tokenizer=`, `whitespace=\"unicode\"`; no limits",
        tests=(
            "test_corpus.py::test_tokenizer_sees_whole_lines_whatever_the_blocks",
            "test_corpus.py::test_unicode_white_space_is_an_option",
            "test_classifier.py::test_a_line_of_a_million_tokens",
        ),
    ),
    Defect(
        number="D34", where="fastText, sent2vec",
        what="`saveOutput` prints words beside nodes of the tree", ours="refused",
        why="the package on PyPI has no saveOutput",
        tests=("cli/test_cli_move.py::test_output_rows_that_are_no_words_are_refused",),
    ),
    Defect(
        number="D35", where="sent2vec, fastText",
        what="the hash of word n-grams keeps structure: sent2vec's absorbs id 0 and has a lattice",
        ours="a 64-bit mix with another salt for each length", why="sent2vec is not pinned yet",
        tests=("test_classifier.py::test_our_word_ngrams_have_no_structure_where_fasttexts_have",),
    ),
    Defect(
        number="D36", where="sent2vec", what="a placeholder is averaged into every context",
        ours="a hole contributes nothing", why="sent2vec is not pinned yet",
        tests=("test_kernels_unit.py::test_the_target_is_left_out_and_nothing_stands_in_its_place",),
    ),
    Defect(
        number="D37", where="sent2vec",
        what="byte 0xFF ends the corpus; saved dictionaries cannot be used; word vectors are polluted",
        ours="the byte ends nothing; vocabularies are files; words are bare rows",
        why="sent2vec is not pinned yet",
        tests=(
            "test_sent2vec.py::test_bad_bytes_and_line_ends",
            "test_sent2vec.py::test_a_file_of_sent2vec_embeds_as_defined",
        ),
    ),
    Defect(
        number="D38", where="sent2vec", what="serving: kills, hangs, shared memory left behind",
        ours="mapped, and memory is compared first", why="sent2vec is not pinned yet",
        tests=("test_sharing.py::test_eight_processes_share_one_copy",),
    ),
    Defect(
        number="D39", where="sent2vec", what="its name on PyPI is another project's",
        ours="one name everywhere", why="nothing to run",
    ),
    Defect(
        number="D40", where="sent2vec, floret", peer="fasttext",
        what="fastText's magic number over another layout: opened as its own, or the loader fails (#123)",
        ours="told by name, and what to do",
        tests=("test_formats_refused.py::test_the_family_of_fasttext_is_told_apart",),
    ),
    Defect(
        number="D41", where="floret", what="the word with id 0 keeps a row of its own",
        ours="floret's files are not read yet, and said so", why=LATER,
    ),
    Defect(
        number="D42", where="GloVe", what="biases ignore rate and clip", ours="the same rate",
        why="GloVe has no release on PyPI to pin",
        tests=("test_glove.py::test_biases_move_at_the_rate_of_vectors_unless_they_have_their_own",),
    ),
    Defect(
        number="D43", where="GloVe", what="`cooccur` doubles the first cell of small corpora",
        ours="right counts", why="GloVe has no release on PyPI to pin",
        tests=("test_cooccurrence.py::test_gloves_check_corpus",),
    ),
    Defect(
        number="D44", where="GloVe", what="the header does not count `<unk>`; `-model 3` cannot be chosen",
        ours="files without a header, and with one that is wrong by a row, are read",
        why="GloVe has no release on PyPI to pin",
        tests=("test_formats_word2vec.py::test_a_text_with_other_rows_than_announced_is_read_and_reported",),
    ),
    Defect(
        number="D45", where="GloVe", what="NaN is skipped", ours="training stops and names the cell",
        why="GloVe has no release on PyPI to pin",
        tests=("test_glove.py::test_a_cost_that_is_not_finite_stops_and_names_the_cell",),
    ),
    Defect(
        number="D46", where="GloVe, gensim", peer="gensim",
        what="text vectors without a header must be announced, with spaces fail (GloVe#64, gensim#2187)",
        ours="recognised by content",
        tests=(
            "test_formats_glove.py::test_six_decimals_and_unk_at_the_end_are_read",
            f"{HERE}test_a_word_of_a_text_file_may_hold_spaces",
        ),
    ),
    Defect(
        number="D47", where="word2phrase", what="bigrams cross lines", ours="they do not",
        why="word2phrase has no release on PyPI to pin",
        tests=("test_phrases.py::test_a_phrase_crosses_the_border_of_no_unit",),
    ),
    Defect(
        number="D48", where="StarSpace", what="softmax loses its running maximum; a tie decides the measure",
        ours="a stable softmax", why=LATER,
    ),
    Defect(
        number="D49", where="magnitude", what="`most_similar` never returns",
        ours="exact search, in blocks", why="magnitude is not pinned: its last release needs older NumPy",
        tests=("test_exact.py::test_answers_are_the_sorted_scores",),
    ),
    Defect(
        number="D50", where="model2vec", what="a vocabulary of one's own fails with other tokenisers",
        ours="our vocabularies are our own, tokenisers are functions", why=LATER,
    ),
)  # fmt: skip

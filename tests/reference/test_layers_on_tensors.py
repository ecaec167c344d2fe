"""The same layers on PyTorch tensors: the same numbers, on the CPU and, where there is one, on a GPU."""

import numpy as np
import pytest
from layer_checks import normal, summed

from omnivec import Vectors, reference
from omnivec.reference import CBOW, Embedding, SimpleCBOW, SimpleSkipGram, SkipGram, WindowScorer, arrays
from omnivec.reference.huffman import tree

torch = pytest.importorskip("torch")

DEVICES = [
    "cpu",
    pytest.param("cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")),
]
IDS = np.array([4, 1, 1, 0])
NEGATIVES = np.array([[1, 1, 2], [0, 4, 5], [1, 3, 3], [2, 5, 0]])
WINDOWS = np.array([[0, 1, 2], [3, 4, 5], [5, 5, 1]])
CONTEXTS, TARGET = reference.create_contexts_target([0, 1, 2, 3, 4, 1, 5, 2], 1, edges=True)
INSIDE = (CONTEXTS >= 0).all(axis=1)
ONE_HOTS = reference.convert_one_hot(CONTEXTS[INSIDE], 6), reference.convert_one_hot(TARGET[INSIDE], 6)
MASK = normal(5, 4, 3) > 0


def W(move, seed, *shape):
    return move(normal(seed, *shape).astype(np.float32))


CASES = {
    "one_hot": lambda move: (reference.OneHot(6, W(move, 1, 1)), (IDS,)),
    "matmul": lambda move: (reference.MatMul(W(move, 1, 3, 2)), (W(move, 2, 4, 3),)),
    "affine": lambda move: (reference.Affine(W(move, 1, 3, 2), W(move, 3, 2)), (W(move, 2, 4, 3),)),
    "embedding": lambda move: (Embedding(W(move, 1, 6, 3)), (IDS,)),
    "embedding, sparse": lambda move: (Embedding(W(move, 1, 6, 3), sparse=True), (NEGATIVES,)),
    "embedding_dot": lambda move: (reference.EmbeddingDot(W(move, 1, 6, 3)), (W(move, 2, 4, 3), IDS)),
    "sigmoid": lambda move: (reference.Sigmoid(), (W(move, 1, 4, 3),)),
    "tanh": lambda move: (reference.Tanh(), (W(move, 1, 4, 3),)),
    "hardtanh": lambda move: (reference.HardTanh(), (W(move, 1, 4, 3),)),
    "relu": lambda move: (reference.Relu(), (W(move, 1, 4, 3),)),
    "softmax": lambda move: (reference.Softmax(), (W(move, 1, 4, 3),)),
    "softmax loss": lambda move: (reference.SoftmaxWithLoss(), (W(move, 1, 4, 6), IDS)),
    "softmax loss, floor": lambda move: (reference.SoftmaxWithLoss(1e-7), (W(move, 1, 4, 6), IDS)),
    "sigmoid loss": lambda move: (reference.SigmoidWithLoss(), (W(move, 1, 4), [1, 0, 0, 1])),
    "sigmoid loss, floor": lambda move: (reference.SigmoidWithLoss(1e-7), (W(move, 1, 4), [1, 0, 0, 1])),
    "hinge": lambda move: (reference.HingeLoss(), (W(move, 1, 8), W(move, 2, 8))),
    "dropout, given": lambda move: (reference.Dropout(), (W(move, 1, 4, 3), True, MASK)),
    "dropout, drawn": lambda move: (reference.Dropout(rng=np.random.default_rng(1)), (W(move, 1, 4, 3),)),
    "negatives, given": lambda move: (
        reference.NegativeSamplingLoss(W(move, 1, 6, 3), sample_size=3), (W(move, 2, 4, 3), IDS, NEGATIVES)
    ),
    "negatives, drawn": lambda move: (
        reference.NegativeSamplingLoss(W(move, 1, 6, 3), range(6), 0.75, 3, rng=np.random.default_rng(1)),
        (W(move, 2, 4, 3), IDS),
    ),
    "negatives, ids that moved": lambda move: (
        reference.NegativeSamplingLoss(W(move, 1, 6, 3), range(6), 0.75, 3, rng=np.random.default_rng(1)),
        (W(move, 2, 4, 3), move(IDS)),
    ),
    "tree": lambda move: (
        reference.HierarchicalSoftmaxLoss(W(move, 1, 5, 3), tree([9, 5, 3, 2, 2, 1])), (W(move, 2, 4, 3), IDS)
    ),
    "simple cbow": lambda move: (SimpleCBOW(6, 3, weights=(W(move, 1, 6, 3), W(move, 2, 3, 6))), ONE_HOTS),
    "simple skip-gram": lambda move: (
        SimpleSkipGram(6, 3, weights=(W(move, 1, 6, 3), W(move, 2, 3, 6))), ONE_HOTS
    ),
    "cbow": lambda move: (
        CBOW(6, 3, 1, range(6), weights=(W(move, 1, 6, 3), W(move, 2, 6, 3)), sample_size=3,
             rng=np.random.default_rng(1)),
        (CONTEXTS, TARGET),
    ),
    "cbow, ids that moved": lambda move: (
        CBOW(6, 3, 1, range(6), weights=(W(move, 1, 6, 3), W(move, 2, 6, 3)), sample_size=3, sparse=True,
             rng=np.random.default_rng(1)),
        (move(CONTEXTS), move(TARGET)),
    ),
    "skip-gram": lambda move: (
        SkipGram(6, 3, 1, range(6), weights=(W(move, 1, 6, 3), W(move, 2, 6, 3)), sample_size=3,
                 rng=np.random.default_rng(1)),
        (CONTEXTS[INSIDE], TARGET[INSIDE]),
    ),
    "window scorer": lambda move: (
        WindowScorer(
            6, 2, 4, 3, weights=[W(move, i, *s) for i, s in enumerate([(6, 2), (6, 4), (4,), (4, 1), (1,)])],
            rng=np.random.default_rng(1),
        ),
        (WINDOWS,),
    ),
}  # fmt: skip


def results(case, move):
    """Every array that a layer gives: its output, the gradients of its inputs and of its weights."""
    layer, inputs = case(move)
    out = layer.forward(*inputs)
    dout = move(normal(7, *out.shape).astype(np.float32))
    back = layer.backward(dout if len(out.shape) else 1.5)
    back = back if isinstance(back, tuple) else () if back is None else (back,)
    grads = [grad.dense() if hasattr(grad, "dense") else grad for grad in layer.grads]
    return [out, *back, *grads]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("case", CASES)
def test_tensors_give_the_numbers_of_numpy(case, device):
    expected = results(CASES[case], np.asarray)
    given = results(CASES[case], lambda x: torch.as_tensor(x, device=device))
    assert len(given) == len(expected)
    for mine, wanted in zip(given, expected, strict=True):
        assert isinstance(mine, torch.Tensor) and mine.device.type == device and mine.dtype == torch.float32
        np.testing.assert_allclose(arrays.to_cpu(mine), wanted, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("device", DEVICES)
def test_sampling_keeps_its_meaning_where_tensors_are(device):
    """The book's sampler draws the target as a wrong answer once the arrays are on a GPU."""
    target = torch.as_tensor(np.repeat(np.arange(6), 200), device=device)
    sampler = reference.UnigramSampler(range(6), 0.75, 4, rng=np.random.default_rng(1))
    drawn = sampler.get_negative_sample(target)
    assert not (drawn == arrays.to_cpu(target)[:, None]).any()
    assert all(len(set(row)) == 4 for row in drawn)


def loss_of_a_user(rows, goal):
    """Any loss: here one minus the cosine with a goal."""
    return (1 - torch.nn.functional.cosine_similarity(rows.mean(1), goal)).sum()


START = normal(3, 20, 6)
GOALS = torch.as_tensor(normal(4, 8, 6))
BATCHES = [np.random.default_rng(step).integers(0, 20, (8, 3)) for step in range(10)]


def trained_by_pytorch():
    layer = torch.nn.Embedding.from_pretrained(torch.tensor(START), freeze=False)
    for ids in BATCHES:
        layer.weight.grad = None
        loss_of_a_user(layer(torch.as_tensor(ids)), GOALS).backward()
        with torch.no_grad():
            layer.weight -= 0.3 * layer.weight.grad
    return layer.weight.detach().numpy()


@pytest.mark.parametrize("kind", ["numpy", "tensor", "sparse"])
def test_our_layer_inside_a_loss_of_a_user_trains_as_pytorchs(kind):
    table = START.copy() if kind != "tensor" else torch.tensor(START)
    layer = Embedding(table, sparse=kind == "sparse")
    for ids in BATCHES:
        rows = torch.as_tensor(layer.forward(ids)).clone().requires_grad_()
        loss_of_a_user(rows, GOALS).backward()
        layer.backward(rows.grad if kind == "tensor" else rows.grad.numpy())
        if kind == "sparse":
            table[layer.grads[0].rows] -= 0.3 * layer.grads[0].values
        else:
            table -= 0.3 * layer.grads[0]
    expected = trained_by_pytorch()
    assert not np.allclose(expected, START)
    np.testing.assert_allclose(arrays.to_cpu(table), expected, atol=1e-6)
    words = [f"w{row}" for row in range(20)]
    vectors = Vectors(words, arrays.to_cpu(layer.params[0]))
    np.testing.assert_allclose(vectors["w7"], expected[7], atol=1e-6)


def test_pytorchs_own_derivative_goes_through_our_forward():
    table = torch.tensor(START).requires_grad_()
    layer = Embedding(table)
    loss_of_a_user(layer.forward(BATCHES[0]), GOALS).backward()
    rows = layer.forward(BATCHES[0]).detach().requires_grad_()
    loss_of_a_user(rows, GOALS).backward()
    layer.backward(rows.grad)
    np.testing.assert_allclose(table.grad, layer.grads[0], atol=1e-12)


def test_negative_sampling_loss_has_the_derivative_of_pytorch():
    table, h = (
        torch.as_tensor(normal(seed, *shape)).requires_grad_() for seed, shape in [(1, (6, 3)), (2, (4, 3))]
    )
    layer = reference.NegativeSamplingLoss(table.detach(), sample_size=3)
    layer.forward(h.detach(), IDS, NEGATIVES)
    dh = layer.backward()
    scores = torch.einsum("nd,nkd->nk", h, table[np.column_stack([IDS, NEGATIVES])])
    labels = torch.zeros_like(scores)
    labels[:, 0] = 1
    (torch.nn.functional.binary_cross_entropy_with_logits(scores, labels) * 4).backward()
    np.testing.assert_allclose(dh, h.grad, atol=1e-12)
    ((_, gradient),) = summed(layer.params, [arrays.to_cpu(grad) for grad in layer.grads])
    np.testing.assert_allclose(gradient, table.grad, atol=1e-12)

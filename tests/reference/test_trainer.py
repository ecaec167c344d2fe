"""The Trainer: its reports, its loss curve, clipping, the picture, and resuming from a file."""

import numpy as np
import pytest

from omnivec.reference import CBOW, SGD, Adam, Affine, Trainer, create_contexts_target
from omnivec.reference.training.trainer import Progress


class Line:
    """Least squares: the smallest model there is."""

    def __init__(self, seed=0, array=np.asarray):
        rng = np.random.default_rng(seed)
        self.affine = Affine(array(rng.normal(size=(3, 2))), array(np.zeros(2)))
        self.params, self.grads = self.affine.params, self.affine.grads
        self.batches = []

    def forward(self, x, t):
        self.batches.append(x)
        self.error = self.affine.forward(x) - t
        return (self.error**2).mean()

    def backward(self, dout=1):
        self.affine.backward(2 * self.error * dout / (2 * len(self.error)))


def data(n=103, seed=1):
    x = np.random.default_rng(seed).normal(size=(n, 3))
    return x, x @ np.arange(6.0).reshape(3, 2) + 1


def test_every_epoch_sees_every_example_once_in_another_order():
    x, t = data()
    model = Line()
    Trainer(model, SGD()).fit(x, t, max_epoch=2, batch_size=10)
    assert [len(batch) for batch in model.batches] == 2 * ([10] * 10 + [3])
    first, second = np.concatenate(model.batches[:11]), np.concatenate(model.batches[11:])
    for epoch in (first, second):
        np.testing.assert_array_equal(np.sort(epoch, axis=0), np.sort(x, axis=0))
    assert not np.array_equal(first, second)


@pytest.mark.parametrize(
    ("n", "batch", "epochs", "interval"), [(103, 2, 3, 20), (103, 10, 2, 20), (80, 2, 2, 20)]
)
def test_there_is_a_point_for_every_stretch_of_every_epoch(n, batch, epochs, interval):
    x, t = data(n)
    trainer = Trainer(Line(), SGD())
    trainer.fit(x, t, epochs, batch, eval_interval=interval)
    iterations = -(-n // batch)
    assert len(trainer.loss_list) == epochs * -(-iterations // interval)


def test_a_point_is_the_mean_over_its_examples():
    x, t = data(25)
    model = Line()
    trainer = Trainer(model, SGD(1e-9))
    trainer.fit(x, t, max_epoch=1, batch_size=10, eval_interval=20)
    expected = ((x @ Line().params[0] - t) ** 2).mean()
    assert trainer.loss_list == [pytest.approx(expected, rel=1e-6)]


def test_training_is_silent_unless_asked_and_reports_the_fields_of_the_book(capsys):
    x, t = data(50)
    trainer = Trainer(Line(), SGD())
    trainer.fit(x, t, max_epoch=1, batch_size=10)
    assert capsys.readouterr().out == ""
    seen = []
    trainer.fit(x, t, max_epoch=2, batch_size=10, eval_interval=2, report=seen.append)
    assert [(p.epoch, p.iteration, p.iterations) for p in seen] == [
        (epoch, iteration, 5) for epoch in (2, 3) for iteration in (2, 4, 5)
    ]
    assert [p.loss for p in seen] == trainer.loss_list[1:]
    assert str(Progress(1, 20, 45, 3.7, 2.345)) == "| epoch 1 |  iter 20 / 45 | time 3[s] | loss 2.35"


def test_the_loss_falls():
    x, t = data()
    trainer = Trainer(Line(), Adam(0.05))
    trainer.fit(x, t, max_epoch=60, batch_size=10)
    assert trainer.loss_list[-1] < 0.01 * trainer.loss_list[0]


def test_gradients_are_clipped():
    x, t = data(20)
    model = Line()
    before = [p.copy() for p in model.params]
    Trainer(model, SGD(1.0)).fit(x, t, max_epoch=1, batch_size=20, max_grad=0.25)
    moved = sum(((p - b) ** 2).sum() for p, b in zip(model.params, before, strict=True)) ** 0.5
    assert moved == pytest.approx(0.25, rel=1e-5)


def toy_cbow(rng):
    contexts, target = create_contexts_target(np.array([0, 1, 2, 3, 4, 1, 5, 6] * 8), 1)
    return CBOW(7, 4, 1, np.array([0, 1, 2, 3, 4, 1, 5, 6]), rng=rng, sample_size=2), contexts, target


def run(path=None, stop_at=None, seed=5):
    """Weights and loss list of a training that draws negatives, perhaps stopped by Ctrl-C and resumed."""
    rng = np.random.default_rng(seed)
    model, x, t = toy_cbow(rng)
    trainer = Trainer(model, Adam(), rng=rng)

    def report(progress):
        if (progress.epoch, progress.iteration) == stop_at:
            raise KeyboardInterrupt

    options = {"max_epoch": 3, "batch_size": 7, "eval_interval": 3}
    if path is None:
        trainer.fit(x, t, **options)
        return model.params, trainer.loss_list
    with pytest.raises(KeyboardInterrupt):
        trainer.fit(x, t, **options, report=report, checkpoint=path)
    rng = np.random.default_rng(99)
    model, x, t = toy_cbow(rng)
    trainer = Trainer(model, Adam(), rng=rng)
    trainer.restore(path)
    trainer.fit(x, t, **options)
    return model.params, trainer.loss_list


@pytest.mark.parametrize("stop_at", [(1, 3), (2, 6), (2, 9), (3, 3)])
def test_a_resumed_training_is_the_uninterrupted_one(tmp_path, stop_at):
    """Bit for bit: weights, Adam's state, the order of the examples, the negatives, the loss curve."""
    params, losses = run(tmp_path / "model.npz", stop_at)
    expected, curve = run()
    assert losses == curve
    for p, e in zip(params, expected, strict=True):
        np.testing.assert_array_equal(p, e)


def test_after_a_whole_fit_another_one_trains_on():
    x, t = data(20)
    trainer = Trainer(Line(), SGD())
    trainer.fit(x, t, max_epoch=2)
    trainer.fit(x, t, max_epoch=2)
    assert trainer.position.epoch == 4


def test_a_checkpoint_of_another_training_is_refused_and_changes_nothing(tmp_path):
    path = tmp_path / "model.npz"
    trainer = Trainer(Line(), Adam())
    trainer.fit(*data(20), max_epoch=1, checkpoint=path)
    other = Line(7)
    before = other.params[0].copy()
    with pytest.raises(ValueError, match="saved with Adam, got SGD"):
        Trainer(other, SGD()).restore(path)
    np.testing.assert_array_equal(other.params[0], before)
    small = Line()
    small.params[0] = np.zeros((2, 2))
    with pytest.raises(ValueError, match=r"shapes \[\(3, 2\), \(2,\)\], the model has \[\(2, 2\), \(2,\)\]"):
        Trainer(small, Adam()).restore(path)
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(ValueError, match="no checkpoint of a Trainer"):
        Trainer(Line(), Adam()).restore(path)


def test_tensors_are_trained_and_resumed_too(tmp_path):
    torch = pytest.importorskip("torch")

    x, t = data(30)
    ours, theirs = Line(), Line(array=torch.tensor)
    Trainer(ours, Adam()).fit(x, t, max_epoch=2, batch_size=8)
    trainer = Trainer(theirs, Adam())
    trainer.fit(torch.tensor(x), torch.tensor(t), max_epoch=1, batch_size=8, checkpoint=tmp_path / "m.npz")
    again = Line(array=torch.tensor)
    trainer = Trainer(again, Adam())
    trainer.restore(tmp_path / "m.npz")
    trainer.fit(torch.tensor(x), torch.tensor(t), max_epoch=1, batch_size=8)
    np.testing.assert_allclose(again.params[0].numpy(), ours.params[0], atol=1e-12)


def test_plot_draws_the_curve_on_given_axes_or_new_ones(tmp_path):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    trainer = Trainer(Line(), SGD())
    trainer.fit(*data(), max_epoch=5, batch_size=2)
    figure, ax = pyplot.subplots()
    assert trainer.plot(ax=ax) is ax
    new = trainer.plot(ylim=(0, 5))
    assert new is not ax and new.get_ylim() == (0, 5)
    assert new.get_xlabel() == "iterations (x20)" and new.get_ylabel() == "loss"
    assert list(new.lines[0].get_ydata()) == trainer.loss_list
    new.figure.savefig(tmp_path / "loss.png")
    assert (tmp_path / "loss.png").stat().st_size > 5000
    pyplot.close("all")


def test_a_loss_that_is_no_number_stops_the_training():
    x, t = data(20)
    with (
        np.errstate(all="ignore"),
        pytest.raises(ArithmeticError, match=r"the loss is \w+ in epoch \d+, iteration 1: lower lr"),
    ):
        Trainer(Line(), SGD(1e200)).fit(x, t, batch_size=20)


def test_options_out_of_range_are_named():
    x, t = data(20)
    trainer = Trainer(Line(), SGD())
    with pytest.raises(ValueError, match="at least one, got 20 and 19"):
        trainer.fit(x, t[:19])
    with pytest.raises(ValueError, match="at least one, got 0 and 0"):
        trainer.fit(x[:0], t[:0])
    for name in ("max_epoch", "batch_size", "eval_interval"):
        with pytest.raises(ValueError, match=f"{name} is at least 1, got 0"):
            trainer.fit(x, t, **{name: 0})

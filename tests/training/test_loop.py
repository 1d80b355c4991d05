import dataclasses
from collections.abc import Callable

import pytest
import torch

from data.points import ColoredPoints
from models.generator import build_model
from models.vae import VAE, Loss
from utils.program.errors import InputError
from utils.settings.config import Config
from utils.training.loop import Epoch, Training, evaluate_loss, pick_device


def trained(points: ColoredPoints, config: Config) -> tuple[VAE, list[Epoch]]:
    """A model after training, and the history of its epochs."""
    history = []
    torch.manual_seed(config.seed)
    model = build_model(dataclasses.asdict(config))
    train, held_out = points.split(config.holdout, config.seed)
    training = Training(model, train, held_out, config)
    training.run(lambda row, _: history.append(row))
    return training.average, history


def weights(model: VAE) -> list[bytes]:
    return [weight.numpy().tobytes() for weight in model.state_dict().values()]


@pytest.mark.parametrize("name", ["attention", "vanilla"])
def test_training_lowers_the_loss_on_points_it_never_saw(points: ColoredPoints, quick: Config, name: str):
    _, history = trained(points, dataclasses.replace(quick, model=name, epochs=10))

    losses = [row.heldout_reconstruction + row.heldout_kl for row in history]
    assert [row.epoch for row in history] == list(range(1, 11))
    assert losses[-1] < losses[0] - 2


def test_the_same_seed_gives_the_same_bytes(points: ColoredPoints, quick: Config):
    (first, history), (again, _) = trained(points, quick), trained(points, quick)
    other, _ = trained(points, dataclasses.replace(quick, seed=11))

    assert weights(first) == weights(again)
    assert weights(first) != weights(other)
    assert len(history) == 2


def test_worker_processes_do_not_change_a_byte(points: ColoredPoints, quick: Config):
    alone, _ = trained(points, quick)
    with_workers, _ = trained(points, dataclasses.replace(quick, num_workers=2))

    assert weights(alone) == weights(with_workers)


def test_beta_and_the_learning_rate_follow_their_schedules(points: ColoredPoints, quick: Config):
    _, history = trained(points, dataclasses.replace(quick, epochs=8, n_cycles=2, annealing_share=1.0, beta_max=0.5))

    # 270 points in batches of 50 are 6 steps an epoch: a cycle has 24, and beta is at its maximum from the 12th on.
    assert [row.beta for row in history] == pytest.approx([0.5 * share for share in (5 / 12, 11 / 12, 1, 1)] * 2)
    assert history[0].learning_rate < quick.learning_rate
    assert history[-1].learning_rate < history[3].learning_rate / 10


def test_the_average_lags_behind_the_weights_and_without_memory_is_the_weights(points: ColoredPoints, quick: Config):
    last, averages = None, {}
    for decay in (0.0, 0.9):
        torch.manual_seed(0)
        model = build_model(dataclasses.asdict(quick))
        config = dataclasses.replace(quick, ema_decay=decay)
        training = Training(model, *points.split(0.1, 0), config)
        training.run(lambda *_: None)
        averages[decay] = weights(training.average)
        last = weights(model)

    assert averages[0.0] == last
    assert averages[0.9] != last


def test_weight_decay_shrinks_matrices_and_spares_the_prior(points: ColoredPoints, quick: Config):
    norms = {}
    for decay in (0.0, 10.0):
        model, _ = trained(points, dataclasses.replace(quick, weight_decay=decay, epochs=20, model="vanilla"))
        norms[decay] = model.encoder[0].weight.norm().item(), model.prior.mean.norm().item()

    assert norms[10.0][0] < 0.8 * norms[0.0][0]
    assert norms[10.0][1] == pytest.approx(norms[0.0][1], rel=0.1)


@pytest.mark.parametrize(("name", "most"), [("attention", 2800), ("vanilla", 1500)])
def test_a_step_is_few_operators(points: ColoredPoints, quick: Config, name: str, most: int):
    """At small batches they are what a step costs. Clipping, Adam and the average take but a few of them."""
    config = dataclasses.replace(quick, model=name)
    training = Training(build_model(dataclasses.asdict(config)), *points.split(0.1, 0), config)
    x = torch.rand(50, 5)
    training._take_step(x)

    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as step:
        training._take_step(x)
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as gradients:
        training._gradients(x, torch.zeros(50, config.latent_dim), torch.tensor(1.0))

    whole, part = (
        sum(event.count for event in profile.key_averages() if event.key.startswith("aten::"))
        for profile in (step, gradients)
    )
    assert whole < most
    assert whole - part < 80


def test_compiled_steps_come_to_what_uncompiled_ones_do(
    points: ColoredPoints, quick: Config, monkeypatch: pytest.MonkeyPatch
):
    """The compiler is stood in for by the function itself, and must not be asked for a batch of another size."""
    sizes = []

    def recording(function: Callable, *example: torch.Tensor) -> Callable:
        def code(x: torch.Tensor, *rest: torch.Tensor) -> tuple:
            sizes.append(len(x))
            return function(x, *rest)

        assert [tuple(argument.shape) for argument in example] == [(50, 5), (50, quick.latent_dim), ()]
        return code

    monkeypatch.setattr("utils.training.loop.compiled", recording)
    plain, _ = trained(points, quick)
    torch.manual_seed(quick.seed)
    training = Training(build_model(dataclasses.asdict(quick)), *points.split(quick.holdout, quick.seed), quick)
    training.compile()
    training.run(lambda *_: None)

    assert weights(training.average) == weights(plain)
    # 270 points are 5 batches of 50 an epoch, and one of 20.
    assert sizes == [50] * 10


def test_a_loss_that_is_not_finite_stops_before_the_step(
    points: ColoredPoints, quick: Config, monkeypatch: pytest.MonkeyPatch
):
    model = build_model(dataclasses.asdict(quick))
    proper, calls = model.loss, []

    def breaks_at_the_ninth_step(x: torch.Tensor, noise: torch.Tensor) -> Loss:
        calls.append(len(x))
        loss = proper(x, noise)
        return Loss(loss.reconstruction * (float("nan") if len(calls) == 9 else 1), loss.kl)

    monkeypatch.setattr(model, "loss", breaks_at_the_ninth_step)
    with pytest.raises(InputError, match=r"not finite in epoch 2, step 8; .* try a learning_rate below 0\.00"):
        Training(model, *points.split(0.1, 0), quick).run(lambda *_: None)

    assert all(weight.isfinite().all() for weight in model.parameters())


def test_losses_are_per_point_and_count_the_cells_of_the_grid(points: ColoredPoints):
    class Flat(torch.nn.Linear):
        noise = VAE.noise
        latent_dim = 1

        def loss(self, x: torch.Tensor, noise: torch.Tensor) -> Loss:
            return Loss(torch.zeros(len(x)), torch.full((len(x),), 0.5))

    assert evaluate_loss(Flat(1, 1), points, seed=0) == pytest.approx((points.scaling.log_cells, 0.5))


def test_a_device_that_is_not_there_is_refused():
    assert pick_device("cpu").type == "cpu"
    for name in ("cuda:99", "mps"):
        if name != "mps" or not torch.backends.mps.is_available():
            with pytest.raises(InputError, match=f"PyTorch finds no {name} on this machine.*cpu"):
                pick_device(name)

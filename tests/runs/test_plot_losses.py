import dataclasses
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from utils.runs.plot_losses import draw_losses, plot_losses
from utils.settings.config import Config

LOSSES = ("train_reconstruction", "train_kl", "heldout_reconstruction", "heldout_kl")


def a_history(epochs: int, first: float = 0) -> dict[str, np.ndarray]:
    """Curves that differ and fall, under a beta of 1; `first` is added to one loss."""
    history = {name: np.linspace(5.0 + number, number, epochs) for number, name in enumerate(LOSSES)}
    history["train_reconstruction"][0] += first
    return history | {"epoch": np.arange(1, epochs + 1), "beta": np.ones(epochs)}


def settings(**changes: Any) -> dict[str, Any]:
    return dataclasses.asdict(Config()) | changes


def curves(axes: Axes) -> dict[str, list[float]]:
    return {str(line.get_label()): list(line.get_ydata()) for line in axes.get_lines()}


@pytest.mark.parametrize("epochs", [1, 30])
def test_losses_are_drawn_above_and_kl_and_beta_below(epochs: int):
    history = a_history(epochs) | {"parameter_kl": np.full(epochs, 0.5)}

    figure = plot_losses("a title", history, {})

    above, below, beta = figure.axes
    assert above.get_title() == "a title"
    assert curves(above) == {
        "total loss, training (+ KL of parameters)": list(history["train_reconstruction"] + history["train_kl"] + 0.5),
        "total loss, held-out": list(history["heldout_reconstruction"] + history["heldout_kl"]),
        "reconstruction, training": list(history["train_reconstruction"]),
        "reconstruction, held-out": list(history["heldout_reconstruction"]),
    }
    assert curves(below) == {"KL, training": list(history["train_kl"]), "KL, held-out": list(history["heldout_kl"])}
    # Without a schedule, as another version has it, there are the values at the ends of epochs.
    assert list(*curves(beta).values()) == list(history["beta"])
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == [*curves(above), *curves(below), *curves(beta)]


@pytest.mark.parametrize(("annealing", "falls"), [("cyclical", 0.45 * np.arange(1, 4)), ("constant", [])])
def test_beta_is_drawn_within_epochs_and_marked_where_it_falls(annealing: str, falls: list[float]):
    figure = plot_losses("", a_history(3), settings(epochs=3, annealing=annealing))

    (line,) = figure.axes[2].get_lines()
    epoch, beta = line.get_xdata(), line.get_ydata()
    assert (epoch[0], beta[0], beta[-1]) == (0, annealing == "constant", 1)
    # Four cycles in the first 60% of the run.
    assert epoch[1:][np.diff(beta) < -0.5] == pytest.approx(falls, abs=0.01)
    marks = [line.get_xdata()[0] for line in figure.axes[0].get_lines() if len(line.get_xdata()) == 2]
    assert marks == pytest.approx(falls, abs=0.01)
    assert ("β falls" in figure.get_supxlabel()) == bool(len(falls))


@pytest.mark.parametrize("order", [1, -1])
def test_columns_that_share_a_scale_show_the_settled_losses_and_all_kls_of_each_other(order: int):
    low, high = a_history(100, first=1000), {name: values + 10 for name, values in a_history(20).items()}
    histories = [low, high][::order]
    axes = Figure().subplots(2, 2, sharey="row")

    for (above, below), history in zip(axes.T, histories, strict=True):
        draw_losses(above, below, [history], {}, histories)

    for panel in axes[0]:
        assert panel.get_ylim()[0] < low["train_reconstruction"].min()
        assert 100 > panel.get_ylim()[1] > (high["heldout_reconstruction"] + high["heldout_kl"])[4]
    for panel in axes[1]:
        assert panel.get_ylim()[1] > high["heldout_kl"].max()

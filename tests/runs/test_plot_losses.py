from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from runs.history import a_history

from utils.runs.plot_losses import draw_losses, plot_losses
from utils.settings.config import Config


def curves(axes: Axes) -> dict[str, list[float]]:
    return {str(line.get_label()): list(line.get_ydata()) for line in axes.get_lines()}


@pytest.mark.parametrize("epochs", [1, 30])
def test_losses_are_drawn_above_and_kl_and_beta_below(a_run: Callable[..., Any], epochs: int):
    history = a_history(epochs)

    figure = plot_losses(a_run(history=history, config=Config(epochs=epochs, annealing="constant")))

    above, below, beta = figure.axes
    reconstruction, kl, of_parameters, *heldout = (list(history.values())[i] for i in range(5))
    drawn = [reconstruction + kl + of_parameters, sum(heldout), reconstruction, heldout[0]]
    assert [*curves(above).values()] == [list(values) for values in drawn]
    assert curves(below) == {"KL, training": list(kl), "KL, held-out": list(heldout[1])}
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == [*curves(above), *curves(below), *curves(beta)]


@pytest.mark.parametrize(("annealing", "falls"), [("cyclical", 0.45 * np.arange(1, 4)), ("constant", [])])
def test_beta_is_drawn_within_epochs_and_marked_where_it_falls(
    a_run: Callable[..., Any], annealing: str, falls: list[float]
):
    figure = plot_losses(a_run(history=a_history(3), config=Config(epochs=3, annealing=annealing)))

    (line,) = figure.axes[2].get_lines()
    epoch, beta = line.get_xdata(), line.get_ydata()
    assert (epoch[0], beta[0], beta[-1]) == (0, annealing == "constant", 1)
    # Four cycles in the first 60% of the run.
    assert epoch[1:][np.diff(beta) < -0.5] == pytest.approx(falls, abs=0.01)
    marks = [line.get_xdata()[0] for line in figure.axes[0].get_lines() if len(line.get_xdata()) == 2]
    assert marks == pytest.approx(falls, abs=0.01)


@pytest.mark.parametrize("order", [1, -1])
def test_columns_that_share_a_scale_show_the_settled_losses_and_all_kls_of_each_other(order: int):
    low, high = a_history(100), a_history(20, start=10)
    low["train_reconstruction"][0] += 1000
    histories = [low, high][::order]
    axes = Figure().subplots(2, 2, sharey="row")

    for (above, below), history in zip(axes.T, histories, strict=True):
        draw_losses(above, below, [history], Config(), histories)

    for panel in axes[0]:
        assert panel.get_ylim()[0] < low["train_reconstruction"].min()
        assert 100 > panel.get_ylim()[1] > (high["heldout_reconstruction"] + high["heldout_kl"])[4]
    for panel in axes[1]:
        assert panel.get_ylim()[1] > high["heldout_kl"].max()

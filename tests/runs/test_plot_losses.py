from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from runs.history import a_history

from utils.runs.plot_losses import draw_losses, plot_losses
from utils.settings.config import Config


@pytest.mark.parametrize(("annealing", "falls"), [("cyclical", 0.45 * np.arange(1, 4)), ("constant", [])])
def test_losses_are_drawn_above_and_kl_and_beta_below_and_marked_where_beta_falls(
    a_run: Callable[..., Any], annealing: str, falls: list[float]
):
    history = a_history(3)

    figure = plot_losses(a_run(history=history, config=Config(epochs=3, annealing=annealing)))

    above, below, (beta_line,) = (axes.get_lines() for axes in figure.axes)
    reconstruction, kl, of_parameters, *heldout = (list(history.values())[i] for i in range(5))
    losses = [reconstruction + kl + of_parameters, sum(heldout), reconstruction, heldout[0]]
    assert [line.get_ydata().tolist() for line in above[:4]] == [values.tolist() for values in losses]
    assert {line.get_label(): line.get_ydata().tolist() for line in below[:2]} == {
        "KL, training": kl.tolist(),
        "KL, held-out": heldout[1].tolist(),
    }
    # Beta is drawn within epochs, in four cycles in the first 60% of the run.
    epoch, beta = beta_line.get_data()
    assert (epoch[0], beta[0], beta[-1]) == (0, annealing == "constant", 1)
    assert epoch[1:][np.diff(beta) < -0.5] == pytest.approx(falls, abs=0.01)
    assert [line.get_xdata()[0] for line in above[4:]] == pytest.approx(falls, abs=0.01)


def test_columns_that_share_a_scale_show_the_settled_losses_and_all_kls_of_each_other():
    low, high = histories = [a_history(100), a_history(20, start=10)]
    low["train_reconstruction"][0] += 1000
    axes = Figure().subplots(2, 2, sharey="row")

    # The column that is drawn last sets the scale.
    for (above, below), history in zip(axes.T, [high, low], strict=True):
        draw_losses(above, below, [history], Config(), histories)

    assert axes[0, 0].get_ylim()[0] < low["train_reconstruction"].min()
    assert 100 > axes[0, 0].get_ylim()[1] > (high["heldout_reconstruction"] + high["heldout_kl"])[4]
    assert axes[1, 0].get_ylim()[1] > high["heldout_kl"].max()

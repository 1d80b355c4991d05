import numpy as np
import pytest
from matplotlib.axes import Axes

from utils.pictures.curves import draw_loss_curves

LOSSES = ("train_reconstruction", "train_kl", "heldout_reconstruction", "heldout_kl")


def a_history(epochs: int, cycles: int = 1) -> dict[str, np.ndarray]:
    """Curves that differ, and a beta that begins again from 0 `cycles` times."""
    history = {name: np.linspace(number, 5.0 + number, epochs) for number, name in enumerate(LOSSES)}
    return history | {"epoch": np.arange(1, epochs + 1), "beta": np.arange(epochs) * cycles % epochs / epochs}


def curves(axes: Axes) -> dict[str, list[float]]:
    """The curves of `axes` by what the legend calls them, up to its numbers."""
    return {str(line.get_label()).partition(":")[0]: list(line.get_ydata()) for line in axes.get_lines()}


def shaded(axes: Axes) -> list[tuple[float, float]]:
    """Where each shaded span begins and ends."""
    return [(span.get_x(), span.get_x() + span.get_width()) for span in axes.patches]


@pytest.mark.parametrize("epochs", [1, 2, 30])
def test_reconstruction_and_total_are_drawn_above_and_kl_and_beta_below(epochs: int):
    history = a_history(epochs)

    above, below, beta = draw_loss_curves("a title", history).axes

    assert above.get_title() == "a title"
    assert curves(above) == {
        "total, train": list(history["train_reconstruction"] + history["train_kl"]),
        "reconstruction, train": list(history["train_reconstruction"]),
        "total, held-out": list(history["heldout_reconstruction"] + history["heldout_kl"]),
        "reconstruction, held-out": list(history["heldout_reconstruction"]),
    }
    assert curves(below) == {"KL, train": list(history["train_kl"]), "KL, held-out": list(history["heldout_kl"])}
    assert curves(beta) == {"β, the weight of the KL": list(history["beta"])}
    for axes in (above, below, beta):
        assert all(list(line.get_xdata()) == list(history["epoch"]) for line in axes.get_lines())
        assert axes.get_xlim()[0] <= 1
        assert axes.get_xlim()[1] >= epochs


def test_the_legend_says_where_each_curve_ends():
    above, _, beta = draw_loss_curves("", a_history(10)).axes

    assert [text.get_text() for text in above.get_legend().get_texts()] == [
        "total, train: 11.00 at the end",
        "reconstruction, train: 5.00",
        "total, held-out: 15.00 at the end",
        "reconstruction, held-out: 7.00",
    ]
    assert [text.get_text() for text in beta.get_legend().get_texts()] == [
        "KL, train: 6.00 at the end",
        "KL, held-out: 8.00 at the end",
        "β, the weight of the KL",
    ]


def test_every_second_cycle_of_beta_is_shaded():
    above, below, _ = draw_loss_curves("", a_history(40, cycles=4)).axes

    assert shaded(above) == shaded(below) == [(0.5, 10.5), (20.5, 30.5)]


def test_a_run_of_one_epoch_with_a_beta_of_zero_can_be_rendered():
    figure = draw_loss_curves("", a_history(1))

    figure.canvas.draw()

    low, high = figure.axes[2].get_ylim()
    assert low == 0 < high

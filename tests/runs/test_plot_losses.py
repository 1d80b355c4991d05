import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from utils.pictures.curves import draw_losses, plot_losses

LOSSES = ("train_reconstruction", "train_kl", "heldout_reconstruction", "heldout_kl")


def a_history(epochs: int, cycles: int = 1, first: float = 0) -> dict[str, np.ndarray]:
    """Curves that differ and fall, and a beta that begins again from 0 `cycles` times; `first` is added to one loss."""
    history = {name: np.linspace(5.0 + number, number, epochs) for number, name in enumerate(LOSSES)}
    history["train_reconstruction"][0] += first
    return history | {"epoch": np.arange(1, epochs + 1), "beta": np.arange(epochs) * cycles % epochs / epochs}


def curves(axes: Axes) -> dict[str, list[float]]:
    return {str(line.get_label()): list(line.get_ydata()) for line in axes.get_lines()}


def names(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.legends[0].get_texts()]


@pytest.mark.parametrize("epochs", [1, 2, 30])
def test_losses_are_drawn_above_and_kl_and_beta_below(epochs: int):
    history = a_history(epochs)

    figure = plot_losses("a title", history)
    figure.canvas.draw()

    above, below, beta = figure.axes
    assert figure.axes[0].get_title() == "a title"
    assert curves(above) == {
        "total loss, training": list(history["train_reconstruction"] + history["train_kl"]),
        "total loss, held-out": list(history["heldout_reconstruction"] + history["heldout_kl"]),
        "reconstruction, training": list(history["train_reconstruction"]),
        "reconstruction, held-out": list(history["heldout_reconstruction"]),
    }
    assert curves(below) == {"KL, training": list(history["train_kl"]), "KL, held-out": list(history["heldout_kl"])}
    assert curves(beta) == {"β, the weight of the KL": list(history["beta"])}
    assert names(figure) == [*curves(above), *curves(below), *curves(beta)]
    for axes in (above, below, beta):
        assert all(list(line.get_xdata()) == list(history["epoch"]) for line in axes.get_lines())


def test_every_second_cycle_of_beta_is_shaded_and_the_legend_says_so():
    figure = plot_losses("", a_history(40, cycles=4))

    for axes in figure.axes[:2]:
        assert [(span.get_x(), span.get_x() + span.get_width()) for span in axes.patches] == [(0.5, 10.5), (20.5, 30.5)]
    assert names(figure).count("every second cycle of β") == 1


@pytest.mark.parametrize("beta", [0.0, 1.0])
def test_a_constant_beta_has_no_bands(beta: float):
    figure = plot_losses("", a_history(9) | {"beta": np.full(9, beta)})

    assert [len(axes.patches) for axes in figure.axes] == [0, 0, 0]
    assert figure.axes[2].get_ylim()[0] == 0


def test_the_first_epoch_does_not_flatten_the_curves():
    above = plot_losses("", a_history(15, first=1000)).axes[0]

    assert above.get_ylim()[1] < 20


@pytest.mark.parametrize("order", [1, -1])
def test_columns_that_share_a_scale_show_the_settled_losses_and_all_kls_of_each_other(order: int):
    low, high = a_history(100), {name: values + 10 for name, values in a_history(20).items()}
    histories = [low, high][::order]
    axes = Figure().subplots(2, 2, sharey="row")

    for (above, below), history in zip(axes.T, histories, strict=True):
        draw_losses(above, below, history, histories)

    for panel in axes[0]:
        assert panel.get_ylim()[0] < low["train_reconstruction"].min()
        assert panel.get_ylim()[1] > (high["heldout_reconstruction"] + high["heldout_kl"])[4]
    for panel in axes[1]:
        assert panel.get_ylim()[1] > high["heldout_kl"].max()

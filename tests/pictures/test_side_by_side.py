import numpy as np
import pytest
from matplotlib.table import Table

from data.points import Canvas
from utils.pictures.painting import paint
from utils.pictures.side_by_side import Column, plot_side_by_side

CANVAS = Canvas(30, 50, (0, 0, 0))


def a_column(points: np.ndarray, level: float) -> Column:
    names = ("train_reconstruction", "train_kl", "heldout_reconstruction", "heldout_kl", "beta")
    history = {name: np.full(9, level) for name in names} | {"epoch": np.arange(1, 10)}
    return Column(history, paint(points, CANVAS), {"AUC": f"{level:.2f}", "p": "0.5"})


@pytest.mark.parametrize("names", [("vanilla",), ("vanilla", "attention"), ("one", "two", "three")])
def test_each_model_has_a_column_of_curves_a_picture_and_figures(some_points: np.ndarray, names: tuple[str, ...]):
    data = paint(some_points, CANVAS)
    columns = {name: a_column(some_points[: 10 * i], 0.1 * i) for i, name in enumerate(names, 1)}

    figure = plot_side_by_side(data, columns)

    curves = [axes for axes in figure.axes if axes.get_title() in names and not axes.images]
    assert [axes.get_title() for axes in curves] == list(names)
    for axes, column in zip(curves, columns.values(), strict=True):
        reconstruction = column.history["train_reconstruction"]
        assert any(np.array_equal(line.get_ydata(), reconstruction) for line in axes.get_lines())
        # The columns share their scale: no column's curves are cut off by those of another.
        assert axes.get_ylim()[0] <= reconstruction.min() <= reconstruction.max() <= axes.get_ylim()[1]

    pictures = {axes.get_title(): axes.images[0].get_array() for axes in figure.axes if axes.images}
    assert list(pictures) == ["data", *names]
    for name, picture in {"data": data, **{name: column.picture for name, column in columns.items()}}.items():
        assert np.array_equal(pictures[name], np.asarray(picture))

    (table,) = [artist for axes in figure.axes for artist in axes.get_children() if isinstance(artist, Table)]
    texts = {place: cell.get_text().get_text() for place, cell in table.get_celld().items()}
    for i, name in enumerate(names):
        assert [texts[row, i] for row in range(3)] == [name, f"{0.1 * (i + 1):.2f}", "0.5"]
    assert [texts[row, -1] for row in (1, 2)] == ["AUC", "p"]


def test_a_figure_that_a_model_lacks_is_an_empty_cell(some_points: np.ndarray):
    whole, part = a_column(some_points, 0.1), a_column(some_points, 0.2)
    del part.rows["p"]

    figure = plot_side_by_side(paint(some_points, CANVAS), {"one": whole, "two": part})

    (table,) = [artist for axes in figure.axes for artist in axes.get_children() if isinstance(artist, Table)]
    assert table[2, 0].get_text().get_text() == "0.5"
    assert table[2, 1].get_text().get_text() == ""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.table import Table
from PIL import Image

from utils.run import CURVES, Run
from utils.runs.groups import grouped
from utils.runs.side_by_side import plot_side_by_side


def a_run(number: int, seed: int = 1, data: str = "abc", size: tuple[int, int] = (50, 30)) -> Run:
    return Run(
        Path(f"{number} {seed}"),
        settings={"model": "vanilla", "epochs": number, "seed": seed},
        history=dict.fromkeys(CURVES, np.full(9, float(number + seed))) | {"epoch": np.arange(1, 10)},
        metrics={"heldout_loss": number, "p": 0.5, "fingerprint": data},
        painted=Image.new("RGB", size, (number, seed, 0)),
        original=Image.new("RGB", size, (0, 0, 255)),
    )


def pictures(figure: Figure) -> dict[str, list[int]]:
    """The color of each picture, by its title."""
    return {axes.get_title(): axes.images[0].get_array()[0, 0].tolist() for axes in figure.axes if axes.images}


@pytest.mark.parametrize("n", [1, 3])
def test_each_group_has_a_column_of_curves_a_picture_and_figures(n: int):
    runs = [a_run(number, seed) for number in range(1, n + 1) for seed in (1, 3)]
    groups = grouped(runs)

    figure = plot_side_by_side(groups)

    curves = [axes for axes in figure.axes if axes.get_title() in groups and not axes.images]
    assert [axes.get_title() for axes in curves] == list(groups)
    for number, axes in enumerate(curves, 1):
        drawn = [line.get_ydata()[0] for line in axes.get_lines()]
        # Reconstruction and total, first of the mean; then the totals of both seeds.
        assert drawn == [2 * (number + 2)] * 2 + [number + 2] * 2 + [2 * (number + 1), 2 * (number + 3)]
        # The columns share their scale: no column's curves are cut off by those of another.
        assert axes.get_ylim()[0] < 2
        assert axes.get_ylim()[1] > 2 * (n + 3)
    assert pictures(figure) == {"data": [0, 0, 255]} | {name: [i, 1, 0] for i, name in enumerate(groups, 1)}

    table = [artist for axes in figure.axes for artist in axes.get_children() if isinstance(artist, Table)][-1]
    texts = {place: cell.get_text().get_text() for place, cell in table.get_celld().items()}
    assert texts[1, -1].startswith("loss of a held-out point")
    assert [texts[1, i] for i in range(n)] == [f"{i:.2f} ± 0.00" for i in range(1, n + 1)]


def test_runs_on_other_data_have_pictures_of_their_own_data():
    groups = grouped([a_run(1), a_run(2, data="def", size=(9, 90))])

    figure = plot_side_by_side(groups)

    assert list(pictures(figure)) == [*(f"data of {name}" for name in groups), *groups]


def test_a_run_that_kept_no_picture_of_its_data_is_shown_without():
    run = a_run(1)
    run.original = None

    assert list(pictures(plot_side_by_side(grouped([run])))) == ["vanilla"]

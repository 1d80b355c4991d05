import re

import numpy as np

from utils.pictures.charts import HEIGHT, WIDTH, loss_charts, marginal_charts


def numbers(path: str) -> np.ndarray:
    return np.array([float(number) for number in re.findall(r"-?[\d.]+", path)]).reshape(-1, 2)


def history(n: int = 8) -> dict[str, np.ndarray]:
    columns = {
        f"{part}_{key}": np.linspace(9, 1, n) for part in ("train", "heldout") for key in ("reconstruction", "kl")
    }
    return columns | {"epoch": np.arange(1.0, n + 1), "beta": np.tile([0.5, 1.0], n)[:n]}


def test_curves_fall_where_the_loss_does_and_stay_within_the_chart():
    charts = loss_charts(history())

    assert [chart.title for chart in charts] == [
        "total loss",
        "reconstruction",
        "KL divergence",
        "β, the weight of the KL",
    ]
    assert [[line.name for line in chart.lines] for chart in charts] == [["training", "held out"]] * 3 + [["β"]]
    for chart in charts:
        for line in chart.lines:
            places = numbers(line.path)
            assert len(places) == 8
            assert (places >= 0).all()
            assert (places <= [WIDTH, HEIGHT]).all()
        # y grows downwards.
        assert chart.title[0] == "β" or (np.diff(numbers(chart.lines[0].path)[:, 1]) > 0).all()
        assert [text for _, text in chart.xticks] == ["2", "4", "6", "8"]
        assert len(chart.bands) == 2
        assert "held out: 18.00 at first, 2.00 at the end" in chart.description or chart.title != "total loss"


def test_a_run_of_one_epoch_has_charts():
    assert [len(numbers(chart.lines[0].path)) for chart in loss_charts(history(1))] == [1] * 4


def test_the_area_of_a_marginal_lies_where_the_points_are():
    data = np.tile([[10], [20], [30]], (1, 5))
    generated = np.tile([[10], [10], [30]], (1, 5))

    charts = marginal_charts(data, generated)

    assert [chart.title for chart in charts] == ["x", "y", "r", "g", "b"]
    of_data, of_generated = (numbers(line.path) for line in charts[0].lines)
    assert charts[0].lines[0].is_filled
    assert not charts[0].lines[1].is_filled
    # Two of three points share a place: the highest there is. Data reach half of that.
    assert of_generated[:, 1].min() == 0
    assert of_data[:, 1].min() == HEIGHT / 2
    assert charts[0].description == "x; data: mean 20, standard deviation 8; generated: mean 17, standard deviation 9"


def test_coordinates_that_are_all_the_same_have_a_chart():
    assert len(marginal_charts(np.zeros((5, 5)), np.zeros((5, 5)))) == 5

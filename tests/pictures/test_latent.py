import numpy as np
import pytest
from matplotlib.contour import QuadContourSet

from data.points import Canvas
from utils.evaluation.latent import STEPS, LatentMap
from utils.pictures.latent import CONTOURS, draw_latent


def a_map(drawn: np.ndarray, rows: int, with_density: bool) -> LatentMap:
    """A map of latents 3 and 1, whose traversals at step k have the points of `drawn` moved k to the right."""
    means, grid = np.random.default_rng(0).normal(size=(100, 2)), np.linspace(-2, 2, 20)
    density = np.exp(-(grid[:, None] ** 2) - grid**2) if with_density else None
    traversals = {latent: [drawn + np.array([0, step, 0, 0, 0]) for step in STEPS] for latent in range(rows)}
    return LatentMap((3, 1), means, grid, grid, density, traversals)


@pytest.mark.parametrize("with_density", [True, False])
def test_the_map_shows_each_mean_in_its_points_color_over_the_priors_contours(
    some_points: np.ndarray, with_density: bool, canvas: Canvas
):
    latent = a_map(some_points, 1, with_density)

    figure = draw_latent("a title", latent, some_points[:, 2:], canvas)

    axes = figure.axes[0]
    contours = [artist for artist in axes.collections if isinstance(artist, QuadContourSet)]
    (dots,) = [artist for artist in axes.collections if artist not in contours]
    assert figure.get_suptitle() == "a title"
    assert np.allclose(dots.get_offsets(), latent.means)
    assert np.allclose(dots.get_facecolors()[:, :3], some_points[:, 2:] / 255)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("posterior mean of latent 4", "posterior mean of latent 2")
    assert len(contours) == with_density
    for contour in contours:
        assert latent.density is not None
        assert contour.levels == pytest.approx(latent.density.max() * np.array(CONTOURS))


@pytest.mark.parametrize("rows", [1, 4])
def test_each_traversal_is_a_row_of_pictures_with_the_steps_below_the_lowest(
    some_points: np.ndarray, rows: int, canvas: Canvas
):
    figure = draw_latent("", a_map(some_points, rows, with_density=False), some_points[:, 2:], canvas)

    panels = np.array(figure.axes[1:]).reshape(rows, len(STEPS))
    assert [axes.get_ylabel() for axes in panels[:, 0]] == [f"latent {row + 1}" for row in range(rows)]
    assert [axes.get_xlabel() for axes in panels[-1]] == ["-2", "-1", "0", "+1", "+2"]
    assert [axes.get_xlabel() for axes in panels[:-1].flat] == [""] * (len(STEPS) * (rows - 1))
    for row in panels:
        for axes, step in zip(row, STEPS, strict=True):
            (dots,) = axes.collections
            assert np.array_equal(dots.get_offsets(), some_points[:, [1, 0]] + np.array([step, 0]))
            assert (axes.get_xlim(), axes.get_ylim()) == ((0, 50), (30, 0))

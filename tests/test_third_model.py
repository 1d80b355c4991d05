"""A new model is one file and one row of the registry: all else follows."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from quick import command_line
from torch import Tensor, nn

from data.coordinates import N_COORDINATES
from data.scaling import Scaling
from main import main
from models import colored_pi_generator
from models.registry import MODELS
from models.vae import VAE, Noise, Posterior
from utils.pictures.side_by_side import plot_side_by_side


class Cloud:
    """p(x|z): a normal of fixed width around a point."""

    def __init__(self, mean: Tensor) -> None:
        self.normal = torch.distributions.Normal(mean, 0.2)

    def log_prob(self, x: Tensor) -> Tensor:
        return self.normal.log_prob(x).sum(-1)

    def sample(self, rng: torch.Generator) -> Tensor:
        return torch.normal(self.normal.mean, self.normal.stddev, generator=rng).clamp(0, 1)


class LinearVAE(VAE):
    """One linear map each way."""

    def __init__(self, hidden_dim: int, latent_dim: int, n_components: int, scaling: Scaling) -> None:
        super().__init__(latent_dim, n_components)
        self.encoder = nn.Linear(N_COORDINATES, 2 * latent_dim)
        self.decoder = nn.Linear(latent_dim, N_COORDINATES)

    def encode(self, x: Tensor) -> Posterior:
        return Posterior.of(self.encoder(x))

    def decode(self, z: Tensor, noise: Noise | None = None) -> Cloud:
        return Cloud(self.decoder(z))


@pytest.fixture(autouse=True)
def _a_third_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MODELS, "linear", LinearVAE)


@pytest.mark.usefixtures("without_figures")
def test_a_model_in_the_registry_can_be_trained_judged_and_loaded(folder: Path, tmp_path: Path):
    main(command_line(folder, tmp_path, "model=linear"))
    points = np.load(tmp_path / "linear" / "generated.npy")
    main(command_line(folder, tmp_path, "model=linear", "retrain=false"))

    assert points.shape == (200, 5)
    assert np.array_equal(np.load(tmp_path / "linear" / "generated.npy"), points)
    assert np.array_equal(colored_pi_generator(200, str(tmp_path / "linear" / "model.pt"), seed=10), points)


@pytest.mark.usefixtures("without_figures")
def test_both_trains_all_models_and_shows_them_side_by_side(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    shown = []

    def recording(data: Any, columns: dict[str, Any]) -> Figure:
        shown.extend(columns)
        return plot_side_by_side(data, columns)

    monkeypatch.setattr("utils.runs.gallery.plot_side_by_side", recording)

    main(command_line(folder, tmp_path, "model=both", "epochs=1"))

    assert shown == ["vanilla", "attention", "linear"]
    assert all((tmp_path / name / "generated.npy").exists() for name in shown)


def test_help_offers_every_model_in_the_registry(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main(["--help"])

    assert "vanilla | attention | linear | both" in capsys.readouterr().out

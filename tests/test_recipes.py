"""A new model, or a new prior, is one class and one row of the registry: all else follows."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from quick import REPOSITORY, command_line

from main import main
from models import colored_pi_generator
from models.registry import MODELS, PRIORS
from utils.runs.record import read_history

# What a reader writes: a file for each class, and its row.
MODEL = """
import torch
from torch import Tensor, nn

from data.scaling import Scaling
from models.discretized import log_cell
from models.latent import Posterior, Prior
from models.vae import VAE


class LinearVAE(VAE):
    '''One linear map each way.'''

    def __init__(self, prior: Prior, hidden_dim: int, scaling: Scaling) -> None:
        super().__init__(prior)
        self.highest = torch.tensor([*scaling.shape, 256, 256, 256]) - 1.0
        self.encoder = nn.Linear(5, 2 * self.latent_dim)
        self.decoder = nn.Linear(self.latent_dim, 5)

    def encode(self, x: Tensor) -> Posterior:
        return Posterior(*self.encoder(x / self.highest).chunk(2, -1))

    def decode(self, z: Tensor, noise: None = None) -> "Cloud":
        return Cloud(self.highest * (0.5 + self.decoder(z)), self.highest)


class Cloud:
    '''Integers around a mean, a tenth of the picture wide.'''

    def __init__(self, mean: Tensor, highest: Tensor) -> None:
        self.mean, self.highest = mean, highest

    def log_prob(self, x: Tensor) -> Tensor:
        return log_cell(x, x - self.mean, (self.highest / 10).log(), self.highest).sum(-1)

    def sample(self, rng: torch.Generator) -> Tensor:
        drawn = self.mean + self.highest / 10 * torch.randn(self.mean.shape, generator=rng)
        return drawn.round().clamp(min=0).minimum(self.highest)
"""
PRIOR = """
import torch
from torch import Tensor
from torch.distributions import Normal

from models.latent import Prior


class SimplePrior(Prior):
    '''N(0, I).'''

    def log_prob(self, z: Tensor) -> Tensor:
        return Normal(0.0, 1.0).log_prob(z).sum(-1)

    def sample(self, n: int, rng: torch.Generator) -> Tensor:
        return torch.randn(n, self.latent_dim, generator=rng)
"""


@pytest.fixture
def _new_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both classes in the registry, under the names linear and simple."""
    (tmp_path / "modules").mkdir()
    for name, source in {"linear_model": MODEL, "simple_prior": PRIOR}.items():
        (tmp_path / "modules" / f"{name}.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path / "modules")
    monkeypatch.setitem(MODELS, "linear", "linear_model:LinearVAE")
    monkeypatch.setitem(PRIORS, "simple", "simple_prior:SimplePrior")


@pytest.mark.usefixtures("_new_rows", "without_figures")
@pytest.mark.parametrize(
    "settings",
    [("model=linear", "prior=mixture"), ("model=vanilla", "prior=simple"), ("model=linear", "prior=simple")],
    ids=" ".join,
)
def test_a_new_row_can_be_trained_judged_resumed_and_loaded(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: tuple[str, ...]
):
    monkeypatch.setattr("utils.runs.page.write_page", lambda *_: None)
    settings, out = (*settings, "latent_dim=3"), tmp_path / settings[0].removeprefix("model=")

    main(command_line(folder, tmp_path, *settings, "epochs=2"))
    main(command_line(folder, tmp_path, *settings, "epochs=3", "--resume"))

    assert len(read_history(out)["epoch"]) == 3
    points = np.load(out / "generated.npy")
    assert points.shape == (200, 5)
    assert "heldout_iwae" in (out / "metrics.json").read_text()
    main(command_line(folder, tmp_path, *settings, "epochs=3", "retrain=false"))
    assert np.array_equal(np.load(out / "generated.npy"), points)
    assert np.array_equal(colored_pi_generator(200, str(out / "model.pt"), seed=10), points)


@pytest.mark.usefixtures("_new_rows")
def test_help_offers_every_row_of_the_registry(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main(["--help"])

    shown = capsys.readouterr().out
    assert ": vanilla | attention | linear | both" in shown
    assert ": picture | mixture | normal | simple" in shown


@pytest.mark.slow
def test_no_shipped_test_fails_because_of_a_new_row(tmp_path: Path):
    for name in ("data", "models", "utils", "benchmarks", "tests"):
        shutil.copytree(REPOSITORY / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("main.py", "config.yaml", "pyproject.toml"):
        shutil.copy(REPOSITORY / name, tmp_path)
    (tmp_path / "models" / "linear.py").write_text(MODEL)
    (tmp_path / "models" / "simple.py").write_text(PRIOR)
    registry = tmp_path / "models" / "registry.py"
    text = registry.read_text()
    for row, first in {"linear": "vanilla=", "simple": "picture="}.items():
        kind = {"linear": "LinearVAE", "simple": "SimplePrior"}[row]
        text = text.replace(first, f'{row}="models.{row}:{kind}",\n    {first}')
    registry.write_text(text)
    rooms = ("tests/settings", "tests/models/test_vae.py", "tests/training/test_weights.py", "tests/test_imports.py")

    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-vv", "-m", "not slow", *rooms], cwd=tmp_path, capture_output=True, text=True
    )

    assert run.returncode == 0, run.stdout
    assert "[linear]" in run.stdout

"""A trained model in one file, with all that it takes to draw points from it anywhere."""

import contextlib
import io
import operator
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import numpy as np
import torch
from torch import Tensor

from data import N_COORDINATES
from data.scaling import Scaling
from models import MODELS, PRIORS
from models.vae import VAE
from utils.system.environment import own_torch_state
from utils.system.errors import InputError, missing_in_run, reading
from utils.system.files import write_bytes

FORMAT = 13  # the version of what training saves, model.pt and checkpoint.pt
BLOCK = 4000  # points drawn at once: few enough for intermediate results to stay in the processor's cache


@dataclass
class Generator:
    """A model, the settings that it was trained with, the fingerprint of its data, and the program's version then."""

    model: VAE
    scaling: Scaling
    config: dict[str, Any]
    fingerprint: str
    code: str = ""

    def __post_init__(self) -> None:
        self.model.eval()

    @property
    def device(self) -> torch.device:
        """Where the model computes."""
        return next(self.model.parameters()).device

    def sample(self, n: int, seed: int | None = None) -> np.ndarray:
        """`n` points `(n, 5)`, integers x, y, r, g, b. The same seed draws the same points; None draws new ones."""
        return np.concatenate([np.empty((0, N_COORDINATES), np.int64), *self.sample_blocks(n, seed)])

    def sample_blocks(self, n: int, seed: int | None = None) -> Iterator[np.ndarray]:
        """The points of `sample` in blocks, so that memory does not grow with `n`."""
        if operator.index(n) < 0:
            raise ValueError(f"n must be 0 or more, not {n}")
        rng = torch.Generator(self.device)
        rng.manual_seed(rng.seed() if seed is None else operator.index(seed))
        for start in range(0, n, BLOCK):
            with own_torch_state(self.config.get("threads", 1)):
                block = self.scaling.to_points(self.model.sample(min(BLOCK, n - start), rng)).numpy()
            yield block

    def draw(self, z: Tensor, rng: torch.Generator) -> np.ndarray:
        """One point `(n, 5)` that the decoder draws for each of the latents `z (n, latent_dim)`."""
        with own_torch_state(self.config.get("threads", 1)), torch.no_grad():
            return self.scaling.to_points(self.model.decode(z).sample(rng)).numpy()

    def save(self, path: str | Path) -> None:
        """Write all of it to `path`. Raises InputError if that fails; what was there before then still is."""
        weights = {name: weight.cpu() for name, weight in self.model.state_dict().items()}
        save_content(path, self, {"weights": weights, "scaling": tuple(self.scaling)})


def build_model(config: dict[str, Any], scaling: Scaling) -> VAE:
    """A new model of the kind `config["model"]` with the prior `config["prior"]`, for points of this `scaling`."""
    prior = resolve_name(PRIORS[config["prior"]])(config["latent_dim"], config["n_components"])
    model: VAE = resolve_name(MODELS[config["model"]])(prior, config["hidden_dim"], scaling)
    return model


def load_generator(path: str | Path, device: str = "cpu") -> Generator:
    """Read what `Generator.save` wrote. Raises InputError if there is no such file."""
    with saved_content(Path(path).expanduser(), "model", "train again, with retrain=true", device) as content:
        scaling = Scaling(*content["scaling"])
        with own_torch_state(threads=1):
            model = build_model(content["config"], scaling)
        model.load_state_dict(content["weights"])
        return Generator(model.to(device), scaling, content["config"], content["fingerprint"], content["code"])


def save_content(path: str | Path, generator: Generator, content: dict[str, Any], durable: bool = False) -> None:
    """Write `content`, and what says where the `generator` comes from, to `path`. Raises InputError if that fails."""
    origin = {name: getattr(generator, name) for name in ("config", "fingerprint", "code")}
    torch.save({"format": FORMAT} | origin | content, packed := io.BytesIO())
    write_bytes(path, packed.getvalue(), durable)


@contextlib.contextmanager
def saved_content(path: Path, kind: str, advice: str, device: torch.device | str = "cpu") -> Iterator[dict[str, Any]]:
    """What `save_content` wrote, which cannot run code. Raises InputError if it, or what is done here, fails."""
    with reading(path, f"a {kind} of this program", advice, missing_in_run(path)):
        content = torch.load(path, map_location=device, weights_only=True)
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            raise InputError(f"{path}: was not written by this version of the program; {advice}")
        yield content


def colored_pi_generator(n: int = 1, path: str = "result/attention/model.pt", seed: int | None = None) -> np.ndarray:
    """Draw `n` points `(n, 5)` from the trained model in `path`: integers x (row), y (column), r, g, b.

    Raises InputError if `path` holds no trained model, and ValueError if `n` is negative.
    """
    return load_generator(path).sample(n, seed)

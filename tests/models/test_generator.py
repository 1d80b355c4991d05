from pathlib import Path

import numpy as np
import pytest
import torch
from quick import another_state

from data.scaling import Scaling
from models import colored_pi_generator
from models.generator import Generator, build_model, load_generator
from utils.system.errors import InputError

SCALING = Scaling((30, 40), ycbcr=True)
CONFIG = {"model": "vanilla", "prior": "picture", "hidden_dim": 16, "latent_dim": 2, "n_components": 4}


@pytest.fixture
def generator() -> Generator:
    torch.manual_seed(0)
    return Generator(build_model(CONFIG, SCALING), SCALING, CONFIG, "fingerprint")


@pytest.fixture
def path(generator: Generator, tmp_path: Path) -> Path:
    generator.save(tmp_path / "model.pt")
    return tmp_path / "model.pt"


def test_a_loaded_generator_draws_the_same_points_as_the_saved_one(generator: Generator, path: Path):
    loaded = load_generator(path)

    assert (loaded.config, loaded.scaling, loaded.fingerprint) == (CONFIG, generator.scaling, "fingerprint")
    assert np.array_equal(loaded.sample(50, seed=3), generator.sample(50, seed=3))
    assert np.array_equal(colored_pi_generator(np.int64(50), str(path), np.uint8(3)), generator.sample(50, seed=3))
    assert not np.array_equal(generator.sample(50), generator.sample(50))
    assert generator.sample(0).shape == (0, 5)
    with pytest.raises(ValueError, match="n must be 0 or more"):
        generator.sample(-1)


def test_many_points_are_drawn_in_blocks_of_bounded_size(generator: Generator, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("models.generator.BLOCK", 40)

    first, second, last = generator.sample_blocks(100, seed=1)

    assert (len(first), len(second), len(last)) == (40, 40, 20)
    assert not np.array_equal(first, second)
    assert len(next(generator.sample_blocks(10**12))) == 40


def test_what_is_drawn_depends_on_nothing_that_the_caller_has_set_and_leaves_it(path: Path):
    def drawn() -> list[np.ndarray]:
        generator = load_generator(path)
        points = generator.draw(torch.zeros(5, 2, dtype=torch.float32, device="cpu"), torch.Generator().manual_seed(2))
        return [points, generator.sample(5, seed=1)]

    expected = drawn()
    with another_state():
        points = drawn()
    assert np.array_equal(points, expected)


def test_weights_of_another_shape_than_the_settings_say_are_refused(path: Path):
    content = torch.load(path, weights_only=True)
    torch.save(content | {"config": CONFIG | {"hidden_dim": 32}}, path)

    with pytest.raises(InputError, match=r"cannot be read as a model .* train again"):
        load_generator(path)

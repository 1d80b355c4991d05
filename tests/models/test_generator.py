"""Saving, loading and drawing. What else is refused, hostile files included, is in tests/test_bad_input.py."""

from pathlib import Path

import numpy as np
import pytest
import torch

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


def test_many_points_are_drawn_in_blocks_of_bounded_size(generator: Generator, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("models.generator.BLOCK", 40)

    blocks = list(generator.sample_blocks(100, seed=1))

    assert [len(block) for block in blocks] == [40, 40, 20]
    assert len(next(generator.sample_blocks(10**12, seed=1))) == 40
    assert np.array_equal(generator.sample(100, seed=1), np.concatenate(blocks))
    assert not np.array_equal(blocks[0], blocks[1])


def test_colored_pi_generator_draws_from_a_file(path: Path):
    one = colored_pi_generator(path=str(path))
    first, again = (colored_pi_generator(n=9, path=str(path), seed=5) for _ in range(2))

    assert one.shape == (1, 5)
    assert np.array_equal(first, again)
    assert not np.array_equal(colored_pi_generator(9, str(path)), colored_pi_generator(9, str(path)))


def test_what_is_drawn_depends_on_nothing_that_the_caller_has_set_and_leaves_it(path: Path):
    def drawn() -> list[np.ndarray]:
        generator = load_generator(path)
        points = generator.draw(torch.zeros(5, 2, dtype=torch.float32, device="cpu"), torch.Generator().manual_seed(2))
        return [points, generator.sample(5, seed=1), colored_pi_generator(5, str(path), seed=1)]

    expected = drawn()
    torch.manual_seed(0)
    before = torch.get_rng_state()
    try:
        torch.set_default_dtype(torch.float64)
        with torch.device("meta"), torch.autocast("cpu"), torch.inference_mode():
            points = drawn()
            assert (torch.get_default_dtype(), torch.get_default_device().type) == (torch.float64, "meta")
            assert torch.is_autocast_enabled("cpu")
    finally:
        torch.set_default_dtype(torch.float32)

    assert torch.equal(torch.get_rng_state(), before)
    for ours, theirs in zip(points, expected, strict=True):
        assert np.array_equal(ours, theirs)


def test_weights_of_another_shape_than_the_settings_say_are_refused(path: Path):
    content = torch.load(path, weights_only=True)
    torch.save(content | {"config": CONFIG | {"hidden_dim": 32}}, path)

    with pytest.raises(InputError, match=r"cannot be read as a model of this program: .* train again"):
        load_generator(path)


def test_no_points_are_an_empty_array_and_numbers_of_numpy_are_numbers(path: Path):
    assert colored_pi_generator(0, str(path)).shape == (0, 5)
    assert colored_pi_generator(np.int64(3), str(path), seed=np.uint8(1)).shape == (3, 5)
    with pytest.raises(ValueError, match="n must be 0 or more, not -1"):
        colored_pi_generator(-1, str(path))

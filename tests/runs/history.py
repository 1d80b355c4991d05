"""A history, as tests of plots need it."""

import numpy as np


def a_history(epochs: int, start: float = 0.0) -> dict[str, np.ndarray]:
    """Curves that differ and fall, from values above `start`, under a beta of 1."""
    names = ("train_reconstruction", "train_kl", "parameter_kl", "heldout_reconstruction", "heldout_kl")
    history = {name: start + np.linspace(5.0 + number, number, epochs) for number, name in enumerate(names)}
    return history | {"epoch": np.arange(1, epochs + 1), "beta": np.ones(epochs), "seconds": np.full(epochs, 200)}

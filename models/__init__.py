"""Generative models of colored points: `from models import colored_pi_generator`."""

from typing import Any


def __getattr__(name: str) -> Any:
    """`colored_pi_generator`, imported when it is asked for, because PyTorch takes seconds to load."""
    if name != "colored_pi_generator":
        raise AttributeError(f"module 'models' has no attribute {name!r}")
    from models.generator import colored_pi_generator

    return colored_pi_generator

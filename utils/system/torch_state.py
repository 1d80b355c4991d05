"""PyTorch's state that all code of a process shares: known while this program computes, and set back afterwards."""

import contextlib
import warnings
from collections.abc import Iterator

import torch


@contextlib.contextmanager
def denormals_flushed() -> Iterator[None]:
    """While this lasts, numbers too small to be normal are 0: to compute with them would take far longer."""
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


@contextlib.contextmanager
def own_torch_state(threads: int) -> Iterator[None]:
    """While this lasts, PyTorch computes with its defaults, on so many `threads`.

    Its random numbers may be seeded and drawn. Whoever called finds all as it was, random numbers included.
    """
    dtype, precision, n_threads = (
        torch.get_default_dtype(),
        torch.get_float32_matmul_precision(),
        torch.get_num_threads(),
    )
    # PyTorch can only tell by what it computes.
    flushes = torch.tensor(1e-40, dtype=torch.float32, device="cpu").mul(1).item() == 0
    with contextlib.ExitStack() as former:
        former.enter_context(torch.random.fork_rng(range(torch.cuda.device_count())))
        former.enter_context(warnings.catch_warnings())
        former.enter_context(torch.autocast("cpu", enabled=False))
        former.enter_context(torch.inference_mode(False))
        former.enter_context(torch.enable_grad())
        if torch.get_default_device().type != "cpu":
            former.enter_context(torch.device("cpu"))
        former.callback(torch.set_default_dtype, dtype)
        former.callback(torch.set_float32_matmul_precision, precision)
        former.callback(torch.set_num_threads, n_threads)
        former.callback(torch.set_flush_denormal, flushes)
        torch.set_default_dtype(torch.float32)
        torch.set_float32_matmul_precision("highest")
        torch.set_num_threads(threads)
        torch.set_flush_denormal(False)
        yield

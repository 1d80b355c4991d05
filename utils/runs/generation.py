"""The points of a run: drawn from its generator into generated.npy."""

from pathlib import Path

import numpy as np
from tqdm import tqdm

from data.coordinates import N_COORDINATES
from data.points import ColoredPoints
from models.generator import ARCHITECTURE, Generator, load_generator
from utils.program.errors import InputError
from utils.program.files import write_text, write_whole
from utils.run import Result, Trained, results_folder
from utils.runs.folders import clear_results
from utils.settings.config import Config

# Shorter jobs show no progress bar.
LEAST_FOR_BAR = 100_000


def generate(generator: Generator, config: Config) -> np.ndarray:
    """`n_generate` points `(n, 5)`, written to generated.npy as they are drawn, so they need not fit into memory.

    Where the training's own points stay, the settings of these are written beside them.
    Raises InputError if they cannot be written.
    """
    folder = results_folder(config, generator)
    folder.mkdir(exist_ok=True)
    clear_results(folder)
    if folder != config.output:
        write_text(folder / Trained.CONFIG, config.to_yaml())
    path, n = folder / Result.SAMPLES, config.n_generate

    def write(unfinished: Path) -> None:
        # tqdm takes None for: hide the bar unless stderr is a terminal.
        hidden = True if n < LEAST_FOR_BAR else None
        with open(unfinished, "wb") as file, tqdm(total=n, unit="point", desc="generating", disable=hidden) as bar:
            layout = {"descr": "<i8", "fortran_order": False, "shape": (n, N_COORDINATES)}
            np.lib.format.write_array_header_1_0(file, layout)
            for block in generator.sample_blocks(n, config.seed):
                file.write(block.astype("<i8", copy=False).tobytes())
                bar.update(len(block))

    write_whole(path, write)
    points: np.ndarray = np.load(path, mmap_mode="r")
    return points


def load_fitting_generator(config: Config, data: ColoredPoints) -> Generator:
    """The generator that an earlier run of `config` left.

    Raises InputError if there is none, or it was trained with other settings or on other data.
    """
    path, advice = config.output / Trained.MODEL, "train again, with retrain=true"
    generator = load_generator(path, config.device)
    for key in ("model", *ARCHITECTURE):
        wanted, found = getattr(config, key), generator.config[key]
        if wanted != found:
            raise InputError(
                f"{path}: was trained with {key}={found}, now it is {wanted}; set {key}={found}, or {advice}"
            )
    if generator.fingerprint != data.fingerprint():
        raise InputError(
            f"{path}: was trained on other data than {config.data_path} holds; set data_path to those, or {advice}"
        )
    return generator

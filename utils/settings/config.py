"""The settings that config.yaml offers: each with its default, its bounds and its meaning.

`config.yaml`, `--help` and the validation all follow from `Config`; `python -m utils.settings.config > config.yaml`
writes the file.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models.registry import MODELS, PRIORS, SCHEDULES
from utils.settings.values import as_yaml, checked, choices, key, parse_yaml, read_text, refuse_unknown
from utils.system.errors import InputError
from utils.system.reading import expanded, reading

# The choice of `model` that stands for all of them.
ALL_MODELS = "both"


@dataclass(frozen=True)
class Config:
    """The settings of a run. Raises InputError if a value has the wrong type or lies outside of its bounds."""

    data_path: str = key("./gen_ml_quiz_content/", "start here: folder of pi_xs.npy, pi_ys.npy and the picture")
    result_path: str = key("./result/", "folder for the output; each model gets a subfolder of its own")
    model: str = key(
        "attention", "start here: which autoencoder to train; both compares all", choices=lambda: (*MODELS, ALL_MODELS)
    )
    prior: str = key(
        "picture", "distribution of the latents: learned density, learned mixture of normals, N(0, I)", choices=PRIORS
    )
    epochs: int = key(100, "start here: passes over the training points; more take longer", least=1, most=10**6)
    batch_size: int = key(400, "points per training step; other settings are for 200, and adapt", least=1, most=10**7)
    learning_rate: float = key(4e-3, "highest step size of Adam; it decays to zero along a cosine", above=0, most=1)
    weight_decay: float = key(0.5, "how strongly weight matrices decay towards zero (AdamW)", least=0, most=10)
    clip_norm: float = key(1.0, "longer gradients are shortened to this length, so that no step is too big", above=0)
    hidden_dim: int = key(256, "hidden units of each network, in its residual blocks", least=8, most=8192)
    latent_dim: int = key(2, "number of latent dimensions; prior=picture has 2", least=1, most=256)
    n_components: int = key(64, "how many normals prior=mixture adds up; other priors have none", least=1, most=4096)
    annealing: str = key("cyclical", "how beta, the KL's weight, changes", choices=SCHEDULES)
    annealing_share: float = key(0.6, "share of the run that cycles take; then beta stays at beta_max", above=0, most=1)
    n_cycles: int = key(4, "how often beta rises from 0 in that share (annealing=cyclical)", least=1, most=10**6)
    ratio: float = key(0.5, "share of each cycle in which beta rises; in the rest it is beta_max", least=0, most=1)
    beta_max: float = key(1.0, "highest beta", least=0, most=1000)
    holdout: float = key(0.1, "share of the points that are held out for testing", above=0, most=0.5)
    device: str = key("cpu", "where to compute: cpu, cuda, cuda:1 or mps", pattern=r"cpu|mps|cuda(:\d+)?")
    threads: int = key(1, "cores to compute on; models this small are hardly faster on more", least=1, most=256)
    num_workers: int = key(0, "processes that load batches; 0 loads them in the main one", least=0, most=256)
    compile: str = key("auto", "compile the training step; auto does in long runs", choices=("auto", "always", "never"))
    seed: int = key(10, "seed of all random numbers", least=0, most=2**63 - 1)
    retrain: bool = key(True, "false loads the trained model and only generates")
    gen_every_epochs: bool | int = key(True, "true paints each epoch, 5 each fifth, false none", least=0, most=10**6)
    keep_runs: int = key(20, "earlier runs to keep, in result_path/earlier; 0 keeps none", least=0, most=10**6)
    n_generate: int = key(5000, "number of points to generate in the end", least=2, most=10**9)

    def __post_init__(self) -> None:
        for setting in dataclasses.fields(self):
            object.__setattr__(self, setting.name, checked(setting, getattr(self, setting.name)))
        # Not asked of the class, because PyTorch takes seconds to load.
        if self.prior == "picture" and self.latent_dim != 2:
            wanted = "latent_dim must be 2 with prior=picture"
            raise InputError(f"{wanted}, not {self.latent_dim}; set latent_dim=2, or another prior")

    def to_yaml(self) -> str:
        """The settings as a YAML file, each with its documentation beside it."""
        text = ""
        for setting in dataclasses.fields(self):
            line, note = f"{setting.name}: {as_yaml(getattr(self, setting.name))}", setting.metadata["doc"]
            if "choices" in setting.metadata:
                note += f": {' | '.join(choices(setting))}"
            text += f"{line:33}  # {note}\n"
        return text

    @property
    def output(self) -> Path:
        """The folder that the run of one model writes to."""
        return Path(self.result_path) / self.model

    def each_model(self) -> list["Config"]:
        """These settings for each of the models that they ask for."""
        models = tuple(MODELS) if self.model == ALL_MODELS else (self.model,)
        return [dataclasses.replace(self, model=model) for model in models]


def load_config(path: str | Path, overrides: Sequence[str] = (), base: Path = Path()) -> Config:
    """Read the settings in the file `path`, replaced by `overrides` ("key=value"); the rest keep their defaults.

    Paths in the file are relative to `base`. Raises InputError if the file, a key or a value cannot be used.
    """
    path, kinds = Path(expanded(str(path))), {setting.name: setting.type for setting in dataclasses.fields(Config)}
    with reading(path, "settings", "save it as text in UTF-8"):
        settings = parse_yaml(read_text(path), str(path)) or {}
    if not isinstance(settings, dict):
        raise InputError(
            f"{path}: is a {type(settings).__name__}, not a table; write one 'key: value' per line, without dashes"
        )
    for name in ("data_path", "result_path"):
        if base != Path() and isinstance(settings.get(name), str):
            settings[name] = str(base / expanded(settings[name]))
    for override in overrides:
        name, equals, value = override.partition("=")
        if not equals:
            forms = "key=value, as in epochs=20, --config FILE, or --resume"
            raise InputError(f"{override!r} is not understood; write {forms}")
        # A text is taken as it stands: result_path=2026-11-25 is no date, and "run #2" has no comment.
        settings[name] = value if kinds.get(name) is str else parse_yaml(value, f"the command line, {name}")
    refuse_unknown(settings, kinds)
    return Config(**settings)


if __name__ == "__main__":
    print(Config().to_yaml(), end="")

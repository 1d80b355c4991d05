"""The settings, from which `--help` and config.yaml follow: `python -m utils.settings.config > config.yaml`."""

import dataclasses
from collections import ChainMap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models import MODELS, PRIORS
from utils.settings.schedules import SCHEDULES
from utils.settings.values import as_yaml, checked, parse_yaml, refuse_unknown, setting
from utils.system.environment import ROOT
from utils.system.errors import InputError, expanded, reading
from utils.system.program import Parser

ALL_MODELS = "all"  # the choice of `model` that stands for all of them
CHOICES = ChainMap({ALL_MODELS: ""}, MODELS)
MODEL, MACHINE, FILES = "model", "machine", "files"


@dataclass(frozen=True)
class Config:
    """The settings of a run. Raises InputError if a value has the wrong type or lies outside of its bounds.

    The kind of a setting says what depends on it: "model", the shape of the model, so that weights of another do not
    fit; "training", the weights; "machine", no more than their last digits; "files", nothing of them.
    """

    data_path: str = setting("./gen_ml_quiz_content/", "start here: folder of pi_xs.npy, pi_ys.npy and picture", FILES)
    result_path: str = setting("./result/", "folder for the output; each model gets a subfolder of its own", FILES)
    model: str = setting("attention", "start here: which autoencoder", MODEL, choices=CHOICES)
    prior: str = setting("picture", "p(z): learned density, learned mixture of normals, N(0, I)", MODEL, choices=PRIORS)
    epochs: int = setting(100, "start here: passes over the training points; more take longer", least=1, most=10**6)
    batch_size: int = setting(400, "points per step; the next three are for 200, and rescaled", least=1, most=10**7)
    learning_rate: float = setting(4e-3, "highest step size of Adam (0.0057 at 400); decays to 0", above=0, most=1)
    weight_decay: float = setting(0.5, "how strongly weight matrices decay towards zero (AdamW)", least=0, most=10)
    clip_norm: float = setting(1.0, "longer gradients are cut to this length, so that no step is too big", above=0)
    hidden_dim: int = setting(256, "hidden units of each network, in its residual blocks", MODEL, least=8, most=8192)
    latent_dim: int = setting(2, "number of latent dimensions; prior=picture has 2", MODEL, least=1, most=256)
    n_components: int = setting(64, "how many normals it adds up (only with prior=mixture)", MODEL, least=1, most=4096)
    annealing: str = setting("cyclical", "how beta, the KL's weight, changes", choices=SCHEDULES)
    annealing_share: float = setting(0.6, "share of the run that cycles take; then beta is beta_max", above=0, most=1)
    n_cycles: int = setting(4, "rises of beta from 0 in that share (only with annealing=cyclical)", least=1, most=10**6)
    ratio: float = setting(0.5, "share of each cycle in which beta rises; in the rest it is beta_max", least=0, most=1)
    beta_max: float = setting(1.0, "highest beta", least=0, most=1000)
    holdout: float = setting(0.1, "share of the points that are held out for testing", above=0, most=0.5)
    device: str = setting("cpu", "where to compute: cpu, cuda, cuda:1 or mps", MACHINE, pattern=r"cpu|mps|cuda(:\d+)?")
    threads: int = setting(1, "cores to compute on; more hardly help models this small", MACHINE, least=1, most=256)
    num_workers: int = setting(0, "processes that load batches; 0: the main one", FILES, least=0, most=256)
    compile: str = setting("auto", "compile steps; auto: in long runs", MACHINE, choices=("auto", "always", "never"))
    seed: int = setting(10, "seed of all random numbers", least=0, most=2**63 - 1)
    retrain: bool = setting(True, "false loads the trained model and only generates", FILES)
    gen_every_epochs: bool | int = setting(True, "true paints each epoch, 5 each 5th, false none", FILES, least=0)
    keep_runs: int = setting(20, "earlier runs of each model to keep; 0 keeps none", FILES, least=0, most=10**6)
    n_generate: int = setting(5000, "number of points to generate in the end", FILES, least=2, most=10**9)

    @classmethod
    def names(cls, *kinds: str) -> list[str]:
        """The settings of these kinds."""
        return [field.name for field in dataclasses.fields(cls) if field.metadata["kind"] in kinds]

    def __post_init__(self) -> None:
        if self.model == "both":  # its name when there were two
            object.__setattr__(self, "model", ALL_MODELS)
        for field in dataclasses.fields(self):
            object.__setattr__(self, field.name, checked(field, getattr(self, field.name)))
        # Not asked of the class, because PyTorch takes seconds to load.
        if self.prior == "picture" and self.latent_dim != 2:
            raise InputError(f"latent_dim must be 2 with prior=picture, not {self.latent_dim}")

    def to_yaml(self) -> str:
        """The settings as a YAML file, each with its documentation beside it."""
        lines = []
        for field in dataclasses.fields(self):
            allowed = f": {' | '.join(field.metadata['choices'])}" if "choices" in field.metadata else ""
            line = f"{field.name}: {as_yaml(getattr(self, field.name))}"
            lines.append(f"{line:33}  # {field.metadata['doc']}{allowed}\n")
        return "".join(lines)

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
    path, types = Path(expanded(str(path))), {field.name: field.type for field in dataclasses.fields(Config)}
    with reading(path, "settings", "save it as text in UTF-8"):
        content = path.read_bytes()
        # PowerShell's `>` writes UTF-16.
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
        settings = parse_yaml(text, str(path)) or {}
    if not isinstance(settings, dict):
        raise InputError(f"{path}: is not a table; write one 'key: value' per line, without dashes")
    for name in {"data_path", "result_path"} & settings.keys():
        if base != Path() and isinstance(settings[name], str):
            settings[name] = str(base / expanded(settings[name]))
    for override in overrides:
        name, equals, value = override.partition("=")
        if not equals:
            raise InputError(f"{override!r} is not understood; write key=value (epochs=20), --config FILE, or --resume")
        # A text is taken as it stands: result_path=2026-11-25 is no date, and "run #2" has no comment.
        settings[name] = value if types.get(name) is str else parse_yaml(value, f"the command line, {name}")
    refuse_unknown(settings, types)
    return Config(**settings)


def parse_command_line(arguments: Sequence[str], description: str) -> tuple[Config, bool]:
    """The settings that the command line asks for, and whether to resume. Raises InputError if it cannot be done."""
    defaults = f"keys, with their defaults and meanings:\n{Config().to_yaml()}"
    parser = Parser("python main.py", description, epilog=defaults)
    parser.add_argument("--config", metavar="FILE", help="settings in YAML (config.yaml, here or beside main.py)")
    parser.add_argument("--resume", action="store_true", help="continue an interrupted run")
    parser.add_argument("overrides", metavar="key=value", nargs="*", help="a setting that replaces the file's")
    options, unknown = parser.parse_known_intermixed_args(arguments)
    file, base = Path(expanded(options.config or "config.yaml")), Path()
    if not options.config and not file.exists() and (ROOT / file).exists():
        file, base = ROOT / file, ROOT
    # Options of other programs, as in --epochs 20, are refused as any mistyped key is.
    config = load_config(file, [*unknown, *options.overrides], base)
    if options.resume and not config.retrain:
        raise InputError("--resume continues training, retrain=false only generates: leave one of them out")
    return config, options.resume


def changed(arguments: Sequence[str], **settings: object) -> list[str]:
    """The `arguments` of a run with other `settings`, and without --resume."""
    kept = [argument for argument in arguments if argument != "--resume" and argument.partition("=")[0] not in settings]
    return [*kept, *(f"{name}={value}" for name, value in settings.items() if value is not None)]


if __name__ == "__main__":
    print(Config().to_yaml(), end="")

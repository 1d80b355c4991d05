"""Every setting of a run: its default, its bounds and its meaning stand here and nowhere else.

`config.yaml`, `--help` and the validation follow from `Config`; `python -m utils.settings.config > config.yaml` writes the file.
"""

import dataclasses
import difflib
import math
import re
import types
import typing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from utils.program.errors import InputError


def _key(default: Any, doc: str, **bounds: Any) -> Any:
    """A setting: its default, its documentation, and any of `choices`, `pattern`, `least`, `above`, `most`, `below`."""
    return field(default=default, metadata={"doc": doc, **bounds})


@dataclass(frozen=True)
class Config:
    """The settings of a run, each within its bounds.

    Raises InputError where a value has the wrong type or lies outside of its bounds.
    """

    data_path: str = _key("./gen_ml_quiz_content/", "folder of pi_xs.npy, pi_ys.npy and the picture")
    result_path: str = _key("./result/", "folder for the output; each model gets a folder of its own in it")
    model: str = _key(
        "attention", "which autoencoder, or both in turn and compared", choices=("attention", "vanilla", "both")
    )
    epochs: int = _key(100, "passes over the training points", least=1, most=10**6)
    batch_size: int = _key(200, "points a training step", least=1, most=10**7)
    learning_rate: float = _key(
        4e-3, "Adam's step size at its highest; it decays to zero along a cosine", above=0, most=1
    )
    weight_decay: float = _key(
        0.1, "how strongly weight matrices are pulled to zero (decoupled, AdamW)", least=0, most=10
    )
    clip_norm: float = _key(1.0, "longest gradient; longer ones are scaled down to it", above=0)
    ema_decay: float = _key(
        0.998, "memory of the weight average that samples are drawn with; 0 takes the last weights", least=0, below=1
    )
    hidden_dim: int = _key(256, "width of the hidden layers", least=8, most=8192)
    latent_dim: int = _key(4, "latent dimensions", least=1, most=256)
    n_components: int = _key(64, "normals in the prior's mixture", least=1, most=4096)
    annealing: str = _key(
        "cyclical", "how beta, the weight of the KL, moves", choices=("cyclical", "monotonic", "constant")
    )
    annealing_share: float = _key(
        0.6, "share of the run in which beta moves; then it stays at beta_max", above=0, most=1
    )
    n_cycles: int = _key(4, "cycles of beta (cyclical annealing)", least=1, most=10**6)
    ratio: float = _key(
        0.5, "share of a cycle in which beta rises; it then stays up until the cycle ends", least=0, most=1
    )
    beta_max: float = _key(1.0, "beta at its highest", least=0, most=1000)
    holdout: float = _key(0.1, "share of the points that are never trained on, to test with", above=0, most=0.5)
    device: str = _key("cpu", "where to compute: cpu, cuda, cuda:1 or mps", pattern=r"cpu|mps|cuda(:\d+)?")
    num_workers: int = _key(0, "processes that load batches; 0 loads them in the main one", least=0, most=256)
    compile: str = _key(
        "auto",
        "whether to turn the training step into machine code first; auto does where it pays",
        choices=("auto", "always", "never"),
    )
    seed: int = _key(10, "source of all randomness", least=0, most=2**63 - 1)
    retrain: bool = _key(True, "false: load the trained model and only generate")
    gen_every_epochs: bool | int = _key(
        True, "paint the generator after each epoch, or after every k-th", least=0, most=10**6
    )
    n_generate: int = _key(5000, "points to generate in the end", least=2, most=10**9)

    def __post_init__(self) -> None:
        for key in dataclasses.fields(self):
            object.__setattr__(self, key.name, _checked(key, getattr(self, key.name)))

    def to_yaml(self) -> str:
        """The settings as a YAML file, each with its documentation beside it."""
        lines = [f"{key.name}: {_written(getattr(self, key.name))}" for key in dataclasses.fields(self)]
        column = max(map(len, lines))
        notes = [_note(key) for key in dataclasses.fields(self)]
        return "".join(f"{line:{column}}  # {note}\n" for line, note in zip(lines, notes, strict=True))

    @property
    def output(self) -> Path:
        """The folder that the run of one model writes to."""
        return Path(self.result_path) / self.model

    def each_model(self) -> list["Config"]:
        """These settings for each of the models that they ask for."""
        models = ("vanilla", "attention") if self.model == "both" else (self.model,)
        return [dataclasses.replace(self, model=model) for model in models]


def load_config(path: str, overrides: list[str] = ()) -> Config:
    """Read the settings in the file `path` and lay `overrides` ("key=value") over them; the rest keep their defaults.

    Raises InputError where the file cannot be read, a key is unknown or a value is not allowed.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path}: cannot read the configuration ({_reason(error)}); name another with --config FILE"
        ) from None
    settings = _parse(text, path)
    if settings is None:
        raise InputError(f"{path}: is empty; `python -m utils.settings.config > {path}` writes one with all defaults")
    if not isinstance(settings, dict):
        raise InputError(f"{path}: is a {type(settings).__name__}, not a table; write one 'key: value' a line")
    overridden = {}
    for override in overrides:
        name, equals, value = override.partition("=")
        if not equals:
            raise InputError(f"{override!r} is not understood; write key=value, as in epochs=20")
        if name in overridden:
            raise InputError(f"the command line: the key {name!r} stands twice; leave one out")
        overridden[name] = _parse(value, f"the command line, {name}")
    settings |= overridden
    known = [key.name for key in dataclasses.fields(Config)]
    for name in settings:
        if name not in known:
            near = difflib.get_close_matches(str(name), known, n=1)
            raise InputError(
                f"unknown key {name!r}" + (f"; did you mean {near[0]!r}?" if near else "; --help lists the keys")
            )
    return Config(**settings)


def describe() -> str:
    """One line a key for `--help`: name, type, default and meaning."""
    lines = []
    for key in dataclasses.fields(Config):
        lines.append(f"  {key.name:17} {_type_name(key.type):9} {_note(key)} [{_written(key.default)}]")
    return "\n".join(lines)


class _Loader(yaml.SafeLoader):
    """YAML as people write it: 1e-3 is a number (YAML 1.1 wants 1.0e-3), and a key may not stand twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        seen = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"the key {key.value!r} stands twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+$"), list("-+.0123456789")
)


def _parse(text: str, where: str) -> Any:
    try:
        return yaml.load(text, Loader=_Loader)
    except (ValueError, RecursionError, OverflowError) as error:
        # A date that is none, say: YAML makes values of what looks like one.
        raise InputError(f"{where}: not YAML: {str(error).partition(chr(10))[0]}") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        reason = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise InputError(f"{where}{place}: not YAML: {reason}") from None


def _checked(key: dataclasses.Field, value: Any) -> Any:
    """`value` in the type of `key`, or an InputError that says what would be allowed."""

    def refuse(wanted: str) -> typing.NoReturn:
        raise InputError(f"{key.name} must be {wanted}, not {_written(value)}")

    allowed = typing.get_args(key.type) if isinstance(key.type, types.UnionType) else (key.type,)
    if type(value) is int and allowed == (float,):
        value = float(value)
    if type(value) not in allowed:
        refuse(f"of type {_type_name(key.type)}")
    bounds = key.metadata
    if "choices" in bounds and value not in bounds["choices"]:
        refuse(" or ".join(bounds["choices"]))
    if "pattern" in bounds and not re.fullmatch(bounds["pattern"], value):
        refuse(bounds["doc"].partition(": ")[2])
    if isinstance(value, str) and (not value.strip() or "\0" in value):
        refuse("a path")
    if isinstance(value, float) and not math.isfinite(value):
        refuse("a finite number")
    for name, sign, holds in _COMPARISONS:
        if name in bounds and not isinstance(value, bool) and not holds(value, bounds[name]):
            refuse(f"{sign} {bounds[name]}")
    return value


_COMPARISONS = (
    ("least", "at least", lambda value, bound: value >= bound),
    ("above", "above", lambda value, bound: value > bound),
    ("most", "at most", lambda value, bound: value <= bound),
    ("below", "below", lambda value, bound: value < bound),
)


def _note(key: dataclasses.Field) -> str:
    choices = key.metadata.get("choices")
    return key.metadata["doc"] + (f": {' | '.join(choices)}" if choices else "")


def _type_name(kind: Any) -> str:
    names = {str: "text", int: "integer", float: "number", bool: "boolean"}
    return names[kind] if kind in names else "/".join(_type_name(part) for part in typing.get_args(kind))


def _written(value: Any) -> str:
    return yaml.safe_dump(value, default_flow_style=True, width=math.inf).removesuffix("...\n").strip()


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


if __name__ == "__main__":
    print(Config().to_yaml(), end="")

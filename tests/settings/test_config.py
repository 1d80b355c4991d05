import dataclasses
from pathlib import Path

import pytest

from utils.program.errors import InputError
from utils.settings.config import Config, describe, load_config

REPOSITORY = Path(__file__).parent.parent.parent
SEED_KEYS = "epochs batch_size hidden_dim device num_workers result_path gen_every_epochs seed retrain"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text("epochs: 3\n")
    return path


def test_the_shipped_file_holds_every_key_with_its_default_and_its_documentation():
    assert (REPOSITORY / "config.yaml").read_text() == Config().to_yaml()
    assert load_config(REPOSITORY / "config.yaml") == Config()


def test_help_describes_every_key():
    lines = describe().splitlines()

    for key, line in zip(dataclasses.fields(Config), lines, strict=True):
        assert key.name in line
        assert key.metadata["doc"] in line


def test_the_readme_describes_every_key_in_the_same_words():
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8").splitlines()
    file = [line.replace("|", "or") for line in Config().to_yaml().splitlines()]

    for line in file:
        setting, meaning = line.split("#", 1)
        name, default = setting.split(":", 1)
        assert f"| `{name}` | `{default.strip()}` | {meaning.strip()} |" in readme


def test_the_keys_of_the_first_version_keep_their_names():
    config = Config(
        epochs=100,
        batch_size=1,
        hidden_dim=256,
        device="cpu",
        num_workers=4,
        result_path="./result/",
        gen_every_epochs=True,
        seed=10,
        retrain=True,
    )

    assert set(SEED_KEYS.split()) <= set(vars(config))


def test_what_the_file_does_not_name_keeps_its_default(file: Path):
    assert load_config(file) == Config(epochs=3)


def test_an_empty_file_is_taken_for_a_mistake(file: Path):
    file.write_text("# nothing\n")

    with pytest.raises(InputError, match=r"config\.yaml: is empty; `python -m utils\.config"):
        load_config(file)


def test_a_key_may_be_overridden_once(file: Path):
    with pytest.raises(InputError, match="the key 'epochs' stands twice"):
        load_config(file, ["epochs=1", "epochs=2"])


def test_overrides_win_over_the_file(file: Path):
    config = load_config(file, ["epochs=7", "model=vanilla", "retrain=False", "gen_every_epochs=5", "data_path=a b"])

    assert config == Config(epochs=7, model="vanilla", retrain=False, gen_every_epochs=5, data_path="a b")


@pytest.mark.parametrize("text", ["1e-3", "1.0e-3", "0.001", "1E-3"])
def test_numbers_may_be_written_as_people_write_them(file: Path, text: str):
    assert load_config(file, [f"learning_rate={text}"]).learning_rate == 0.001


def test_an_integer_will_do_for_a_number(file: Path):
    assert load_config(file, ["beta_max=2"]).beta_max == 2.0


@pytest.mark.parametrize(
    ("override", "complaint"),
    [
        ("epoch=3", "unknown key 'epoch'; did you mean 'epochs'"),
        ("zzz=3", "unknown key 'zzz'; --help lists the keys"),
        ("epochs", "'epochs' is not understood; write key=value"),
        ("epochs=0", "epochs must be at least 1, not 0"),
        ("epochs=2.5", "epochs must be of type integer, not 2.5"),
        ("epochs=true", "epochs must be of type integer, not true"),
        ("epochs=many", "epochs must be of type integer, not many"),
        ("epochs=", "epochs must be of type integer, not null"),
        ("epochs=[1", "the command line, epochs.*not YAML"),
        ("learning_rate=fast", "learning_rate must be of type number, not fast"),
        ("learning_rate=0", "learning_rate must be above 0, not 0"),
        ("learning_rate=.nan", "learning_rate must be a finite number"),
        ("clip_norm=.inf", "clip_norm must be a finite number"),
        ("holdout=0", "holdout must be above 0"),
        ("holdout=0.9", "holdout must be at most 0.5"),
        ("ratio=1.1", "ratio must be at most 1"),
        ("ema_decay=1", "ema_decay must be below 1"),
        ("model=gan", "model must be attention or vanilla or both, not gan"),
        ("device=tpu", "device must be cpu, cuda, cuda:1 or mps, not tpu"),
        ("retrain=1", "retrain must be of type boolean, not 1"),
        ("gen_every_epochs=-1", "gen_every_epochs must be at least 0, not -1"),
        ("gen_every_epochs=0.5", "gen_every_epochs must be of type boolean/integer"),
        ("result_path=''", "result_path must be a path"),
        ("seed=-1", "seed must be at least 0"),
    ],
)
def test_values_that_are_not_allowed_are_refused_with_what_would_be(file: Path, override: str, complaint: str):
    with pytest.raises(InputError, match=complaint) as error:
        load_config(file, [override])
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("- epochs\n", "config.yaml: is a list, not a table"),
        ("epochs: 3\nmodel: [\n", "config.yaml, line 3, column 1: not YAML"),
        ("epochs: 3\n\tmodel: vanilla\n", "config.yaml, line 2, column 1: not YAML"),
        ("epochs: 3\nepochs: 4\n", "config.yaml, line 2, column 1: .*'epochs' stands twice"),
        ("epochs: !!python/object/apply:os.getcwd []\n", "config.yaml, line 1, column 9: not YAML"),
        ("? [1, 2]\n: 3\n", "config.yaml, line 1"),
        ("3: 4\n", "unknown key 3"),
    ],
)
def test_files_that_are_no_configuration_are_refused_with_the_place(file: Path, text: str, complaint: str):
    file.write_text(text)

    with pytest.raises(InputError, match=complaint) as error:
        load_config(file)
    assert "\n" not in str(error.value)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(InputError, match=r"none\.yaml: cannot read the configuration.*--config FILE"):
        load_config(tmp_path / "none.yaml")

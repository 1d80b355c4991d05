import platform
import subprocess
import sys

import pytest
from quick import REPOSITORY

from utils.system.environment import require_environment

# Prints how many pages the system hands out while 20 MB are allocated and freed ten times: without the call 48,000.
SCRIPT = """
import resource
from utils.system.environment import keep_freed_memory

def allocate():
    [bytes(1) * 1_000_000 for _ in range(20)]

keep_freed_memory()
allocate()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    allocate()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="is about a property of glibc")
def test_memory_that_was_freed_is_kept_for_what_is_allocated_next():
    run = subprocess.run([sys.executable, "-c", SCRIPT], cwd=REPOSITORY, capture_output=True, check=True)

    assert int(run.stdout) < 1000


def test_a_package_that_is_missing_or_hidden_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setitem(sys.modules, "hidden", None)

    with pytest.raises(SystemExit) as end:
        require_environment(("numpy", "hidden", "nowhere"), "some.txt")

    assert end.value.code == 2
    assert "lacks the packages hidden, nowhere: install them" in capsys.readouterr().err

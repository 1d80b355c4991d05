"""report.html as a person meets it: wide or narrow, moved over by pointer and keyboard."""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from quick import Finished

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--allow-file-access-from-files"]
FLAGS += ["--virtual-time-budget=9000", "--dump-dom"]
# Opens the page in a frame, and says what a script returns there, or that it fails.
HARNESS = """
<iframe src="{address}" style="width: {width}px; height: 900px; border: 0"></iframe>
<pre></pre>
<script>
onload = async () => {{
  const view = document.querySelector("iframe").contentWindow, page = view.document;
  try {{ await Promise.all([...page.images].map(image => image.decode())); }} catch (error) {{ }}
  const script = async () => {{ {script} }};
  const said = await script().catch(error => String(error));
  document.querySelector("pre").textContent = JSON.stringify(said);
}};
</script>
"""
MOVES = """
const map = page.getElementById("map"), box = map.getBoundingClientRect(), shown = [];
const look = () => shown.push([page.getElementById("readout").textContent, page.getElementById("drawn").toDataURL()]);
look();
for (const key of ["ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown"]) {
  map.dispatchEvent(new view.KeyboardEvent("keydown", {key}));
  look();
}
map.dispatchEvent(new view.PointerEvent("pointermove", {clientX: box.right - 3, clientY: box.bottom - 3}));
look();
return shown;
"""
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="needs Debian's package chromium"),
]


def in_browser(finished: Finished, folder: Path, script: str, width: int = 1280) -> Any:
    """What `script` returns on the page of a run, in a window of this width."""
    harness, page = folder / "harness.html", finished.result / "attention" / "report.html"
    harness.write_text(HARNESS.format(address=page.as_uri(), width=width, script=script), encoding="utf-8")
    command = [str(CHROMIUM), *FLAGS, f"--user-data-dir={folder / 'profile'}", harness.as_uri()]
    printed = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    (said,) = re.findall(r"<pre>(.*?)</pre>", printed, re.DOTALL)
    return json.loads(html.unescape(said))


def test_the_explorer_is_moved_by_keys_and_pointer(finished: Finished, tmp_path: Path):
    start, *moves, back, corner = in_browser(finished, tmp_path, MOVES)

    assert back == start
    assert len(set(map(tuple, [start, *moves, corner]))) == 5
    assert re.match(r"At latent 1 = .*, latent 2 = ", start[0])


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_is_wider_than_the_window(finished: Finished, tmp_path: Path, width: int):
    script = "return [view.innerWidth, page.documentElement.scrollWidth]"

    assert in_browser(finished, tmp_path, script, width) == [width, width]

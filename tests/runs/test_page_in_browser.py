"""report.html as a person meets it: wide or narrow, moved over by pointer and keyboard."""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from quick import Finished

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--allow-file-access-from-files"]
FLAGS += ["--virtual-time-budget=9000", "--dump-dom"]
# Opens the page in a frame, moves over its map, and says how wide the page is and what it showed after each move.
HARNESS = """
<iframe src="ADDRESS" style="width: WIDTHpx; height: 900px; border: 0"></iframe>
<pre></pre>
<script>
onload = async () => {
  const view = document.querySelector("iframe").contentWindow, page = view.document;
  await Promise.allSettled([...page.images].map(image => image.decode()));
  const map = page.getElementById("map"), box = map.getBoundingClientRect(), said = [page.documentElement.scrollWidth];
  const look = () => said.push([page.getElementById("readout").textContent, page.getElementById("drawn").toDataURL()]);
  look();
  for (const key of ["ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown"]) {
    map.dispatchEvent(new view.KeyboardEvent("keydown", {key}));
    look();
  }
  map.dispatchEvent(new view.PointerEvent("pointermove", {clientX: box.right - 3, clientY: box.bottom - 3}));
  look();
  document.querySelector("pre").textContent = JSON.stringify(said);
};
</script>
"""


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="needs Debian's package chromium")
@pytest.mark.parametrize("width", [320, 1280])
def test_the_page_fits_its_window_and_the_explorer_is_moved_by_keys_and_pointer(
    finished: Finished, tmp_path: Path, width: int
):
    harness, page = tmp_path / "harness.html", finished.result / "attention" / "report.html"
    harness.write_text(HARNESS.replace("ADDRESS", page.as_uri()).replace("WIDTH", str(width)), encoding="utf-8")
    command = [str(CHROMIUM), *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", harness.as_uri()]

    printed = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout

    (said,) = re.findall(r"<pre>(.*?)</pre>", printed, re.DOTALL)
    page_width, start, *moves, back, corner = json.loads(html.unescape(said))
    assert page_width == width
    assert back == start
    assert len(set(map(tuple, [start, *moves, corner]))) == 5
    assert re.match(r"At latent 1 = .*, latent 2 = ", start[0])

"""Headless Chromium, driven by chromedriver over its own protocol (W3C WebDriver): no package is needed."""

import contextlib
import json
import re
import shutil
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage")
# Marks of tests that open pages in Chromium.
NEEDS_BROWSER = [
    pytest.mark.browser,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="needs Debian's packages chromium and chromium-driver"),
]
# The explorer draws once its pictures are decoded.
SETTLED = """
return Promise.all([...document.images].map(image => image.decode()))
  .then(() => new Promise(drawn => requestAnimationFrame(drawn)));
"""


class Browser:
    """A session of a browser, at an `address` of the driver."""

    def __init__(self, address: str) -> None:
        self.address = address

    def command(self, name: str, method: str = "POST", **parameters: Any) -> Any:
        """Send a command of the protocol, and return its answer."""
        body = json.dumps(parameters).encode() if method == "POST" else None
        request = urllib.request.Request(f"{self.address}/{name}", body, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def devtools(self, name: str, **parameters: Any) -> None:
        self.command("goog/cdp/execute", cmd=name, params=parameters)

    def open(self, page: Path, width: int = 1280) -> None:
        """Open `page` in a window of this width."""
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        self.devtools("Emulation.setDeviceMetricsOverride", **size)
        self.command("url", url=page.resolve().as_uri())
        self.run(SETTLED)

    def run(self, script: str) -> Any:
        """What `script` returns in the page."""
        return self.command("execute/sync", script=script, args=[])

    def press(self, key: str) -> None:
        """Press a key where the focus is."""
        for kind in ("keyDown", "keyUp"):
            self.devtools("Input.dispatchKeyEvent", type=kind, key=key)

    def point(self, x: float, y: float) -> None:
        """Move the pointer to a place in the window."""
        self.devtools("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def complaints(self) -> list[str]:
        """Errors and warnings of the console since the last call."""
        return [entry["message"] for entry in self.command("se/log", type="browser")]


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """A browser that is closed in the end."""
    with tempfile.TemporaryDirectory() as profile:
        driver = subprocess.Popen([DRIVER, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            started = next(match for line in driver.stdout if (match := re.search(r"successfully on port (\d+)", line)))
            options = {"binary": CHROMIUM, "args": [*FLAGS, f"--user-data-dir={profile}"]}
            capabilities = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
            root = Browser(f"http://127.0.0.1:{started[1]}")
            session = root.command("session", capabilities={"alwaysMatch": capabilities})["sessionId"]
            yield Browser(f"{root.address}/session/{session}")
            root.command(f"session/{session}", "DELETE")
        finally:
            driver.terminate()
            driver.wait()

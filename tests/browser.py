"""Headless Chromium, driven by chromedriver over its own protocol (W3C WebDriver): no package is needed."""

import base64
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
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--hide-scrollbars",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Marks of tests that open pages in Chromium.
NEEDS_BROWSER = [
    pytest.mark.browser,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="needs Debian's packages chromium and chromium-driver"),
]


class Browser:
    """A session of a browser."""

    def __init__(self, address: str) -> None:
        self.address = address

    def command(self, name: str, **parameters: Any) -> Any:
        """Post a command of the protocol, and return its answer."""
        body = json.dumps(parameters).encode()
        request = urllib.request.Request(f"{self.address}/{name}", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def open(self, page: Path, width: int = 1280, height: int = 900, **media: str) -> None:
        """Open `page` in a window of this size, with `media` such as prefers_color_scheme="dark" or type="print"."""
        self.devtools(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        kind = media.pop("type", "screen")
        features = [{"name": name.replace("_", "-"), "value": value} for name, value in media.items()]
        self.devtools("Emulation.setEmulatedMedia", media=kind, features=features)
        self.command("url", url=page.resolve().as_uri())
        # The explorer draws once its pictures are decoded.
        self.run("return new Promise(done => setTimeout(done, 300))")

    def devtools(self, name: str, **parameters: Any) -> Any:
        return self.command("goog/cdp/execute", cmd=name, params=parameters)

    def run(self, script: str, *arguments: Any) -> Any:
        """What `script` returns in the page."""
        return self.command("execute/sync", script=script, args=list(arguments))

    def press(self, key: str) -> None:
        """Press a key where the focus is; arrows by their code points of the protocol."""
        code = {
            "ArrowLeft": "\ue012",
            "ArrowUp": "\ue013",
            "ArrowRight": "\ue014",
            "ArrowDown": "\ue015",
            "Tab": "\ue004",
        }[key]
        actions = [{"type": "keyDown", "value": code}, {"type": "keyUp", "value": code}]
        self.command("actions", actions=[{"type": "key", "id": "keys", "actions": actions}])

    def point(self, x: float, y: float) -> None:
        """Move the pointer to a place in the window."""
        move = {"type": "pointerMove", "x": round(x), "y": round(y), "duration": 0}
        self.command("actions", actions=[{"type": "pointer", "id": "mouse", "actions": [move]}])

    def complaints(self) -> list[str]:
        """Errors and warnings of the console since the last call."""
        return [entry["message"] for entry in self.command("se/log", type="browser")]

    def screenshot(self, path: Path) -> None:
        """The whole page as a picture in `path`."""
        shot = self.devtools("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(shot["data"]))


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """A browser that is closed in the end."""
    with tempfile.TemporaryDirectory() as profile:
        driver = subprocess.Popen([DRIVER, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            started = next(match for line in driver.stdout if (match := re.search(r"successfully on port (\d+)", line)))
            options = {"binary": CHROMIUM, "args": [*FLAGS, f"--user-data-dir={profile}"]}
            wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
            root = Browser(f"http://127.0.0.1:{started[1]}")
            session = root.command("session", capabilities={"alwaysMatch": wanted})["sessionId"]
            yield Browser(f"{root.address}/session/{session}")
            request = urllib.request.Request(f"{root.address}/session/{session}", method="DELETE")
            urllib.request.urlopen(request, timeout=60).close()
        finally:
            driver.terminate()
            driver.wait()

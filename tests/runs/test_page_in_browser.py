"""report.html as a person meets it: opened from disk, wide or narrow, by pointer and keyboard."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import NEEDS_BROWSER, Browser, browser
from quick import Finished

pytestmark = [*NEEDS_BROWSER, pytest.mark.slow]

SHOWN = "return [document.getElementById('readout').textContent, document.getElementById('drawn').toDataURL()]"
CORNER = """
const map = document.getElementById("map");
map.scrollIntoView({block: "center"});
return [map.getBoundingClientRect().right, map.getBoundingClientRect().bottom];
"""
CLICK_LAST_PICTURE = """
document.querySelector("details").open = true;
const sheet = document.getElementById("sheet"), box = sheet.getBoundingClientRect();
sheet.dispatchEvent(new MouseEvent("click", {bubbles: true, clientX: box.right - 5, clientY: box.bottom - 5}));
return [".across", ".down"].map(axis => document.querySelector(`${axis} :last-child`).innerText);
"""


@pytest.fixture(scope="module")
def page(finished: Finished) -> Path:
    return finished.result / "attention" / "report.html"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


def test_the_explorer_is_moved_by_keys_pointer_and_a_click(chromium: Browser, page: Path):
    chromium.open(page)
    shown = [chromium.run(SHOWN)]

    chromium.run("document.getElementById('map').focus()")
    for key in ("ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown"):
        chromium.press(key)
        shown.append(chromium.run(SHOWN))
    assert shown[0] == shown[-1]

    right, bottom = chromium.run(CORNER)
    chromium.point(right - 3, bottom - 3)
    shown.append(chromium.run(SHOWN))
    assert len(set(map(tuple, shown))) == 5

    across, down = chromium.run(CLICK_LAST_PICTURE)
    assert re.match(rf"At latent 1 = {down}, latent 2 = {across}: .* line", chromium.run(SHOWN)[0])
    assert chromium.complaints() == []


@pytest.mark.parametrize("width", [320, 400, 1280])
def test_nothing_is_wider_than_the_window(chromium: Browser, page: Path, width: int):
    chromium.open(page, width=width)

    assert chromium.run("return document.documentElement.scrollWidth") == width

"""report.html as a person meets it: opened from disk, on a phone, in the dark, on paper, by keyboard."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import NEEDS_BROWSER, Browser, browser
from quick import Finished, command_line

from main import main

pytestmark = [*NEEDS_BROWSER, pytest.mark.slow]

READOUT = "return document.getElementById('readout').textContent"
PIXELS = "return document.getElementById('drawn').toDataURL()"
CLICK_LAST_PICTURE = """
document.querySelector("details").open = true;
const sheet = document.getElementById("sheet"), box = sheet.getBoundingClientRect();
sheet.dispatchEvent(new MouseEvent("click", {bubbles: true, clientX: box.right - 5, clientY: box.bottom - 5}));
"""
# For each text: what it says, its color, and the color behind it.
TEXTS = """
document.querySelectorAll('details').forEach(details => details.open = true);
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
while (walker.nextNode()) {
  const text = walker.currentNode.textContent.trim(), owner = walker.currentNode.parentElement;
  if (!text || !owner.checkVisibility() || owner.closest("script, style, noscript")) continue;
  let behind = owner;
  while (/^rgba\\(.*, 0\\)$/.test(getComputedStyle(behind).backgroundColor)) behind = behind.parentElement;
  const style = getComputedStyle(owner), color = owner.namespaceURI.endsWith("svg") ? style.fill : style.color;
  found.push([text, color, getComputedStyle(behind).backgroundColor]);
}
return found;
"""


@pytest.fixture(scope="module")
def page(finished: Finished) -> Path:
    return finished.result / "attention" / "report.html"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


def luminance(color: str) -> float:
    """Of a color as rgb(r, g, b): WCAG 2.2, relative luminance."""
    shares = [int(number) / 255 for number in re.findall(r"\d+", color)[:3]]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_explorer_is_moved_by_pointer_keys_and_a_click(chromium: Browser, page: Path):
    chromium.open(page)
    seen = [(chromium.run(READOUT), chromium.run(PIXELS))]

    chromium.run("document.getElementById('map').focus()")
    for key in ("ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown"):
        chromium.press(key)
        seen.append((chromium.run(READOUT), chromium.run(PIXELS)))
    assert len(set(seen)) == 4
    assert seen[0] == seen[-1]

    right, bottom = chromium.run(
        "const map = document.getElementById('map'); map.scrollIntoView({block: 'center'});"
        "const box = map.getBoundingClientRect(); return [box.right, box.bottom]"
    )
    chromium.point(right - 3, bottom - 3)
    seen.append((chromium.run(READOUT), chromium.run(PIXELS)))
    assert len(set(seen)) == 5

    chromium.run(CLICK_LAST_PICTURE)
    right, bottom = (
        chromium.run(f"return document.querySelector('.{axis} :last-child').innerText") for axis in ("across", "down")
    )
    assert re.match(rf"At latent 1 = {bottom}, latent 2 = {right}: .* line", chromium.run(READOUT))
    assert chromium.complaints() == []


@pytest.mark.usefixtures("without_figures")
def test_a_single_latent_has_an_explorer(chromium: Browser, finished: Finished, tmp_path: Path):
    main(command_line(finished.data, tmp_path / "result", "model=vanilla", "latent_dim=1", "prior=normal", "epochs=1"))
    chromium.open(tmp_path / "result" / "vanilla" / "report.html")
    first = chromium.run(READOUT)

    chromium.run(CLICK_LAST_PICTURE)

    assert chromium.run(READOUT) != first
    assert chromium.complaints() == []


@pytest.mark.parametrize("width", [320, 400, 1280])
def test_nothing_is_wider_than_the_window(chromium: Browser, page: Path, width: int):
    chromium.open(page, width=width)

    assert chromium.run("return document.documentElement.scrollWidth") == width


@pytest.mark.parametrize(
    "media", [{"prefers_color_scheme": "light"}, {"prefers_color_scheme": "dark"}, {"type": "print"}]
)
def test_all_texts_stand_out(chromium: Browser, page: Path, media: dict[str, str]):
    chromium.open(page, **media)

    texts = chromium.run(TEXTS)

    assert len(texts) > 100
    assert [(text, color, behind) for text, color, behind in texts if contrast(color, behind) < 4.5] == []
    assert (luminance(texts[0][2]) < 0.1) == (media.get("prefers_color_scheme") == "dark")


def test_pictures_are_described_and_names_are_unique(chromium: Browser, page: Path):
    chromium.open(page)

    assert chromium.run("return [...document.images].filter(image => !image.alt || !image.naturalWidth).length") == 0
    ids = chromium.run("return [...document.querySelectorAll('[id]')].map(element => element.id)")
    assert len(ids) == len(set(ids))
    links = chromium.run("return [...document.querySelectorAll('a')].map(link => link.getAttribute('href'))")
    assert {link.removeprefix("#") for link in links} <= set(ids)

"""report.html as a person meets it: opened from disk, on a phone, in the dark, on paper, by keyboard."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from browser import NEEDS_BROWSER, Browser, browser
from quick import Finished, command_line

from main import main

pytestmark = [*NEEDS_BROWSER, pytest.mark.slow]

READOUT = "return document.getElementById('readout').textContent"
AXES = ("across", "up")
CLICK_LAST_PICTURE = """
document.querySelector("details").open = true;
const sheet = document.getElementById("sheet"), box = sheet.getBoundingClientRect();
sheet.dispatchEvent(new MouseEvent("click", {bubbles: true, clientX: box.right - 5, clientY: box.bottom - 5}));
"""
PIXELS = "return document.getElementById('drawn').toDataURL()"
# For each text: what it says, its color, and the color behind it.
TEXTS = """
const opaque = color => !/^rgba\\(.*, 0\\)$|transparent/.test(color), found = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const text = walker.currentNode.textContent.trim(), owner = walker.currentNode.parentElement;
  if (!text || !owner.checkVisibility() || owner.closest("script, style, noscript")) continue;
  const style = getComputedStyle(owner);
  let behind = owner;
  while (behind && !opaque(getComputedStyle(behind).backgroundColor)) behind = behind.parentElement;
  const color = owner.namespaceURI.endsWith("svg") ? style.fill : style.color;
  found.push([text, color, behind ? getComputedStyle(behind).backgroundColor : "rgb(255, 255, 255)"]);
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


@pytest.mark.parametrize("model", ["attention", "vanilla"])
def test_moving_over_the_map_shows_other_pictures_without_a_complaint(chromium: Browser, page: Path, model: str):
    chromium.open(page.parent.parent / model / "report.html")
    first = chromium.run(PIXELS)
    said = chromium.run("return document.getElementById('readout').textContent")
    box = chromium.run(
        "const map = document.getElementById('map'); map.scrollIntoView({block: 'center', behavior: 'instant'});"
        "const box = map.getBoundingClientRect(); return [box.left, box.top, box.width, box.height]"
    )

    pictures = set()
    for across, down in ((0.1, 0.1), (0.9, 0.1), (0.5, 0.9)):
        chromium.point(box[0] + across * box[2], box[1] + down * box[3])
        pictures.add(chromium.run(PIXELS))

    assert len(pictures | {first}) == 4
    assert chromium.run("return document.getElementById('readout').textContent") != said
    assert chromium.complaints() == []


def test_the_explorer_is_moved_by_keys_and_by_a_click_on_a_picture(chromium: Browser, page: Path):
    chromium.open(page)
    chromium.run("document.getElementById('map').focus()")
    said, pictures = [chromium.run(READOUT)], {chromium.run(PIXELS)}
    for key in ("ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown"):
        chromium.press(key)
        said.append(chromium.run(READOUT))
        pictures.add(chromium.run(PIXELS))
    assert len(set(said)) == len(pictures) == 4
    assert said[0] == said[-1]

    chromium.run(CLICK_LAST_PICTURE)
    right, bottom = (chromium.run(f"return document.querySelector('.{axis} :last-child').innerText") for axis in AXES)
    assert re.match(rf"At latent \d = {right}, latent \d = {bottom}: ", chromium.run(READOUT))
    assert "% line" in chromium.run(READOUT)
    assert chromium.complaints() == []


def test_a_single_latent_has_an_explorer(chromium: Browser, finished: Finished, tmp_path: Path):
    main(command_line(finished.data, tmp_path / "result", "model=vanilla", "latent_dim=1", "epochs=1"))
    chromium.open(tmp_path / "result" / "vanilla" / "report.html")
    first = chromium.run(PIXELS)
    chromium.run("document.getElementById('map').focus()")
    for _ in range(4):
        chromium.press("ArrowLeft")

    assert chromium.run(PIXELS) != first
    assert chromium.complaints() == []


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_is_wider_than_the_window(chromium: Browser, page: Path, width: int):
    chromium.open(page, width=width)

    assert chromium.run("return document.documentElement.scrollWidth") == width


@pytest.mark.parametrize(
    "media", [{"prefers_color_scheme": "light"}, {"prefers_color_scheme": "dark"}, {"type": "print"}]
)
def test_all_texts_stand_out(chromium: Browser, page: Path, media: dict[str, str]):
    chromium.open(page, **media)
    chromium.run("document.querySelectorAll('details').forEach(details => details.open = true)")

    texts = chromium.run(TEXTS)

    assert len(texts) > 150
    assert [(text, color, behind) for text, color, behind in texts if contrast(color, behind) < 4.5] == []
    assert (luminance(texts[0][2]) < 0.1) == (media.get("prefers_color_scheme") == "dark")


def test_a_screen_reader_finds_its_way(chromium: Browser, page: Path):
    chromium.open(page)

    assert chromium.run("return [...document.images].filter(image => !image.alt.trim()).length") == 0
    assert chromium.run("return [...document.images].filter(image => !image.naturalWidth).length") == 0
    nodes = chromium.devtools("Accessibility.getFullAXTree")["nodes"]
    shown = [node for node in nodes if not node["ignored"]]

    def names(role: str) -> list[str]:
        return [node.get("name", {}).get("value", "") for node in shown if node.get("role", {}).get("value") == role]

    for landmark in ("banner", "navigation", "main", "contentinfo"):
        assert len(names(landmark)) == 1
    for role in ("image", "link", "region", "application", "table", "columnheader"):
        assert names(role)
        assert all(name.strip() for name in names(role)), role
    levels = chromium.run("return [...document.querySelectorAll('h1, h2, h3')].map(heading => +heading.tagName[1])")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = chromium.run("return [...document.querySelectorAll('[id]')].map(element => element.id)")
    assert len(ids) == len(set(ids))
    assert chromium.run(
        "return [...document.querySelectorAll('a')].every(link => document.querySelector(link.getAttribute('href')))"
    )


def test_nothing_is_fetched(chromium: Browser, page: Path, tmp_path: Path):
    """The page alone, in an empty folder, without a network."""
    alone = tmp_path / "report.html"
    alone.write_bytes(page.read_bytes())
    chromium.open(alone)

    fetched = chromium.run("return performance.getEntriesByType('resource').map(entry => entry.name)")
    assert [address for address in fetched if not address.startswith("data:")] == []
    assert chromium.complaints() == []

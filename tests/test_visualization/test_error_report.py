"""The report's page in a real browser, where there is one."""

from __future__ import annotations

import json
import math
import shutil
import subprocess

import numpy as np
import pytest

from mmsynloc.apis.error_report import write_error_report
from mmsynloc.visualization.error_report.crops import _window
from mmsynloc.visualization.error_report.page import _number
from tests.synloc_files import write_split

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
MEASURE = """<!DOCTYPE html>
<iframe id="frame" width="{width}" height="900" style="border: 0"></iframe>
<pre id="out"></pre>
<script>
frame.onload = () => {{
  const page = frame.contentDocument, root = page.documentElement;
  out.textContent = JSON.stringify({{
    width: root.clientWidth, scroll: root.scrollWidth, height: root.scrollHeight,
    broken: [...page.images].filter(image => !image.naturalWidth).length, images: page.images.length,
    outside: [...page.querySelectorAll("p, li, h1, h2, h3, img, figcaption, nav a")]
      .filter(e => e.getBoundingClientRect().right > root.clientWidth + 1).map(e => e.outerHTML.slice(0, 80)),
  }});
}};
frame.srcdoc = {page};
</script>"""


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> str:
    """A page with everything in it: two results with long names, a warning, pictures."""
    folder = tmp_path_factory.mktemp("report")
    rng = np.random.default_rng(0)
    ann = write_split(folder, "val", [list(map(tuple, rng.uniform(-25, 25, (6, 2)).tolist())) for _ in range(4)])
    people = json.loads(ann.read_text())["annotations"]
    paths = []
    for name in ("a_result_with_quite_a_long_name_as_people_give_them", "another_result_with_quite_a_long_name"):
        entries = []
        for person in people:
            moved = [[u + dx, v + dy, 1] for (u, v, _), (dx, dy) in zip(person["keypoints"], rng.normal(0, 1, (2, 2)))]
            entries.append({**person, "keypoints": moved, "score": rng.random()})
        entries.append({**entries[0], "image_id": 77})
        paths.append(folder / f"{name}.json")
        paths[-1].write_text(json.dumps(entries))
    write_error_report(ann, paths, folder / "out.html", images=folder / "val", replicates=20, progress=False)
    return (folder / "out.html").read_text()


@pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")
@pytest.mark.parametrize("width", [390, 1280], ids=["phone", "desktop"])
def test_page__fits_the_width(page, tmp_path, width):
    content = json.dumps(page).replace("</", "<\\/")
    (tmp_path / "measure.html").write_text(MEASURE.format(width=width, page=content))
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom"]
    command = [BROWSER, *options, "--virtual-time-budget=10000", (tmp_path / "measure.html").as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    text = done.stdout.partition('<pre id="out">')[2].partition("</pre>")[0]
    assert text, done.stderr[-2000:]
    found = json.loads(text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    assert found["scroll"] == found["width"] > width - 20  # but for a scroll bar
    assert found["outside"] == []
    assert found["broken"] == 0
    assert found["images"] > 12
    assert found["height"] > 3000


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (math.nan, "{:.3f}", "–"),
        (-1.0, "{:.3f}", "–"),
        (-0.0001, "{:+.3f}", "0.000"),
        (0.0001, "{:+.3f}", "+0.000"),
        (-0.25, "{:+.2f}", "−0.25"),
        (0.254, "{:.0%}", "25%"),
    ],
)
def test_number(value, form, text):
    assert _number(value, form) == text


def test_window__nobody_is_the_middle():
    window = _window(np.zeros((0, 2)), np.zeros(0), np.array([4000, 2250]))
    np.testing.assert_allclose(window, [1500, 843.75, 2500, 1406.25])


def test_window__goes_where_most_is_lost_and_stays_inside():
    points = np.array([[20.0, 20], [60, 40], [3000, 2000]])
    assert _window(points, np.array([1.0, 1, 1.5]), np.array([4000, 2250]))[:2].tolist() == [0, 0]


def test_page__results_with_and_without_boxes(tmp_path):
    """A result whose detections have no boxes has no rows in the groups by boxes; all others are there."""
    ann = write_split(tmp_path, "val", [[(0.0, 0.0), (5.0, 10.0)], [(-5.0, -8.0)]])
    people = json.loads(ann.read_text())["annotations"]
    with_boxes = [{**person, "score": 0.9} for person in people]
    without = [{key: value for key, value in one.items() if key not in ("bbox", "area")} for one in with_boxes]
    for first, second in ((with_boxes, without), (without, with_boxes)):
        (tmp_path / "first.json").write_text(json.dumps(first))
        (tmp_path / "second.json").write_text(json.dumps(second))
        paths = [tmp_path / "first.json", tmp_path / "second.json"]
        write_error_report(ann, paths, tmp_path / "out.html", replicates=10, progress=False)
        groups = (tmp_path / "out.html").read_text().partition('id="groups"')[2].partition("</section>")[0]
        assert groups.count("Height of the box") == 1
        names = ["first", "second"]
        heights = groups.partition("Height of the box")[2].partition("</table>")[0]
        assert [name for name in names if f">{name}<" in heights] == [names[0 if first is with_boxes else 1]]
        assert all(f">{name}<" in groups.partition("Height of the box")[0] for name in names)

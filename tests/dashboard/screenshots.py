"""Makes the pictures of the docs: ``python -m tests.dashboard.screenshots`` writes them into ``docs/images``."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page

from tests.dashboard.browser.chromium import launched
from tests.dashboard.served import Served, git

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"
SAMPLE = ROOT / "sample_code"
NAMES = (
    "dashboard-queue.png",
    "dashboard-group.png",
    "dashboard-verdicts.png",
    "dashboard-tickets.png",
    "dashboard-narrow.png",
)


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, launched() as chromium:
        make(IMAGES, Path(folder), chromium)


def make(target: Path, scratch: Path, chromium: Browser) -> None:
    """Write all pictures into ``target``."""
    project = sample(scratch / "seeds")
    environment = {"XDG_CACHE_HOME": str(scratch / "cache")}
    with Served(project, environment=environment) as served:
        with page_of(chromium, served, 1000, 560) as page:
            page.goto(f"{served.origin}/?state=all")
            save(page, target / NAMES[0])
            page.get_by_role("link", name="TransformerAttentionSeed").first.click()
            address = page.url
            page.locator("#main h2", has_text="What differs").evaluate("one => one.scrollIntoView()")
            page.set_viewport_size({"width": 1000, "height": 800})
            save(page, target / NAMES[1])
            page.set_viewport_size({"width": 1000, "height": 480})
            page.goto(f"{served.origin}/tickets")
            save(page, target / NAMES[3])
        with page_of(chromium, served, 1000, 680, is_dark=True) as page:
            page.goto(address)
            page.get_by_label("Record a verdict").get_by_label("Refine").check()
            page.locator("#main h2", has_text="Verdicts").evaluate("one => one.scrollIntoView()")
            save(page, target / NAMES[2])
        with page_of(chromium, served, 390, 640) as page:
            page.goto(address)
            page.locator("table.pair").first.evaluate("one => one.scrollIntoView()")
            save(page, target / NAMES[4])


def sample(folder: Path) -> Path:
    """The sample with its tickets, as a project with a commit."""
    folder.mkdir()
    for name in ("blueprints", "findings"):
        shutil.copytree(SAMPLE / name, folder / "sample_code" / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "pyproject.toml").write_text('[tool.esper_lint]\ntickets = "sample_code/findings"\n', encoding="utf-8")
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Add the seeds and their tickets")
    return folder


@contextmanager
def page_of(chromium: Browser, served: Served, width: int, height: int, *, is_dark: bool = False) -> Iterator[Page]:
    context = chromium.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if is_dark else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(served.links[-1])
    served.links.append(served.next_link())
    yield page
    context.close()


def save(page: Page, path: Path) -> None:
    page.screenshot(path=path, animations="disabled", caret="hide")


if __name__ == "__main__":
    main()

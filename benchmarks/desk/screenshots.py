"""Pictures of the desk page with the sample data: `vostochny demo`, then `python -m benchmarks.desk.screenshots docs`.

Writes desk.png (the overview on a desktop screen), desk-statements.png (what is behind a number) and desk-phone.png
into the folder.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from playwright.sync_api import sync_playwright

from connectors.elasticsearch.client import connect
from connectors.elasticsearch.indices import Indices
from connectors.settings import Settings
from dashboards.desk.answers import Answers
from dashboards.desk.server import Desk

PICTURES = (
    ("desk.png", "overview?lang=en", 1440, 1250),
    ("desk-statements.png", 'overview?lang=en&open=top-speakers&keys=["Dmitry Peskov"]', 1440, 900),
    ("desk-phone.png", "overview?lang=ko&theme=dark", 390, 844),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    answers = Answers(connect(Settings.from_env()), Indices("demo"), since="now-4y")
    with Desk(answers) as desk, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=["--no-sandbox"])
        for name, address, width, height in PICTURES:
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme="light", locale="en-GB")
            page.goto(desk.url + address)
            page.wait_for_selector("body[data-ready]")
            if "open=" in address:
                page.wait_for_selector("dialog article")
            page.screenshot(path=options.folder / name)
        browser.close()


if __name__ == "__main__":
    main()

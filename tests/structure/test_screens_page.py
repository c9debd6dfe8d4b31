"""The page about the screens says what F1 says, and its pictures are small enough to look at."""

import re
from pathlib import Path

import pytest

from station.renderers import expediter_sheets, prep_sheets, till_sheets

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "screens.md").read_text()
TABLES = {"Till": till_sheets.HELP, "Prep display": prep_sheets.KEYS, "Expediter": expediter_sheets.KEYS}


@pytest.mark.parametrize("screen", TABLES)
def test_the_keys_on_the_page_are_those_on_the_screen(screen: str) -> None:
    section = PAGE.split(f"\n## {screen}\n")[1].split("\n## ")[0]
    table = section.split("| key | does |\n")[1].split("\n\n")[0]
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", table, re.MULTILINE)[1:]
    assert [(_plain(key), _plain(text)) for key, text in rows] == [
        (_plain(key), _plain(text)) for key, text in TABLES[screen]
    ]


def test_every_picture_of_the_page_is_there_and_small() -> None:
    pictures = re.findall(r"\]\((screens/[a-z0-9-]+\.png)\)", PAGE)
    assert {(DOCS / picture).name for picture in pictures} <= {path.name for path in (DOCS / "screens").glob("*.png")}
    assert pictures
    for picture in pictures:
        data = (DOCS / picture).read_bytes()
        assert data.startswith(b"\x89PNG")
        assert len(data) <= 150 * 1024, picture


def _plain(text: str) -> str:
    return " ".join(text.replace(",", " ").split()).lower()

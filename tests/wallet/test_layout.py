"""A printed card as its owner and a scanner see it."""

import sys
from itertools import pairwise
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from printed import codes, grey, scanned, sizes_mm, texts

from station.data.personnel import Card
from station.domain.scans import static_code
from station.paper.inter import Inter
from station.paper.page import Box, Line, Modules, Text
from station.paper.pdf import pdf_of
from station.wallet.layout import CARD_MM, card_page, sheet_pages, spaced
from station.wallet.qr import QUIET_MODULES

LONGEST = "José-María Éluard-Żółkiewski de la Fuente y Montenegro Gómez"
NAMES = ["Amina", "Žofia Großmann", "Elif Yıldız", LONGEST, "W" * 60, "i", "Ł" * 30 + " " + "ß" * 29]


@pytest.fixture(scope="module")
def inter():
    return Inter()


def a_card(name="Amina", number=1, role="Cashier", shop="De Pan"):
    return Card(f"{number:08d}", "static", name, role, shop, static_code(number.to_bytes(16, "big")))


def written(pages, inter, tmp_path):
    path = tmp_path / "made.pdf"
    path.write_bytes(pdf_of(pages, inter, title="Staff card"))
    return path


def test_a_card_is_as_large_as_a_bank_card_and_says_whose_it_is(inter, tmp_path):
    card = a_card("Žofia Großmann", 40718293, "Shift lead")
    path = written([card_page(card, inter)], inter, tmp_path)
    assert sizes_mm(path) == [(85.60, 53.98)]
    assert texts(path) == ["De Pan Staff card Žofia Großmann Shift lead Card number 4071 8293"]
    assert codes(path) == [card.code]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("role", ["", "Cook", "Head of the kitchen and of every fryer that there is in it"])
@pytest.mark.parametrize("shop", ["De Pan", "Frituur De Gouden Aardappel aan de Grote Markt van Antwerpen", " "])
def test_whatever_it_says_all_of_it_has_its_place(inter, name, role, shop):
    card = a_card(name, role=role, shop=shop)
    shapes = card_page(card, inter).shapes
    (code,) = [shape for shape in shapes if isinstance(shape, Modules)]
    module = code.side_mm / len(code.rows)
    quiet = QUIET_MODULES * module
    bar = next(shape for shape in shapes if isinstance(shape, Box) and shape.fill)
    assert code.y_mm - (bar.y_mm + bar.height_mm) >= quiet
    assert CARD_MM[0] - (code.x_mm + code.side_mm) >= quiet
    assert CARD_MM[1] - (code.y_mm + code.side_mm) >= quiet
    beside = [shape for shape in shapes if isinstance(shape, Text) and shape.y_mm > bar.y_mm + bar.height_mm]
    for text in beside:
        assert text.x_mm + inter.width_mm(text.text, text.size_pt, text.weight) <= code.x_mm - quiet
    ends = [text.y_mm for text in beside]
    tops = [text.y_mm - text.size_pt * 25.4 / 72 * 0.727 for text in beside]
    assert all(top - end > 0.5 for end, top in zip(ends, tops[1:], strict=False))
    assert ends[-1] == pytest.approx(code.y_mm + code.side_mm)
    on_bar = [shape for shape in shapes if isinstance(shape, Text) and shape not in beside]
    ranges = sorted(
        (text.x_mm - width * (text.align == "right"), text.x_mm + width * (text.align == "left"))
        for text in on_bar
        for width in [inter.width_mm(text.text, text.size_pt, text.weight)]
    )
    assert ranges[0][0] > bar.x_mm
    assert ranges[-1][1] < bar.x_mm + bar.width_mm
    assert all(right < left for (_, right), (left, _) in pairwise(ranges))


def test_a_name_of_sixty_letters_is_there_to_its_end(inter, tmp_path):
    assert len(LONGEST) == 60
    assert LONGEST in texts(written([card_page(a_card(LONGEST), inter)], inter, tmp_path))[0].replace("- ", "-")


def test_a_scratch_across_the_code_does_not_matter(inter, tmp_path):
    card = a_card(number=7)
    path = written([card_page(card, inter)], inter, tmp_path)
    image = grey(path)
    height, width = image.shape
    worn = bytearray(image)
    for y in range(height):
        for x in range(int((60 + y / height * 8) * 300 / 25.4), int((61.2 + y / height * 8) * 300 / 25.4)):
            worn[y * width + x] = 255
    assert scanned(memoryview(worn).cast("B", (height, width))) == [card.code]


def test_a_card_on_a_dark_counter_is_read(inter, tmp_path):
    """Its own margin is all the light there is around the code."""
    card = a_card(number=8)
    image = grey(written([card_page(card, inter)], inter, tmp_path), per_inch=200)
    height, width = image.shape
    around, edge = 40, bytes(40)
    rows = [edge + bytes(image[y, x] for x in range(width)) + edge for y in range(height)]
    dark = bytes((width + 80) * around)
    whole = memoryview(dark + b"".join(rows) + dark).cast("B", (height + 80, width + 80))
    assert scanned(whole) == [card.code]


@pytest.mark.parametrize(("count", "pages"), [(1, 1), (2, 1), (10, 1), (11, 2), (23, 3)])
def test_a_sheet_holds_ten_cards_a_page_in_their_order(inter, tmp_path, count, pages):
    cards = [a_card(f"Person {number}", number) for number in range(count)]
    path = written(sheet_pages(cards, inter), inter, tmp_path)
    assert sizes_mm(path) == [(210.0, 297.0)] * pages
    assert codes(path) == [card.code for card in cards]
    said = texts(path)
    assert all(f"Person {number} " in said[number // 10] for number in range(count))
    assert (f"Page {pages} of {pages}" in said[-1]) == (pages > 1)


def test_crop_marks_touch_no_card_and_stand_on_its_edges(inter):
    for count in (1, 3, 10):
        (page,) = sheet_pages([a_card(number=number) for number in range(count)], inter)
        cards = [shape for shape in page.shapes if isinstance(shape, Box) and not shape.fill]
        marks = [shape for shape in page.shapes if isinstance(shape, Line)]
        assert len(cards) == count
        lefts = {round(card.x_mm + side * CARD_MM[0], 3) for card in cards for side in (0, 1)}
        tops = {round(card.y_mm + side * CARD_MM[1], 3) for card in cards for side in (0, 1)}
        outside = [mark for mark in marks if not crosses(mark, cards)]
        assert {round(mark.x_mm, 3) for mark in outside if mark.x_mm == mark.to_x_mm} == lefts
        assert {round(mark.y_mm, 3) for mark in outside if mark.y_mm == mark.to_y_mm} == tops
        # Printers leave about 4 mm free.
        assert all(4 < end < 206 for mark in marks for end in (mark.x_mm, mark.to_x_mm))
        assert all(4 < end < 293 for mark in marks for end in (mark.y_mm, mark.to_y_mm))


def crosses(mark, cards):
    """Whether it is one of the small crosses in the corner of four cards."""
    x_mm, y_mm = (mark.x_mm + mark.to_x_mm) / 2, (mark.y_mm + mark.to_y_mm) / 2
    near = [card for card in cards if -0.1 <= x_mm - card.x_mm <= CARD_MM[0] + 0.1]
    return any(-0.1 <= y_mm - card.y_mm <= CARD_MM[1] + 0.1 for card in near)


def test_numbers_are_read_out_in_fours():
    assert spaced("40718293") == "4071 8293"
    assert spaced("407182") == "4071 82"

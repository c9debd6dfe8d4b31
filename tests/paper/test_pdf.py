"""Pages as PDF, looked at by another library: what stands where, in what size, and what the file tells of itself."""

import re
import sys
from pathlib import Path

import pypdfium2
import pytest
import segno

sys.path.insert(0, str(Path(__file__).parents[1]))
from printed import grey, scanned, sizes_mm, texts, title, unpacked

from station.paper.inter import Inter
from station.paper.page import A4_MM, Box, Line, Modules, Page, Text, moved
from station.paper.pdf import pdf_of

PER_MM = 8
PER_INCH = round(PER_MM * 25.4)


@pytest.fixture(scope="module")
def inter():
    return Inter()


@pytest.fixture
def made(inter, tmp_path):
    def make(*shapes, width_mm=60.0, height_mm=40.0, pages=1):
        path = tmp_path / "page.pdf"
        path.write_bytes(pdf_of([Page(width_mm, height_mm, shapes)] * pages, inter, title="A title (with these)"))
        return path

    return make


def dark(path, x_mm, y_mm):
    """How dark it is there, 0 to 255."""
    image = grey(path, per_inch=PER_INCH)
    return 255 - image[round(y_mm * PER_MM), round(x_mm * PER_MM)]


def dark_box_mm(path, below=128):
    """Left, top, right, bottom of all that is dark."""
    image = grey(path, per_inch=PER_INCH)
    height, width = image.shape
    places = [(x, y) for y in range(height) for x in range(width) if image[y, x] < below]
    xs, ys = [x for x, _ in places], [y for _, y in places]
    return min(xs) / PER_MM, min(ys) / PER_MM, (max(xs) + 1) / PER_MM, (max(ys) + 1) / PER_MM


def test_pages_have_their_true_size_and_ask_not_to_be_scaled(made):
    path = made(Text(10, 10, "x", 10), width_mm=A4_MM[0], height_mm=A4_MM[1], pages=3)
    assert sizes_mm(path) == [A4_MM] * 3
    assert b"/PrintScaling /None" in path.read_bytes()


def test_a_file_tells_its_title_and_nothing_else_of_itself(made):
    path = made(Text(10, 10, "x", 10))
    assert title(path) == {"Title": "A title (with these)"}
    assert made(Text(10, 10, "x", 10)).read_bytes() == path.read_bytes()


def test_text_can_be_searched_in_every_weight_and_letter(made):
    said = [
        Text(5, 8, "Žofia Großmann, élève", 10, "bold"),
        Text(5, 14, "Elif Yıldız (8 × 2,50 €)", 10),
        Text(5, 20, "1 234,11", 10, "medium", tabular=True),
        Text(5, 26, "\\) Tj (", 10, "semibold"),
    ]
    path = made(*said)
    assert texts(path) == ["Žofia Großmann, élève Elif Yıldız (8 × 2,50 €) 1 234,11 \\) Tj ("]


def test_text_stands_on_its_baseline_at_its_place(made, inter):
    for align in ("left", "middle", "right"):
        left, top, right, bottom = dark_box_mm(made(Text(30, 20, "HH", 24, "bold", align=align)))
        width = inter.width_mm("HH", 24, "bold")
        begin = 30 - {"left": 0, "middle": width / 2, "right": width}[align]
        assert bottom == pytest.approx(20, abs=0.2)
        assert bottom - top == pytest.approx(24 * 25.4 / 72 * 0.727, abs=0.3)
        assert (left, right) == (pytest.approx(begin, abs=1.2), pytest.approx(begin + width, abs=1.2))


def test_columns_of_tabular_figures_stand_below_each_other(made, inter):
    def ends(text):
        left, _, right, _ = dark_box_mm(made(Text(50, 20, text, 24, "bold", align="right", tabular=True)))
        return left, right

    assert inter.width_mm("1110", 24, "bold", tabular=True) == inter.width_mm("8880", 24, "bold", tabular=True)
    assert ends("1110")[1] == pytest.approx(ends("8880")[1], abs=0.2)


def test_boxes_and_lines_are_where_they_should_be(made):
    path = made(Box(10, 5, 20, 10, fill=(0, 0, 0)))
    assert dark_box_mm(path) == pytest.approx((10, 5, 30, 15), abs=0.15)
    path = made(Box(10, 5, 20, 10, 3, fill=(0, 0, 0)))
    assert dark_box_mm(path) == pytest.approx((10, 5, 30, 15), abs=0.15)
    assert (dark(path, 10.3, 5.3), dark(path, 20, 10)) == (0, 255)
    path = made(Box(10, 5, 20, 10, edge=(0, 0, 0), edge_mm=1))
    assert dark_box_mm(path) == pytest.approx((9.5, 4.5, 30.5, 15.5), abs=0.15)
    assert (dark(path, 20, 10), dark(path, 20, 5)) == (0, 255)
    assert dark_box_mm(made(Line(10, 20, 40, 20, line_mm=1))) == pytest.approx((10, 19.5, 40, 20.5), abs=0.15)


def test_what_is_moved_is_elsewhere_and_otherwise_the_same(made):
    shapes = (Box(0, 0, 5, 5, fill=(0, 0, 0)), Line(0, 8, 5, 8, line_mm=1), Modules(0, 10, 4, ((True,),)))
    assert dark_box_mm(made(*moved(shapes, 20, 10))) == pytest.approx((20, 10, 25, 24), abs=0.15)
    assert moved([Text(1, 2, "x", 10)], 3, 4) == (Text(4, 6, "x", 10),)


def test_dark_modules_touch_without_a_seam(made):
    whole = tuple((True,) * 21 for _ in range(21))
    path = made(Modules(10, 5, 30, whole))
    image = grey(path, per_inch=137)
    inside = [image[y, x] for y in range(40, 170) for x in range(70, 200)]
    assert set(inside) == {0}


def test_other_programs_take_the_typeface_as_it_says_it_is(made):
    """CFF outlines in a CIDFontType0, with the widths that the typeface gives (ISO 32000-1, 9.7.4)."""
    data = unpacked(made(Text(5, 10, "Amina", 10, "bold"), Text(5, 20, "Cook", 10)).read_bytes())
    assert data.count(b"/Subtype /CIDFontType0C") == 2
    assert data.count(b"/Subtype /CIDFontType0/") == 2
    assert b"/FontFile2" not in data
    names = set(re.findall(rb"/FontName /([A-Z]{6}\+Inter-\w+)", data))
    assert {name.partition(b"+")[2] for name in names} == {b"Inter-Bold", b"Inter-Regular"}


def test_a_code_is_read_off_the_page(made):
    code = segno.make_qr("SW12345", error="q")
    path = made(Modules(10, 5, 25, tuple(tuple(map(bool, row)) for row in code.matrix)))
    assert scanned(grey(path)) == ["SW12345"]
    assert len(pypdfium2.PdfDocument(path)) == 1

"""The typeface from its own files: widths, figures in columns, and the part of it that goes into a document."""

import struct

import pytest

from station.errors import StationError
from station.paper.inter import FOLDER, NAMES, Inter
from station.paper.opentype import NO_GLYPH, _char_strings, read_face


@pytest.fixture(scope="module")
def inter():
    return Inter()


def test_every_weight_is_there_and_has_the_letters_of_europe(inter):
    for weight in NAMES:
        face = inter.face(weight)
        missing = [letter for letter in "žßéığłŠÆøŐț€…·×−0189Яω" if face.glyph(letter) == NO_GLYPH]
        assert missing == []
        assert face.ascent > face.cap_height > 0 > face.descent


def test_a_text_is_as_wide_as_its_letters(inter):
    assert inter.width_mm("", 10, "bold") == 0
    one, other = inter.width_mm("Am", 10, "bold"), inter.width_mm("ina", 10, "bold")
    assert inter.width_mm("Amina", 10, "bold") == pytest.approx(one + other)
    assert inter.width_mm("Amina", 20, "bold") == pytest.approx(2 * (one + other))
    assert inter.width_mm("Amina", 10, "regular") < one + other


def test_tabular_figures_are_all_of_one_width(inter):
    for weight in NAMES:
        plain = [inter.width_mm(figure, 10, weight) for figure in "0123456789"]
        tabular = [inter.width_mm(figure, 10, weight, tabular=True) for figure in "0123456789"]
        # The typeface itself is off by a few of its units in some weights: less than a printer can show.
        assert max(tabular) - min(tabular) < 0.01
        assert max(plain) - min(plain) > 0.3
        assert inter.width_mm("Amina", 10, weight, tabular=True) == inter.width_mm("Amina", 10, weight)


def test_a_letter_and_an_accent_of_its_own_are_one_glyph(inter):
    assert [letter for letter, _ in inter.glyphs("e\u0301", "bold")] == ["é"]
    assert inter.width_mm("e\u0301", 10, "bold") == inter.width_mm("é", 10, "bold")


def test_only_the_outlines_that_were_used_stay_and_nothing_moves(inter):
    face = inter.face("bold")
    used = {face.glyph(letter) for letter in "Amin"}
    made = face.outlines(used)
    assert len(made) == len(face.cff)
    for glyph, (begin, end) in enumerate(_char_strings(face.cff)):
        if glyph in used or glyph == NO_GLYPH:
            assert made[begin:end] == face.cff[begin:end]
        else:
            assert made[begin:end] == b"\x0e" + bytes(end - begin - 1)
    begin, _ = _char_strings(face.cff)[0]
    assert made[:begin] == face.cff[:begin]


def test_a_missing_typeface_says_what_to_install(tmp_path):
    with pytest.raises(StationError, match=r"Inter-Bold\.otf cannot be read .*install the package fonts-inter"):
        Inter(tmp_path).face("bold")


@pytest.mark.parametrize("length", [0, 3, 11, 200, 5_000, 60_000])
def test_a_torn_file_is_refused_in_words(length):
    data = (FOLDER / "Inter-Bold.otf").read_bytes()[:length]
    with pytest.raises(StationError, match="some file is no OpenType font with CFF outlines"):
        read_face(data, "some file")


def test_a_file_without_cff_outlines_is_refused():
    data = bytearray((FOLDER / "Inter-Bold.otf").read_bytes())
    (count,) = struct.unpack_from(">H", data, 4)
    place = next(at for at in range(12, 12 + 16 * count, 16) if data[at : at + 4] == b"CFF ")
    data[place : place + 4] = b"glyf"
    with pytest.raises(StationError, match="no OpenType font with CFF outlines"):
        read_face(bytes(data), "some file")

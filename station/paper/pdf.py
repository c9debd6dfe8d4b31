"""Pages as a PDF file: text that can be searched, lines and boxes, codes as squares. The only place that knows pydyf.

What is printed has its true size: the file asks the print dialog not to scale. It holds a title and nothing else about
itself: no author, no program, no time.
"""

import io
import zlib
from collections.abc import Sequence

import pydyf

from station.paper.inter import NAMES, Inter
from station.paper.opentype import Face
from station.paper.page import POINT_MM, Box, Colour, Line, Modules, Page, Shape, Text, Weight

_ROUND = 0.5523
"""How far a Bézier curve's handles reach for a quarter of a circle of radius 1."""
_FLAGS_SYMBOLIC = 4
_STEMS: dict[Weight, int] = {"regular": 84, "medium": 100, "semibold": 118, "bold": 138}

_Used = dict[Weight, dict[int, str]]


def pdf_of(pages: Sequence[Page], inter: Inter, *, title: str) -> bytes:
    """Raises StationError when the typeface is missing."""
    document = pydyf.PDF()
    used: _Used = {}
    contents = [_content(page, inter, used) for page in pages]
    fonts = pydyf.Dictionary(
        {NAMES[weight]: _font(document, weight, inter.face(weight), letters) for weight, letters in used.items()}
    )
    for page, content in zip(pages, contents, strict=True):
        document.add_object(content)
        document.add_page(
            pydyf.Dictionary(
                {
                    "Type": "/Page",
                    "Parent": document.pages.reference,
                    "MediaBox": pydyf.Array([0.0, 0.0, page.width_mm / POINT_MM, page.height_mm / POINT_MM]),
                    "Resources": pydyf.Dictionary({"Font": fonts}),
                    "Contents": content.reference,
                }
            )
        )
    document.info["Title"] = pydyf.String(title)
    document.catalog["ViewerPreferences"] = pydyf.Dictionary({"PrintScaling": "/None", "DisplayDocTitle": "true"})
    made = io.BytesIO()
    document.write(made, version=b"1.7")
    return made.getvalue()


def _content(page: Page, inter: Inter, used: _Used) -> pydyf.Stream:
    """In millimetres from the upper left corner, as shapes are: only text must be turned upright again."""
    stream = pydyf.Stream(compress=True)
    point = 1 / POINT_MM
    stream.set_matrix(point, 0, 0, -point, 0, page.height_mm * point)
    for shape in page.shapes:
        stream.push_state()
        _draw(stream, shape, inter, used)
        stream.pop_state()
    return stream


def _draw(stream: pydyf.Stream, shape: Shape, inter: Inter, used: _Used) -> None:
    match shape:
        case Text():
            _write(stream, shape, inter, used)
        case Box():
            _draw_box(stream, shape)
        case Line():
            _set_colour(stream, shape.colour, stroke=True)
            stream.set_line_width(shape.line_mm)
            stream.move_to(shape.x_mm, shape.y_mm)
            stream.line_to(shape.to_x_mm, shape.to_y_mm)
            stream.stroke()
        case Modules():
            _draw_modules(stream, shape)


def _write(stream: pydyf.Stream, shape: Text, inter: Inter, used: _Used) -> None:
    letters = used.setdefault(shape.weight, {})
    width_mm = inter.width_mm(shape.text, shape.size_pt, shape.weight, tabular=shape.tabular)
    x_mm = shape.x_mm - {"left": 0.0, "middle": width_mm / 2, "right": width_mm}[shape.align]
    run = inter.glyphs(shape.text, shape.weight, tabular=shape.tabular)
    for letter, glyph in run:
        letters.setdefault(glyph, letter)
    _set_colour(stream, shape.colour)
    stream.begin_text()
    stream.set_font_size(NAMES[shape.weight], shape.size_pt * POINT_MM)
    stream.set_text_matrix(1, 0, 0, -1, x_mm, shape.y_mm)
    stream.show_text("<" + "".join(f"{glyph:04x}" for _, glyph in run) + ">")
    stream.end_text()


def _draw_box(stream: pydyf.Stream, box: Box) -> None:
    if box.fill is not None:
        _set_colour(stream, box.fill)
        _path(stream, box)
        stream.fill()
    if box.edge is not None:
        _set_colour(stream, box.edge, stroke=True)
        stream.set_line_width(box.edge_mm)
        _path(stream, box)
        stream.stroke()


def _path(stream: pydyf.Stream, box: Box) -> None:
    left, top, right, bottom = box.x_mm, box.y_mm, box.x_mm + box.width_mm, box.y_mm + box.height_mm
    radius, near = box.radius_mm, box.radius_mm * (1 - _ROUND)
    if not radius:
        stream.rectangle(left, top, box.width_mm, box.height_mm)
        return
    stream.move_to(left + radius, top)
    stream.line_to(right - radius, top)
    stream.curve_to(right - near, top, right, top + near, right, top + radius)
    stream.line_to(right, bottom - radius)
    stream.curve_to(right, bottom - near, right - near, bottom, right - radius, bottom)
    stream.line_to(left + radius, bottom)
    stream.curve_to(left + near, bottom, left, bottom - near, left, bottom - radius)
    stream.line_to(left, top + radius)
    stream.curve_to(left, top + near, left + near, top, left + radius, top)
    stream.close()


def _draw_modules(stream: pydyf.Stream, code: Modules) -> None:
    """Runs of dark squares in one path: drawn one by one, thin light lines would show between them."""
    module = code.side_mm / len(code.rows)
    _set_colour(stream, (0, 0, 0))
    for down, row in enumerate(code.rows):
        begin: int | None = None
        for along, dark in enumerate((*row, False)):
            if dark and begin is None:
                begin = along
            elif not dark and begin is not None:
                x_mm, y_mm = code.x_mm + begin * module, code.y_mm + down * module
                stream.rectangle(x_mm, y_mm, (along - begin) * module, module)
                begin = None
    stream.fill()


def _set_colour(stream: pydyf.Stream, colour: Colour, *, stroke: bool = False) -> None:
    red, green, blue = (part / 255 for part in colour)
    stream.set_color_rgb(red, green, blue, stroke=stroke)


def _font(document: pydyf.PDF, weight: Weight, face: Face, letters: dict[int, str]) -> bytes:
    """A composite font whose codes are the glyphs' numbers (ISO 32000-1, 9.7.4.2: CFF that is not keyed by CID)."""
    name = f"/{_tag(letters)}+Inter-{NAMES[weight]}"
    thousandth = 1000 / face.units_per_em

    def em(units: int) -> int:
        return round(units * thousandth)

    file = pydyf.Stream([face.outlines(letters)], {"Subtype": "/CIDFontType0C"}, compress=True)
    meaning = pydyf.Stream([_to_unicode(letters)], compress=True)
    descriptor = pydyf.Dictionary({"Type": "/FontDescriptor", "FontName": name, "Flags": _FLAGS_SYMBOLIC})
    descriptor["FontBBox"] = pydyf.Array(map(em, face.bounds))
    descriptor |= {"ItalicAngle": 0, "Ascent": em(face.ascent), "Descent": em(face.descent)}
    descriptor |= {"CapHeight": em(face.cap_height), "StemV": _STEMS[weight]}
    system = pydyf.Dictionary(
        {"Registry": pydyf.String("Adobe"), "Ordering": pydyf.String("Identity"), "Supplement": 0}
    )
    widths = pydyf.Array()
    for glyph in sorted(letters):
        widths.extend([glyph, pydyf.Array([em(face.advances[glyph])])])
    descendant = pydyf.Dictionary({"Type": "/Font", "Subtype": "/CIDFontType0", "BaseFont": name})
    descendant |= {"CIDSystemInfo": system, "DW": em(face.advances[0]), "W": widths}
    font = pydyf.Dictionary({"Type": "/Font", "Subtype": "/Type0", "BaseFont": name, "Encoding": "/Identity-H"})
    for part in (file, meaning, descriptor, descendant, font):
        document.add_object(part)
    descriptor["FontFile3"] = file.reference
    descendant["FontDescriptor"] = descriptor.reference
    font |= {"DescendantFonts": pydyf.Array([descendant.reference]), "ToUnicode": meaning.reference}
    return bytes(font.reference)


def _tag(letters: dict[int, str]) -> str:
    """Six letters before a font's name say that it is a part of it, and which."""
    number = zlib.crc32(repr(sorted(letters)).encode())
    return "".join(chr(ord("A") + number // 26**place % 26) for place in range(6))


def _to_unicode(letters: dict[int, str]) -> str:
    """What each glyph means, for searching and copying; in blocks of a hundred, as readers want it."""
    pairs = [f"<{glyph:04x}> <{letter.encode('utf-16-be').hex()}>" for glyph, letter in sorted(letters.items())]
    blocks = [pairs[begin : begin + 100] for begin in range(0, len(pairs), 100)]
    lines = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n{lines}\n"
        "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    )

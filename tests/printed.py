"""A PDF or a picture as a person, a printer and a scanner see it: by another library than the one that made it."""

import re
import zlib
from pathlib import Path

import pygame
import pypdfium2
import zxingcpp

PIXELS_PER_INCH = 300


def texts(path: Path) -> list[str]:
    """What can be selected and copied on each page; ends of lines are spaces."""
    document = pypdfium2.PdfDocument(path)
    # A hyphen at a line's end comes as a control character.
    pages = [page.get_textpage().get_text_bounded().replace("\x02", "- ") for page in document]
    return [" ".join(text.split()) for text in pages]


def title(path: Path) -> dict[str, str]:
    """What the file says about itself."""
    return {name: text for name, text in pypdfium2.PdfDocument(path).get_metadata_dict().items() if text}


def sizes_mm(path: Path) -> list[tuple[float, float]]:
    pages = [page.get_size() for page in pypdfium2.PdfDocument(path)]
    return [(round(width * 25.4 / 72, 2), round(height * 25.4 / 72, 2)) for width, height in pages]


def grey(path: Path, page: int = 0, per_inch: int = PIXELS_PER_INCH) -> memoryview:
    """The page on white paper: rows of bytes, 255 is white."""
    bitmap = pypdfium2.PdfDocument(path)[page].render(scale=per_inch / 72, grayscale=True)
    rows = bytes(bitmap.buffer)
    tight = b"".join(rows[bitmap.stride * row :][: bitmap.width] for row in range(bitmap.height))
    return memoryview(tight).cast("B", (bitmap.height, bitmap.width))


def codes(path: Path) -> list[str]:
    """What a scanner reads from a PDF's pages or a picture, from the upper left to the lower right."""
    if path.suffix == ".pdf":
        images = [grey(path, page) for page in range(len(pypdfium2.PdfDocument(path)))]
    else:
        images = [_picture(path)]
    return [text for image in images for text in scanned(image)]


def scanned(image: memoryview) -> list[str]:
    read = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)
    return [one.text for one in sorted(read, key=lambda one: (one.position.top_left.y // 100, one.position.top_left.x))]


def unpacked(pdf: bytes) -> bytes:
    """All its bytes, those of compressed streams too."""
    streams = re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL)
    return pdf + b"".join(zlib.decompress(stream) for stream in streams)


def _picture(path: Path) -> memoryview:
    image = pygame.image.load(path)
    width, height = image.get_size()
    return memoryview(bytes(image.get_at((x, y))[0] for y in range(height) for x in range(width))).cast(
        "B", (height, width)
    )

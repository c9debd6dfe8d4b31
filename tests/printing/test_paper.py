"""What stands on paper: figures, wrapping, code pages as a picture, a code that can be read."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from station.domain.facts import DrawerCounted, OrderRefunded, OrderSent
from station.domain.ledger import kept
from station.domain.printed import COLUMNS, Code, Pair, Row, Rule, Table, Words, plain, set_rows
from station.domain.receipt import receipt, refund_slip
from station.domain.scans import order_of
from station.domain.slips import drawer_slip, kitchen_ticket, report_slip
from station.domain.slips import test_page as page_of
from station.domain.till_takings import till_takings
from station.printing.escpos_out import encoded, kick
from station.printing.preview import _character, preview

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=120)
ELEMENTS = st.one_of(
    st.builds(Words, TEXT, size=st.integers(1, 4), hang=st.integers(0, 4)),
    st.builds(Pair, TEXT, st.from_regex(r"[0-9]{0,3}[ .0-9]{0,9}€?", fullmatch=True)),
    st.builds(Rule),
    st.builds(
        Table, st.lists(st.tuples(TEXT, *[st.from_regex(r"[0-9.]{1,9}", fullmatch=True)] * 3), max_size=4).map(tuple)
    ),
)


def printed(paper, columns=42):
    return preview(encoded(set_rows(paper, columns), columns), columns)


def last(till):
    return list(till.ledger.orders.values())[-1]


@given(st.lists(ELEMENTS, max_size=8), st.sampled_from(COLUMNS))
def test_every_row_fits_and_no_letter_is_lost(elements, columns):
    rows = set_rows(elements, columns)
    assert all(len(row.text) * row.wide <= columns for row in rows if isinstance(row, Row))

    def letters(text):
        return re.sub(r"\s", "", plain(text))

    wanted = "".join(
        letters(one.text)
        if isinstance(one, Words)
        else letters(one.left)
        if isinstance(one, Pair)
        else "".join(letters(cell) for row in one.rows for cell in row[:1])
        if isinstance(one, Table)
        else ""
        for one in elements
    )
    found = "".join(letters(row.text) for row in rows if isinstance(row, Row))
    rest = iter(found)
    assert all(any(letter == other for other in rest) for letter in wanted)


@given(st.lists(ELEMENTS, max_size=5), st.sampled_from(COLUMNS))
def test_a_printer_understands_every_byte_of_any_text(elements, columns):
    found = preview(encoded(set_rows(elements, columns), columns), columns)
    assert found.cuts == 1


def test_a_receipt_adds_up_and_says_what_the_guest_must_know(till, shop):
    till.floated().add("Classic burger", "Chips", "Falafel bowl")
    till.tap("more", "discount:", "give:percent").digits("10").tap("discount:typed", "why:Staff")
    till.tap("mode:take_away", "pay", "tender:cash:5000", "next")
    order = last(till)
    rows = printed(receipt(order, shop)).text
    assert "T1-001" in rows
    assert "Take away" in rows
    amounts = [
        int(row.split()[-1 if row.endswith(tuple("0123456789")) else -2].replace(".", ""))
        for row in rows
        if re.search(r" -?[0-9]+\.[0-9]{2}( [A-Z])?$", row)
    ]
    first, total = rows.index("T1-001"), next(n for n, row in enumerate(rows) if row.startswith("TOTAL"))
    above = [row for row in rows[first:total] if re.search(r"[0-9]\.[0-9]{2}( [A-Z])?$", row)]
    summed = sum(int(re.search(r"(-?[0-9]+)\.([0-9]{2})( [A-Z])?$", row).expand(r"\1\2")) for row in above)
    assert summed == order.total_minor
    assert amounts
    assert f"{order.total_minor / 100:.2f} €" in rows[total]
    assert any(row.startswith("  Given") and row.endswith("50.00") for row in rows)
    assert any(row.startswith("  Change") for row in rows)
    assert any(row.startswith("  Deposit 1 x 2.00") for row in rows)
    assert any(row.startswith("10 % off") for row in rows)
    tax = next(row for row in rows if row.startswith("C 6 %")).split()
    assert [int(cell.replace(".", "")) for cell in tax[-3:]] == [
        order.total_minor - 200 - order.sale.tax_minor,
        order.sale.tax_minor,
        order.total_minor - 200,
    ]
    together = " ".join(" ".join(rows).split())
    assert "Classic burger: contains Cereals containing gluten" in together
    assert shop.tax_number in rows
    assert "free from" not in together


def test_a_receipts_code_finds_its_order(till, shop):
    till.sell("Chips")
    order = last(till)
    for paper in (receipt(order, shop), kitchen_ticket(order.sale.token, shop)):
        (code,) = zxingcpp.read_barcodes(printed(paper).picture.convert("RGB"))
        assert order_of(code.text) == order.sale.order


def test_a_refund_says_how_much_goes_back_how_and_why(till, shop):
    till.floated().sell("Chips", "Cola")
    till.tap("orders", "order:", "view:all", "view_refund", "why:")
    (refund,) = till.facts(OrderRefunded)
    rows = printed(refund_slip(refund, last(till), shop, till.world.now, "Marc")).text
    assert "REFUND" in rows
    assert "of T1-001" in rows
    assert any(row.startswith("REFUNDED") and f"-{refund.total_minor / 100:.2f}" in row for row in rows)
    assert any(row.startswith("Why: ") for row in rows)


def test_training_stands_on_everything_that_a_guest_or_a_cook_could_hold(till, shop):
    till.sell("Chips")
    (sale,) = till.facts(OrderSent)
    token = replace_training(sale)
    order = replace(last(till), sale=token)
    counted = DrawerCounted(session=sale.order, business_day=sale.business_day, counted_minor=1, expected_minor=2)
    for paper in (
        receipt(order, shop),
        kitchen_ticket(token.token, shop),
        drawer_slip(counted, shop, "till1", till.world.now, "Marc", training=True),
    ):
        assert "TRAINING" in printed(paper).text


def replace_training(sale):
    return msgspec.structs.replace(sale, token=msgspec.structs.replace(sale.token, training=True))


def test_a_report_has_the_figures_of_the_day(till, shop):
    till.floated().sell("Chips").sell("Cola", how=("tender:card", "terminal:approved"))
    figures = till_takings(kept(till.entries), till.world.shop, "till1")
    rows = printed(report_slip(figures, shop)).text
    assert "X REPORT" in rows
    assert any(row.startswith("Sold") and row.endswith(f"{figures.total_minor / 100:.2f}") for row in rows)
    assert any(row.startswith("Card (1)") for row in rows)
    closed = msgspec.structs.replace(figures, z_number=7, grand_before_minor=100_000)
    rows = printed(report_slip(closed, shop)).text
    assert "Z REPORT 7" in rows
    assert any(row.startswith("GRAND TOTAL") for row in rows)


@pytest.mark.parametrize("columns", COLUMNS)
def test_euro_caron_and_sharp_s_come_out_of_the_print_stream_as_themselves(columns, shop):
    """The picture is made from bytes alone; each sign is compared with the same sign drawn without any code page."""
    found = preview(encoded(set_rows([Words("€žßéøřő?")], columns), columns), columns)
    assert found.text == ("€žßéøřő?",)
    for n, letter in enumerate("€žßéøřő?"):
        cell = found.picture.crop((24 + 12 * n, 24, 36 + 12 * n, 54))
        drawn = _character(letter, False, 1, 1)
        assert ImageChops.difference(cell, drawn).getbbox() is None
        assert (letter == "?") == (ImageChops.difference(cell, _character("?", False, 1, 1)).getbbox() is None)


def test_what_no_printer_has_is_a_question_mark_and_never_another_command(shop):
    found = preview(encoded(set_rows([Words("麺 😀 Ω\x1b@x")], 42), 42))
    assert found.text[0].startswith("? ?")


def test_a_logo_is_printed_and_a_broken_one_is_passed_over(shop, till, tmp_path):
    till.sell("Chips")
    picture = Image.new("RGBA", (900, 300), (0, 0, 0, 0))
    picture.paste((0, 0, 0, 255), (100, 50, 800, 250))
    picture.save(tmp_path / "logo.png")
    rows = set_rows(receipt(last(till), shop), 42)
    plain_ = preview(encoded(rows, 42)).picture
    with_logo = preview(encoded(rows, 42, tmp_path / "logo.png")).picture
    assert with_logo.height > plain_.height + 60
    (tmp_path / "broken.png").write_bytes(b"no picture")
    assert preview(encoded(rows, 42, tmp_path / "broken.png")).picture.height == plain_.height


def test_the_test_page_and_the_kick(shop):
    found = preview(kick())
    assert (found.kicks, found.cuts) == (1, 0)
    page = printed(page_of(shop, "tcp:10.0.0.9", datetime.now(UTC)))
    assert "PRINTER TEST" in page.text
    assert any("ž" in row and "ß" in row for row in page.text)
    assert [one for one in set_rows([Code("x", "below")], 42) if isinstance(one, Code)]

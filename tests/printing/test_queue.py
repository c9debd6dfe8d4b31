"""A printer that is off, slow, out of paper or cut off never holds a sale, and nothing that was to be printed is lost."""

import threading
from datetime import timedelta

import pytest

from station.domain.facts import OrderSent, PrintAsked, PrintDropped, PrinterChosen
from station.local.status import PrinterStatus, read_status
from station.printing import printers
from station.printing.preview import preview
from station.printing.queue import Queue
from station.printing.work import KICK_WITHIN
from tests.printing.conftest import nobody, with_printer


class Station:
    def __init__(self, till, tmp_path, shop):
        self.till, self.shop, self.home = till, shop, tmp_path
        self.late = timedelta()
        self.queue = self.begin()

    def begin(self):
        self.queue = Queue(
            self.till.journal,
            lambda: self.shop,
            station="till1",
            data_dir=self.home / "data",
            status=self.home / "printer.json",
            now=lambda: self.till.world.now + self.late,
        )
        return self.queue

    @property
    def said(self):
        return read_status(self.home / "printer.json", PrinterStatus)


@pytest.fixture
def station(till, tmp_path, shop, printer):
    return Station(till, tmp_path, with_printer(shop, printer.address))


def papers(printer):
    """What came out, cut by cut."""
    found = [preview(job) for job in printer.jobs]
    return [one for one in found if one.cuts]


def numbers(printer):
    return [next(line for line in one.text if line.startswith("T1-")) for one in papers(printer)]


def settled(printer, jobs):
    for _ in range(200):
        if len(printer.jobs) >= jobs:
            return
        threading.Event().wait(0.02)


def kicks(printer):
    return sum(preview(job).kicks for job in printer.jobs)


def test_every_sale_prints_its_receipt_once_and_opens_the_drawer_for_cash_only(till, station, printer):
    till.floated().sell("Chips")
    till.sell("Cola", how=("tender:card", "terminal:approved"))
    station.queue.step()
    settled(printer, 4)
    assert numbers(printer) == ["T1-001", "T1-002"]
    assert kicks(printer) == 2, "the float, and the cash"
    station.queue.step()
    station.begin().step()
    assert len(papers(printer)) == 2, "nothing twice, also after a start"
    assert station.said == PrinterStatus(state="ok", printer=printer.address)


def test_cash_in_two_parts_opens_the_drawer_for_each_and_not_again_for_the_order(till, station, printer):
    till.floated()
    station.queue.step()
    till.add("Classic burger").tap("pay", "split", "split:equal", "split:among:2", "tender:cash:exact")
    station.queue.step()
    till.tap("pay:next", "tender:cash:exact", "next")
    station.queue.step()
    settled(printer, 4)
    assert kicks(printer) == 3


def test_a_drawer_is_not_opened_long_after(till, station, printer):
    till.sell("Chips")
    station.late = KICK_WITHIN + timedelta(seconds=1)
    station.queue.step()
    settled(printer, 1)
    assert kicks(printer) == 0
    assert numbers(printer) == ["T1-001"]


def test_a_printer_that_is_off_keeps_nobody_waiting_and_prints_all_when_it_is_there(till, tmp_path, shop, printer):
    with nobody() as off:
        station = Station(till, tmp_path, with_printer(shop, off, printer.address))
        till.sell("Chips").sell("Cola", how=("tender:card", "terminal:approved"))
        pause = station.queue.step()
        assert pause <= 15
        assert station.said.state == "stuck"
        assert station.said.waiting == 2
        assert "cannot be reached; is it switched on" in station.said.message
        assert station.said.message.startswith(f"the printer {off}")
    till.record(PrinterChosen(printer=printer.address))
    station.begin().step()
    settled(printer, 3)
    assert numbers(printer) == ["T1-001", "T1-002"]
    assert station.said.state == "ok"


def test_out_of_paper_is_said_and_printed_after_a_new_roll(till, station, printer):
    printer.paper = 0
    till.sell("Chips")
    station.queue.step()
    assert "out of paper; put a new roll in" in station.said.message
    printer.paper = None
    station.queue.step()
    settled(printer, 2)
    assert numbers(printer) == ["T1-001"]


def test_a_roll_that_ends_in_the_middle_prints_it_all_again(till, station, printer):
    printer.paper = 300
    till.sell("Chips")
    station.queue.step()
    assert "ran out of paper while it printed" in station.said.message
    printer.paper = None
    station.queue.step()
    settled(printer, 3)
    assert "T1-001" in preview(printer.jobs[-1]).text


def test_an_open_cover_is_told(till, station, printer):
    printer.opened = True
    till.sell("Chips")
    station.queue.step()
    assert "is open; close its cover" in station.said.message


def test_a_printer_that_never_answers_is_believed_when_it_took_everything(till, station, printer, monkeypatch):
    monkeypatch.setattr(printers, "ANSWER_S", 0.1)
    printer.mute = True
    till.sell("Chips")
    station.queue.step()
    settled(printer, 2)
    assert numbers(printer) == ["T1-001"]
    assert station.said.state == "ok"


def test_a_printer_that_hangs_is_given_up_in_time(till, station, printer, monkeypatch):
    monkeypatch.setattr("station.printing.wires.STILL_S", 0.3)
    monkeypatch.setattr(printers, "ANSWER_S", 0.1)
    monkeypatch.setattr(printers, "DONE_S", 0.2)
    till.sell("Chips")
    printer.hold.clear()
    data = b"x" * 40_000_000
    with pytest.raises(printers.PrinterError, match="does not answer"):
        printers.print_on(printer.address, data, station.home)
    printer.hold.set()


def test_what_waits_can_be_dropped_and_is_never_printed(till, tmp_path, shop, printer):
    with nobody() as off:
        station = Station(till, tmp_path, with_printer(shop, off))
        till.sell("Chips")
        station.queue.step()
        till.record(PrintDropped())
    station.shop = with_printer(shop, printer.address)
    till.sell("Cola")
    station.queue.step()
    settled(printer, 2)
    assert numbers(printer) == ["T1-002"]


def test_a_copy_says_so_and_a_kitchen_ticket_has_the_order(till, station, printer):
    till.sell("Chips")
    (sale,) = till.facts(OrderSent)
    till.record(PrintAsked(what="copy", subject=sale.order), PrintAsked(what="kitchen", subject=sale.order))
    station.queue.step()
    settled(printer, 4)
    _, copy, kitchen = papers(printer)
    assert "COPY" in copy.text
    assert "1 Chips" in kitchen.text
    assert not any("TOTAL" in line for line in kitchen.text)


def test_what_nobody_can_find_any_more_stops_nothing(till, station, printer):
    till.record(PrintAsked(what="copy", subject="01arz3ndektsv4rrffq69g5fav"))
    till.sell("Chips")
    station.queue.step()
    settled(printer, 2)
    assert numbers(printer) == ["T1-001"]


def test_only_who_asks_gets_one_where_the_shop_says_so(till, tmp_path, shop, printer):
    station = Station(till, tmp_path, with_printer(shop, printer.address, receipts="asked"))
    till.sell("Chips")
    (sale,) = till.facts(OrderSent)
    station.queue.step()
    settled(printer, 1)
    assert papers(printer) == []
    till.record(PrintAsked(what="receipt", subject=sale.order))
    station.queue.step()
    settled(printer, 2)
    assert numbers(printer) == ["T1-001"]


def test_yesterdays_guests_get_nothing_any_more(till, station, printer):
    till.sell("Chips")
    station.late = timedelta(hours=2)
    station.queue.step()
    assert printer.jobs == []
    assert station.said.waiting == 0


def test_without_a_printer_nothing_waits_for_ever(till, tmp_path, shop, printer):
    station = Station(till, tmp_path, with_printer(shop, ""))
    till.sell("Chips")
    station.queue.step()
    assert station.said.state == "none"
    station.shop = with_printer(shop, printer.address)
    till.sell("Cola")
    station.queue.step()
    settled(printer, 2)
    assert numbers(printer) == ["T1-002"]


def test_a_file_takes_one_print_after_the_other(till, tmp_path, shop):
    station = Station(till, tmp_path, with_printer(shop, "file:receipts.bin"))
    till.sell("Chips").sell("Cola")
    station.queue.step()
    found = preview((tmp_path / "data" / "receipts.bin").read_bytes())
    assert [line for line in found.text if line.startswith("T1-")] == ["T1-001", "T1-002"]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("lp:/dev/usb/no-such-printer", "is not there; is its cable in?"),
        ("serial:/dev/no-such-port", "is not there; is its cable in?"),
        ("usb:dead:beef", "printer usb:dead:beef"),
    ],
)
def test_what_is_not_plugged_in_is_told_in_words(address, words, tmp_path):
    with pytest.raises(printers.PrinterError, match=words.replace("?", r"\?")):
        printers.print_on(address, b"x", tmp_path)

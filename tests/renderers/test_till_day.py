"""The drawer and the day at a till: float, money in and out, the blind count, X at any time, Z once, printers."""

from dataclasses import replace

import msgspec
import pytest

from station.domain.facts import (
    DayClosed,
    DrawerCounted,
    DrawerMoved,
    DrawerOpened,
    OrderSent,
    PrintAsked,
    PrintDropped,
    PrinterChosen,
)
from station.domain.takings import Takings
from station.local.status import PrinterStatus, TokensStatus, ZAnswer
from tests.renderers.keeper import Keeper
from tests.renderers.test_till import SOUP, TOAST, make_world
from tests.renderers.test_till_payment import LEAD, ring_up

MANAGER = replace(LEAD, permissions=LEAD.permissions | {"report.x", "report.z"})


@pytest.fixture
def till():
    return Keeper(make_world(person=MANAGER))


def opened(till, euros="150"):
    return till.tap("daily", "amount:float").digits(euros).tap("digit:00", "amount_done")


def texts(till):
    return [op.text.replace("\xa0", " ") for panel in till.scene.panels for op in panel.ops if hasattr(op, "text")]


def test_a_drawer_begins_with_its_float_and_sales_belong_to_it(till):
    opened(till)
    (fact,) = till.facts(DrawerOpened)
    assert fact.float_minor == 15_000
    ring_up(till, SOUP).tap("tender:cash:1000")
    (sale,) = till.facts(OrderSent)
    assert sale.drawer == fact.session
    assert till.ledger.drawer.expected_minor == 15_650


def test_money_in_and_out_has_a_reason_and_never_more_goes_out_than_is_there(till):
    opened(till, "20")
    till.tap("daily", "pay_in", "why:Change brought").digits("500").tap("amount_done")
    till.tap("daily", "pay_out", "why:Groceries").digits("1000").tap("amount_done")
    till.tap("daily", "amount:drop").digits("500").tap("amount_done")
    till.tap("daily", "no_sale", "why:Change")
    assert [(one.move, one.amount_minor, one.why) for one in till.facts(DrawerMoved)] == [
        ("pay_in", 500, "Change brought"),
        ("pay_out", -1_000, "Groceries"),
        ("drop", -500, ""),
        ("no_sale", 0, "Change"),
    ]
    till.tap("daily", "pay_out", "why:Groceries").digits("1001").tap("amount_done")
    assert "so much is not in the drawer" in till.message.lower()
    assert till.ledger.drawer.expected_minor == 1_000


def test_the_count_is_blind_and_tells_the_difference_only_after_it(till):
    opened(till)
    ring_up(till, SOUP).tap("tender:cash:1000")
    till.tap("daily", "count_drawer")
    assert not any("156.50" in text for text in texts(till))
    till.digits("15600").tap("amount_done")
    (fact,) = till.facts(DrawerCounted)
    assert (fact.counted_minor, fact.expected_minor) == (15_600, 15_650)
    assert "0.50 € less than it should be" in till.message.replace("\xa0", " ")
    assert till.ledger.drawer is None


def test_without_an_open_drawer_a_sale_is_still_a_sale(till):
    ring_up(till, SOUP).tap("tender:cash:exact")
    assert till.facts(OrderSent)[0].drawer is None
    till.tap("daily")
    assert till.scene.action("no_sale").hit.enabled is False


def test_the_x_report_says_what_this_till_took_so_far_and_is_printed(till):
    opened(till)
    ring_up(till, SOUP, TOAST).tap("tender:cash:exact")
    ring_up(till, SOUP).tap("tender:card", "terminal:approved")
    till.tap("daily", "x")
    said = texts(till)
    assert "17.20 €" in said
    assert "2 orders, 3 items" in said
    till.tap("print_report")
    (fact,) = till.facts(PrintAsked)
    figures = msgspec.json.decode(fact.text, type=Takings)
    assert fact.what == "x"
    assert figures.disagreements() == ()
    assert (figures.total_minor, figures.orders) == (1_720, 2)
    assert [(one.kind, one.amount_minor) for one in figures.tenders] == [("cash", 1_070), ("card", 650), ("voucher", 0)]


def test_the_day_is_not_closed_while_something_is_open_unless_it_goes_on_by_name(till):
    opened(till)
    till.tap(f"item:{SOUP.id}", "more", "hold").later(10)
    till.tap("daily", "closing")
    assert till.scene.action("close_day").hit.enabled is False
    till.tap("carry:Drawer of TILL1", "carry:Held by") if False else till.tap("carry:")
    still_open = [one.hit.action for one in till.scene.found() if one.hit.action.startswith("carry:Held")]
    till.tap(still_open[0], "close_day")
    (fact,) = till.facts(DayClosed)
    assert len(fact.carried) == 2
    assert fact.drawers == (till.ledger.drawer.session,)


def test_while_the_share_is_away_the_day_is_not_closed_since_orders_may_wait_there(till):
    till.world = replace(till.world, tokens=TokensStatus(share="away", since=till.world.now))
    till.tap("daily", "closing", "close_day")
    assert "the share is away" in till.message.lower()
    assert not till.facts(DayClosed)


def test_what_the_master_says_is_shown_and_other_drawers_go_on_by_name(till):
    till.tap("daily", "closing", "close_day")
    assert "Waiting for the central PC" in texts(till)
    refusal = ZAnswer(fact="f", why="not every drawer is counted: Till 2", drawers=(("d2", "Till 2"),))
    till.world = replace(till.world, z=refusal)
    assert any("Not closed" in text for text in texts(till))
    till.tap("carry_drawer:d2", "close_day")
    assert till.facts(DayClosed)[-1].drawers == ("d2",)


def test_only_who_may_closes_the_day(till):
    till.world = replace(till.world, person=LEAD)
    with pytest.raises(Exception, match="may not close the day"):
        till.tap("daily", "closing")


def test_another_printer_is_chosen_by_tap_and_what_waits_can_be_dropped(till):
    stuck = PrinterStatus(state="stuck", printer="tcp:10.0.0.9", message="out of paper", waiting=3)
    profile = replace(till.world.shop.profile, printers=("tcp:10.0.0.9", "tcp:10.0.0.8"))
    till.world = replace(till.world, printer=stuck, shop=replace(till.world.shop, profile=profile))
    till.tap("daily", "printers")
    assert any("out of paper" in text for text in texts(till))
    till.tap("printer:tcp:10.0.0.8", "print:drop", "print:test")
    assert [fact.printer for fact in till.facts(PrinterChosen)] == ["tcp:10.0.0.8"]
    assert len(till.facts(PrintDropped)) == 1
    assert [fact.what for fact in till.facts(PrintAsked)] == ["test"]


def test_deposits_that_come_back_are_taken_off_the_order_or_paid_out(till):
    menu = till.world.shop.menu
    bowl = replace(SOUP, deposit_minor=200)
    till.world = replace(till.world, shop=replace(till.world.shop, menu=replace(menu, items=(bowl, TOAST))))
    opened(till)
    till.tap(
        "more", "deposits", "deposit:200:more", "close", f"item:{bowl.id}", "mode:take_away", "pay", "tender:cash:exact"
    )
    fact = till.facts(OrderSent)[-1]
    assert (fact.total_minor, fact.deposits_back_minor, fact.lines[0].deposit_minor) == (650, 200, 200)
    till.tap("next", "more", "deposits", "deposit:200:more", "deposit:200:more", "close", "pay")
    moved = till.facts(DrawerMoved)[-1]
    assert (moved.move, moved.amount_minor) == ("pay_out", -400)
    assert till.state.draft.deposits_back == ()

"""The till as its cashier uses it: taps and keys in, facts and a new screen out. No display, no disk."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from ulid import ULID

from station.domain import draft as drafts
from station.domain.allergens import Answer, Carrier
from station.domain.facts import Entry, Fact, OrderSent, SoldOut, StaffSeen
from station.domain.hands import Press
from station.domain.menu import (
    Category,
    Menu,
    MenuItem,
    MenuModifier,
    ModifierGroup,
    Person,
    Profile,
    Shop,
    StationInfo,
)
from station.domain.permissions import NotPermitted
from station.local.status import LinkStatus, TokensStatus, Trouble
from station.renderers import focus as keyboard
from station.renderers.role import Held, Keyed, Tap, Wheeled
from station.renderers.scene import Scene, Weight
from station.renderers.theme import theme_for
from station.renderers.till import TillRole
from station.renderers.till_forms import Asking, Paying
from station.renderers.till_state import Till
from station.renderers.world import World

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ROLE = TillRole()


def ulid() -> str:
    return str(ULID()).lower()


class Ruler:
    """Every letter is half as wide as it is high: enough to lay a screen out."""

    def width(self, text: str, size: int, weight: Weight = "regular", *, tabular: bool = False) -> int:
        return len(text) * size // 2


class Desk:
    def __init__(self) -> None:
        self.numbers: list[str] = []

    def new_id(self) -> str:
        return ulid()

    def sold(self, order: str) -> None:
        return None

    def finished(self) -> tuple[()]:
        return ()

    def passed(self) -> tuple[()]:
        return ()

    def next_number(self, name: str) -> int:
        self.numbers.append(name)
        return 41 + len(self.numbers)


def item(name: str, price_minor: int, *groups: ModifierGroup, category: str = "hot", **other: object) -> MenuItem:
    made = MenuItem(
        id=name.lower().replace(" ", "_"),
        category_id=category,
        name=name,
        short_name=name,
        price_minor=price_minor,
        colour="teal",
        prep_group="kitchen",
        recipe_id=ulid(),
        weight=1,
        tax_eat_in_bp=1_900,
        tax_take_away_bp=700,
        sold_out=False,
        left=None,
        groups=groups,
        allergens={},
        dietary=(),
        carriers=(Carrier("water", "Water", {}),),
    )
    return replace(made, id=ulid(), **other)  # type: ignore[arg-type]


def group(name: str, minimum: int, maximum: int, *names: str, default: str = "") -> ModifierGroup:
    return ModifierGroup(
        ulid(),
        name,
        minimum,
        maximum,
        tuple(MenuModifier(ulid(), one, "added", 40, default=one == default) for one in names),
    )


MILK = group("Milk", 1, 1, "Whole", "Oat")
SIZE = group("Size", 1, 1, "Small", "Large", default="Small")
LATTE = item("Latte", 380, MILK, SIZE)
SOUP = item("Soup", 650)
TOAST = item("Toast", 420, group("On top", 0, 2, "Butter", "Jam", "Cheese"))
SATAY = item(
    "Satay",
    1_240,
    category="cold",
    carriers=(Carrier("sauce", "Sauce", {"peanuts": Answer.CONTAINS, "milk": Answer.UNKNOWN}),),
)
GONE = item("Goulash", 990, sold_out=True)
LAST = item("Pie", 500, left=1)
ITEMS = (LATTE, SOUP, TOAST, SATAY, GONE, LAST)
ANNA = Person(ulid(), "Anna Keller", "cashier", frozenset({"order.take", "menu.sold_out"}))
COOK = Person(ulid(), "Ben", "cook", frozenset({"token.bump"}))
SHOP = Shop(
    id=ulid(),
    name="De Pan",
    version="1",
    business_day="2026-11-23",
    business_day_id=ulid(),
    menu=Menu(
        "EUR",
        5,
        (Category("hot", "Hot", "red"), Category("cold", "Cold", "blue")),
        ITEMS,
        {"peanuts": "Peanuts", "milk": "Milk"},
    ),
    staff=(ANNA, COOK),
    stations=(StationInfo("till1", "Till 1", "till", frozenset()),),
    profile=Profile("till", "till"),
)


def make_world(size: tuple[int, int] = (1920, 1080), **other: object) -> World:
    made = World(
        shop=SHOP,
        station="till1",
        cards={},
        recent=(),
        tokens=TokensStatus(share="ok"),
        link=LinkStatus(master="ok"),
        person=ANNA,
        now=NOON,
        size=size,
        theme=theme_for(*size),
        ruler=Ruler(),
    )
    return replace(made, **other)  # type: ignore[arg-type]


class Cashier:
    """Presses only what is on the screen."""

    def __init__(self, world: World | None = None) -> None:
        self.world = world or make_world()
        self.desk = Desk()
        self.state: Till = ROLE.begin(self.world)
        self.facts: list[Fact] = []
        self.taps = 0
        # Says so when asked; a test that asks for itself says that it does not.
        self.eats_in = True

    @property
    def scene(self) -> Scene:
        return ROLE.scene(self.state, self.world)

    def actions(self) -> list[str]:
        return [found.hit.action for found in self.scene.found()]

    def tap(self, *actions: str) -> "Cashier":
        for action in actions:
            found = self.scene.action(action)
            assert found is not None, f"{action} is not on the screen: {self.actions()}"
            middle = (found.rect.x + found.rect.w // 2, found.rect.y + found.rect.h // 2)
            under = self.scene.hit(*middle)
            assert under is not None
            assert under.action == action, f"{action} lies under {under.action}"
            self.taps += 1
            self.do(Tap(action, under.enabled))
            if isinstance(self.state.sheet, Asking) and action in {"pay", "clashes:done"} and self.eats_in:
                self.tap("mode:eat_in")
        return self

    def keys(self, *names: str) -> "Cashier":
        for name in names:
            self.do(Keyed(Press(key=name, text=name if len(name) == 1 else "")))
        return self

    def do(self, event: Tap | Held | Keyed | Wheeled) -> None:
        self.state, facts = ROLE.handle(self.state, event, self.world, self.desk)
        self.facts += facts

    @property
    def sent(self) -> list[OrderSent]:
        return [fact for fact in self.facts if isinstance(fact, OrderSent)]

    @property
    def names(self) -> list[tuple[int, str]]:
        return [(line.count, line.item.name) for line in self.state.draft.lines]


def modifier(group: ModifierGroup, name: str) -> str:
    return f"modifier:{group.id}:{next(one.id for one in group.modifiers if one.name == name)}"


@pytest.fixture
def anna() -> Cashier:
    return Cashier()


def pay_for(cashier: Cashier, *items: MenuItem) -> OrderSent:
    for one in items:
        cashier.tap(f"item:{one.id}")
    cashier.tap("pay", "tender:cash:exact")
    return cashier.sent[-1]


def test_a_two_modifier_order_for_cash_takes_seven_taps(anna: Cashier) -> None:
    anna.tap(f"item:{LATTE.id}", modifier(MILK, "Oat"), modifier(SIZE, "Large"), "modifiers:done", "pay")
    anna.tap("tender:cash:exact")
    assert anna.taps == 7
    (fact,) = anna.sent
    assert [one.name for one in fact.token.lines[0].modifiers] == ["Oat", "Large"]
    assert (fact.total_minor, fact.number) == (460, "t1-042")


def test_one_tap_adds_an_item_that_needs_no_choice(anna: Cashier) -> None:
    anna.tap(f"item:{SOUP.id}")
    assert anna.names == [(1, "Soup")]
    assert anna.state.sheet is None


def test_a_required_modifier_blocks_until_it_is_chosen(anna: Cashier) -> None:
    anna.tap(f"item:{LATTE.id}", "modifiers:done")
    assert anna.names == []
    assert "Milk must still be chosen" in anna.scene.message
    anna.tap(modifier(MILK, "Whole"), "modifiers:done")
    assert anna.names == [(1, "Latte")]


def test_leaving_the_modifiers_adds_nothing(anna: Cashier) -> None:
    anna.tap(f"item:{LATTE.id}", modifier(MILK, "Oat"), "modifiers:cancel")
    assert anna.names == []


def test_a_double_tap_on_a_way_to_pay_makes_one_order(anna: Cashier) -> None:
    anna.tap(f"item:{SOUP.id}", "pay")
    found = anna.scene.action("tender:cash:exact")
    assert found is not None
    for _ in range(2):
        hit = anna.scene.hit(found.rect.x + 5, found.rect.y + 5)
        if hit is not None:
            anna.do(Tap(hit.action, hit.enabled))
    anna.do(Tap("tender:cash:exact"))
    assert len(anna.sent) == 1
    assert anna.state.last == anna.sent[0], "the number and the change still stand there"


@pytest.mark.parametrize("size", [(1920, 1080), (1024, 768)])
def test_a_double_tap_on_pay_pays_nothing(size: tuple[int, int]) -> None:
    anna = Cashier(make_world(size))
    anna.tap(f"item:{SOUP.id}")
    pay = anna.scene.action("pay")
    assert pay is not None
    anna.tap("pay")
    for x in range(pay.rect.x, pay.rect.right, 8):
        for y in range(pay.rect.y, pay.rect.bottom, 8):
            under = anna.scene.hit(x, y)
            assert under is not None
            assert under.action == "stay"


@pytest.mark.parametrize("size", [(1920, 1080), (1024, 768)])
def test_no_way_to_pay_lies_where_the_next_screen_has_a_button(size: tuple[int, int]) -> None:
    anna = Cashier(make_world(size))
    anna.tap(f"item:{SOUP.id}", "pay")
    ways = [found for found in anna.scene.found() if found.hit.action.startswith(("tender:", "pay:type"))]
    anna.tap("tender:cash:exact")
    after = [found for found in anna.scene.found() if found.hit.enabled]
    assert len(ways) >= 6
    assert [(one.hit.action, other.hit.action) for one in ways for other in after if one.rect.meets(other.rect)] == []


def test_a_payment_that_the_journal_took_and_did_not_confirm_is_not_taken_again(anna: Cashier) -> None:
    anna.tap(f"item:{SOUP.id}", "pay")
    before = anna.state
    anna.tap("tender:cash:exact")
    fact = anna.sent[0]
    anna.state = before
    anna.world = replace(anna.world, recent=(Entry(seq=1, id=ulid(), fact=fact, staff=ANNA.id, at=NOON),))
    anna.tap("tender:cash:exact")
    assert anna.sent == [fact]
    assert anna.state.last == fact


def test_a_payment_that_was_left_and_begun_again_keeps_its_number(anna: Cashier) -> None:
    anna.tap(f"item:{SOUP.id}", "pay", "close", "pay", "close", "clear", "restore", "pay", "tender:cash:exact")
    assert anna.desk.numbers == ["orders 2026-11-23"]
    assert anna.sent[0].number == "t1-042"
    assert pay_for(anna, SOUP).number == "t1-043"


def test_change_is_worked_out_from_the_note_that_was_given(anna: Cashier) -> None:
    anna.tap(f"item:{SOUP.id}", "pay", "tender:cash:1000")
    assert anna.sent[0].tenders[0].change_minor == 350
    texts = [op.text for panel in anna.scene.panels for op in panel.ops if hasattr(op, "text")]
    assert any(text.startswith("3.50") for text in texts)
    assert "T1-042" in texts


def test_any_sum_can_be_typed_and_too_little_is_refused(anna: Cashier) -> None:
    anna.tap(f"item:{SOUP.id}", "pay", "pay:type:cash", "digit:6", "digit:00", "tender:cash:600")
    assert anna.sent == []
    assert "less than what is due" in anna.scene.message
    anna.tap("digit:back", "digit:back", "digit:back", "digit:7", "digit:00", "tender:cash:700")
    assert anna.sent[0].tenders[0].change_minor == 50


def test_a_card_is_recorded_with_its_reference_for_the_exact_total(anna: Cashier) -> None:
    anna.tap(f"item:{TOAST.id}", "pay", "tender:card", "pay:type:reference", "digit:4", "digit:00", "pay:reference:400")
    anna.tap("terminal:approved")
    (tender,) = anna.sent[0].tenders
    assert (tender.kind, tender.reference, tender.amount_minor, tender.change_minor) == ("card", "400", 420, 0)


def test_take_away_rates_the_order_anew_before_it_is_sent(anna: Cashier) -> None:
    anna.tap(f"item:{SOUP.id}", "mode:take_away", "pay", "tender:cash:exact")
    assert (anna.sent[0].mode, anna.sent[0].lines[0].tax_bp, anna.sent[0].tax_minor) == ("take_away", 700, 43)


def test_the_next_order_begins_with_the_next_tap(anna: Cashier) -> None:
    pay_for(anna, SOUP)
    assert anna.state.last is not None
    anna.tap(f"item:{TOAST.id}")
    assert anna.names == [(1, "Toast")]
    assert anna.state.last is None
    second = pay_for(anna)
    assert second.order != anna.sent[0].order


def test_next_dismisses_the_order_before(anna: Cashier) -> None:
    pay_for(anna, SOUP)
    anna.tap("next")
    assert anna.state.last is None


def test_a_sold_out_item_is_greyed_and_refused(anna: Cashier) -> None:
    found = anna.scene.action(f"item:{GONE.id}")
    assert found is not None
    assert not found.hit.enabled
    assert "Sold out" in found.hit.label
    anna.tap(f"item:{GONE.id}")
    assert anna.names == []
    assert "sold out" in anna.scene.message


def test_the_last_one_is_sold_once(anna: Cashier) -> None:
    anna.tap(f"item:{LAST.id}")
    found = anna.scene.action(f"item:{LAST.id}")
    assert found is not None
    assert not found.hit.enabled
    anna.tap(f"item:{LAST.id}")
    assert anna.names == [(1, "Pie")]
    assert "only 1 of Pie left" in anna.scene.message.lower().replace("pie", "Pie")


def test_an_item_is_eighty_sixed_by_holding_its_tile_and_greyed_at_once(anna: Cashier) -> None:
    anna.do(Held(f"86:{SOUP.id}"))
    anna.tap("86:out")
    assert anna.facts == [SoldOut(item=SOUP.id, sold_out=True)]
    anna.world = replace(anna.world, recent=(Entry(seq=1, id=ulid(), fact=anna.facts[0], staff=ANNA.id, at=NOON),))
    found = anna.scene.action(f"item:{SOUP.id}")
    assert found is not None
    assert not found.hit.enabled
    anna.do(Held(f"86:{SOUP.id}"))
    anna.tap("86:back")
    assert anna.facts[-1] == SoldOut(item=SOUP.id, sold_out=False)


def test_who_may_not_eighty_six_is_told(anna: Cashier) -> None:
    anna.world = replace(anna.world, person=COOK)
    with pytest.raises(NotPermitted, match="Ben may not mark Soup as sold out"):
        anna.do(Held(f"86:{SOUP.id}"))
    assert anna.state.sheet is None


def test_who_may_not_take_orders_cannot_pay(anna: Cashier) -> None:
    anna.world = replace(anna.world, person=COOK)
    anna.tap(f"item:{SOUP.id}")
    with pytest.raises(NotPermitted, match="Ben may not take this order"):
        anna.tap("pay")
    assert anna.state.sheet is None


def test_an_approved_payment_is_approved_for_this_order_and_no_other(anna: Cashier) -> None:
    anna.world = replace(anna.world, person=COOK)
    anna.tap(f"item:{SOUP.id}")
    anna.world = replace(anna.world, approved="order.take", approver=ANNA)
    anna.tap("pay")
    anna.world = replace(anna.world, approved="", approver=None)
    anna.tap("tender:cash:exact")
    assert len(anna.sent) == 1
    anna.tap("next", f"item:{SOUP.id}")
    with pytest.raises(NotPermitted):
        anna.tap("pay")


def test_a_closed_business_day_sells_nothing(anna: Cashier) -> None:
    anna.world = replace(anna.world, shop=replace(SHOP, day_open=False))
    anna.tap(f"item:{SOUP.id}", "pay")
    assert anna.state.sheet is None
    assert "business day is closed" in anna.scene.message


def test_a_clash_must_be_told_and_confirmed_by_name_before_payment(anna: Cashier) -> None:
    anna.tap("allergies", "allergy:peanuts", "allergies:done", "category:cold", f"item:{SATAY.id}", "pay")
    assert "tender:cash:exact" not in anna.actions()
    anna.tap("clashes:done")
    assert anna.sent == []
    line = anna.state.draft.lines[0].id
    anna.tap(f"clash:{line}")
    confirm = anna.scene.action("clashes:done")
    assert confirm is not None
    assert "Anna Keller" in confirm.hit.label
    anna.tap("clashes:done", "tender:cash:exact")
    assert [(one.line, one.answers) for one in anna.sent[0].confirmed] == [(line, {"peanuts": "contains"})]
    assert anna.sent[0].token.customer.allergies == ("peanuts",)


def test_a_clash_that_was_confirmed_is_not_asked_again_unless_something_changes(anna: Cashier) -> None:
    anna.tap("allergies", "allergy:peanuts", "allergies:done", "category:cold", f"item:{SATAY.id}", "pay")
    anna.tap(f"clash:{anna.state.draft.lines[0].id}", "clashes:done", "close", "pay")
    assert isinstance(anna.state.sheet, Paying)
    anna.tap("close", "allergies", "allergy:milk", "allergies:done", "pay")
    assert not isinstance(anna.state.sheet, Paying), "unknown milk clashes, too"


def test_a_clashing_line_is_flagged_in_words_on_the_order(anna: Cashier) -> None:
    anna.tap("category:cold", f"item:{SATAY.id}", "allergies", "allergy:peanuts", "allergies:done")
    texts = [op.text for panel in anna.scene.panels for op in panel.ops if hasattr(op, "text")]
    assert "Contains Peanuts (Sauce)" in texts


def test_a_line_is_counted_noted_repeated_changed_and_removed_by_its_buttons(anna: Cashier) -> None:
    anna.tap(f"item:{TOAST.id}", "line:more", "line:more", "line:less")
    assert anna.names == [(2, "Toast")]
    anna.tap("line:note", "type:h", "type:o", "type:t", "text:done")
    assert anna.state.draft.lines[0].note == "Hot"
    anna.tap("line:repeat")
    assert anna.names == [(2, "Toast"), (1, "Toast")]
    anna.tap("line:change", modifier(TOAST.groups[0], "Jam"), "modifiers:done")
    assert [line.chosen != () for line in anna.state.draft.lines] == [False, True]
    anna.tap("line:remove")
    assert anna.names == [(2, "Toast")]


def test_tapping_a_line_opens_its_buttons_and_tapping_it_again_closes_them(anna: Cashier) -> None:
    anna.tap(f"item:{SOUP.id}", f"item:{TOAST.id}")
    first = anna.state.draft.lines[0].id
    anna.tap(f"line:{first}", "line:more")
    assert anna.names == [(2, "Soup"), (1, "Toast")]
    anna.tap(f"line:{first}")
    assert "line:more" not in anna.actions()


def test_a_cleared_order_can_be_brought_back(anna: Cashier) -> None:
    anna.tap(f"item:{SOUP.id}", f"item:{TOAST.id}", "clear")
    assert anna.names == []
    anna.tap("restore")
    assert anna.names == [(1, "Soup"), (1, "Toast")]


def test_the_guests_name_and_marker_go_with_the_order(anna: Cashier) -> None:
    anna.tap(f"item:{SOUP.id}", "guest", "type:m", "type:i", "type:a", "field:marker", "type:7", "text:done")
    anna.tap("pay", "tender:cash:exact")
    customer = anna.sent[0].token.customer
    assert (customer.name, customer.marker) == ("Mia", "7")


def way_to(scene: Scene, start: str, target: str) -> list[str]:
    """The arrows from one hit to another."""
    ways: dict[str, list[str]] = {start: []}
    waiting = [start]
    while waiting:
        here = waiting.pop(0)
        for arrow in ("left", "right", "up", "down"):
            there = keyboard.moved(here, arrow, scene)  # type: ignore[arg-type]
            if there not in ways:
                ways[there] = [*ways[here], arrow]
                waiting.append(there)
    assert target in ways, f"no arrows lead from {start or 'nothing'} to {target}"
    return ways[target]


def test_everything_by_keyboard_alone(anna: Cashier) -> None:
    anna.keys("l", "a", "t", "enter")
    anna.keys(*way_to(anna.scene, anna.state.focus, modifier(MILK, "Oat")), "enter")
    anna.keys(*way_to(anna.scene, anna.state.focus, "modifiers:done"), "enter")
    assert anna.names == [(1, "Latte")]
    anna.keys("+", "2", "f2", "f9", "2", "0", "0", "0")
    anna.keys("enter")
    (fact,) = anna.sent
    assert (fact.mode, fact.total_minor) == ("take_away", 2 * 460 + 650)
    assert (fact.tenders[0].given_minor, fact.tenders[0].change_minor) == (2_000, 430)
    anna.keys("enter")
    assert anna.state.last is None


def test_letters_find_items_of_every_category_and_escape_ends_the_search(anna: Cashier) -> None:
    anna.keys("s", "a")
    assert [action for action in anna.actions() if action.startswith("item:")] == [f"item:{SATAY.id}"]
    anna.keys("backspace")
    assert f"item:{SOUP.id}" in anna.actions()
    anna.keys("escape")
    assert anna.state.find == ""
    assert f"category:{SHOP.menu.categories[0].id}" in anna.actions()


def test_a_search_by_touch_has_its_own_letters(anna: Cashier) -> None:
    anna.tap("find", "type:t", "type:o", f"item:{TOAST.id}")
    assert anna.names == [(1, "Toast")]
    assert not anna.state.finding


def test_keys_choose_lines_categories_and_sheets(anna: Cashier) -> None:
    anna.keys("2", "3", "-")
    assert anna.names == [(1, "Soup")], "the newest line is the one that the keys change"
    anna.keys("tab")
    assert f"item:{SATAY.id}" in anna.actions()
    anna.keys("f1", "escape", "f3", "m", "tab", "9", "enter")
    assert (anna.state.draft.customer.name, anna.state.draft.customer.marker) == ("m", "9")
    anna.keys("f8")
    assert anna.names == []
    anna.keys("f8")
    assert anna.names == [(1, "Soup")]
    anna.keys("f10")
    assert anna.facts == [StaffSeen(staff=ANNA.id, what="logout")]


def test_log_out_is_a_fact_and_the_order_stays(anna: Cashier) -> None:
    anna.tap(f"item:{SOUP.id}", "logout")
    assert anna.facts == [StaffSeen(staff=ANNA.id, what="logout")]
    assert anna.names == [(1, "Soup")]
    assert ROLE.asks_for_person(anna.state, replace(anna.world, person=None))


def test_trouble_with_an_order_of_its_own_stands_there_until_somebody_has_seen_it(anna: Cashier) -> None:
    trouble = Trouble(text="Nobody took T1-042: offer the paper ticket", order=ulid(), part="1", offer_paper=True)
    anna.world = replace(anna.world, tokens=TokensStatus(share="ok", troubles=(trouble,)))
    anna.tap("trouble:seen")
    assert "trouble:seen" not in anna.actions()
    again = trouble_of_another_order(trouble)
    anna.world = replace(anna.world, tokens=TokensStatus(share="ok", troubles=(trouble, again)))
    assert "trouble:seen" in anna.actions()


def test_what_a_program_says_of_an_order_is_a_sentence_that_says_what_to_do(anna: Cashier) -> None:
    trouble = Trouble(text="t1-042 could not be sent: too long", order=ulid(), part="1", offer_paper=True)
    anna.world = replace(anna.world, tokens=TokensStatus(share="ok", troubles=(trouble,)))
    found = anna.scene.action("trouble:seen")
    assert found is not None
    assert found.hit.label == "Seen: T1-042 could not be sent: too long. Give the kitchen the paper"
    assert found.hit.key == "F11"


def trouble_of_another_order(trouble: Trouble) -> Trouble:
    return Trouble(text=trouble.text.replace("042", "043"), order=ulid(), part="1", offer_paper=True)


def test_the_status_line_says_since_when_the_share_is_away_and_how_much_waits(anna: Cashier) -> None:
    anna.world = replace(anna.world, tokens=TokensStatus(share="away", since=NOON, queue=3))
    texts = [op.text for panel in anna.scene.panels for op in panel.ops if hasattr(op, "text")]
    assert any("away since" in text and "3 waiting" in text for text in texts)


def test_a_message_ends_by_itself(anna: Cashier) -> None:
    anna.tap("pay")
    assert anna.scene.message
    assert anna.scene.until is not None
    anna.world = replace(anna.world, now=NOON + timedelta(seconds=30))
    anna.state = ROLE.notice(anna.state, anna.world, anna.desk)
    assert anna.scene.message == ""


def test_an_order_that_is_longer_than_the_screen_shows_its_newest_line_and_can_be_turned_back() -> None:
    anna = Cashier(make_world((1024, 768)))
    for _ in range(12):
        anna.tap(f"item:{TOAST.id}", "line:repeat")
    lines = anna.state.draft.lines
    assert f"line:{anna.state.selected}" in anna.actions()
    for _ in range(len(lines)):
        anna.do(Wheeled(f"line:{anna.state.selected}", 1))
    assert f"line:{lines[0].id}" in anna.actions()
    anna.do(Wheeled("line:", -1))
    assert f"line:{lines[0].id}" not in anna.actions()


def test_a_category_that_was_taken_off_the_menu_leaves_the_till_on_another() -> None:
    anna = Cashier()
    anna.tap("category:cold")
    menu = replace(SHOP.menu, categories=SHOP.menu.categories[:1])
    anna.world = replace(anna.world, shop=replace(SHOP, menu=menu))
    anna.state = ROLE.notice(anna.state, anna.world, anna.desk)
    assert anna.state.category == "hot"


def test_an_item_is_eighty_sixed_by_keyboard(anna: Cashier) -> None:
    anna.keys(*way_to(anna.scene, anna.state.focus, f"item:{SOUP.id}"), "f12", "enter")
    assert anna.facts == [SoldOut(item=SOUP.id, sold_out=True)]


def test_an_order_that_no_token_can_hold_is_refused_before_the_guest_pays(anna: Cashier) -> None:
    draft = anna.state.draft
    for number in range(190):
        draft = drafts.add(draft, TOAST, ulid(), note=f"{number} {'x' * 390}")
    anna.state = replace(anna.state, draft=draft)
    anna.tap("pay")
    assert anna.state.sheet is None
    assert "too long for one ticket" in anna.scene.message

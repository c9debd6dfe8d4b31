"""Which cards are on the display and where: columns, a grid, rush, and when each turns orange; and the totals of all of them."""

import sys
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.bench import kitchen
from station.domain.menu import Profile
from station.domain.token import Modifier
from station.renderers.flow import Wanted
from station.renderers.prep_all_day import totals
from station.renderers.prep_cards import Boxes, boxes_of, fitting, limits
from station.renderers.scene import Box, Label, Rect

sys.path.insert(0, str(Path(__file__).parent))

from prep_kitchen import HERE, NOW, Kitchen, name, order, texts

SIZES = ((1920, 1080), (1024, 768), (3840, 2160))


def profile(**more):
    return Profile("test", "prep", **more)


def rushed(body):
    return msgspec.structs.replace(body, rush=True)


def panels(screen):
    return [panel for panel in screen.scene.panels if panel.key.startswith("card:")]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("columns", [1, 2, 3, 4])
def test_there_are_as_many_columns_as_the_profile_says_on_every_size_of_screen(size, columns):
    screen = Kitchen(*(order(n, 500 - n, lines=3) for n in range(1, 40)), size=size, profile=profile(columns=columns))
    assert len({panel.rect.x for panel in panels(screen)}) == columns


@pytest.mark.parametrize("size", SIZES)
def test_in_a_grid_every_card_has_a_box_of_the_same_size_row_by_row(size):
    screen = Kitchen(
        *(order(n, 500 - n, lines=1) for n in range(1, 40)), size=size, profile=profile(columns=4, layout="grid")
    )
    rects = [panel.rect for panel in panels(screen)]
    assert len({(rect.w, rect.h) for rect in rects}) <= 2
    assert len({rect.y for rect in rects}) == 2
    assert [(rect.y, rect.x) for rect in rects] == sorted((rect.y, rect.x) for rect in rects)
    assert len(rects) == 8 == len(screen.scene.shown)
    assert "+31 waiting" in texts(screen.scene)


def test_a_card_that_is_longer_than_its_box_goes_on_in_the_next_one():
    long = order(1, 100, lines=14)
    screen = Kitchen(long, order(2, 50, lines=1), profile=profile(columns=4, layout="grid"))
    mine = [panel for panel in panels(screen) if panel.key.startswith(f"card:{long.order}")]
    assert len(mine) > 1
    assert "continues in the next box" in texts(screen.scene)
    shown = [hit.action for panel in mine for hit in panel.hits if hit.action.startswith("tick:")]
    assert shown == [f"tick:{name(long)}:{line.id}" for line in long.lines]


def test_a_rushed_order_that_would_have_to_wait_is_shown_and_the_youngest_others_wait():
    bodies = [order(n, 500 - n, lines=3) for n in range(1, 30)]
    plain = Kitchen(*bodies)
    before = plain.numbers
    screen = Kitchen(*bodies[:-1], rushed(bodies[-1]))
    assert screen.numbers[-1] == bodies[-1].number
    assert screen.numbers[:-1] == before[: len(screen.numbers) - 1]
    waiting = len(bodies) - len(screen.numbers)
    assert f"+{waiting} waiting" in texts(screen.scene)


def test_keys_count_what_is_on_the_screen_also_when_others_wait_between():
    bodies = [order(n, 500 - n, lines=3) for n in range(1, 30)]
    screen = Kitchen(*bodies[:-1], rushed(bodies[-1]))
    last = len(screen.numbers)
    screen.keys(str(last) if last < 10 else "9")
    assert screen.state.card == (bodies[-1].key if last < 10 else bodies[8].key)
    screen.keys(*["right"] * 40)
    assert screen.state.card == bodies[-1].key


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("columns", [1, 2, 3, 4])
def test_the_mark_of_a_rush_is_as_wide_as_the_card_and_as_high_as_a_centimetre(size, columns):
    screen = Kitchen(rushed(order(1, 400)), size=size, profile=profile(columns=columns))
    (panel,) = panels(screen)
    word = next(op for op in panel.ops if isinstance(op, Label) and op.text == "RUSH")
    band = next(op for op in panel.ops if isinstance(op, Box) and op.fill == (243, 246, 249) and op.rect.w > 100)
    assert band.rect.w > 0.8 * panel.rect.w
    # On a 22 inch screen 1920 px are 487 mm; a small screen has larger pixels.
    assert band.rect.h >= 40 * (size[0] / 1920 if size[0] > 1920 else 0.7 if size[0] < 1920 else 1)
    assert word.size == screen.world.theme.title
    assert band.lit is None


WANTED = st.lists(
    st.builds(
        Wanted, st.just(80), st.lists(st.integers(30, 300), min_size=1, max_size=6).map(tuple), st.just(60), st.just(30)
    ),
    max_size=30,
)


@given(WANTED, st.data(), st.integers(1, 4), st.integers(1, 3))
def test_the_oldest_and_every_rushed_card_that_can_be_shown_are_shown_in_the_order_of_age(cards, data, across, down):
    marks = [data.draw(st.booleans()) if data.draw(st.integers(0, 4)) == 0 else False for _ in cards]
    boxes = Boxes(Rect(0, 0, 1200, 900), across, down, 16)
    chosen, pieces = fitting(cards, marks, boxes)
    assert list(chosen) == sorted(set(chosen))
    assert sorted({piece.card for piece in pieces}) == list(range(len(chosen)))
    plain = [index for index in chosen if not marks[index]]
    # Of those that are not rushed the oldest, with none left out between them.
    assert plain == [index for index in range(len(cards)) if not marks[index]][: len(plain)]
    _, begun = boxes.fill(cards)
    if len(chosen) < begun:
        assert any(marks[index] and index >= begun for index in chosen)
    for one, other in pairwise(sorted(boxes.place(piece) for piece in pieces)):
        assert not one.meets(other)


def test_a_prep_group_with_its_own_thresholds_turns_orange_earlier_and_the_scene_knows_when():
    fries = order(2, 100, lines=1)
    fries = msgspec.structs.replace(fries, lines=(msgspec.structs.replace(fries.lines[0], group="fry"),))
    screen = Kitchen(fries, profile=profile(urgency={"fry": (120, 200)}))
    assert limits(screen.cards[fries.key], screen.shop.profile) == (120, 200)
    assert [panel.beat for panel in panels(screen)] == [None]
    assert screen.scene.until == NOW + timedelta(seconds=20)
    screen.now += timedelta(seconds=20)
    assert [panel.beat for panel in panels(screen)] == ["orange"]
    screen.now += timedelta(seconds=80)
    assert [card.level for card in screen.scene.shown] == ["red"]


def test_what_was_cancelled_of_a_card_hurries_it_no_more():
    body = order(2, 150, lines=2)
    lines = tuple(
        msgspec.structs.replace(line, group=group, count=count)
        for line, group, count in zip(body.lines, ("fry", "grill"), (0, 1), strict=True)
    )
    (_, card) = kitchen.placed(msgspec.structs.replace(body, lines=lines), HERE)
    assert limits(card, profile(urgency={"fry": (60, 90)})) == (180, 300)


def wish(*names):
    return tuple(Modifier(id=kitchen.ident(n, NOW), name=text, effect=effect) for n, (effect, text) in enumerate(names))


def ordered(number, *lines):
    body = order(number, lines=len(lines))
    return msgspec.structs.replace(
        body,
        lines=tuple(
            msgspec.structs.replace(line, name=dish, count=count, done=done, modifiers=wish(*wishes), note=note)
            for line, (dish, count, done, wishes, note) in zip(body.lines, lines, strict=True)
        ),
    )


BACON, NO_ONION = ("added", "Bacon"), ("removed", "Onion")


def test_the_totals_count_what_is_left_and_with_modifiers_only_what_is_alike():
    screen = Kitchen(
        ordered(1, ("Burger", 3, 1, (), ""), ("Fries", 2, 0, (), "")),
        ordered(2, ("Burger", 1, 0, (BACON, NO_ONION), ""), ("Burger", 2, 0, (NO_ONION, BACON), "")),
        ordered(3, ("Burger", 1, 0, (), "rare"), ("Fries", 1, 1, (), "")),
    )
    found = totals(screen.cards.values())
    assert [(total.name, total.count) for total in found] == [("Burger", 6), ("Fries", 2)]
    assert [(wishes, count) for wishes, count in found[0].wishes] == [
        ((BACON, NO_ONION), 3),
        ((), 2),
        ((("changed", "rare"),), 1),
    ]
    screen.keys("a")
    seen = texts(screen.scene)
    assert "All-day: 8 items to make" in seen
    assert "as it is" not in seen
    screen.taps("detail")
    sheet = next(panel for panel in screen.scene.panels if panel.key == "sheet:all_day")
    assert {"as it is", "Bacon", "Onion", "rare"} <= {op.text for op in sheet.ops if isinstance(op, Label)}
    assert {"plus", "minus"} <= {op.shape for op in sheet.ops if hasattr(op, "shape")}
    screen.keys("m")
    assert not screen.state.detailed


@pytest.mark.parametrize("size", SIZES)
def test_totals_that_do_not_fit_have_pages_and_none_is_left_out(size):
    bodies = [ordered(n, *((f"Dish {n}-{k}", 1, 0, (BACON, NO_ONION), "") for k in range(5))) for n in range(1, 30)]
    screen = Kitchen(*bodies, size=size)
    screen.keys("a", "m")
    seen = []
    for _ in range(60):
        sheet = next(panel for panel in screen.scene.panels if panel.key == "sheet:all_day")
        seen += [op.text for op in sheet.ops if isinstance(op, Label) and op.text.startswith("Dish ")]
        before = screen.state.page
        screen.keys("page_down")
        if screen.state.page == before:
            break
    assert sorted(seen) == sorted(line.name for body in bodies for line in body.lines)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ABCD"), st.integers(0, 9), st.integers(0, 9), st.booleans()), max_size=12))
def test_totals_add_up(rows):
    bodies = [
        ordered(n, (dish, max(count, done), min(count, done), (BACON,) if bacon else (), ""))
        for n, (dish, count, done, bacon) in enumerate(rows, 1)
    ]
    cards = [kitchen.placed(body, HERE)[1] for body in bodies]
    found = totals(cards)
    assert sum(total.count for total in found) == sum(abs(count - done) for _, count, done, _ in rows)
    for total in found:
        assert total.count == sum(count for _, count in total.wishes) > 0
    assert boxes_of(Kitchen().world).across == 4
    assert replace(profile(), columns=2).columns == 2

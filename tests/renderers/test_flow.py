"""How cards fill columns."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from station.renderers.flow import Wanted, flow

HEIGHT, GAP = 900, 16
CARDS = st.lists(
    st.builds(
        Wanted,
        st.integers(72, 110),
        st.lists(st.integers(30, 200), min_size=1, max_size=25).map(tuple),
        st.just(72),
        st.just(30),
    ),
    max_size=40,
)


def small(*blocks):
    return Wanted(80, blocks, 72, 30)


def test_cards_go_downwards_and_the_left_column_first():
    pieces, begun = flow([small(300), small(300), small(300)], 2, HEIGHT, GAP)
    assert [(piece.card, piece.column, piece.y) for piece in pieces] == [(0, 0, 0), (1, 0, 396), (2, 1, 0)]
    assert begun == 3


def test_a_card_that_does_not_fit_below_stays_whole_in_the_next_column():
    pieces, _ = flow([small(500), small(500)], 2, HEIGHT, GAP)
    assert [(piece.column, piece.more) for piece in pieces] == [(0, False), (1, False)]


def test_a_card_taller_than_a_column_continues_in_the_next_one():
    pieces, _ = flow([small(*[100] * 20)], 3, HEIGHT, GAP)
    assert [(piece.column, piece.more) for piece in pieces] == [(0, True), (1, True), (2, False)]
    assert [piece.first for piece in pieces[1:]] == [piece.last for piece in pieces[:-1]]


def test_cards_that_do_not_fit_wait_and_none_overtakes_them():
    pieces, begun = flow([small(500), small(500), small(50), small(50)], 2, HEIGHT, GAP)
    assert begun == 4
    pieces, begun = flow([small(700), small(700), small(700), small(10)], 2, HEIGHT, GAP)
    assert begun == 2
    assert {piece.card for piece in pieces} == {0, 1}


@given(CARDS, st.integers(1, 6))
def test_no_piece_overlaps_another_or_leaves_its_column_and_none_is_skipped(cards, columns):
    pieces, begun = flow(cards, columns, HEIGHT, GAP)
    assert list(dict.fromkeys(piece.card for piece in pieces)) == list(range(begun))
    ends = {}
    for piece in pieces:
        assert 0 <= piece.column < columns
        assert piece.y >= ends.get(piece.column, 0)
        assert piece.y + piece.height <= HEIGHT
        ends[piece.column] = piece.y + piece.height
    order = [(piece.column, piece.y) for piece in pieces]
    assert order == sorted(order)


@given(CARDS, st.integers(1, 6))
def test_every_block_of_a_card_is_shown_once_unless_the_screen_ends(cards, columns):
    pieces, begun = flow(cards, columns, HEIGHT, GAP)
    for index in range(begun):
        mine = [piece for piece in pieces if piece.card == index]
        assert mine[0].first == 0
        assert all(after.first == before.last for before, after in pairwise(mine))
        assert mine[-1].last == len(cards[index].blocks) or mine[-1].column == columns - 1

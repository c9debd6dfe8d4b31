"""What was done to a chain of records is told, where it was done, and nothing else is."""

import hashlib
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from station.domain.chains import Row, damages

FIRST = "0" * 64


def fitting(previous: str, content: str) -> str:
    return hashlib.sha256(f"{previous}\0{content}".encode()).hexdigest()


def chain(count: int) -> list[tuple[int, str, str, str]]:
    """(seq, previous, hash, content), as it was recorded."""
    rows, previous = [], FIRST
    for seq in range(1, count + 1):
        content = f"row {seq}"
        rows.append((seq, previous, fitting(previous, content), content))
        previous = rows[-1][2]
    return rows


def found(rows: list[tuple[int, str, str, str]]) -> list[tuple[str, int]]:
    made = [Row(seq, previous, digest, fitting(previous, content), content) for seq, previous, digest, content in rows]
    where = {row.hash: row.seq for row in made}
    return [(one.kind, one.seq) for one in damages(made, FIRST, where.get)]


def test_a_chain_as_it_was_recorded_is_whole() -> None:
    assert found(chain(20)) == []
    assert found([]) == []


@given(st.integers(1, 20))
def test_an_altered_row_is_named_and_only_it(seq: int) -> None:
    rows = chain(20)
    rows[seq - 1] = (*rows[seq - 1][:3], "something else")
    assert found(rows) == [("altered", seq)]


@given(st.integers(1, 19), st.integers(1, 5))
def test_rows_that_are_missing_are_named_wherever_they_stood(first: int, count: int) -> None:
    rows = [row for row in chain(20) if not first <= row[0] < first + count]
    if rows[-1][0] < first:
        return  # At the end: see the journal's comparison.
    assert found(rows) == [("missing", first)]


@given(st.integers(2, 19))
def test_a_row_that_is_missing_shows_even_when_the_others_were_given_new_numbers(seq: int) -> None:
    rows = [row for row in chain(20) if row[0] != seq]
    rows = [(number, *row[1:]) for number, row in enumerate(rows, 1)]
    assert found(rows) == [("rewritten", seq - 1)]


@given(st.data())
def test_two_rows_that_changed_places_are_both_named(data: st.DataObject) -> None:
    first = data.draw(st.integers(1, 18))
    second = data.draw(st.integers(first + 1, 19))
    rows = chain(20)
    rows[first - 1], rows[second - 1] = (first, *rows[second - 1][1:]), (second, *rows[first - 1][1:])
    told = dict.fromkeys(seq for kind, seq in found(rows) if kind == "moved")
    assert {first, second} <= told.keys()


@given(st.integers(1, 19))
def test_a_row_that_was_written_anew_with_a_fitting_hash_shows_at_the_next_one(seq: int) -> None:
    rows = chain(20)
    previous = rows[seq - 1][1]
    rows[seq - 1] = (seq, previous, fitting(previous, "forged"), "forged")
    assert found(rows) == [("rewritten", seq)]


def test_a_row_that_was_put_in_between_shows() -> None:
    rows = chain(5)
    forged = (3, rows[1][2], fitting(rows[1][2], "forged"), "forged")
    rows = [*rows[:2], forged, *((seq + 1, *rest) for seq, *rest in rows[2:])]
    assert found([tuple(row) for row in rows]) == [("moved", 4)]  # type: ignore[misc]


@given(st.lists(st.integers(1, 60), min_size=1, max_size=5, unique=True))
def test_each_of_several_damages_is_told(altered: list[int]) -> None:
    rows = chain(60)
    for seq in altered:
        rows[seq - 1] = (*rows[seq - 1][:3], "something else")
    assert found(rows) == [("altered", seq) for seq in sorted(altered)]


def test_a_number_that_was_changed_and_nothing_else_is_told_as_that() -> None:
    rows = chain(3)
    rows[2] = (7, *rows[2][1:])
    assert found(rows) == [("renumbered", 7)]


def test_the_words_say_which_row_it_is() -> None:
    made = [Row(1, FIRST, "a", "a", "log-in of Amina"), Row(2, "a", "b", "c", "void of T1-001")]
    (one,) = damages(made, FIRST)
    assert one.text == "row 2 was altered: void of T1-001"
    assert next(iter(damages([replace(made[1], fits="b")], FIRST))).kind == "missing"

"""Text that must fit: nothing is wider than its place, and nothing is lost without an ellipsis."""

from hypothesis import given
from hypothesis import strategies as st

from station.paper.fitting import ELLIPSIS, Step, cut, fitted

STEPS = (Step(20), Step(16, 2), Step(12, 3))


class Ruled:
    """Every letter is half as wide as it is tall; sizes are millimetres here."""

    def width_mm(self, text, size_pt, weight, *, tabular=False):
        return len(text) * size_pt / 2


def fit(text, width_mm=100.0, steps=STEPS):
    return fitted(text, steps, width_mm, "bold", Ruled())


def test_what_fits_in_one_line_is_as_large_as_it_can_be():
    assert fit("Amina") == (20, ("Amina",))
    assert fit("Ten letter") == (20, ("Ten letter",))


def test_it_wraps_at_a_space_or_after_a_hyphen_before_it_is_cut():
    assert fit("Anne-Sophie Vanden") == (16, ("Anne-Sophie", "Vanden"))
    assert fit("Jose-Maria Eluard-Zolkie") == (12, ("Jose-Maria", "Eluard-Zolkie"))


def test_a_word_that_is_too_wide_is_made_smaller_and_only_then_broken():
    assert fit("Wolfeschlegel") == (12, ("Wolfeschlegel",))
    assert fit("W" * 20) == (12, ("W" * 16, "W" * 4))
    assert fit("W" * 60) == (12, ("W" * 16, "W" * 16, "W" * 15 + ELLIPSIS))


def test_nothing_gives_no_line():
    assert fit("") == (20, ())
    assert fit("   ") == (20, ())


def test_cut_keeps_as_much_as_fits():
    assert cut("Frituur De Gouden Aardappel", 10, 100, "bold", Ruled()) == "Frituur De Gouden A…"
    assert cut("Frituur De Gouden Aardappel", 10, 95, "bold", Ruled()) == "Frituur De Gouden…"
    assert cut("Frituur", 10, 100, "bold", Ruled()) == "Frituur"


@given(st.text("ab -éß", max_size=80), st.integers(20, 150))
def test_every_line_fits_and_all_of_it_is_there_or_an_ellipsis_says_so(text, width_mm):
    size_pt, lines = fit(text, width_mm)
    step = next(step for step in STEPS if step.size_pt == size_pt)
    assert len(lines) <= step.lines
    assert all(Ruled().width_mm(line, size_pt, "bold") <= width_mm for line in lines)
    shown = "".join(lines).replace(" ", "")
    whole = text.replace(" ", "")
    assert shown == whole or (shown.endswith(ELLIPSIS) and whole.startswith(shown[:-1]))

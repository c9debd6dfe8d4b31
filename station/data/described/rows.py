"""A described shop as rows: the same description always gives the same ones."""

from station.data.described.files import Description
from station.data.described.gathered import Gathered, Rows
from station.data.described.kitchen import add_kitchen
from station.data.described.offer import add_offer
from station.data.described.premises import add_premises


def rows_of(description: Description) -> Rows:
    """Every table's rows. Raises DataError or RecipeError when the description does not hold together."""
    gathered = Gathered(description)
    add_premises(gathered)
    add_kitchen(gathered)
    add_offer(gathered)
    return gathered.rows

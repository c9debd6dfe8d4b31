"""Which of the 14 allergens a dish carries: contains, may contain, none declared, unknown.

The 14 are those of Regulation (EU) No 1169/2011, Annex II; cereals and nuts are named to the kind (Annex II, 1 and 8).
No answer ever says "free from": that nothing was declared is all that a shop can know.
"""

from enum import StrEnum


class Answer(StrEnum):
    """Ordered by what a guest must be told first; the text is what stands in a token."""

    CONTAINS = "contains"
    MAY_CONTAIN = "may_contain"
    UNKNOWN = "unknown"
    NONE_DECLARED = "none_declared"

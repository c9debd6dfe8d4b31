"""What all facts have in common: a tag, and that they never change."""

import msgspec

Minor = int
"""Minor units of the order's currency."""


class FactBase(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind"):
    """Base of all facts; the tag is the journal's `kind`."""

"""What can go wrong, as sentences: what happened, to what, and what to do about it."""


class StationError(Exception):
    """One clear line for a person. `str(error)` is that line."""


class ConfigError(StationError):
    """A configuration cannot be used: names the file, the field and the mend."""


class TokenError(StationError):
    """Bytes or a file name that are no valid token; the text is what stands in the `.why` beside it."""


class ShareError(StationError):
    """The share answered, and the answer is no (refused, read-only, wrong path)."""


class ShareAway(ShareError):
    """The share cannot be reached now; the same call may work later."""


class ShareFull(ShareError):
    """The share's disk has no room left; nothing was published."""


class OutcomeUnknown(ShareAway):
    """A change was sent and no answer came: it may have happened, or may still happen.

    The connection must be dropped and the same intent tried again, never its opposite.
    """


class JournalError(StationError):
    """This station's own disk refused a fact: nothing was recorded, so nothing was done."""


class DataError(StationError):
    """The master or the snapshot is missing, older or broken."""


class DatabaseAway(DataError):
    """A database cannot be reached now, or does not let this station in; the same call may work later."""


class DatabaseBusy(DatabaseAway):
    """A deadlock, a lock that took too long, a connection that broke: the same may work at once.

    What was sent may have happened, if it was the commit whose answer got lost.
    """


class DatabaseRefused(DataError):
    """The database answered, and the answer is no: a rule was broken, a right is missing, a value does not fit."""


class OrderRefused(StationError):
    """A rule of selling says no (sold out, nothing chosen, too little money): the order is as it was."""


class RecipeError(StationError):
    """A recipe cannot be what it says: it stands in itself, or is made of something that does not exist."""


class PrinterError(StationError):
    """A printer did not print it: it is off, out of paper, busy, or not there. The same may work later."""

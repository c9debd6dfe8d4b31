"""What people may do, each thing by its code, and what a screen does when somebody may not.

Code asks for permissions, never for roles; which role has which is the shop's own (`role_permissions`). A role of a screen raises
NotPermitted where somebody who is logged in lacks one; the screen then asks for somebody who has it, for that one action.
"""

from typing import Final

from station.errors import StationError

PERMISSIONS: Final = (
    "order.take",
    "order.discount",
    "line.void",
    "order.refund",
    "drawer.open",
    "drawer.count",
    "report.x",
    "report.z",
    "token.bump",
    "token.transfer",
    "token.split",
    "token.recall",
    "token.void",
    "menu.sold_out",
    "staff.manage",
    "station.manage",
    "release.deploy",
)


class NotPermitted(StationError):
    """`what` is the action in words that go on from "may not": "void T1-042"."""

    def __init__(self, person: str, permission: str, what: str) -> None:
        super().__init__(f"{person} may not {what}: the permission {permission} is missing")
        self.person, self.permission, self.what = person, permission, what

"""NTSTATUS codes that a file server answers with ([MS-ERREF] 2.3.1), and each as one sentence that says what to do. Pure."""

from typing import Final

from station.errors import ShareAway, ShareError, ShareFull

SUCCESS: Final = 0
PENDING: Final = 0x103
NOTIFY_CLEANUP: Final = 0x10B
NOTIFY_ENUM_DIR: Final = 0x10C
NO_MORE_FILES: Final = 0x80000006
NO_SUCH_FILE: Final = 0xC000000F
END_OF_FILE: Final = 0xC0000011
ACCESS_DENIED: Final = 0xC0000022
OBJECT_NAME_INVALID: Final = 0xC0000033
OBJECT_NAME_NOT_FOUND: Final = 0xC0000034
OBJECT_NAME_COLLISION: Final = 0xC0000035
OBJECT_PATH_INVALID: Final = 0xC0000039
OBJECT_PATH_NOT_FOUND: Final = 0xC000003A
SHARING_VIOLATION: Final = 0xC0000043
DELETE_PENDING: Final = 0xC0000056
DIRECTORY_NOT_EMPTY: Final = 0xC0000101
NOT_A_DIRECTORY: Final = 0xC0000103
CANNOT_DELETE: Final = 0xC0000121

NAME_GONE: Final = frozenset({OBJECT_NAME_NOT_FOUND, NO_SUCH_FILE})
PATH_GONE: Final = frozenset({OBJECT_PATH_NOT_FOUND, OBJECT_PATH_INVALID, NOT_A_DIRECTORY})
HELD: Final = frozenset({SHARING_VIOLATION, DELETE_PENDING, 0xC0000054, 0xC0000055})
"""Somebody else has it open: also a byte-range lock that conflicts."""
FULL: Final = frozenset({0xC000007F, 0xC0000044})
"""The disk is full, or the user's quota is."""
_READ_ONLY: Final = frozenset({0xC00000A2})
_LOGON: Final = {
    0xC000006D: "the user or the password is wrong",
    0xC000006A: "the password is wrong",
    0xC0000064: "there is no such user",
    0xC0000071: "the password has expired",
    0xC0000224: "the password must be changed first",
    0xC0000072: "the user is disabled",
    0xC0000234: "the user is locked out after wrong passwords",
    0xC000006E: "the account may not log on like this",
    0xC000015B: "the user may not log on over the network",
    0xC000018C: "the server's trust with its domain is broken",
}
_GIVE_RIGHTS: Final = "give this user 'Change' on the share and on its folder"
_NO_SHARE: Final = frozenset({0xC00000CC, 0xC00000CB})
_ENDED: Final = {
    0xC0000203: "the server ended the session",
    0xC00000C9: "the share was taken off the network",
    0xC000035C: "the session has expired",
    0xC0000205: "the server is out of resources",
    0xC000009A: "the server is out of memory",
    0xC000011F: "the server has too many open files",
    0xC00000B5: "the server's disk did not answer in time",
    0xC0000466: "the file server is not available now",
    0xC00000D0: "the server takes no more connections now",
    0xC0000128: "the server closed the file",
}


def refusal(status: int, path: str, where: str, user: str) -> ShareError:
    """The error for a status that is no answer: `path` is what was asked for, `where` the share, as people write it."""
    if status in FULL:
        return ShareFull(f"The disk of the share {where} is full: {path} was not written; free some space there")
    for codes, happened, mend in (
        (_READ_ONLY, f"is read-only: {path} was not changed", "allow writing on it"),
        ({ACCESS_DENIED}, f"denies {user!r} access to {path}: it is read-only or lacks a right", _GIVE_RIGHTS),
        (_LOGON, f"refuses {user!r}: {_LOGON.get(status)}", "correct user and password in the configuration"),
        (_NO_SHARE, "is not offered by its server", "correct the share's name, or share the folder there"),
        ({OBJECT_NAME_INVALID}, f"does not take the name {path}", "correct the path in the configuration"),
        (NAME_GONE | PATH_GONE, f"has no folder {path}", "correct the path in the configuration, or create it"),
    ):
        if status in codes:
            return ShareError(f"The share {where} {happened}; {mend}")
    reason = _ENDED.get(status, f"it answered with status 0x{status:08X}")
    return ShareAway(f"The share {where} cannot be used now: {reason} ({path}); it is tried again")


def is_ended(status: int) -> bool:
    """Whether the session is over, so that a new connection is needed."""
    return status in {0xC0000203, 0xC00000C9, 0xC000035C}

"""The few SMB2 messages that the floor needs, as bytes ([MS-SMB2] 2.2.13 to 2.2.40, [MS-FSCC] 2.4).

Pure. Packed by hand because smbprotocol's field-by-field structures cost more time than the server's own work, and a
listing's entries cost ten times as much to take apart. Headers, signing, encryption and credits stay smbprotocol's.
"""

import struct
from datetime import UTC, datetime, timedelta
from typing import Final

from station.tokens.share import Entry

RELATED: Final = b"\xff" * 16
"""The file id that means: the file that this compound's CREATE opened."""

READ_DATA: Final = 0x1
WRITE_DATA: Final = 0x2
READ_ATTRIBUTES: Final = 0x80
DELETE: Final = 0x10000
SYNCHRONIZE: Final = 0x100000

SHARE_READ: Final = 0x1
SHARE_ALL: Final = 0x7

OPEN: Final = 1
CREATE: Final = 2
OVERWRITE_IF: Final = 5

DIRECTORY: Final = 0x1
WRITE_THROUGH: Final = 0x2
NOT_DIRECTORY: Final = 0x40
DELETE_ON_CLOSE: Final = 0x1000

_FOLDER_ATTRIBUTE = 0x10
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_HEADER_BYTES = 64
_NAMES_CHANGED = 0x1 | 0x2


class _Number(int):
    """What smbprotocol's credit sum asks a message's field for."""

    __slots__ = ()

    def get_value(self) -> int:
        return int(self)

    def __len__(self) -> int:
        return 0


class Message:
    """A packed request. `payload` is the larger of what it carries and what it asks for, in bytes: credits pay for it."""

    __slots__ = ("COMMAND", "_data", "_payload")

    def __init__(self, command: int, data: bytes, payload: int = 1) -> None:
        self.COMMAND = command
        self._data = data
        self._payload = payload

    def __len__(self) -> int:
        return len(self._data)

    def pack(self) -> bytes:
        return self._data

    def __getitem__(self, field: str) -> _Number:
        return _Number(self._payload if field in {"length", "output_buffer_length"} else 0)


def create(path: str, access: int, share: int, disposition: int, options: int) -> Message:
    name = path.encode("utf-16-le")
    impersonation = 2
    data = struct.pack(
        "<HBBIQQIIIIIHHII",
        57, 0, 0, impersonation, 0, 0, access, 0, share, disposition, options, _HEADER_BYTES + 56, len(name), 0, 0,
    )  # fmt: skip
    return Message(5, data + (name or b"\0\0"))


def created_id(answer: bytes) -> bytes:
    """The file id of a CREATE's answer."""
    return answer[64:80]


def close(file_id: bytes, *, ask_times: bool = False) -> Message:
    return Message(6, struct.pack("<HHI16s", 24, int(ask_times), 0, file_id))


def closed_write_time(answer: bytes) -> datetime:
    """The last write time of a CLOSE that asked for it."""
    (ticks,) = struct.unpack_from("<Q", answer, 24)
    return _instant(ticks)


def flush(file_id: bytes) -> Message:
    return Message(7, struct.pack("<HHI16s", 24, 0, 0, file_id))


def read(file_id: bytes, length: int) -> Message:
    data_at = _HEADER_BYTES + 16
    packed = struct.pack("<HBBIQ16sIIIHH", 49, data_at, 0, length, 0, file_id, 0, 0, 0, 0, 0)
    return Message(8, packed + b"\0", length)


def read_data(answer: bytes) -> bytes:
    _, offset, _, length = struct.unpack_from("<HBBI", answer)
    start = offset - _HEADER_BYTES
    return answer[start : start + length]


def write(file_id: bytes, data: bytes) -> Message:
    packed = struct.pack("<HHIQ16sIIHHI", 49, _HEADER_BYTES + 48, len(data), 0, file_id, 0, 0, 0, 0, 0)
    return Message(9, packed + (data or b"\0"), len(data))


def written(answer: bytes) -> int:
    """How many bytes a WRITE wrote."""
    (count,) = struct.unpack_from("<I", answer, 4)
    return int(count)


def rename(file_id: bytes, path: str) -> Message:
    """SET_INFO FileRenameInformation, never replacing."""
    name = path.encode("utf-16-le")
    information = struct.pack("<B7xQI", 0, 0, len(name)) + name
    information = information.ljust(24, b"\0")
    packed = struct.pack("<HBBIHHI16s", 33, 1, 10, len(information), _HEADER_BYTES + 32, 0, 0, file_id)
    return Message(17, packed + information)


def query_directory(file_id: bytes, room: int) -> Message:
    """The next entries, as FileDirectoryInformation, as many as fit into `room` bytes."""
    pattern = "*".encode("utf-16-le")
    packed = struct.pack("<HBBI16sHHI", 33, 1, 0, 0, file_id, _HEADER_BYTES + 32, len(pattern), room)
    return Message(14, packed + pattern, room)


def entries(answer: bytes) -> list[Entry]:
    """The entries of a QUERY_DIRECTORY's answer, without `.` and `..`."""
    _, offset, length = struct.unpack_from("<HHI", answer)
    at, end = offset - _HEADER_BYTES, offset - _HEADER_BYTES + length
    found = []
    while at + 64 <= end:
        following, _, _, _, modified, _, size, _, attributes, name_bytes = struct.unpack_from("<IIQQQQQQII", answer, at)
        name = answer[at + 64 : at + 64 + name_bytes].decode("utf-16-le", "replace")
        if name not in {".", ".."}:
            found.append(Entry(name, bool(attributes & _FOLDER_ATTRIBUTE), size, _instant(modified)))
        if not following:
            break
        at += following
    return found


def change_notify(file_id: bytes, *, recursive: bool) -> Message:
    """Answered once, when a name came to or goes from the folder (or one below)."""
    return Message(15, struct.pack("<HHI16sII", 32, int(recursive), 4096, file_id, _NAMES_CHANGED, 0))


def _instant(ticks: int) -> datetime:
    """FILETIME: 100 ns since 1601."""
    return _EPOCH + timedelta(microseconds=ticks // 10)

"""The raw operations that the floor's are measured against: smbprotocol's own messages, sent as it documents them.

No floor, no journal, no port: what any Python program on the same connection would pay for the same durability.
"""

import uuid
from typing import Any

from smbprotocol.connection import Connection
from smbprotocol.file_info import FileInformationClass, FileRenameInformation
from smbprotocol.open import (
    CreateDisposition,
    CreateOptions,
    FileAttributes,
    FilePipePrinterAccessMask,
    ImpersonationLevel,
    QueryDirectoryFlags,
    ShareAccess,
    SMB2CloseRequest,
    SMB2CreateRequest,
    SMB2FlushRequest,
    SMB2QueryDirectoryRequest,
    SMB2SetInfoRequest,
    SMB2WriteRequest,
)
from smbprotocol.session import Session
from smbprotocol.tree import TreeConnect

from station.tokens.smb_address import SmbAddress

_RELATED = b"\xff" * 16


class RawShare:
    """One connection, log-in and tree."""

    def __init__(self, address: SmbAddress) -> None:
        self._connection: Any = Connection(uuid.uuid4(), address.host, address.port, require_signing=True)
        self._connection.connect(timeout=10)
        self._session: Any = Session(
            self._connection, address.user, address.password, require_encryption=address.encrypt
        )
        self._session.connect()
        self._tree: Any = TreeConnect(self._session, rf"\\{address.host}\{address.share}")
        self._tree.connect()
        self._connection.echo(self._session.session_id, credit_request=256)

    def create(self, path: str, data: bytes) -> None:
        """A new file, written and flushed: one compound."""
        write = SMB2WriteRequest()
        write["file_id"], write["buffer"] = _RELATED, data
        access = FilePipePrinterAccessMask.FILE_WRITE_DATA | FilePipePrinterAccessMask.FILE_READ_ATTRIBUTES
        self._send([_open(path, access, CreateDisposition.FILE_CREATE), write, _flush(), _close()])

    def rename(self, path: str, target: str, *, flush: bool = True) -> None:
        """A rename that replaces nothing: one compound, with a FLUSH that makes it last."""
        information = FileRenameInformation()
        information["replace_if_exists"] = False
        information["file_name"] = target.replace("/", "\\")
        change = SMB2SetInfoRequest()
        change["info_type"] = 1
        change["file_info_class"] = FileInformationClass.FILE_RENAME_INFORMATION
        change["file_id"], change["buffer"] = _RELATED, information
        access = FilePipePrinterAccessMask.DELETE | FilePipePrinterAccessMask.FILE_WRITE_DATA
        opening = _open(path, access, CreateDisposition.FILE_OPEN)
        self._send([opening, change, *([_flush()] if flush else []), _close()])

    def names(self, path: str) -> int:
        """How many entries: one listing of names, in one compound when they fit."""
        query = SMB2QueryDirectoryRequest()
        query["file_information_class"] = FileInformationClass.FILE_NAMES_INFORMATION
        query["flags"], query["file_id"] = QueryDirectoryFlags.SMB2_RESTART_SCANS, _RELATED
        query["output_buffer_length"], query["buffer"] = 65_536, "*".encode("utf-16-le")
        opening = _open(
            path,
            FilePipePrinterAccessMask.FILE_READ_DATA,
            CreateDisposition.FILE_OPEN,
            CreateOptions.FILE_DIRECTORY_FILE,
        )
        answers = self._send([opening, query, _close()])
        return len(answers[1]["data"].get_value())

    def close(self) -> None:
        self._connection.disconnect(close=True)

    def _send(self, messages: list[Any]) -> list[Any]:
        requests = self._connection.send_compound(
            messages, sid=self._session.session_id, tid=self._tree.tree_connect_id, related=True
        )
        return [self._connection.receive(request) for request in requests]


def _open(path: str, access: int, disposition: int, options: int = CreateOptions.FILE_NON_DIRECTORY_FILE) -> Any:
    request = SMB2CreateRequest()
    request["impersonation_level"] = ImpersonationLevel.Impersonation
    request["desired_access"], request["file_attributes"] = access, FileAttributes.FILE_ATTRIBUTE_NORMAL
    request["share_access"], request["create_disposition"] = ShareAccess.FILE_SHARE_READ, disposition
    request["create_options"], request["buffer_path"] = options, path.replace("/", "\\").encode("utf-16-le")
    return request


def _flush() -> Any:
    request = SMB2FlushRequest()
    request["file_id"] = _RELATED
    return request


def _close() -> Any:
    request = SMB2CloseRequest()
    request["file_id"] = _RELATED
    return request

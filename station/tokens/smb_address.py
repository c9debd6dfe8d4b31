"""Where the floor's share is, and as whom to use it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SmbAddress:
    """`folder` is the floor's root within the share, with `/` between its parts; empty means the share's own root.

    The password is never part of its text.
    """

    host: str
    port: int
    share: str
    folder: str
    user: str
    password: str = field(repr=False)
    encrypt: bool = True

    def __str__(self) -> str:
        r"""As people write it: `\\host\share\folder`."""
        port = "" if self.port == 445 else f":{self.port}"
        folder = "".join(f"\\{part}" for part in self.folder.split("/") if part)
        return rf"\\{self.host}{port}\{self.share}{folder}"

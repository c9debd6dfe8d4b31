"""Making sure that what was written stays, whatever happens to the power."""

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Waits until the file's content, or the folder's entries, are on the disk. Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

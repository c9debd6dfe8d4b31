"""The stations of a counter-service shop."""

import os

# pygame greets on standard output when it is imported, which would stand before a command's JSON.
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

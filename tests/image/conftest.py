"""Needs an image: `make test-image` makes one and says where it is."""

import os
from pathlib import Path

import pytest

from image.stick import stick
from tests.image.machine import Machine

OUT = os.environ.get("STATION_IMAGE", "")


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/image" in str(item.path) and not OUT and "machine_tests" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="STATION_IMAGE names no folder with an image: make test-image"))


@pytest.fixture(scope="session")
def image():
    return Path(OUT) / "station.img"


@pytest.fixture
def boot(image, tmp_path):
    """Starts a machine of a role; it ends with the test."""
    machines = []

    def start(role="till", code="till1", *disks, **more):
        options = {name: more.pop(name) for name in ("uefi", "vga", "arguments") if name in more}
        path, card = stick(tmp_path, code, role, **more)
        machine = Machine(image, tmp_path, path, *disks, **options)
        machine.card = card
        machines.append(machine)
        return machine.start()

    yield start
    for machine in machines:
        machine.close()

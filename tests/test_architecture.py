"""The drawing of the floors in docs/internals/architecture.md is the one that tests/test_house.py holds the code to."""

import re
from pathlib import Path

from test_house import FLOORS

PAGE = Path(__file__).parents[1] / "docs" / "internals" / "architecture.md"


def test_the_drawing_shows_the_floors():
    drawn = {int(n): set(rooms.split()) for n, rooms in re.findall(r"^ ?(\d+)  (.+)$", PAGE.read_text(), re.MULTILINE)}
    assert drawn == {i: rooms - {"__init__", "__main__"} for i, rooms in enumerate(FLOORS)}

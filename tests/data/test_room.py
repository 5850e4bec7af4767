from pathlib import Path

import numpy as np

from dl4py.data import room


def test_much_lies_in_a_file(monkeypatch):
    assert not isinstance(room.room((2, 3)), np.memmap)
    monkeypatch.setattr(room, "IN_MEMORY", 5)
    array = room.room((2, 3))
    assert isinstance(array, np.memmap)
    assert array.sum() == 0
    array[:] = 7
    assert array.sum() == 42
    assert not Path(str(array.filename)).exists()

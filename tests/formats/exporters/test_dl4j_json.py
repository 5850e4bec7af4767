from replay import CASES, names

from dl4py.formats.dl4j.model import load
from dl4py.formats.dl4j.text import parse_json
from dl4py.formats.exporters.base import EXPORTERS


def test_json_is_the_entry_of_the_zip(tmp_path):
    import zipfile

    for case in names()[::7]:
        EXPORTERS.get("dl4j_json")().write(load(CASES / case / "model.zip"), tmp_path / "m.json")
        theirs = zipfile.ZipFile(CASES / case / "model.zip").read("configuration.json")
        assert parse_json((tmp_path / "m.json").read_bytes(), "ours") == parse_json(theirs, "theirs")

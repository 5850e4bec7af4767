"""What `predict` writes, checked against texts by hand."""

import io
import json

import numpy as np

from dl4py.cli.answers import Answer, form_of, write

KIND = Answer("kind", np.array([[0.75, 0.25], [0.125, 0.875]]), ("a,b", "c"), ("a,b", "c"))
MILES = Answer("miles", np.array([[20.5], [31.0]]))
FILES = ("x/1.png", "x/2.png")


def written(tmp_path, answers, files=(), form="csv", classes=False):
    write(answers, files, str(tmp_path / "y"), form, classes)
    return (tmp_path / "y").read_bytes()


def test_one_output(tmp_path):
    assert written(tmp_path, [KIND]).decode() == 'class,"a,b",c\n"a,b",0.75,0.25\nc,0.125,0.875\n'
    assert written(tmp_path, [KIND], classes=True).decode() == "a,b\nc\n"
    assert written(tmp_path, [MILES], classes=True).decode() == "output_0\n20.5\n31\n"
    lines = written(tmp_path, [KIND], form="jsonl").decode().splitlines()
    assert json.loads(lines[1]) == {"class": "c", "output": [0.125, 0.875]}


def test_files_of_examples_come_first(tmp_path):
    assert written(tmp_path, [MILES], FILES).decode() == "file,output_0\nx/1.png,20.5\nx/2.png,31\n"
    assert written(tmp_path, [KIND], FILES, "jsonl", True).decode().splitlines()[0] == (
        '{"file": "x/1.png", "class": "a,b"}'
    )
    with np.load(io.BytesIO(written(tmp_path, [KIND], FILES, "npz"))) as file:
        assert {name: file[name].tolist() for name in file.files} == {
            "file": list(FILES),
            "output": KIND.y.tolist(),
            "class": ["a,b", "c"],
        }


def test_several_outputs_stand_under_their_names(tmp_path):
    assert written(tmp_path, [KIND, MILES]).decode().splitlines()[:2] == [
        'kind,"kind.a,b",kind.c,miles',
        '"a,b",0.75,0.25,20.5',
    ]
    assert written(tmp_path, [KIND, MILES], classes=True).decode() == "a,b\nc\n"
    assert written(tmp_path, [KIND, KIND], classes=True).decode() == '"a,b","a,b"\nc,c\n'
    assert json.loads(written(tmp_path, [KIND, MILES], form="jsonl").decode().splitlines()[0]) == {
        "kind": {"class": "a,b", "output": [0.75, 0.25]},
        "miles": {"output": [20.5]},
    }
    with np.load(io.BytesIO(written(tmp_path, [KIND, MILES], form="npz"))) as file:
        assert set(file.files) == {"kind", "kind_class", "miles"}
        assert file["miles"].tolist() == MILES.y.tolist()


def test_forms_of_names():
    assert [form_of(name) for name in ("y.npz", "y.jsonl", "y.json", "-", "y.txt")] == [
        "npz", "jsonl", "jsonl", "csv", "csv",
    ]  # fmt: skip

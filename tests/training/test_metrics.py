import json
from types import SimpleNamespace

from dl4py.training.metrics import Metrics, cut


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def written(path, *, every=2, steps=5):
    with Metrics(path, every) as metrics:
        for step in range(1, steps + 1):
            metrics.iteration(SimpleNamespace(iteration=step, epoch=0), step / 10, 8)
    return lines(path)


def test_every_so_many_iterations_have_a_line(tmp_path):
    found = written(tmp_path / "m.jsonl")
    assert [(line["iteration"], line["score"]) for line in found] == [(0, 0.1), (2, 0.3), (4, 0.5)]
    assert set(found[0]) == {"iteration", "epoch", "score", "seconds"}


def test_steps_that_are_made_again_lose_their_lines_and_half_a_line_goes(tmp_path):
    path = tmp_path / "m.jsonl"
    written(path)
    with open(path, "a") as file:
        file.write('{"iteration": 1, "sco')
    cut(path, 3)
    assert [line["iteration"] for line in lines(path)] == [0, 2]
    cut(tmp_path / "absent.jsonl", 3)

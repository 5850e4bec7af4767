"""The house: floors, one test file per thing, light imports, errors that travel."""

import ast
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import dl4py
from dl4py import errors
from dl4py.spec.reference import kinds

PACKAGE = Path(dl4py.__file__).parent
TESTS = Path(__file__).parent

FLOORS = [
    {"errors", "registry", "atomic", "compatibility", "__init__"},
    {"kernels", "spec", "shapes"},
    {"plan"},
    {"schedules", "distributions", "activations"},
    {"losses", "initializers", "updaters", "regularization", "constraints", "dropouts", "weight_noise"},
    {"preprocessors", "reconstructions"},
    {"layers"},
    {"vertices"},
    {"network", "data"},
    {"evaluation"},
    {"formats"},
    {"training"},
    {"spark"},
    {"cli", "__main__"},
]
FLOOR = {room: i for i, rooms in enumerate(FLOORS) for room in rooms}


EXCEPTIONS = {
    ("network.py", "formats"),  # `net.save` is the Python face's word for what `formats` does
    ("entry.py", "cli"),  # the program that spark-submit runs
}


def room_of(path: Path) -> str:
    """The room that a source file belongs to."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imports(path: Path) -> set[str]:
    """The rooms that a file imports when it is loaded or run."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("dl4py"):
            names = [node.module] if node.module != "dl4py" else [f"dl4py.{a.name}" for a in node.names]
        elif isinstance(node, ast.Import):
            names = [a.name for a in node.names if a.name.startswith("dl4py.")]
        found |= {name.split(".")[1] for name in names if "." in name}
    return found & FLOOR.keys()


FILES = sorted(p for p in PACKAGE.rglob("*.py") if p.parent != PACKAGE or p.stem not in ("__init__",))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_room_imports_from_floors_below(path):
    room = room_of(path)
    if room in ("__main__", "cli"):
        return
    above = {other for other in imports(path) if other != room and FLOOR[other] >= max(FLOOR[room], 1)}
    assert {other for other in above if (path.name, other) not in EXCEPTIONS} == set()


def test_every_thing_has_a_test_file():
    missing = []
    for room in kinds():
        folder = PACKAGE / room
        if not folder.is_dir() or room in ("data", "formats", "spark", "network"):
            continue
        for source in folder.glob("*.py"):
            if source.stem in ("__init__", "base"):
                continue
            if not (TESTS / room / f"test_{source.stem}.py").exists():
                missing.append(f"{room}/{source.name}")
    assert missing == []


@pytest.mark.parametrize("arguments", [["--help"], ["validate", "specs/iris_mlp.yaml"], ["explain", "dense"]])
def test_light_commands_load_no_numba(arguments):
    code = (
        "import sys; sys.argv = ['dl4py', *%r]\n"
        "from dl4py.cli.main import main\n"
        "try: main()\n"
        "except SystemExit as stop: assert not stop.code, stop.code\n"
        "heavy = {'numba', 'h5py', 'pyspark', 'onnx'} & set(sys.modules)\n"
        "assert not heavy, heavy\n" % (arguments,)
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=PACKAGE.parent, capture_output=True)


FAMILY = sorted(
    (c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, errors.DL4PyError)), key=lambda c: c.code
)


@pytest.mark.parametrize("cls", FAMILY, ids=lambda c: c.code)
def test_errors_survive_pickling(cls):
    error = pickle.loads(pickle.dumps(cls("what happened", note="why", hint="the way out")))
    assert type(error) is cls
    assert (str(error), error.note, error.hint) == ("what happened", "why", "the way out")
    assert error.render() == "what happened\n   = why\n   = hint: the way out"


def test_codes_are_different():
    assert len({c.code for c in FAMILY}) == len(FAMILY)


def test_files_are_small():
    sizes = sorted(len(p.read_text().splitlines()) for p in FILES)
    assert sizes[len(sizes) // 2] <= 80


def test_the_tree_holds_no_drawers():
    assert not [p for p in FILES if p.stem in ("utils", "helpers", "common", "misc")]

"""The folder of a run, and what lies in it."""

from __future__ import annotations

from pathlib import Path

from dl4py.errors import DL4PyError

SPEC, METRICS, CHECKPOINT, MODEL = "spec.yaml", "metrics.jsonl", "checkpoint.zip", "model.zip"
BEST, LAST, EARLY = "best.zip", "last.zip", "early_stopping.json"


def new_folder(stem: str, base: Path = Path("runs")) -> Path:
    """A fresh folder ``runs/<stem>-<n>``."""
    for n in range(1, 1_000_000):
        folder = base / f"{stem}-{n}"
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise DL4PyError(
                f"cannot make the folder {folder}: {error.strerror}", hint="name one with `--output`"
            ) from None
        return folder
    raise DL4PyError(f"no free name in {base}")


def own_folder(folder: Path) -> Path:
    """The folder that a user names, made where it is missing; refused where it holds a run."""
    if (folder / SPEC).exists() or (folder / MODEL).exists():
        raise DL4PyError(
            f"{folder} holds a run already",
            hint=f"go on with `dl4py train --resume {folder}`, or choose another `--output`",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DL4PyError(
            f"cannot make the folder {folder}: {error.strerror}", hint="choose another `--output`"
        ) from None
    return folder

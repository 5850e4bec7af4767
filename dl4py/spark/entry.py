"""The program that spark-submit runs: the command line of dl4py."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from dl4py.cli.main import main

main()

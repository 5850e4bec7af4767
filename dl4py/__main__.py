"""``python -m dl4py``."""

from dl4py.cli.main import main

main()

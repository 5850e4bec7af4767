"""Processes of Spark below a test, to be killed."""

import os
import subprocess


def rows():
    """Number, parent and command line of every process."""
    out = subprocess.run(["ps", "-ewwo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
    found = [line.split(None, 2) for line in out.splitlines()[1:]]
    return {int(pid): (int(parent), args) for pid, parent, args in found}


def below(top, word):
    """Processes below one, whose command line holds a word."""
    table = rows()

    def ours(pid):
        while pid in table and pid != top:
            pid = table[pid][0]
        return pid == top

    return [pid for pid, (_, args) in table.items() if word in args and pid != top and ours(pid)]


def leaves(word):
    """Those below this process that have no such process below themselves, by their number."""
    table, found = rows(), below(os.getpid(), word)
    parents = {table[pid][0] for pid in found if pid in table}
    return sorted(pid for pid in found if pid not in parents)

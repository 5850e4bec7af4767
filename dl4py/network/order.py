"""Topological order of a graph, as DL4J's `ComputationGraph` finds it.

Parameters are laid out in this order, so ties must fall as in Java, where a `HashSet<Integer>` decides them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence


def topological(inputs: Sequence[str], vertices: Mapping[str, Sequence[str]]) -> tuple[list[str], list[str]]:
    """Names in order, network inputs included, and the names that a cycle keeps out."""
    names = [*inputs, *vertices]
    index = {name: i for i, name in enumerate(names)}
    outgoing: list[list[int]] = [[] for _ in names]
    waits = [set[int]() for _ in names]
    for name, sources in vertices.items():
        for source in sources:
            outgoing[index[source]].append(index[name])
            waits[index[name]].add(index[source])
    queue = deque(i for i, missing in enumerate(waits) if not missing)
    order = []
    while queue:
        i = queue.popleft()
        order.append(i)
        for j in hash_set_order(outgoing[i]):
            waits[j].discard(i)
            if not waits[j]:
                queue.append(j)
    done = set(order)
    return [names[i] for i in order], [names[i] for i in range(len(names)) if i not in done]


def hash_set_order(values: Iterable[int]) -> list[int]:
    """The order in which Java's `HashSet<Integer>` (OpenJDK 8 and later) gives small non-negative numbers.

    The table starts with 16 buckets and doubles above three quarters full, or when a bucket reaches nine while
    the table
    is below 64; number i sits in bucket ``(i ^ i >> 16) mod capacity``, first come first.
    """
    capacity = 16
    unique: list[int] = []
    for value in values:
        if value in unique:
            continue
        unique.append(value)
        bucket = sum((v ^ v >> 16) % capacity == (value ^ value >> 16) % capacity for v in unique)
        if len(unique) > 0.75 * capacity or (bucket > 8 and capacity < 64):
            capacity *= 2
    return sorted(unique, key=lambda v: (v ^ v >> 16) % capacity)

#!/usr/bin/env python3
"""Writes a large made-up profile, the same bytes each time: for measuring speed and memory.

    make_profile.py columns 1000000 > columns.json
    make_profile.py list 1000000 > list.json
    make_profile.py folded 1000000 > stacks.folded

A tree such as profilers make: stacks of 5 to 60 frames that share their beginnings, few distinct names (a function for
each 250 nodes), a parent before its children as often as after. Half of all nodes have a value of their own; as folded stacks, half of
those without children, sorted, as the tools that write them do.
"""

from __future__ import annotations

import json
import random
import sys
import uuid
from typing import Dict, List, TextIO, Tuple

SAMPLE = 10101


def grow(count: int, rng: random.Random) -> Tuple[List[int], List[int], List[int]]:
    """Parent, function and depth of each node; two siblings never share a function."""
    functions = max(16, count // 250)
    parent, function, depth = [-1], [0], [0]
    taken = {(-1, 0)}
    node = 0
    while len(parent) < count:
        if depth[node] >= rng.randint(5, 60):
            # up again, or to some other stack: that is how beginnings are shared
            node = rng.randrange(len(parent)) if rng.random() < 0.3 else max(0, parent[parent[node]])
            continue
        name = 1 + min(int(rng.paretovariate(0.4)), functions - 1) if rng.random() < 0.3 else rng.randint(1, functions)
        if (node, name) not in taken:
            taken.add((node, name))
            parent.append(node)
            function.append(name)
            depth.append(depth[node] + 1)
            node = len(parent) - 1
    return parent, function, depth


def name_of(function: int) -> str:
    shapes = (
        "[k] __do_sys_epoll_pwait_{}",
        "[l] std::vector<std::string>::_M_realloc_insert_{}",
        "github.com/example/orders/http.(*Server).handle{}",
        "com/example/orders/service/OrderService{}.findAll",
        "tokio::runtime::scheduler::run_{}",
    )
    return shapes[function % len(shapes)].format(function)


def write_folded(out: TextIO, names: List[str], parent: List[int], function: List[int], own: List[int]) -> None:
    inner = set(parent)
    stack: Dict[int, str] = {0: ""}
    lines = []
    for node in range(1, len(parent)):  # parents come first
        text = stack[parent[node]] + (";" if parent[node] else "") + names[function[node]]
        if node in inner:
            stack[node] = text
        elif own[node]:
            lines.append(f"{text} {own[node] // SAMPLE}\n")
    out.writelines(sorted(lines))


def main() -> None:
    form, count = sys.argv[1], int(sys.argv[2])
    rng = random.Random(20261120)
    parent, function, _ = grow(count, rng)
    own = [SAMPLE * rng.randint(1, 9) if rng.random() < 0.5 else 0 for _ in range(count)]
    names = ["svc"] + [name_of(f) for f in range(1, max(function) + 1)]
    if form == "folded":
        write_folded(sys.stdout, names, parent, function, own)
        return
    total = list(own)
    for node in range(count - 1, 0, -1):
        total[parent[node]] += total[node]
    order = list(range(1, count))
    rng.shuffle(order)
    order.insert(0, 0)  # the root stays node 0
    place: Dict[int, int] = {node: at for at, node in enumerate(order)}
    out = sys.stdout
    out.write('{"OPT_STATUS":"SUCCESS","DESCRIPTION":"","result":')
    if form == "columns":
        kinds = ["P"] + [{"[k]": "K", "[l]": "L"}.get(n[:3], "A") for n in names[1:]]
        out.write(json.dumps({"functions": names, "function_types": kinds}, separators=(",", ":"))[:-1])
        out.write(',"node_values":{"columns":["function_id","parent_node_id","self_value","total_value"],"values":[')
        out.write(",".join(f"[{function[n]},{place[parent[n]] if n else -1},{own[n]},{total[n]}]" for n in order))
        out.write("]}}")
    else:
        ids = ["" if n == 0 else str(uuid.UUID(int=rng.getrandbits(128))) for n in range(count)]
        out.write("[")
        for at, n in enumerate(order):
            element = {
                "profile_location_str": names[function[n]],
                "node_id": ids[n],
                "parent_node_id": ids[parent[n]] if n else "-1",
                "self_value": own[n],
                "total_value": total[n],
            }
            out.write(("," if at else "") + json.dumps(element, separators=(",", ":")))
        out.write("]")
    out.write(',"debug":null}\n')


if __name__ == "__main__":
    main()

"""Stacks into trees, and trees into the shapes that the releases of DeepFlow reply with.

Nodes are numbered as v7 numbers them: stack by stack, and within a stack from the leaf up to the first node
that is there already. So a parent usually stands after its child.
"""

from __future__ import annotations

import hashlib
import random
import uuid
from dataclasses import dataclass, field
from typing import Dict, Iterable, List, Mapping, Optional, Tuple

Json = object

TYPE_OF_PREFIX = {"[t]": "T", "[p]": "P", "[k]": "K", "[c]": "C", "[l]": "L"}


@dataclass
class Tree:
    """Columns of nodes; node 0 is the root."""

    names: List[str]
    parents: List[int] = field(default_factory=lambda: [-1])
    selfs: List[int] = field(default_factory=lambda: [0])
    totals: List[int] = field(default_factory=lambda: [0])


def add_up(stacks: Iterable[Tuple[str, int]]) -> Dict[str, int]:
    """Values of equal stacks added, in the order in which the stacks first appear."""
    sums: Dict[str, int] = {}
    for stack, value in stacks:
        sums[stack] = sums.get(stack, 0) + value
    return sums


def cut_stack(stack: str, depth: int) -> str:
    """The stack without its kernel frames beyond `depth`; CUDA frames only where there are no kernel ones.

    A stack with no more than `depth` of them is cut at the last one all the same, so that frame is lost:
    recorded from both releases, and surely not meant.
    """
    for mark in ("[k]", "[c]"):
        places: List[int] = []
        at = stack.find(mark)
        while at >= 0 and len(places) <= depth:
            places.append(at)
            at = stack.find(mark, at + len(mark))
        if places:
            return stack[: max(places[-1] - 1, 0)]
    return stack


def build_tree(root: str, stacks: Mapping[str, int]) -> Optional[Tree]:
    """The tree of the stacks, None when there is nothing in them."""
    tree = Tree([root])
    ids: Dict[Tuple[int, str], int] = {}
    for stack, value in stacks.items():
        if not stack:  # nothing was left by the kernel cut: the real servers lose the value too
            continue
        frames = stack.split(";")
        path, at = [0], 0
        while at < len(frames) and (path[-1], frames[at]) in ids:
            path.append(ids[path[-1], frames[at]])
            at += 1
        # The nodes from the leaf (highest in the stack, first in number) down to the first that is new.
        first_new, missing = len(tree.names), len(frames) - at
        for step in range(missing):
            tree.names.append(frames[len(frames) - 1 - step])
            last = step == missing - 1
            tree.parents.append(path[-1] if last else first_new + step + 1)
            tree.selfs.append(0)
            tree.totals.append(value)
        for step in range(missing - 1, -1, -1):
            ids[tree.parents[first_new + step], tree.names[first_new + step]] = first_new + step
        for node in path:
            tree.totals[node] += value
        tree.selfs[first_new if missing else path[-1]] += value
    return tree if len(tree.names) > 1 else None


def _uuid_text(digest: bytes) -> str:
    """A SHA-1 digest as a UUID of version 5."""
    text = digest[:16].hex()
    variant = "89ab"[int(text[16], 16) & 3]
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{variant}{text[17:20]}-{text[20:]}"


def node_ids(tree: Tree) -> List[str]:
    """For each node the UUIDv5 (namespace OID) of its frames joined by `;`, without the root ("")."""
    namespace = hashlib.sha1(uuid.NAMESPACE_OID.bytes)
    hashes = {0: namespace}
    ids = [""] * len(tree.names)
    for start in range(1, len(tree.names)):
        path, node = [], start
        while node not in hashes:
            path.append(node)
            node = tree.parents[node]
        for child in reversed(path):
            state = hashes[tree.parents[child]].copy()
            state.update((("" if tree.parents[child] == 0 else ";") + tree.names[child]).encode())
            hashes[child] = state
            ids[child] = _uuid_text(state.digest())
    return ids


def node_list(tree: Optional[Tree], root: str, shuffle: str, root_anywhere: bool) -> Json:
    """The reply of v6.4 and v6.5. `shuffle` seeds the order; empty keeps the order of the rows."""
    if tree is None:
        return None
    ids = node_ids(tree)
    nodes = [
        {
            "profile_location_str": name,
            "node_id": ids[i],
            "parent_node_id": "-1" if i == 0 else ids[tree.parents[i]],
            "self_value": tree.selfs[i],
            "total_value": tree.totals[i],
        }
        for i, name in enumerate(tree.names)
    ]
    nodes[0]["profile_location_str"] = root
    if shuffle:
        head, rest = ([], nodes) if root_anywhere else (nodes[:1], nodes[1:])
        random.Random(shuffle).shuffle(rest)
        nodes = head + rest
    return nodes


def frame_type(name: str) -> str:
    return TYPE_OF_PREFIX.get(name[:3]) or ("?" if name.startswith("[") else "A")


def columns(tree: Optional[Tree], event: str, with_types: bool) -> Json:
    """The reply of v6.6 and later. A frame named like the root shares the root's function, as there."""
    result: Dict[str, Json] = {"functions": None}
    if with_types:
        result["function_types"] = None
    if tree is None:
        result["function_values"] = {"columns": None, "values": None}
        result["node_values"] = {"columns": None, "values": None}
        return result
    ids: Dict[str, int] = {}
    nodes: List[List[int]] = []
    sums: List[List[int]] = []
    for i, name in enumerate(tree.names):
        function = ids.setdefault(name, len(ids))
        if function == len(sums):
            sums.append([0, 0])
        sums[function][0] += tree.selfs[i]
        sums[function][1] += tree.totals[i]
        nodes.append([function, tree.parents[i], tree.selfs[i], tree.totals[i]])
    result["functions"] = list(ids)
    if with_types:
        types = [frame_type(name) for name in ids]
        types[0] = "H" if tree.names[0] == "Total" else "P"
        if event.startswith(("mem-", "hbm-")):
            types = ["O" if own == whole else kind for kind, (own, whole) in zip(types, sums)]
        result["function_types"] = types
    result["function_values"] = {"columns": ["self_value", "total_value"], "values": sums}
    result["node_values"] = {
        "columns": ["function_id", "parent_node_id", "self_value", "total_value"],
        "values": nodes,
    }
    return result

"""Reports out of files: recorded replies, made ones, and what comes of them."""

from __future__ import annotations

import glob
import gzip
import json
import os
from collections import Counter
from typing import Any, Dict, Optional, Sequence, Tuple

import samples
from support import NOTHING, Outcome, PressCase, SHARED, SOURCE, read_bytes
from truth import folded

BUNDLED = os.path.join(SOURCE, "tests", "data", "cases")
RECORDED = os.path.join(SHARED, "golden", "cases") if SHARED else BUNDLED
V6, V7 = "v6.5.9", "v7.1.8"


def reply_path(case: str, version: str, cases: str = BUNDLED) -> str:
    (path,) = glob.glob(os.path.join(cases, case, f"reply.{version}.json*"))
    return path


def reply_of(path: str) -> Dict[str, Any]:
    data = read_bytes(path)
    reply: Dict[str, Any] = json.loads(gzip.decompress(data) if path.endswith(".gz") else data)
    return reply


def selfs_of(reply: Dict[str, Any]) -> "Counter[Tuple[str, ...]]":
    """Stack below the root → self, in either form."""
    paths = samples.paths_of(reply["result"])
    return Counter({path[1:]: own for path, (own, _) in paths.items() if own})


def is_empty(reply: Dict[str, Any]) -> bool:
    result = reply["result"]
    return not result or (isinstance(result, dict) and not (result["node_values"] or {}).get("values"))


class RenderCase(PressCase):
    def render(self, *arguments: str, to: str = "out", stdin: bytes = b"") -> str:
        """A render that must succeed in silence; where it went."""
        outcome = self.command("render", *arguments, "-o", self.path(to), stdin=stdin)
        self.assertEqual(outcome, Outcome(0, "", ""), arguments)
        return self.path(to)

    def refused(self, *arguments: str, code: int = NOTHING) -> str:
        """A render that must fail and leave nothing behind."""
        outcome = self.command("render", *arguments, "-o", self.path("refused"))
        self.assertEqual(outcome.code, code, f"{arguments}: {outcome}")
        self.assertEqual(outcome.out, "")
        self.assertFalse(os.path.exists(self.path("refused")))
        return outcome.err

    def folded(self, out: str) -> "Counter[Tuple[str, ...]]":
        return folded(gzip.decompress(read_bytes(os.path.join(out, "profile.folded.gz"))).decode())


def columns_reply(
    nodes: Sequence[Tuple[str, int, int, int]], types: Optional[Sequence[str]] = None, **changes: Any
) -> Dict[str, Any]:
    """A reply in the form of v6.6 and later: nodes are (name, parent, self, total)."""
    names = list(dict.fromkeys(name for name, _, _, _ in nodes))
    ids = {name: n for n, name in enumerate(names)}
    result: Dict[str, Any] = {
        "functions": names,
        "function_values": {"columns": ["self_value", "total_value"], "values": [[0, 0]] * len(names)},
        "node_values": {
            "columns": ["function_id", "parent_node_id", "self_value", "total_value"],
            "values": [[ids[name], parent, own, total] for name, parent, own, total in nodes],
        },
    }
    if types is not None:
        result["function_types"] = list(types)
    return {"OPT_STATUS": "SUCCESS", "DESCRIPTION": "", "result": {**result, **changes}, "debug": None}


def list_reply(nodes: Sequence[Tuple[str, int, int, int]]) -> Dict[str, Any]:
    """The same nodes in the form of v6.5. Ids are opaque to a reader: any that differ will do."""

    def key(node: int) -> str:
        return "-1" if node < 0 else "" if node == 0 else f"{node:08x}"

    return {
        "OPT_STATUS": "SUCCESS",
        "DESCRIPTION": "",
        "result": [
            {
                "profile_location_str": name,
                "node_id": key(n),
                "parent_node_id": key(parent),
                "self_value": own,
                "total_value": total,
            }
            for n, (name, parent, own, total) in enumerate(nodes)
        ],
        "debug": None,
    }

"""The sites that browsers look at: a row each.

    sites.py SITE DIR       presses SITE into DIR, which is not there yet
    sites.py                the names

A new row is a new ctest entry, which walks every page of it (pages.js).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from typing import Any, Callable, Dict, List

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(os.path.dirname(HERE), "integration"))

from support import BINARY, CLEAN, NOW, Standin  # noqa: E402, I001 (it says where the others are)
from rendering import columns_reply  # noqa: E402
from test_hostile import HOSTILE, chain_and_fan  # noqa: E402

MORE_HOSTILE = [
    "}</style><style>*{display:none}",
    "expression(alert(1)); url(//evil.example/x.png)",
    "[t] ' onmouseover='alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "\u202e\u202e\u202egnihtemos\u2067",
    "\U0001f3f3\ufe0f\u200d\U0001f308" * 200,
    "a" * 65536,
]
# A service is named in a query between quotes, so those cannot be in it.
SERVICES = [
    "<b>svc</b> & co",
    "</title><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "{{name}} {{{name}}} {{/services}}",
    "../../../etc/passwd",
    "]]><script>alert(1)</script>",
    "\u202etxt.exe\u202c \U0001f525 \u4e2d\u6587",
    "w" * 300,
    "core::ptr::" * 20,
]


def flamepress(*arguments: str, input: bytes = b"") -> None:
    done = subprocess.run([BINARY, *arguments], env=CLEAN, input=input, stdout=subprocess.DEVNULL)
    if done.returncode:
        sys.exit(f"flamepress {' '.join(arguments[:2])}: exit code {done.returncode}")


def write(folder: str, name: str, text: str) -> str:
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def demo(to: str, scratch: str) -> None:
    flamepress("demo", "-o", to)


def hostile(to: str, scratch: str) -> None:
    """Names that want to be more, from a server, in services, threads and frames."""
    rows: List[Dict[str, Any]] = [
        {
            "time": 1795165203 + n,
            "app_service": service,
            "profile_event_type": "on-cpu",
            "profile_language_type": "eBPF",
            "tags": {},
            "stack": f"[t] {name};{name};[k] {name}",
            "value": 10101,
        }
        for s, service in enumerate(SERVICES)
        for n, name in enumerate(HOSTILE + MORE_HOSTILE)
        if ";" not in name and (s == 0 or len(name) < 1000)
    ]
    config: Dict[str, Any] = {
        "output": to,
        "timezone": "UTC",
        "title": "</title><script>alert(1)</script>",
        "windows": ["2026-11-20"],
        "defaults": {"ticket": False},
        "services": [{"name": name} for name in SERVICES]
        + [{"name": SERVICES[0], "id": "titled", "title": "</h1><script>alert(1)</script> {{title}}"}],
    }
    with Standin("--rows", write(scratch, "rows.jsonl", "".join(json.dumps(row) + "\n" for row in rows))) as server:
        config["source"] = {"url": server.url, "retries": 0}
        flamepress("run", "-c", write(scratch, "flamepress.json", json.dumps(config)), "--now", NOW)


def files(to: str, scratch: str) -> None:
    """The same from a file, every box drawn."""
    reply = write(scratch, "reply.json", json.dumps(columns_reply(chain_and_fan())))
    flamepress("render", reply, "--min-width", "0", "--title", "</title><script>alert(1)</script>", "-o", to)


def zh(to: str, scratch: str) -> None:
    """Two nights in Chinese: a change, an empty service, the host."""
    rows: List[Dict[str, Any]] = [
        {
            "time": 1795078803 + 86400 * night + n,
            "app_service": service,
            "profile_event_type": "on-cpu",
            "profile_language_type": "eBPF",
            "tags": {},
            "stack": f"{mark}[t] pool-{n % 3};main;{work}",
            "value": 10101,
        }
        for night in (0, 1)
        for service, mark in (("orders", ""), ("Total", "[p] orders;"))
        for n in range(800)
        for work in ["audit" if night and n % 4 == 0 else f"handle;[k] entry_{n % 7}"]
    ]
    config: Dict[str, Any] = {
        "output": to,
        "timezone": "Asia/Shanghai",
        "lang": "zh",
        "windows": ["2026-11-19", "2026-11-20"],
        "services": [{"name": "orders", "fold_threads": True}, {"name": "Total"}, {"name": "nothing"}],
    }
    with Standin("--rows", write(scratch, "rows.jsonl", "".join(json.dumps(row) + "\n" for row in rows))) as server:
        config["source"] = {"url": server.url, "retries": 0}
        flamepress("run", "-c", write(scratch, "flamepress.json", json.dumps(config)), "--now", NOW)


def nights(to: str, scratch: str) -> None:
    """Three days, each pressed after the one before it was published, and two hours. `<i>audit` has no report on the 20th."""
    rows: List[Dict[str, Any]] = [
        {
            "time": 1794992403 + 3600 * hour + n,
            "app_service": service,
            "profile_event_type": "on-cpu",
            "profile_language_type": "eBPF",
            "tags": {},
            "stack": "[t] pool;main;work",
            "value": 10101,
        }
        for hour in range(72)
        for service in ("orders", "<i>audit")
        for n in range(20)
    ]
    both = [{"name": "<i>audit"}, {"name": "orders"}]
    runs: List[Any] = [("2026-11-18", both), ("2026-11-19", both), ("2026-11-20", both[1:])]
    runs += [(f"2026-11-20T0{hour}:00/PT1H", both[1:]) for hour in (1, 2)]
    with Standin("--rows", write(scratch, "rows.jsonl", "".join(json.dumps(row) + "\n" for row in rows))) as server:
        for window, services in runs:
            config = {"output": to, "timezone": "UTC", "windows": [window], "defaults": {"ticket": False}, "services": services,
                      "source": {"url": server.url, "retries": 0}}
            flamepress("run", "-c", write(scratch, "flamepress.json", json.dumps(config)), "--now", NOW)


def ticket(to: str, scratch: str) -> None:
    """Files for a ticket: a page with all in it, from a comparison whose names want to be more."""
    old, new = ("".join(f"[t] pool-{n % 3};{name};[k] {name} {n + 10 * (1 + n % (2 + side))}\n"
                        for n, name in enumerate(HOSTILE) if ";" not in name and "\n" not in name) for side in (0, 1))
    flamepress("render", write(scratch, "new.folded", new), "--baseline", write(scratch, "old.folded", old),
               "--single-file", "--title", "</title><script>alert(1)</script>", "-o", to)


SITES: Dict[str, Callable[[str, str], None]] = {
    "demo": demo,
    "hostile": hostile,
    "files": files,
    "zh": zh,
    "nights": nights,
    "ticket": ticket,
}

if __name__ == "__main__":
    if len(sys.argv) == 1:
        print("\n".join(SITES))
    else:
        with tempfile.TemporaryDirectory(prefix="flamepress-sites-") as scratch:
            SITES[sys.argv[1]](sys.argv[2], scratch)

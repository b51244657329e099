"""Runs `flamepress render` on a case folder and compares what it leaves with what is expected there.

    render_case.py FLAMEPRESS FOLDER

FOLDER holds `args` (one argument a line; the output directory is added), the input files that args name, and any of
expected.svg, expected.json (summary.json), expected.stderr, expected.exit (default 0). Times are pinned by
SOURCE_DATE_EPOCH. The script of an SVG, the same in all, is left out of what is expected. FP_UPDATE=1 writes the expectations anew instead; look at the difference before you commit it.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "assets" / "flame_svg.js"
OUTPUTS = {"expected.svg": "flamegraph.svg", "expected.json": "summary.json"}


def run(program: str, folder: pathlib.Path, out: pathlib.Path) -> dict[str, bytes]:
    args = (folder / "args").read_text().splitlines()
    env = dict(os.environ, SOURCE_DATE_EPOCH="1795219200", LC_ALL="C.UTF-8")
    done = subprocess.run([program, "render", *args, "-o", str(out)], cwd=folder, env=env, capture_output=True, timeout=60)
    got = {"expected.exit": b"%d\n" % done.returncode, "expected.stderr": done.stderr}
    for expected, name in OUTPUTS.items():
        if (out / name).exists():
            got[expected] = (out / name).read_bytes()
    if "expected.svg" in got:
        got["expected.svg"] = got["expected.svg"].replace(SCRIPT.read_bytes(), b"")
    return got


def main() -> int:
    program, folder = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
    with tempfile.TemporaryDirectory() as temp:
        out = pathlib.Path(temp) / "out"
        got = run(program, folder, out)
        if got["expected.exit"] != b"0\n" and out.exists():
            print(f"a refused input left {sorted(p.name for p in out.iterdir())} behind")
            return 1
    if "expected.svg" in got:
        xml.etree.ElementTree.fromstring(got["expected.svg"])  # well-formed, whatever is expected
    if os.environ.get("FP_UPDATE"):
        for name, content in got.items():
            (folder / name).write_bytes(content)
        return 0
    failed = 0
    for name in ("expected.exit", "expected.stderr", *OUTPUTS):
        want = (folder / name).read_bytes() if (folder / name).exists() else None
        if want != got.get(name):
            print(f"{name} differs:\n--- expected\n{(want or b'(none)').decode()[:2000]}\n+++ got\n"
                  f"{got.get(name, b'(none)').decode()[:2000]}")
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main())

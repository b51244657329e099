"""Holds the shape of the source tree: who includes whom, what a file may be, what is left unsaid.

    check_tree.py ROOT [BUILD]

BUILD is a build directory with compile_commands.json (the presets make it); with it, every header is compiled alone,
too. Prints one line a finding, `path:line: what is wrong`, and ends with 1 when there was any.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator

# One direction, no way back: a folder includes itself, those to its left, and base/. A codec turns bytes into a profile
# (and back), so it stands to the right of profile/, which knows of no format.
FOLDERS = ["base", "config", "plan", "source", "profile", "codec", "flame", "report", "publish", "press", "cmd"]
LOGGING = {"base", "press", "cmd", ""}  # everything else returns its errors; "" is main.c

# Header (a prefix) → the folders that may know the library behind it.
THIRD_PARTY = {
    "jansson": {"base", "config", "source", "report", "press"},
    "curl/": {"source"},
    "cairo": {"flame"},
    "pango/": {"flame"},
    "png": {"flame"},
    "glib": {"plan", "flame", ""},
    "zlib": {"codec"},
    "zip.h": {"publish"},
    "pcre2": {"base"},
    "uuid/": {"publish"},
    "sha1": {"profile"},
    "sha2": {"base"},
}
TELLS_VERSIONS = "src/cmd/version.c"  # of all of them, and uses nothing else of theirs
# ISO C, POSIX and Linux: for everybody.
SYSTEM = set("""
    arpa/inet assert ctype dirent emmintrin endian errno fcntl fenv float fnmatch fts getopt inttypes langinfo limits
    linux/fs locale malloc math netdb netinet/in netinet/tcp poll pthread pwd sched signal spawn stdalign stdarg stdatomic
    stdbool stddef stdint stdio stdio_ext stdlib stdnoreturn string strings sys/file sys/ioctl sys/mman sys/prctl
    sys/random sys/resource sys/sendfile sys/socket sys/stat sys/statvfs sys/syscall sys/time sys/types sys/uio sys/un sys/wait
    syslog termios threads time uchar unistd wchar wctype
    """.split())

FILE_LINES = 600  # a file has fewer
FUNCTION_LINES = 80
TEST_CODE = re.compile(r"tests/.*\.(c|h|py|js|mjs)$")

# Words of how the project is made, which say nothing to whoever reads it. Written so that this file does not hold them.
UNSAID = re.compile(r"\.\./sha[r]ed|\bsess[i]ons?\b|\bissue[ ]#?\d|\b(?<!deb-systemd-)help[e]rs?\b", re.IGNORECASE)

# What others wrote or recorded, and what is not text.
NOT_OURS = re.compile(r"^(LICENSE$|\.git/|build|tests/data/|tests/cases/|tests/fuzz/corpus/|assets/demo/)|/__pycache__/|\.(gz|png|pyc|ico)$")
TEXT_AS_IS = re.compile(r"\.md$")  # two spaces at the end of a line mean something there


def files_of(root: pathlib.Path) -> Iterator[tuple[str, str]]:
    """(path below root, text) of every file that people write."""
    for folder, folders, names in os.walk(root):
        below = pathlib.Path(folder).relative_to(root)
        folders[:] = sorted(f for f in folders if not NOT_OURS.search(f"{(below / f).as_posix()}/"))
        for name in sorted(names):
            path = (below / name).as_posix()
            if not NOT_OURS.search(path):
                yield path, (root / path).read_text(encoding="utf-8", errors="replace")


def folder_of(path: str) -> str | None:
    """The folder of src/ that a C file lies in: "" for main.c, None for what is not in src/."""
    parts = path.split("/")
    if parts[0] != "src" or not path.endswith((".c", ".h")):
        return None
    return parts[1] if len(parts) == 3 else ""


def quoted_include(folder: str, header: str) -> str | None:
    target = header.split("/")[0]
    if header.count("/") != 1 or target not in FOLDERS:
        return f'"{header}": includes are written from src/, as "base/error.h"'
    if folder and target != "base" and FOLDERS.index(target) > FOLDERS.index(folder):
        return f'{folder}/ includes "{header}", but {target}/ stands to its right in: {" ".join(FOLDERS)}'
    if header == "base/log.h" and folder not in LOGGING:
        return f"{folder}/ logs; only cmd/ and press/ do, the others return errors"
    return None


def angle_include(path: str, folder: str, header: str) -> str | None:
    if header.removesuffix(".h") in SYSTEM:
        return None
    for prefix, allowed in THIRD_PARTY.items():
        if header.startswith(prefix):
            return None if folder in allowed or path == TELLS_VERSIONS else \
                f"<{header}> is known to {', '.join(sorted(allowed))} alone, not to {folder or 'main.c'}"
    return f"<{header}>: which library is that? Put it into THIRD_PARTY or SYSTEM of {pathlib.Path(__file__).name}"


def check_includes(path: str, text: str) -> Iterator[str]:
    folder = folder_of(path)
    if folder is None:
        return
    if folder and folder not in FOLDERS:
        yield f"{path}:1: src/{folder}/ has no place in: {' '.join(FOLDERS)}"
        return
    for number, line in enumerate(text.splitlines(), 1):
        include = re.match(r'\s*#\s*include\s*([<"])([^>"]*)[>"]', line)
        if include:
            quoted = include[1] == '"'
            wrong = quoted_include(folder, include[2]) if quoted else angle_include(path, folder, include[2])
            if wrong:
                yield f"{path}:{number}: {wrong}"


def check_sizes(path: str, text: str) -> Iterator[str]:
    is_source = folder_of(path) is not None
    if not is_source and not TEST_CODE.match(path):
        return
    lines = text.splitlines()
    if len(lines) >= FILE_LINES:
        yield f"{path}:{len(lines)}: {len(lines)} lines; a file has fewer than {FILE_LINES}"
    if not is_source:
        return
    start = None
    for number, line in enumerate(lines, 1):
        if line == "{":  # the house's braces: only a function opens in the first column
            start = number
        elif line == "}" and start:
            if number - start - 1 > FUNCTION_LINES:
                yield f"{path}:{start}: a function of {number - start - 1} lines; at most {FUNCTION_LINES}"
            start = None


def check_text(path: str, text: str) -> Iterator[str]:
    for number, line in enumerate(text.split("\n"), 1):
        unsaid = UNSAID.search(line)
        if unsaid:
            yield f'{path}:{number}: "{unsaid[0]}" says nothing to a reader of the project'
        if line != line.rstrip() and not TEXT_AS_IS.search(path):
            yield f"{path}:{number}: white space at the end of the line"
        if "\t" in line and path.endswith((".c", ".h", ".py", ".sh", ".json")):
            yield f"{path}:{number}: a tab"
    if text and not text.endswith("\n"):
        yield f"{path}:{text.count(chr(10)) + 1}: no newline at the end"


def compiler_of(build: pathlib.Path) -> list[str]:
    """The command line that compiles a file of src/, without the file and where it goes."""
    for entry in json.loads((build / "compile_commands.json").read_text()):
        if entry["file"].endswith("/src/main.c"):
            words = shlex.split(entry["command"])
            dropped = {"-c", entry["file"]}
            return [w for i, w in enumerate(words) if w not in dropped and w != "-o" and words[i - 1] != "-o"]
    raise SystemExit(f"{build}/compile_commands.json does not know src/main.c")


def check_header(root: pathlib.Path, path: str, compiler: list[str]) -> str | None:
    """Alone, and twice, so that a missing guard shows."""
    include = f'#include "{path.removeprefix("src/")}"\n'
    done = subprocess.run([*compiler, "-Wno-unused", "-fsyntax-only", "-x", "c", "-"], cwd=root, input=include * 2,
                          capture_output=True, text=True)
    if done.returncode == 0 and not done.stderr:
        return None
    return f"{path}:1: does not compile alone: {done.stderr.strip().splitlines()[0]}"


def check(root: pathlib.Path, build: pathlib.Path | None) -> list[str]:
    found, headers = [], []
    for path, text in files_of(root):
        for rule in (check_includes, check_sizes, check_text):
            found += rule(path, text)
        if folder_of(path) and path.endswith(".h"):
            headers.append(path)
    if build:
        compiler = compiler_of(build)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            found += filter(None, pool.map(lambda path: check_header(root, path, compiler), headers))
    return found


def main() -> int:
    root = pathlib.Path(sys.argv[1]).resolve()
    found = check(root, pathlib.Path(sys.argv[2]) if sys.argv[2:] and sys.argv[2] else None)
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

"""A published tree, looked at from outside: manifests, links, markup, pictures."""

from __future__ import annotations

import glob
import hashlib
import os
import re
import shutil
import subprocess
import urllib.parse
import xml.etree.ElementTree as ElementTree
import zlib
from html.parser import HTMLParser
from typing import Dict, Iterator, List, Optional, Set, Tuple

from support import SOURCE, read_bytes, read_json, read_text

REPORT_FILES = {
    "index.html",
    "summary.json",
    "flamegraph.svg",
    "flamegraph.png",
    "flamegraph-2x.png",
    "profile.folded.gz",
    "profile.pb.gz",
    "profile.js",
}
# What an SVG may run.
SVG_SCRIPT = read_text(os.path.join(SOURCE, "assets", "flame_svg.js"))
# What may load or lead somewhere.
LINKS = {
    "href",
    "src",
    "srcset",
    "data",
    "action",
    "poster",
    "formaction",
    "xlink:href",
    "background",
    "cite",
}


def files_of(root: str) -> Dict[str, bytes]:
    """Every file below `root` by relative path; a symbolic link by its target. Nothing of .flamepress."""
    found: Dict[str, bytes] = {}
    for directory, names, files in os.walk(root):
        if directory == root and ".flamepress" in names:
            names.remove(".flamepress")
        for name in files + [n for n in names if os.path.islink(os.path.join(directory, n))]:
            path = os.path.join(directory, name)
            key = os.path.relpath(path, root)
            found[key] = b"-> " + os.readlink(path).encode() if os.path.islink(path) else read_bytes(path)
    return found


def nights_of(site: str) -> List[str]:
    """Paths of nights, newest last."""
    found = glob.glob(os.path.join(site, "[0-9]" * 4, "[0-9]" * 2, "[0-9]*"))
    return sorted(os.path.relpath(path, site) for path in found)


def leftovers(site: str) -> List[str]:
    """What no finished run leaves: stages, moved-aside nights, temporary files."""
    state = os.path.join(site, ".flamepress")
    found = (
        [os.path.join(".flamepress", name) for name in os.listdir(state) if name not in ("lock", "published")]
        if os.path.isdir(state)
        else []
    )
    found = [
        name for name in found if not (name.endswith("/old") and not os.listdir(os.path.join(site, name)))
    ]
    for directory, names, files in os.walk(site):
        if directory == site and ".flamepress" in names:
            names.remove(".flamepress")
        found += [
            os.path.relpath(os.path.join(directory, n), site) for n in names + files if n.startswith(".")
        ]
    return found


def manifest_problems(site: str) -> List[str]:
    """Every night has a run.json, and it lists exactly the night's files as they are."""
    problems = []
    for night in nights_of(site):
        base = os.path.join(site, night)
        try:
            manifest = read_json(os.path.join(base, "run.json"))
        except (OSError, ValueError) as error:
            problems.append(f"{night}: {error}")
            continue
        have = files_of(base)
        have.pop("run.json")
        listed = {item["path"]: item for item in manifest["files"]}
        if set(have) != set(listed):
            problems.append(f"{night}: listed or there, not both: {sorted(set(have) ^ set(listed))}")
        for path, item in listed.items():
            data = have.get(path, b"")
            if (len(data), hashlib.sha256(data).hexdigest()) != (item["size"], item["sha256"]):
                problems.append(f"{night}/{path}: not the bytes of run.json")
    return problems


class Page(HTMLParser):
    """The links, ids and tags of one page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: List[Tuple[str, str]] = []
        self.ids: Set[str] = set()
        self.tags: Set[str] = set()
        self.attributes: Set[str] = set()
        self.problems: List[str] = []
        self.in_script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: List[Tuple[str, Optional[str]]]) -> None:
        self.tags.add(tag)
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.problems.append(f"<{tag}> has an attribute twice")
        for name, value in attrs:
            self.attributes.add(name)
            if name == "id":
                if value in self.ids:
                    self.problems.append(f"id {value} twice")
                self.ids.add(value or "")
            elif name == "srcset":
                self.links += [(tag, part.split()[0]) for part in (value or "").split(",")]
            elif name in LINKS:
                self.links.append((tag, value or ""))
        given = sorted(name for name in names if not name.startswith("data-"))
        if tag == "script" and given not in (["src"], ["defer", "src"]):
            self.problems.append(f"a script that is not a file's: {attrs}")
        self.in_script = tag == "script"

    def handle_endtag(self, tag: str) -> None:
        self.in_script = False

    def handle_data(self, data: str) -> None:
        if self.in_script:
            self.problems.append("an inline script")


def page_problems(path: str) -> List[str]:
    """Well-formed; nothing inline that a strict policy forbids; nothing from elsewhere; every link leads to a file."""
    text = read_text(path)
    problems = []
    try:
        ElementTree.fromstring(re.sub(r"(?i)^<!doctype html>", "", text))
    except ElementTree.ParseError as error:
        problems.append(f"not well-formed: {error}")
    page = Page(text)
    problems += page.problems
    if "style" in page.tags or "style" in page.attributes:
        problems.append("an inline style")
    problems += [f"handler {name}" for name in page.attributes if name.startswith("on")]
    for tag, link in page.links:
        url = urllib.parse.urlsplit(link)
        if url.scheme or url.netloc or link.startswith("/"):
            problems.append(f"<{tag}> leads elsewhere: {link}")
            continue
        target = os.path.join(os.path.dirname(path), urllib.parse.unquote(url.path)) if url.path else path
        if not os.path.isfile(target):
            problems.append(f"<{tag}> leads to nothing: {link}")
        elif url.fragment and target.endswith(".html"):
            other = page if target == path else Page(read_text(target))
            if urllib.parse.unquote(url.fragment) not in other.ids:
                problems.append(f"<{tag}> has no such place: {link}")
    return [f"{path}: {problem}" for problem in problems]


def elsewhere(text: str) -> List[str]:
    """Addresses of other hosts in anything that is loaded or followed (namespaces are only names)."""
    return [
        m
        for m in re.findall(
            r"""(?i)(?:src|href|data|url|@import)\s*[=(]\s*["']?((?:https?:)?//[^"')\s]+)""", text
        )
    ]


def svg_problems(path: str) -> List[str]:
    text = read_text(path)
    problems = []
    try:
        root = ElementTree.fromstring(text)
        if root.tag != "{http://www.w3.org/2000/svg}svg":
            problems.append(f"the root is {root.tag}")
        scripts = [element for element in root.iter() if element.tag.lower().endswith("}script")]
        if any(script.attrib or script.text != SVG_SCRIPT for script in scripts[:1]) or len(scripts) > 1:
            problems.append("another script than ours")
        for element in root.iter():
            for name, value in element.attrib.items():
                if name.lower().startswith("on"):
                    problems.append(f"handler {name}")
                if "//" in value or re.search(r"(?i)javascript:|data:", value):
                    problems.append(f"leads elsewhere: {name}={value}")
    except ElementTree.ParseError as error:
        problems.append(f"not well-formed: {error}")
    return [f"{path}: {problem}" for problem in problems]


def without_script(svg: str) -> str:
    """A picture without the one script it may have."""
    return svg.replace(f"<script><![CDATA[{SVG_SCRIPT}]]></script>", "")


def tool_problems(paths: List[str]) -> List[str]:
    """The opinion of xmllint (SVG) and tidy (HTML), where they are installed."""
    svgs = [path for path in paths if path.endswith(".svg")]
    pages = [path for path in paths if path.endswith(".html")]
    problems = []
    if svgs and shutil.which("xmllint"):
        done = subprocess.run(
            ["xmllint", "--noout", "--huge", "--nonet", *svgs], capture_output=True, text=True
        )
        if done.returncode or done.stderr:
            problems.append(done.stderr[:2000])
    if pages and shutil.which("tidy"):
        done = subprocess.run(["tidy", "-q", "-e", "-utf8", *pages], capture_output=True, text=True)
        if done.returncode > 1:
            problems.append(done.stderr[:2000])
    return problems


def all_paths(site: str, ending: str) -> Iterator[str]:
    for directory, names, files in os.walk(site):
        if directory == site and ".flamepress" in names:
            names.remove(".flamepress")
        for name in files:
            if name.endswith(ending):
                yield os.path.join(directory, name)


def all_pages(site: str) -> Iterator[str]:
    """Not those for tickets, which have all within (test_ticket) and are no part of the site."""
    return (path for path in all_paths(site, ".html") if os.path.basename(path) != "report.html")


def site_problems(site: str, tools: bool = True) -> List[str]:
    """All of the above over a whole site, `latest` and the index included."""
    problems = manifest_problems(site)
    nights = nights_of(site)
    latest = os.path.join(site, "latest")
    pages = list(all_pages(site))
    pictures = list(all_paths(site, ".svg"))
    if not os.path.islink(latest) or os.path.isabs(os.readlink(latest)):
        problems.append("latest is no relative link")
    elif os.readlink(latest) not in nights:
        problems.append(f"latest leads to {os.readlink(latest)}, which is not one of {nights}")
    else:
        # the same pages by another path: what they need must be there, too
        pages += [
            page.replace(os.path.realpath(latest), latest)
            for page in all_pages(os.path.realpath(latest))
        ]
    if not os.path.isfile(os.path.join(site, "index.html")):
        problems.append("no index.html")
    for page in pages:
        problems += page_problems(page)
    for picture in pictures:
        problems += svg_problems(picture)
    return problems + (tool_problems(pages + pictures) if tools else [])


def png_pixels(data: bytes) -> bytes:
    """Header and scan lines of a PNG. They are still filtered: equal ones are equal pictures."""
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        raise ValueError("not a PNG")
    head, packed, at = b"", b"", 8
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        if zlib.crc32(kind + body) != int.from_bytes(data[at + 8 + size : at + 12 + size], "big"):
            raise ValueError(f"chunk {kind!r} is damaged")
        head += body if kind == b"IHDR" else b""
        packed += body if kind == b"IDAT" else b""
        at += 12 + size
    return head + zlib.decompress(packed)


def png_size(data: bytes) -> Tuple[int, int]:
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def text_of(page: str) -> str:
    """The words of a page, without its markup."""
    return " ".join(
        "".join(ElementTree.fromstring(re.sub(r"(?i)^<!doctype html>", "", page)).itertext()).split()
    )

"""Pages in Chinese have no English sentence left: names, code and messages marked as English aside."""

import html.parser
import json
import os
import re
import unittest
from typing import Dict, Iterator, List, Optional, Tuple

from support import PressCase, read_text

DEMO = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "assets", "demo")
# What is data: names of functions and services, commands, and what says that it is English.
DATA = {"code", "pre", "bdi", "script", "style", "svg"}
EMPTY = {"br", "hr", "img", "input", "link", "meta", "wbr", "rect", "path"}
SPOKEN = ("aria-label", "title", "alt", "data-filter", "data-found", "data-none")
# Words that Chinese readers know by these letters: units, formats, products, files and options.
KNOWN = re.compile(
    r"""^(s|ms|min|h|d|ns|px|q|x|B|KiB|MiB|GiB|C|v|CPU|Off-CPU|GPU|UTC|SVG|PNG|PDF|JSON|zip|gzip|pprof|go|tool|strip|rust|
    ZIP|Markdown|Rust|Java|Go|Node\.js|hash|eBPF|DeepFlow|flamepress|goroutine|Goroutine|gauge|JIT|summary\.json|latest\.html|archive|sample|false|
    XX|PreserveFramePointer|fno-omit-frame-pointer|perf-basic-prof|ldflags|services|c|FILE)$""",
    re.X,
)
WORD = re.compile(r"[A-Za-z][A-Za-z'’.-]*[A-Za-z]|[A-Za-z]")


class Words(html.parser.HTMLParser):
    """The texts of a page that a reader of Chinese reads, or hears."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: List[Tuple[str, bool]] = []
        self.texts: List[str] = []
        self.english: List[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: List[Tuple[str, Optional[str]]]) -> None:
        given: Dict[str, Optional[str]] = dict(attrs)
        english = given.get("lang") == "en"
        if not english:
            self.texts += [text for name in SPOKEN for text in [given.get(name)] if text]
        if tag not in EMPTY:
            self.open.append(("en" if english else tag, english or tag in DATA))

    def handle_startendtag(self, tag: str, attrs: List[Tuple[str, Optional[str]]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in EMPTY:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in EMPTY:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if any(name == "en" for name, _ in self.open):
            self.english.append(data)
        elif not any(is_data for _, is_data in self.open):
            self.texts.append(data)


class Chinese(PressCase):
    def pages(self, folder: str) -> Iterator[Tuple[str, Words]]:
        for path, _, names in os.walk(folder):
            if "latest" not in path:
                for name in names:
                    if name.endswith(".html"):
                        yield os.path.join(path, name), Words(read_text(os.path.join(path, name)))

    def leftovers(self, folder: str, names: List[str]) -> List[str]:
        """Words of no list; `names` are those of this site, where they stand in sentences."""
        found: Dict[str, str] = {}
        for path, page in self.pages(folder):
            for text in page.texts:
                for name in [*names, self.dir]:
                    text = text.replace(name, "")
                for word in WORD.findall(text):
                    if not KNOWN.match(word):
                        found[word] = f"{os.path.relpath(path, self.dir)}: {word!r} in {text.strip()[:90]!r}"
        return sorted(found.values())

    def press_demo(self, **changes: object) -> str:
        config = {
            "output": self.site,
            "lang": "zh",
            "timezone": "UTC",
            "title": "夜",
            "source": {"archive": DEMO},
            "windows": ["2026-11-19", "2026-11-20"],
            "defaults": {"language": "eBPF", "step": "1d"},
            "services": [{"name": "nginx"}, {"name": "nobody"}, {"name": "Total"}],
            **changes,
        }
        done = self.command("run", "-c", self.write("zh.json", json.dumps(config)), "--now", "2026-11-21")
        self.assertTrue(os.path.isfile(os.path.join(self.site, "2026/11/20/index.html")), done.err)
        return self.site

    NAMES = ["nginx", "nobody", "Total", "on-cpu", "off-cpu", "release-1", DEMO, os.path.basename(DEMO)]

    def test_nights(self) -> None:
        """Two nights: the first without a baseline, a service that fails, the host, changes."""
        site = self.press_demo()
        self.assertEqual(self.leftovers(site, self.NAMES), [])
        night = Words(read_text(os.path.join(site, "2026/11/20/index.html")))
        self.assertTrue(any("nobody" in text or "recording" in text for text in night.english), night.english)

    def test_no_kept_night(self) -> None:
        site = self.press_demo(baseline="release-1", windows=["2026-11-20"], services=[{"name": "nginx"}])
        self.assertEqual(self.leftovers(site, self.NAMES), [])
        self.has(read_text(os.path.join(site, "2026/11/20/index.html")), "没有以名称“release-1”保留的夜晚")
        self.has(read_text(os.path.join(site, "2026/11/20/nginx/on-cpu/index.html")), "没有以名称“release-1”保留的夜晚")

    def test_files(self) -> None:
        """Values whose unit is a word, and a name that folded stacks cannot hold."""
        for event, text in (("goroutines", "2,020 个 goroutine"), ("inuse_objects", "2,020 个对象"), ("x-y", "2,020 个单位")):
            out = self.path(event)
            folded = self.write("a.folded", "main;work 2000\nmain 20\n")
            done = self.command("render", folded, "--lang", "zh", "--event", event, "--title", "nginx", "-o", out)
            self.assertEqual((done.code, done.err), (0, ""))
            self.assertEqual(self.leftovers(out, [*self.NAMES, event, "a.folded"]), [])
            self.has(read_text(os.path.join(out, "index.html")), text)


if __name__ == "__main__":
    unittest.main()

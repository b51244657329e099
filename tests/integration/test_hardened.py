"""The binary as it was linked: what makes a defect hard to use is in it, where the compiler and the machine have it."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import unittest

from support import BINARY, setUpModule  # noqa: F401

BUILD = os.path.dirname(BINARY)


def readelf(*arguments: str) -> str:
    return subprocess.run(["readelf", "-W", *arguments], check=True, capture_output=True, text=True, timeout=60).stdout


def cached(name: str) -> str:
    with open(os.path.join(BUILD, "CMakeCache.txt"), encoding="utf-8") as file:
        found = re.search(rf"^{name}:\w+=(.*)$", file.read(), re.MULTILINE)
    return found.group(1) if found else ""


def start_files_are_marked() -> bool:
    """Does what the system links into every program say of itself that it is fit for CET?"""
    compiler = cached("CMAKE_C_COMPILER")
    name = subprocess.run([compiler, "-print-file-name=Scrt1.o"], check=True, capture_output=True, text=True).stdout.strip()
    return os.path.exists(name) and "IBT, SHSTK" in readelf("-n", name)


@unittest.skipUnless(shutil.which("readelf"), "there is no readelf here")
class Hardened(unittest.TestCase):
    def setUp(self) -> None:
        if not os.path.exists(os.path.join(BUILD, "CMakeCache.txt")):
            self.skipTest("the binary lies in no build directory")
        if cached("FLAMEPRESS_SANITIZE") == "ON" or cached("FLAMEPRESS_HARDEN") != "ON":
            self.skipTest("not built with it")

    def needs(self, option: str) -> None:
        if cached(f"FLAMEPRESS_HAS{option}") != "1":
            self.skipTest(f"the tools here do not know {option}")

    def test_position_independent(self) -> None:
        self.assertRegex(readelf("-h", BINARY), r"Type:\s+DYN")
        self.assertRegex(readelf("-d", BINARY), r"\(FLAGS_1\).*\bPIE\b")

    def test_tables_are_read_only_once_it_runs(self) -> None:
        self.needs("_Wl__z_now")
        self.assertRegex(readelf("-d", BINARY), r"\(FLAGS\)\s+BIND_NOW|\(FLAGS_1\).*\bNOW\b")
        self.assertIn("GNU_RELRO", readelf("-l", BINARY))

    def test_nothing_is_writable_and_executable(self) -> None:
        segments = re.findall(r"^ +(LOAD|GNU_STACK) .* 0x\w+ ([R W]{2}[ E]) ", readelf("-l", BINARY), re.MULTILINE)
        self.assertIn(("GNU_STACK", "RW "), segments)
        self.assertGreater(len(segments), 2)
        for kind, rights in segments:
            self.assertFalse("W" in rights and "E" in rights, f"{kind}: {rights}")

    def test_stacks_are_guarded(self) -> None:
        self.needs("_fstack_protector_strong")
        self.assertIn("__stack_chk_fail", readelf("--dyn-syms", BINARY))

    def test_copies_are_checked(self) -> None:
        if cached("CMAKE_BUILD_TYPE") not in ("Release", "RelWithDebInfo", "MinSizeRel") or "glibc" not in platform.libc_ver()[0]:
            self.skipTest("glibc checks in optimizing builds only")
        checked = set(re.findall(r"\b__(\w+)_chk\b", readelf("--dyn-syms", BINARY)))
        self.assertLessEqual({"memcpy", "snprintf", "vsnprintf"}, checked)

    def test_jumps_land_on_marks(self) -> None:
        """Each object of ours; then the binary, where the system's start files let the linker keep the mark."""
        self.needs("_fcf_protection_full")
        objects = readelf("-n", os.path.join(BUILD, "src", "libflamepress_core.a")).split("\nFile: ")[1:]
        self.assertGreater(len(objects), 100)
        for part in objects:
            self.assertIn("x86 feature: IBT, SHSTK", part, part.splitlines()[0])
        if start_files_are_marked():
            self.assertIn("x86 feature: IBT, SHSTK", readelf("-n", BINARY))


if __name__ == "__main__":
    unittest.main()

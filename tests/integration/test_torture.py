"""Calls into the system that fail, one after the other: the site stays whole, one line says why, the next run succeeds.

    FP_TORTURE=all python3 -B -m unittest test_torture    every place in the program: hours
    FP_TORTURE=500 …                                      so many of each command, which FP_SEED chooses
    FP_TORTURE_ONLY="run:openat run:malloc" …             only these calls of these commands
"""

from __future__ import annotations

import concurrent.futures
import errno
import os
import random
import shutil
import subprocess
import unittest
from collections import Counter
from typing import Dict, List, NamedTuple, Optional, Sequence

from killing import FAST, KilledCase
from published import files_of, leftovers, manifest_problems, nights_of
from rendering import reply_path
from support import BUSY, CONFIG, NOTHING, PARTIAL, USAGE, Outcome, merge, read_text
from support import setUpModule as setUpModule

FAULTS = os.environ.get("FP_FAULTS_LIBRARY", "")
MOST = os.environ.get("FP_TORTURE", "")  # else one of each call
ONLY = os.environ.get("FP_TORTURE_ONLY", "").split()
SEED = os.environ.get("FP_SEED", "1")
MEMORY = ("malloc", "calloc", "realloc", "aligned_alloc", "strdup", "strndup")
# What each call may well say; every call that is in none of these fails with EIO.
REASONS: Dict[str, Sequence[int]] = {
    **{call: (errno.ENOMEM,) for call in MEMORY},
    **{call: (errno.EMFILE, errno.EACCES) for call in ("open", "openat", "fopen", "opendir", "fts_open", "scandir")},
    **{call: (errno.ENOSPC, errno.EIO) for call in ("write", "pwrite", "fwrite", "fflush", "fclose", "close")},
    **{call: (errno.EIO, errno.ENOSPC) for call in ("fsync", "ftruncate")},
    **{call: (errno.ENOSPC, errno.EROFS) for call in ("mkdir", "mkdirat", "mkdtemp", "link", "symlinkat")},
    **{call: (errno.EACCES, errno.ENOSPC) for call in ("rename", "renameat", "renameat2")},
    **{call: (errno.EROFS, errno.EACCES) for call in ("unlink", "unlinkat", "rmdir")},
    **{call: (errno.EACCES, errno.EIO) for call in ("stat", "lstat", "fstat", "fstatat", "access")},
    "fdopendir": (errno.ENOMEM,),
    "flock": (errno.ENOLCK,),
    "getrandom": (errno.ENOSYS, errno.EAGAIN),
    "pipe2": (errno.EMFILE,),
    "pthread_create": (errno.EAGAIN,),
}
QUICK = merge(FAST, {"services": [{"name": "checkout-api"}, {"name": "redis-server"}], "baseline": "previous"})
INTERRUPTED = "open,openat,read,pread,write,fsync,close,flock,getrandom"
SHORT = "read,pread,write"


class Fault(NamedTuple):
    """As the library is told; `number` 0 = again and again."""

    call: str
    stack: str
    number: int
    what: str


STORMS = [
    Fault(INTERRUPTED, "*", 0, str(errno.EINTR)),
    Fault(SHORT, "*", 0, "short"),
    Fault(SHORT, "*", 0, "but1"),
]


class Place(KilledCase):
    """Where one fault at a time happens: a copy of what was there before."""

    def within(self, case: "Torture", name: str) -> "Place":
        self.dir = case.path(name)
        os.mkdir(self.dir)
        self.site, self.case, self.log = self.path("site"), case, self.path("log")
        return self

    def arguments(self) -> List[str]:
        return [*self.case.arguments, "-o", self.site]

    def restore(self) -> None:
        shutil.rmtree(self.site, ignore_errors=True)
        if os.path.isdir(self.case.before):
            shutil.copytree(self.case.before, self.site, symlinks=True)

    def faulty(self, fault: str = "") -> Outcome:
        """A run with the library; self.lines is what it noted."""
        if os.path.exists(self.log):
            os.remove(self.log)
        env: Dict[str, Optional[str]] = {"LD_PRELOAD": FAULTS, "FP_FAULT_LOG": self.log, "FP_FAULT": fault or None}
        env["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        outcome = self.command(*self.arguments(), env=env)
        self.lines = read_text(self.log).splitlines() if os.path.exists(self.log) else []
        self.outcome = outcome
        return outcome

    def suffer(self, fault: Fault) -> str:
        """What came of it, in a word; fails when that is not good."""
        self.restore()
        outcome = self.faulty(" ".join(map(str, fault)))
        if "hit" not in self.lines:
            return "not reached"
        silent = (outcome.code, outcome.err) == (0, "")
        if fault.number == 0:
            self.assertTrue(silent, outcome)
        if silent:
            self.assertEqual(self.differs(), [], "all well, but not what it makes else")
        else:
            self.assertIn(outcome.code, (0, NOTHING, PARTIAL, USAGE, BUSY, CONFIG))
            self.told(outcome, fault)
        self.kept(outcome)
        self.recovers()
        return f"exit {outcome.code}" + ("" if silent else ", told")

    def differs(self) -> List[str]:
        """Files that are not what an unhindered run makes. A report that cannot be read says nothing on the pages of its
        service: that is what they say of it."""
        files = files_of(self.site)
        names = sorted(name for name in {*files, *self.case.after} if files.get(name) != self.case.after.get(name))
        pages = any(name.startswith("services/") for name in names)
        return [name for name in names if not (pages and name.startswith("services/") or pages and name == "run.json")]

    def told(self, outcome: Outcome, fault: Fault) -> None:
        """Lines of ours, and the reason in one."""
        self.assertLessEqual(len(outcome.lines), 12, outcome.err)
        self.assertEqual([line for line in outcome.lines if not line.startswith("flamepress: ")], [])
        reasons = [os.strerror(int(fault.what))]
        if fault.call in MEMORY or fault.what == str(errno.ENOMEM):
            reasons = ["emory"]
        if fault.call == "stat":  # what cannot be looked at may be there
            reasons += ["belongs to a published site", "No such file"]
        self.assertTrue(any(reason in outcome.err for reason in reasons), f"not said: {reasons}")

    def kept(self, outcome: Outcome) -> None:
        """Whole nights, each the old one or the new one."""
        if not self.case.is_site:
            left = {name: data for name, data in files_of(self.site).items() if not name.startswith("assets/")}
            whole = {name: data for name, data in self.case.after.items() if not name.startswith("assets/")}
            self.assertTrue("index.html" not in left or left == whole, f"there is {list(left)}")
            return
        self.assertEqual(manifest_problems(self.site), [])
        self.verified(self.site)
        for night in nights_of(self.site) if outcome.code not in (0, PARTIAL) else []:
            files = files_of(os.path.join(self.site, night))
            old, new = ({name: data for name, data in state.items() if name.startswith(night + "/")}
                        for state in (self.case.old, self.case.after))
            found = {f"{night}/{name}": data for name, data in files.items()}
            self.assertTrue(found in (old, new), f"{night} is neither the old nor the new one")

    def recovers(self) -> None:
        done = self.case.arguments[0] == "assemble" and self.differs() == []
        again = self.command(*self.arguments())
        if done and again.code != 0:  # what was put together cannot be put together again
            self.assertIn(again.code, (NOTHING, BUSY))
        else:
            self.assertEqual((again.code, again.err), (0, ""), "the next run")
            self.assertEqual(leftovers(self.site), self.case.stays)
        self.assertEqual(self.differs(), [], "the next run makes something else")


class Torture(KilledCase):
    before = ""  # what is there before the command
    is_site = True
    arguments: List[str]

    def setUp(self) -> None:
        super().setUp()
        if not FAULTS:
            self.skipTest("FP_FAULTS_LIBRARY is not set")

    def faults(self, name: str) -> List[Fault]:
        """What is there to fail: every call of the program, as an unhindered run makes them."""
        place = Place().within(self, "first")
        place.restore()
        self.old = files_of(place.site) if os.path.isdir(place.site) else {}
        outcome = place.faulty()
        self.assertEqual((outcome.code, outcome.err), (0, ""))
        self.after = files_of(place.site)
        self.stays = leftovers(place.site)  # the parts of a run that was put together
        found = []
        for line in place.lines:
            call, stack, times = line.split()
            for number in range(1, int(times) + 1):
                if number > 1 and (call in MEMORY or (number & (number - 1) and number not in (3, int(times)))):
                    continue  # of many from one place: the 1st; of system calls others, too
                for reason in REASONS.get(call, (errno.EIO,))[: 2 if number == 1 else 1]:
                    found.append(Fault(call, stack, number, str(reason)))
        chosen = {only.split(":")[1] for only in ONLY if only.split(":")[0] == name}
        return [fault for fault in found if fault.call in chosen] if ONLY else sorted(found)

    def torture(self, name: str) -> None:
        """All of them, so many, or one of each call (of a third of the calls, but for `run`)."""
        faults = self.faults(name)
        rng = random.Random(SEED)
        if MOST:
            rng.shuffle(faults)
            faults = faults[: None if MOST == "all" else int(MOST)]
        else:
            calls = sorted({fault.call for fault in faults})
            if name != "run":
                calls = rng.sample(calls, len(calls) // 3)
            faults = [rng.choice([fault for fault in faults if fault.call == call]) for call in calls]
        places = [Place().within(self, f"place{n}") for n in range(os.cpu_count() or 1)]
        free = list(places)
        came: Counter[str] = Counter()
        failed = []

        def one(fault: Fault) -> None:
            place = free.pop()
            try:
                came[place.suffer(fault)] += 1
            except (AssertionError, subprocess.TimeoutExpired) as error:
                failed.append(f"{' '.join(map(str, fault))}: {error}\n  {place.outcome}\n  {place.lines[1:]}")
                if MOST:
                    print(f"{name}: {failed[-1]}", flush=True)
            finally:
                free.append(place)

        with concurrent.futures.ThreadPoolExecutor(len(places)) as pool:
            list(pool.map(one, [*STORMS, *faults]))
        if MOST:
            print(f"{name}: {len(faults)} faults: {dict(came)}, {len(failed)} failed", flush=True)
        if failed:
            self.fail("\n".join([f"{len(failed)} of {len(faults)}; seed {SEED}", *failed]))

    def test_run(self) -> None:
        """Two nights, one of them there already in another form."""
        server = self.server("--seed", "5")
        old = self.config(server.url, "old.json", **merge(QUICK, {"windows": ["2026-11-19"], "title": "old"}))
        self.before = self.path("before")
        self.assertEqual(self.command("run", "-c", old, "-o", self.before).code, 0)
        config = self.config(server.url, **merge(QUICK, {"windows": ["2026-11-19", "2026-11-20"]}))
        self.arguments = ["run", "-c", config]
        self.torture("run")

    def test_render(self) -> None:
        self.is_site = False
        self.arguments = ["render", reply_path("checkout-api-day2", "v7.1.8"), "--baseline",
                          reply_path("checkout-api-day2", "v6.5.9")]
        self.torture("render")

    def test_prune(self) -> None:
        server = self.server("--seed", "5")
        nights = [f"2026-11-{day}" for day in (17, 18, 19, 20)]
        config = self.config(server.url, **merge(QUICK, {"windows": nights, "retention": {}}))
        self.before = self.path("before")
        self.assertEqual(self.command("run", "-c", config, "-o", self.before).code, 0)
        limits = {"keep_nights": 3, "profiles": {"keep_nights": 1}}
        self.arguments = ["prune", "-c", self.config(server.url, **merge(QUICK, {"windows": nights, "retention": limits}))]
        self.torture("prune")

    def test_assemble(self) -> None:
        server = self.server("--seed", "5")
        config = self.config(server.url, **QUICK)
        self.before = self.path("before")
        for n in range(2):
            self.assertEqual(self.command("run", "-c", config, "-o", self.before, "--shard", f"{n}/2").code, 0)
        self.arguments = ["assemble", "-c", config, "--shards", "2"]
        self.torture("assemble")


if __name__ == "__main__":
    unittest.main()

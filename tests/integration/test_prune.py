"""Old nights and old profiles go, and nothing else: what stays is whole, and leads nowhere that is gone."""

from __future__ import annotations

import os
import random
import shutil
import time
import unittest
from typing import Any, List

from killing import FAST, SANITIZED, KilledCase
from published import files_of, leftovers, nights_of, site_problems, text_of
from support import CONFIG, NIGHT2, PARTIAL, USAGE, Outcome, merge, read_text
from support import setUpModule as setUpModule

PROFILES = ("profile.folded.gz", "profile.js", "profile.pb.gz", "report.html", "ticket.zip")
SERVICES = [{"name": "checkout-api", "ticket": True}, {"name": "redis-server"}]
NIGHTS = [f"2026/11/{day}" for day in (20, 19, 18, 17)]
MOMENTS = int(os.environ.get("FP_KILL_MOMENTS", "10" if SANITIZED else "40"))


class PruneCase(KilledCase):
    """Four nights: two of them with data, as the server has them; each is compared with the one before."""

    def setUp(self) -> None:
        super().setUp()
        server = self.server()
        self.plain = merge(
            FAST,
            {"services": SERVICES, "baseline": "previous", "windows": [night.replace("/", "-") for night in NIGHTS]},
        )
        self.url = server.url
        outcome = self.command("run", "-c", self.config(self.url, **self.plain))
        self.assertEqual((outcome.code, outcome.out, outcome.err), (0, "", ""))
        self.assertEqual(sorted(nights_of(self.site), reverse=True), NIGHTS)

    def limits(self, **retention: Any) -> str:
        return self.config(self.url, "limits.json", **merge(self.plain, {"retention": retention}))

    def prune(self, *arguments: str, **retention: Any) -> Outcome:
        return self.command("prune", "-c", self.limits(**retention), *arguments)

    def planned(self, **retention: Any) -> List[str]:
        """What a dry run says, which touches nothing."""
        before = files_of(self.site)
        outcome = self.prune("--dry-run", **retention)
        self.assertEqual((outcome.code, outcome.err), (0, ""))
        self.assertTrue(files_of(self.site) == before)
        return outcome.out.splitlines()[:-1]

    def pruned(self, **retention: Any) -> None:
        """What the dry run says is what is gone, and nothing else."""
        before = self.by_night()
        said = self.planned(**retention)
        self.assertEqual(self.prune(**retention), Outcome(0, "", ""))
        after = self.by_night()
        words = {line.split("  ")[0]: line.split("  ")[1] for line in said}
        for night, files in before.items():
            word = words.get(night, "")
            if word.startswith("removed"):
                size = sum(len(data) for name, data in files.items() if name != "run.json")
                self.assertIn(f"removed, {size} bytes", word)
                self.assertNotIn(night, after)
                continue
            gone = sorted(set(files) - set(after[night]))
            gone = [name for name in gone if not name.startswith("assets/")]
            if word.startswith("profiles removed"):
                self.assertIn(f" {sum(len(files[name]) for name in gone)} bytes", word)
                self.assertLessEqual({os.path.basename(name) for name in gone}, set(PROFILES))  # an empty report has few
                self.assertFalse([name for name in after[night] if os.path.basename(name) in PROFILES])
            else:
                self.assertEqual(gone, [])
        self.good()
        self.assertEqual(self.planned(**retention), [line for line in said if "stays" in line])
        whole = files_of(self.site)
        self.assertEqual(self.prune(**retention), Outcome(0, "", ""))
        self.assertTrue(files_of(self.site) == whole, "the second time changes something")

    def good(self) -> None:
        self.verified(self.site)
        self.assertEqual(leftovers(self.site), [])
        self.assertEqual(site_problems(self.site, tools=False), [])


class Limits(PruneCase):
    def test_days(self) -> None:
        """Of the newest night with data: that ends with the 20th, and the 18th ended two days before it."""
        self.assertEqual(self.planned(keep_days=3), [])
        self.assertEqual([line[:19] for line in self.planned(keep_days=2)], ["2026/11/17  removed"])
        self.pruned(keep_days=1)
        self.assertEqual(nights_of(self.site), ["2026/11/19", "2026/11/20"])
        self.assertEqual(sorted(os.listdir(os.path.join(self.site, "2026", "11"))), ["19", "20"])

    def test_nights(self) -> None:
        self.assertEqual(self.planned(keep_nights=4), [])
        self.pruned(keep_nights=1)
        self.assertEqual(nights_of(self.site), [NIGHT2])
        page = read_text(os.path.join(self.site, NIGHT2, "checkout-api", "on-cpu", "index.html"))
        self.has_not(page, 'id="night-before"', "2026/11/19/")
        self.has(text_of(page), "Thu 19 Nov 2026")  # what it was compared with is still said
        self.assertIsNone(self.summary()["baseline"]["path"])

    def test_bytes(self) -> None:
        sizes = [
            sum(len(data) for name, data in self.by_night()[night].items() if name != "run.json") for night in NIGHTS
        ]
        self.assertEqual(self.planned(max_bytes=f"{sum(sizes)}B"), [])
        self.assertEqual(len(self.planned(max_bytes=f"{sum(sizes) - 1}B")), 1)
        self.pruned(max_bytes=f"{sum(sizes[:2])}B")
        self.assertEqual(nights_of(self.site), ["2026/11/19", "2026/11/20"])
        self.pruned(max_bytes="1B")
        self.assertEqual(nights_of(self.site), [NIGHT2])

    def test_profiles(self) -> None:
        self.pruned(profiles={"keep_nights": 1})
        self.assertEqual(len(nights_of(self.site)), 4)
        summary = self.summary(night="2026/11/19")
        self.assertIs(summary["profiles_removed"], True)
        self.assertEqual([summary["files"][key] for key in ("script", "folded", "pprof")], [None] * 3)
        page = self.page(night="2026/11/19")
        self.has_not(page, *PROFILES)
        self.has(text_of(page), "The profile itself was removed from the site")
        self.has(page, "flamegraph.svg", 'href="report.pdf"', 'href="summary.md"')
        self.has(self.page(), *PROFILES[1:])
        self.has_not(self.page(), "The profile itself")
        self.assertNotIn("profiles_removed", self.summary())

    def test_both(self) -> None:
        self.pruned(keep_days=2, profiles={"max_bytes": "1B"})
        self.assertEqual(len(nights_of(self.site)), 3)

    def test_at_the_end_of_a_run(self) -> None:
        self.assertEqual(self.command("run", "-c", self.limits(keep_nights=2, profiles={"keep_nights": 1})).code, 0)
        self.assertEqual(sorted(nights_of(self.site), reverse=True), NIGHTS[:2])
        self.good()
        self.assertIs(self.summary(night="2026/11/19")["profiles_removed"], True)

    def test_a_clock_that_is_far_ahead(self) -> None:
        """It finds nothing: that night is said, takes no place, and `latest` does not lead there."""
        config = self.limits(keep_nights=len(NIGHTS), keep_days=400)
        outcome = self.command("run", "-c", config, "--window", "yesterday", "--now", "2099-05-05T02:00Z")
        self.assertEqual(outcome.code, 0)
        self.one_line(outcome, "warning: night 2099/05/04: no report has any data", NIGHTS[0], "clock")
        self.assertEqual(sorted(nights_of(self.site), reverse=True), ["2099/05/04", *NIGHTS])
        self.assertEqual(os.readlink(os.path.join(self.site, "latest")), NIGHTS[0])
        self.good()
        self.assertEqual(self.planned(keep_nights=len(NIGHTS), keep_days=400), [])

    def test_no_limit(self) -> None:
        outcome = self.prune()
        self.assertEqual(outcome.code, CONFIG)
        self.one_line(outcome, "`retention`", "keep_days")


class Bound(PruneCase):
    def test_kept_under_a_name(self) -> None:
        self.assertEqual(self.command("keep", "2026-11-19", "--as", "v1", "-o", self.site).code, 0)
        before = self.by_night()["2026/11/19"]
        self.assertIn("2026/11/19  stays: kept as v1", self.planned(keep_nights=1))
        self.pruned(keep_nights=1, profiles={"keep_nights": 1, "max_bytes": "1B"}, max_bytes="1B")
        self.assertEqual(nights_of(self.site), ["2026/11/19", NIGHT2])
        profiles = {name: data for name, data in before.items() if os.path.basename(name) in PROFILES}
        after = self.by_night()["2026/11/19"]
        self.assertEqual({name: after.get(name) for name in profiles}, profiles)

    def test_kept_by_a_ticket(self) -> None:
        """`incident --keep` binds the night that its time is in, and says when there is none."""
        night = NIGHTS[1]
        day = night.replace("/", "-")
        config = self.limits(keep_nights=1)
        ticket = ("incident", "-c", config, "--service", "checkout-api", "--baseline", "none", "--around", "12h")
        done = self.command(*ticket, "--at", f"{day}T12:00Z", "-o", self.path("t"), "--keep", "incident-4711")
        self.assertEqual(done, Outcome(0, "", ""))
        self.assertIn(f"{night}  stays: kept as incident-4711", self.planned(keep_nights=1))
        self.pruned(keep_nights=1)
        self.assertIn(night, nights_of(self.site))
        none = self.command(*ticket, "--at", "2026-10-01T12:00Z", "-o", self.path("u"), "--keep", "incident-4712")
        self.assertEqual(none.code, PARTIAL, none)
        self.has(none.err, "the ticket is there, but --keep", "no night with that time in it")
        self.assertEqual(self.command(*ticket, "--at", "0", "-o", self.path("v"), "--keep", "../x").code, USAGE)

    def test_a_copy_that_cannot_be_read_keeps_everything(self) -> None:
        self.assertEqual(self.command("keep", "2026-11-19", "--as", "v1", "-o", self.site).code, 0)
        with open(os.path.join(self.site, "kept", "v1", "run.json"), "a", encoding="utf-8") as file:
            file.write(" ")
        before = files_of(self.site)
        for arguments in ([], ["--dry-run"]):
            outcome = self.prune(*arguments, keep_nights=1)
            self.assertEqual(outcome.code, 1)
            self.one_line(outcome, "kept/v1", "nothing is removed", "--force")
        self.assertTrue(files_of(self.site) == before)
        outcome = self.command("run", "-c", self.limits(keep_nights=1))
        self.assertEqual(outcome.code, PARTIAL)
        self.one_line(outcome, "kept/v1", "nothing is removed")

    def test_a_copy_that_is_lost_keeps_everything(self) -> None:
        verify, release = ("verify", self.site), ("keep", "--release", "v1", "-o", self.site)
        record = os.path.join(self.site, "run.json")
        unkept = read_text(record)
        self.assertEqual(self.command("keep", "2026-11-19", "--as", "v1", "-o", self.site).code, 0)
        self.assertEqual(self.command(*verify).code, 0)
        with open(record, "w", encoding="utf-8") as file:  # as an earlier version left it
            file.write(unkept)
        self.assertEqual(self.command("run", "-c", self.config(self.url, **self.plain)).code, 0)
        shutil.rmtree(os.path.join(self.site, "kept", "v1"))
        outcome = self.command(*verify)
        self.assertEqual(outcome.code, 1, outcome)
        self.has(outcome.out, "missing  kept/v1: the whole copy")
        outcome = self.prune(keep_nights=1)
        self.assertEqual(outcome.code, 1)
        self.one_line(outcome, "kept/v1 is gone", "nothing is removed", "--release v1")
        self.assertEqual(sorted(nights_of(self.site), reverse=True), NIGHTS)
        self.assertEqual(self.command(*release), Outcome(0, "", ""))
        self.assertEqual(self.command(*verify).code, 0)
        self.one_line(self.command(*release), "no night is kept as v1")
        self.assertEqual(self.command("keep", "2026-11-19", "--as", "v1", "-o", self.site).code, 0)
        self.assertEqual(self.command(*release).code, 0)
        self.assertEqual(os.listdir(os.path.join(self.site, "kept")), [])
        self.assertEqual(read_text(record), unkept)
        self.pruned(keep_nights=1)
        self.assertNotIn("2026/11/19", nights_of(self.site))

    def test_a_night_without_profiles_is_kept(self) -> None:
        self.pruned(profiles={"keep_nights": 1})
        self.assertEqual(self.command("keep", "2026-11-19", "--as", "v1", "-o", self.site), Outcome(0, "", ""))
        self.assertEqual(self.command("keep", "2026-11-17", "--as", "v0", "-o", self.site), Outcome(0, "", ""))
        self.pruned(keep_nights=1)
        self.assertEqual(sorted(nights_of(self.site)), ["2026/11/17", "2026/11/19", NIGHT2])
        outcome = self.command("check", "-c", self.config(self.url, **merge(self.plain, {"baseline": "v1"})))
        self.has(outcome.err + outcome.out, "kept as v1", "has no profile")

    def test_what_is_not_ours(self) -> None:
        night = os.path.join(self.site, "2026/11/18")
        outside = self.path("outside")
        shutil.copytree(os.path.join(self.site, "2026/11/17"), outside)
        before = files_of(outside)
        os.makedirs(os.path.join(night, "notes"))
        for name in ("notes/mine.txt", "checkout-api/on-cpu/mine.txt"):
            with open(os.path.join(night, name), "w", encoding="utf-8") as file:
                file.write("mine")
        # a directory of the night's, and a file, are now links out of it: neither is followed
        shutil.rmtree(os.path.join(night, "redis-server"))
        os.symlink(os.path.join(outside, "redis-server"), os.path.join(night, "redis-server"))
        os.unlink(os.path.join(night, "summary.md"))
        os.symlink(os.path.join(outside, "summary.md"), os.path.join(night, "summary.md"))
        dry = self.prune("--dry-run", keep_nights=1)
        outcome = self.prune(keep_nights=1)
        self.assertEqual((dry.code, outcome.code), (PARTIAL, PARTIAL))
        self.assertEqual(dry.err, outcome.err)
        self.one_line(outcome, "2026/11/18", "is in no manifest", "the directory stays with that alone")
        self.assertTrue(files_of(outside) == before)
        self.assertEqual(nights_of(self.site), ["2026/11/18", NIGHT2])  # a directory, no night any more
        left = sorted(
            os.path.relpath(os.path.join(top, name), night)
            for top, names, files in os.walk(night)
            for name in [*files, *(name for name in names if os.path.islink(os.path.join(top, name)))]
        )
        self.assertEqual(left, ["checkout-api/on-cpu/mine.txt", "notes/mine.txt", "redis-server", "summary.md"])
        verified = self.command("verify", self.site)
        self.assertEqual(verified.code, 1)
        self.assertEqual({line.split()[0] for line in verified.out.splitlines()}, {"foreign"})
        shutil.rmtree(night)
        self.good()

    def test_profiles_beside_what_is_not_ours(self) -> None:
        mine = os.path.join(self.site, "2026/11/19", "mine.txt")
        with open(mine, "w", encoding="utf-8") as file:
            file.write("mine")
        before = self.by_night()["2026/11/19"]
        outcome = self.prune(profiles={"keep_nights": 1})
        self.assertEqual(outcome.code, PARTIAL)
        self.one_line(outcome, "2026/11/19", "mine.txt is in no manifest", "its profiles stay")
        self.assertTrue(self.by_night()["2026/11/19"] == before)
        os.unlink(mine)
        self.good()

    def test_a_year_that_is_a_link(self) -> None:
        elsewhere = self.path("elsewhere")
        os.makedirs(elsewhere)
        shutil.copytree(os.path.join(self.site, "2026"), os.path.join(elsewhere, "2025"))
        os.symlink(os.path.join(elsewhere, "2025"), os.path.join(self.site, "2025"))
        before = files_of(elsewhere)
        self.assertEqual(self.prune(keep_nights=1).code, 0)
        self.assertTrue(files_of(elsewhere) == before)
        self.assertTrue(os.path.islink(os.path.join(self.site, "2025")))

    def test_a_night_that_is_damaged(self) -> None:
        with open(os.path.join(self.site, "2026/11/17", "run.json"), "a", encoding="utf-8") as file:
            file.write(" ")
        with open(os.path.join(self.site, "2026/11/19", "checkout-api/on-cpu/flamegraph.svg"), "a") as file:
            file.write(" ")
        before = self.by_night()
        outcome = self.prune(keep_days=1, profiles={"keep_nights": 1})
        self.assertEqual(outcome.code, PARTIAL)
        self.has(outcome.err, "2026/11/17: run.json", "flamegraph.svg is not as it was published")
        after = self.by_night()
        self.assertEqual(sorted(after), ["2026/11/17", "2026/11/19", "2026/11/20"])
        self.assertTrue(all(after[night] == before[night] for night in ("2026/11/17", "2026/11/19")))


class Killed(PruneCase):
    def test_at_any_moment(self) -> None:
        limits = self.limits(keep_nights=2, profiles={"keep_nights": 1})
        saved = self.path("saved")
        shutil.copytree(self.site, saved, symlinks=True)
        started = time.monotonic()
        self.assertEqual(self.command("prune", "-c", limits).code, 0)
        took = time.monotonic() - started
        done = files_of(self.site)
        rng = random.Random(os.environ.get("FP_SEED", "1"))
        killed = 0
        for n in range(MOMENTS):
            shutil.rmtree(self.site)
            shutil.copytree(saved, self.site, symlinks=True)
            at = took * (n + rng.random()) / MOMENTS
            killed += self.kill_at(at, "prune", "-c", limits)
            with self.subTest(moment=at, took=took):
                self.verified(self.site)
                self.assertTrue(os.path.isfile(os.path.join(self.site, "latest", "index.html")))
                self.assertEqual(self.command("prune", "-c", limits), Outcome(0, "", ""))
                self.assertEqual(files_of(self.site), done)
        self.assertGreater(killed, MOMENTS // 3)
        self.good()


if __name__ == "__main__":
    unittest.main()

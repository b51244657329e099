"""What starts a run every night: cron's entry, systemd's units, a cluster's manifests; each as its own tools read it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import unittest
from typing import Any, Dict, List

from support import SOURCE, PressCase, read_text, setUpModule  # noqa: F401

CRON = os.path.join(SOURCE, "cron", "flamepress.cron")
UNITS = [os.path.join(SOURCE, "cron", "systemd", name) for name in ("flamepress.service", "flamepress.timer")]
CRONJOB = os.path.join(SOURCE, "cron", "kubernetes", "cronjob.yaml")
KUBECTL = 27  # 1.27, the first that knows all that the manifests say


class Cron(PressCase):
    """Names, five fields, a user, a command without '%', which acts where it should and nowhere else."""

    def setUp(self) -> None:
        super().setUp()
        self.text = read_text(CRON)
        lines = [line for line in self.text.splitlines() if line and not line.startswith("#")]
        self.settings = [line for line in lines if "=" in line.split()[0]]
        (job,) = [line for line in lines if line not in self.settings]
        self.fields = job.split(None, 6)

    def test_form(self) -> None:
        self.text.encode("ascii")
        self.assertTrue(self.text.endswith("\n"), "cron ignores a last line without a newline")
        self.assertEqual([line.split("=")[0] for line in self.settings], ["SHELL", "PATH", "MAILTO", "CONFIG"])
        for line in self.settings:
            self.assertNotRegex(line.split("=")[1], r"[$\s]", "cron sets variables as they are written")
        for field, top in zip(self.fields[:5], (59, 23, 31, 12, 7)):
            self.assertTrue(field == "*" or 0 <= int(field) <= top, field)
        self.assertEqual(self.fields[5], "flamepress")
        self.assertNotIn("%", self.fields[6])

    def act(self, timer: bool, config: bool = True, installed: bool = True) -> str:
        """What the command does, with a program that says how it was called; `timer`: systemd is running."""
        if installed:
            os.chmod(self.write("flamepress", '#!/bin/sh\necho "$@"\n'), 0o755)
        if config:
            self.write("flamepress.json", "{}")
        command = self.fields[6].replace("/run/systemd/system", self.dir if timer else self.path("none"))
        env = {"PATH": f"{self.dir}:/usr/bin:/bin", "CONFIG": self.path("flamepress.json")}
        done = subprocess.run(["/bin/sh", "-c", command], env=env, capture_output=True, text=True, timeout=30)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def test_acts(self) -> None:
        self.assertEqual(self.act(timer=False), f"run -c {self.path('flamepress.json')}\n")

    def test_not_beside_the_timer(self) -> None:
        self.assertEqual(self.act(timer=True), "")

    def test_not_without_a_configuration(self) -> None:
        self.assertEqual(self.act(timer=False, config=False), "")

    def test_not_when_the_package_is_removed(self) -> None:
        if shutil.which("flamepress", path="/usr/bin:/bin"):
            self.skipTest("flamepress is installed here")
        self.assertEqual(self.act(timer=False, installed=False), "")


@unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not there")
class Systemd(PressCase):
    def analyze(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(["systemd-analyze", "--no-pager", *arguments], cwd=self.dir, capture_output=True, text=True,
                              timeout=60)

    def copy(self, old: str = "", new: str = "") -> List[str]:
        """The units with a program that is there; `old` in them replaced by `new`."""
        paths = []
        for unit in UNITS:
            text = read_text(unit).replace("/usr/bin/flamepress", "/bin/true")
            self.assertTrue(old in text or not unit.endswith("service"), old)
            paths.append(self.write(os.path.basename(unit), text.replace(old, new) if old else text))
        return paths

    def test_verify(self) -> None:
        for old, new, says in (("", "", ""), ("PrivateTmp=", "PrivatTmp=", "PrivatTmp"), ("oneshot", "oneshoot", "oneshoot")):
            with self.subTest(new):
                done = self.analyze("verify", "--man=no", *self.copy(old, new))
                ours = [line for line in done.stderr.splitlines() if "flamepress" in line]
                if says:
                    self.assertIn(says, done.stderr)  # that it looks at all
                else:
                    self.assertEqual(ours, [])

    def test_exposure(self) -> None:
        """Below 2.0; and the judge is awake: without the narrowest settings it is not."""
        for old, new, good in (("", "", True), ("SystemCallFilter=", "#", False)):
            with self.subTest(new):
                service = self.copy(old, new)[0]
                done = self.analyze("security", "--offline=true", "--threshold=20", service)
                if "unrecognized option" in done.stderr:
                    self.skipTest("this systemd-analyze cannot judge a file")
                self.assertEqual(done.returncode == 0, good, done.stdout[-200:] + done.stderr)

    def test_says_when(self) -> None:
        timer = read_text(UNITS[1])
        when = re.findall(r"^OnCalendar=(.*)$", timer, re.MULTILINE)
        self.assertEqual(self.analyze("calendar", *when).returncode, 0)
        self.assertRegex(timer, r"(?m)^Persistent=true$")
        self.assertRegex(timer, r"(?m)^RandomizedDelaySec=\d+min$")


class Kubernetes(PressCase):
    documents: List[Dict[str, Any]]

    def setUp(self) -> None:
        super().setUp()
        try:
            import yaml
        except ImportError:
            self.skipTest("python3-yaml is not there")
        with open(CRONJOB, encoding="utf-8") as file:
            self.documents = list(yaml.safe_load_all(file))
        self.config, self.claim, self.cronjob = self.documents
        self.job = self.cronjob["spec"]["jobTemplate"]["spec"]
        self.pod = self.job["template"]["spec"]
        (self.container,) = self.pod["containers"]

    def test_kinds(self) -> None:
        self.assertEqual([(d["apiVersion"], d["kind"]) for d in self.documents],
                         [("v1", "ConfigMap"), ("v1", "PersistentVolumeClaim"), ("batch/v1", "CronJob")])

    def test_configuration(self) -> None:
        """It is one that the program takes, and writes where the volume is."""
        config = self.write("flamepress.json", self.config["data"]["flamepress.json"])
        outcome = self.command("check", "-c", config)
        self.assertEqual((outcome.code, outcome.err), (0, ""))
        values = json.loads(self.config["data"]["flamepress.json"])
        mounts = {mount["name"]: mount for mount in self.container["volumeMounts"]}
        self.assertTrue(values["output"].startswith(mounts["site"]["mountPath"] + "/"))
        self.assertEqual(values["timezone"], self.cronjob["spec"]["timeZone"])
        self.assertEqual(self.container["args"], ["run", "-c", mounts["configuration"]["mountPath"] + "/flamepress.json"])
        self.assertEqual(self.container["env"],
                         [{"name": "CREDENTIALS_DIRECTORY", "value": mounts["token"]["mountPath"]}])

    def test_volumes(self) -> None:
        volumes = {volume["name"]: volume for volume in self.pod["volumes"]}
        self.assertEqual(set(volumes), {mount["name"] for mount in self.container["volumeMounts"]})
        self.assertEqual(volumes["configuration"]["configMap"]["name"], self.config["metadata"]["name"])
        self.assertEqual(volumes["site"]["persistentVolumeClaim"]["claimName"], self.claim["metadata"]["name"])

    def test_one_at_a_time(self) -> None:
        self.assertEqual(self.cronjob["spec"]["concurrencyPolicy"], "Forbid")
        self.assertEqual(self.pod["restartPolicy"], "Never")

    def test_tries_again_by_exit_code(self) -> None:
        codes = {}
        for rule in self.job["podFailurePolicy"]["rules"]:
            self.assertIn(rule["action"], ("FailJob", "Ignore", "Count"))
            if "onExitCodes" in rule:
                self.assertEqual(rule["onExitCodes"]["containerName"], self.container["name"])
                codes.update({code: rule["action"] for code in rule["onExitCodes"]["values"]})
        known = {int(code) for code in re.findall(r"(?m)^  (\d+) ", self.command("--help").out.split("Exit codes:")[1])}
        self.assertLessEqual(set(codes), known)
        self.assertEqual({code: codes.get(code, "Count") for code in known - {0}},
                         {1: "Count", 2: "FailJob", 3: "FailJob", 64: "FailJob", 75: "Count", 78: "FailJob"})

    def test_has_no_rights(self) -> None:
        pod, container = self.pod["securityContext"], self.container["securityContext"]
        self.assertTrue(pod["runAsNonRoot"] and pod["runAsUser"])
        self.assertEqual(pod["seccompProfile"], {"type": "RuntimeDefault"})
        self.assertEqual(container, {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                                     "capabilities": {"drop": ["ALL"]}})
        self.assertFalse(self.pod["automountServiceAccountToken"])
        self.assertEqual(set(self.container["resources"]["requests"]), {"cpu", "memory"})
        user = re.search(r"^USER (\d+):", read_text(os.path.join(SOURCE, "Containerfile")), re.MULTILINE)
        assert user
        self.assertEqual(int(user[1]), pod["runAsUser"])

    def test_is_what_kubernetes_knows(self) -> None:
        """kubectl reads it into Kubernetes' own types: what it does not write again, Kubernetes has no field for."""
        if not shutil.which("kubectl"):
            self.skipTest("kubectl is not there")
        told = subprocess.run(["kubectl", "version", "--client", "-o", "json"], capture_output=True, text=True, timeout=60)
        minor = re.search(r'"minor": "(\d+)', told.stdout)
        if not minor or int(minor[1]) < KUBECTL:
            self.skipTest(f"kubectl is older than 1.{KUBECTL}")
        self.assertEqual(self.lost(self.cronjob), [])
        wrong = json.loads(json.dumps(self.cronjob).replace("concurrencyPolicy", "concurencyPolicy"))
        self.assertEqual(self.lost(wrong), [".spec.concurencyPolicy"])  # that it looks at all

    def lost(self, document: Dict[str, Any]) -> List[str]:
        command = ["kubectl", "set", "env", "--local", "-f", "-", "FP_ADDED=1", "-o", "json"]
        done = subprocess.run(command, input=json.dumps(document), capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return list(missing("", document, json.loads(done.stdout)))


def missing(path: str, ours: Any, theirs: Any) -> List[str]:
    if isinstance(ours, dict):
        if not isinstance(theirs, dict):
            return [path]
        return [where for key, value in ours.items() for where in missing(f"{path}.{key}", value, theirs.get(key))]
    if isinstance(ours, list):
        theirs = theirs if isinstance(theirs, list) else []
        padded = theirs + [None] * (len(ours) - len(theirs))
        return [where for i, value in enumerate(ours) for where in missing(f"{path}[{i}]", value, padded[i])]
    return [] if ours == theirs else [path]


if __name__ == "__main__":
    unittest.main()

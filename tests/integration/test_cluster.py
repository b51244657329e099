"""cron/kubernetes/shards.yaml: one configuration, an Indexed Job whose pods leave parts, and who puts them together."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import unittest
from typing import Any, Dict, List

from support import SOURCE, PressCase
from support import setUpModule as setUpModule

try:
    import yaml
except ImportError:
    yaml = None

SHARDS = os.path.join(SOURCE, "cron", "kubernetes", "shards.yaml")
HOUR = 3600
KUBERNETES = 29  # 1.29, the first whose Jobs have backoffLimitPerIndex without being told to


@unittest.skipUnless(yaml, "python3-yaml is not there")
class Cluster(PressCase):
    def setUp(self) -> None:
        super().setUp()
        with open(SHARDS, encoding="utf-8") as file:
            self.documents: List[Dict[str, Any]] = list(yaml.safe_load_all(file))
        self.config, self.claim, self.shards, self.assemble = self.documents
        self.jobs = [document["spec"]["jobTemplate"]["spec"] for document in (self.shards, self.assemble)]
        self.pods = [job["template"]["spec"] for job in self.jobs]
        self.containers = [container for pod in self.pods for container in pod["containers"]]

    def environment(self, container: Dict[str, Any]) -> Dict[str, str]:
        return {variable["name"]: variable["value"] for variable in container["env"]}

    def test_kinds(self) -> None:
        self.assertEqual([(d["apiVersion"], d["kind"]) for d in self.documents],
                         [("v1", "ConfigMap"), ("v1", "PersistentVolumeClaim"), *[("batch/v1", "CronJob")] * 2])
        self.assertEqual(self.claim["spec"]["accessModes"], ["ReadWriteMany"], "pods on many nodes write to it")

    def test_configuration(self) -> None:
        text = self.config["data"]["flamepress.json"]
        outcome = self.command("check", "-c", self.write("flamepress.json", text))
        self.assertEqual((outcome.code, outcome.err), (0, ""))
        values = json.loads(text)
        for document in (self.shards, self.assemble):
            self.assertEqual(document["spec"]["timeZone"], values["timezone"])
            self.assertEqual(document["spec"]["schedule"], self.shards["spec"]["schedule"])
            self.assertEqual(document["spec"]["concurrencyPolicy"], "Forbid")
        for pod, container in zip(self.pods, self.containers):
            mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
            volumes = {volume["name"]: volume for volume in pod["volumes"]}
            self.assertEqual(set(mounts), set(volumes))
            self.assertTrue(values["output"].startswith(mounts["site"] + "/"))
            self.assertEqual(volumes["configuration"]["configMap"]["name"], self.config["metadata"]["name"])
            self.assertEqual(volumes["site"]["persistentVolumeClaim"]["claimName"], self.claim["metadata"]["name"])
            self.assertIn(mounts["configuration"] + "/flamepress.json", container["args"])

    def test_numbers(self) -> None:
        """One number of shards everywhere; what the containers are told is what the program takes."""
        job = self.jobs[0]
        self.assertEqual(job["completionMode"], "Indexed")
        self.assertLessEqual(job["parallelism"], job["completions"])
        for container in self.containers:
            self.assertEqual(self.environment(container)["JOB_COMPLETION_COUNT"], str(job["completions"]))
        values = json.loads(self.config["data"]["flamepress.json"])
        values.update(output=self.site, baseline="none", services=[{"name": "Total"}, {"name": "a"}, {"name": "b"}])
        path = self.write("flamepress.json", json.dumps(values))
        jobs = 0
        for index in range(job["completions"]):
            args = [path if "/" in arg else arg for arg in self.containers[0]["args"]]
            count = self.environment(self.containers[0])["JOB_COMPLETION_COUNT"]
            outcome = self.command(*args, "--dry-run", env={"JOB_COMPLETION_INDEX": str(index), "JOB_COMPLETION_COUNT": count})
            self.assertEqual(outcome.code, 0, outcome)
            jobs += len(re.findall(r"^  \S+ on-cpu: ", outcome.out, re.MULTILINE))
        self.assertEqual(jobs, 3)
        args = [path if "/" in arg else arg for arg in self.containers[1]["args"]]
        args[args.index("--wait") + 1] = "0s"
        args.remove("--incomplete")
        outcome = self.command(*args, env={"JOB_COMPLETION_COUNT": count})
        self.one_line(outcome, f"{job['completions']} of {job['completions']} parts")

    def test_deadlines(self) -> None:
        """`yesterday` is one day in all tries, and who assembles waits for all of them, and ends after its wait."""
        hour, minute = (int(x) for x in reversed(self.shards["spec"]["schedule"].split()[:2]))
        latest = hour * HOUR + minute * 60 + self.shards["spec"]["startingDeadlineSeconds"]
        self.assertLess(latest + self.jobs[0]["activeDeadlineSeconds"], 24 * HOUR)
        args = self.containers[1]["args"]
        wait = re.fullmatch(r"(\d+)h", args[args.index("--wait") + 1])
        assert wait
        self.assertGreaterEqual(int(wait[1]) * HOUR, self.jobs[0]["activeDeadlineSeconds"])
        self.assertGreater(self.jobs[1]["activeDeadlineSeconds"], int(wait[1]) * HOUR)

    def test_tries_again_by_exit_code(self) -> None:
        known = {int(code) for code in re.findall(r"\b(\d+) ", self.command("--help").out.split("Exit codes:")[1])}
        wanted = [{2: "FailIndex", 64: "FailJob", 78: "FailJob"}, {2: "FailJob", 3: "FailJob", 64: "FailJob", 78: "FailJob"}]
        for job, container, expected in zip(self.jobs, self.containers, wanted):
            codes = {}
            for rule in job["podFailurePolicy"]["rules"]:
                if "onExitCodes" in rule:
                    self.assertEqual(rule["onExitCodes"]["containerName"], container["name"])
                    codes.update({code: rule["action"] for code in rule["onExitCodes"]["values"]})
                else:
                    self.assertEqual(rule["action"], "Ignore")
            self.assertEqual(codes, expected)
            self.assertLessEqual(set(codes), known)
            self.assertEqual(job["template"]["spec"]["restartPolicy"], "Never", "podFailurePolicy wants it so")
        self.assertGreater(self.jobs[0]["backoffLimitPerIndex"], 0)
        self.assertNotIn("backoffLimit", self.jobs[0], "one bad shard would use up the tries of all")

    def test_have_no_rights(self) -> None:
        for pod, container in zip(self.pods, self.containers):
            security = pod["securityContext"]
            self.assertTrue(security["runAsNonRoot"] and security["runAsUser"] and security["fsGroup"])
            self.assertEqual(security["seccompProfile"], {"type": "RuntimeDefault"})
            self.assertEqual(container["securityContext"], {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                                                            "capabilities": {"drop": ["ALL"]}})
            self.assertFalse(pod["automountServiceAccountToken"])
            self.assertEqual(set(container["resources"]["requests"]), {"cpu", "memory"})

    @unittest.skipUnless(shutil.which("kubectl"), "kubectl is not there")
    def test_are_what_kubernetes_knows(self) -> None:
        """kubectl reads them into Kubernetes' own types: what it does not write again, Kubernetes has no field for."""
        told = subprocess.run(["kubectl", "version", "--client", "-o", "json"], capture_output=True, text=True, timeout=60)
        minor = re.search(r'"minor": "(\d+)', told.stdout)
        if not minor or int(minor[1]) < KUBERNETES:
            self.skipTest(f"kubectl is older than 1.{KUBERNETES}")
        for document in (self.shards, self.assemble):
            command = ["kubectl", "set", "env", "--local", "-f", "-", "FP_ADDED=1", "-o", "json"]
            done = subprocess.run(command, input=json.dumps(document), capture_output=True, text=True, timeout=60)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertEqual(list(lost("", document, json.loads(done.stdout))), [])
            self.assertEqual(list(lost("", {**document, "specs": 1}, json.loads(done.stdout))), [".specs"], "it looks at all")


def lost(path: str, ours: Any, theirs: Any) -> List[str]:
    """What of ours was not written again: a field that Kubernetes does not have."""
    if isinstance(ours, dict):
        theirs = theirs if isinstance(theirs, dict) else {}
        return [where for key, value in ours.items() for where in lost(f"{path}.{key}", value, theirs.get(key))]
    if isinstance(ours, list):
        theirs = theirs if isinstance(theirs, list) else []
        padded = theirs + [None] * (len(ours) - len(theirs))
        return [where for i, value in enumerate(ours) for where in lost(f"{path}[{i}]", value, padded[i])]
    return [] if ours == theirs else [path]


if __name__ == "__main__":
    unittest.main()

"""The package in a fresh Debian: installed, run, installed again, removed, purged; nothing is left that should not be.

    fresh_root.py BUILD DIRECTORY

Packs BUILD, and makes a Debian of this machine's release in DIRECTORY, which keeps it (as debian.tar) for the next time:
the first takes minutes and a Debian mirror. Once without systemd, where the user is made by useradd, once with it.
Skipped where there is no root, no debootstrap or no mirror. FP_DEBIAN_MIRROR: another mirror.
"""

from __future__ import annotations

import glob
import os
import re
import shutil
import subprocess
import sys
from typing import Set

from support import need, run, skip

MIRROR = os.environ.get("FP_DEBIAN_MIRROR", "http://deb.debian.org/debian")
# Mounts and processes of what runs in there end with it.
INSIDE = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
CHROOT = 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"'
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive",
               "LC_ALL": "C.UTF-8", "HOME": "/root"}
APT = ["apt-get", "-q", "-y", "--no-install-recommends", "-o", "Acquire::Retries=3"]

# What a purge may leave: records of package tools, and the user, whose number nobody else must get.
MAY_STAY = re.compile(r"^(var/lib/(dpkg|apt)|var/cache/(apt|debconf|ldconfig)|var/log|tmp|root|run)/"
                      r"|^etc/(passwd|group|shadow|gshadow|subuid|subgid)-?$|^etc/\.pwd\.lock$")


class Root:
    def __init__(self, path: str) -> None:
        self.path = path

    def run(self, *command: str) -> str:
        return run([*INSIDE, "sh", "-c", CHROOT, self.path, *command], env=ENVIRONMENT, stdin=subprocess.DEVNULL)

    def shell(self, script: str) -> str:
        return self.run("sh", "-ec", script)

    def files(self) -> Set[str]:
        found = set()
        for folder, folders, names in os.walk(self.path):
            below = os.path.relpath(folder, self.path)
            folders[:] = [name for name in folders if (below, name) not in ((".", "proc"), (".", "sys"), (".", "dev"))]
            found.update(os.path.normpath(os.path.join(below, name)) for name in folders + names)
        return found

    def at(self, path: str) -> str:
        return os.path.join(self.path, path)


def pack(build: str, directory: str) -> str:
    run(["cpack", "-G", "DEB", "-B", directory], cwd=build)
    (package,) = glob.glob(os.path.join(directory, "*.deb"))
    return package


def make_debian(directory: str, package: str) -> str:
    """A tar of a Debian that has what the package needs, and systemd's packages at hand."""
    kept = os.path.join(directory, "debian.tar")
    wanted = run(["dpkg-deb", "-f", package, "Depends"]).strip()
    stamp = os.path.join(directory, "debian.depends")
    if os.path.exists(kept) and os.path.exists(stamp) and open(stamp).read() == wanted:
        return kept
    with open("/etc/os-release", encoding="utf-8") as file:
        suite = re.search(r"^VERSION_CODENAME=(\w+)$", file.read(), re.MULTILINE)
    if not suite:
        skip("this machine is no Debian with a name")
    root = os.path.join(directory, "new")
    shutil.rmtree(root, ignore_errors=True)
    done = subprocess.run(["debootstrap", "--variant=minbase", suite[1], root, MIRROR], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        skip(f"debootstrap could not make a Debian from {MIRROR}: {done.stdout[-300:]}")
    shutil.copy("/etc/resolv.conf", os.path.join(root, "etc/resolv.conf"))
    inside = Root(root)
    inside.run("apt-get", "-q", "update")
    inside.run("apt-get", "-q", "satisfy", "-y", "--no-install-recommends", wanted)
    inside.run(*APT, "install", "--download-only", "systemd", "cron")
    run(["tar", "-C", root, "-cf", kept, "."])
    with open(stamp, "w") as file:
        file.write(wanted)
    shutil.rmtree(root)
    return kept


def complain(what: str) -> None:
    sys.exit(f"fresh_root.py: {what}")


def expect(holds: object, what: str) -> None:
    if not holds:
        complain(what)


def look_around(root: Root, systemd: bool) -> None:
    """It is there, it runs, as its own user, and everything that came along is of use."""
    expect(root.run("flamepress", "--version").startswith("flamepress "), "--version")
    root.run("flamepress", "check", "-c", "/etc/flamepress/flamepress.json.example")
    state = os.stat(root.at("var/lib/flamepress"))
    expect((state.st_mode & 0o7777) == 0o755 and state.st_uid, "the state directory must be 0755 and the user's")
    expect(root.shell("stat -c %U:%G /var/lib/flamepress") == "flamepress:flamepress\n", "whose is the state directory?")
    passwd = root.run("getent", "passwd", "flamepress").strip().split(":")
    expect(int(passwd[2]) < 1000 and passwd[5:] == ["/var/lib/flamepress", "/usr/sbin/nologin"], f"user: {passwd}")
    root.shell("cd /var/lib/flamepress && setpriv --reuid=flamepress --regid=flamepress --clear-groups "
               "flamepress demo -o /var/lib/flamepress/site")
    expect(os.path.getsize(root.at("var/lib/flamepress/site/latest/index.html")) > 1000, "no site")
    completed = root.run("bash", "-c", ". /usr/share/bash-completion/completions/flamepress; COMP_WORDS=(flamepress rep); "
                         "COMP_CWORD=1; _flamepress flamepress ren flamepress; echo ${COMPREPLY[*]}")
    expect(completed == "render\n", f"bash completes ren to {completed!r}")
    enabled = root.at("etc/systemd/system/timers.target.wants/flamepress.timer")
    expect(os.path.islink(enabled), "the timer is not enabled")
    if systemd:
        root.shell("systemd-analyze verify --man=no flamepress.service flamepress.timer 2>&1 | { ! grep -i flamepress; }")


def cron_acts(root: Root) -> None:
    """The entry's command, as cron would run it: only with a configuration, and not beside the timer."""
    with open(root.at("etc/cron.d/flamepress"), encoding="ascii") as file:
        settings_and_job = [line for line in file.read().splitlines() if line and not line.startswith("#")]
    command = settings_and_job[-1].split(None, 6)[6]
    script = "".join(f"export {line}; " for line in settings_and_job[:-1]) + command
    expect(root.shell(script) == "", "cron must be silent where there is no configuration")
    shutil.copy(root.at("etc/flamepress/flamepress.json.example"), root.at("etc/flamepress/flamepress.json"))
    with open(root.at("etc/flamepress/flamepress.json"), "w") as file:
        file.write("{}")
    expect("flamepress.json" in root.shell(f"({script}) 2>&1 || echo failed with $?"), "cron must press where it is configured")
    os.makedirs(root.at("run/systemd/system"))
    expect(root.shell(script) == "", "cron must leave it to the timer")
    os.rmdir(root.at("run/systemd/system"))


def live(kept: str, package: str, directory: str, systemd: bool) -> None:
    path = os.path.join(directory, "root")
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    run(["tar", "-C", path, "-xf", kept])
    root = Root(path)
    if systemd:
        root.run(*APT, "install", "systemd")
    before = root.files()
    shutil.copy(package, root.at("tmp/flamepress.deb"))
    root.run("dpkg", "-i", "/tmp/flamepress.deb")
    look_around(root, systemd)
    cron_acts(root)
    root.run("dpkg", "-i", "/tmp/flamepress.deb")  # an upgrade: nothing is lost
    expect(os.path.exists(root.at("etc/flamepress/flamepress.json")), "an upgrade must keep the configuration")
    root.run("dpkg", "-r", "flamepress")
    expect(os.path.exists(root.at("etc/flamepress/flamepress.json.example")), "removing must keep what was configured")
    expect(os.path.exists(root.at("var/lib/flamepress/site/index.html")), "removing must keep the site")
    said = root.run("dpkg", "--purge", "flamepress")
    expect("/var/lib/flamepress is not empty" in said, f"a purge must say that the site stays: {said}")
    expect(os.path.exists(root.at("var/lib/flamepress/site/index.html")), "a purge must keep the site")
    shutil.rmtree(root.at("var/lib/flamepress/site"))
    root.run("dpkg", "-i", "/tmp/flamepress.deb")  # and again, with the user there already
    root.run("dpkg", "--purge", "flamepress")
    left = sorted(name for name in root.files() ^ before if not MAY_STAY.search(name))
    expect(not left, f"left by a purge, or lost: {left}")
    shutil.rmtree(path)


def main(build: str, directory: str) -> int:
    need("debootstrap", "dpkg-deb", "cpack", "unshare")
    if os.geteuid() != 0:
        skip("debootstrap and chroot need root")
    os.makedirs(directory, exist_ok=True)
    packed = os.path.join(directory, "packed")
    shutil.rmtree(packed, ignore_errors=True)
    package = pack(os.path.abspath(build), os.path.abspath(packed))
    kept = make_debian(os.path.abspath(directory), package)
    for systemd in (False, True):
        live(kept, package, os.path.abspath(directory), systemd)
        print(f"installs, runs and purges {'with' if systemd else 'without'} systemd")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

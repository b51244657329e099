"""Two copies of the tree at two places, built and packed at two times: the same package, byte by byte.

    reproducible.py SOURCE DIRECTORY

DIRECTORY is emptied and used. A few minutes without a compiler cache.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys

from support import need, run

LEFT_OUT = shutil.ignore_patterns("build", "build-*", ".git", "__pycache__")


def build(root: str, umask: int) -> str:
    """The digest of the package that the tree at `root` makes."""
    os.umask(umask)
    build = os.path.join(root, "build")
    # ccache may hand out what the other tree's compiler left: then nothing is shown
    env = {**os.environ, "SOURCE_DATE_EPOCH": "1795000000", "CCACHE_DISABLE": "1"}
    run(["cmake", "--preset", "release", "-DBUILD_TESTING=OFF"], cwd=root, env=env)
    run(["cmake", "--build", build], cwd=root, env=env)
    run(["cpack", "-G", "DEB"], cwd=build, env=env)
    (package,) = [name for name in os.listdir(build) if name.endswith(".deb")]
    with open(os.path.join(build, package), "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def main(source: str, directory: str) -> int:
    need("cmake", "cpack", "dpkg-deb", "dpkg-shlibdeps")
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(directory)
    roots = [os.path.join(directory, "one"), os.path.join(directory, "another", "place, longer")]
    for root in roots:  # both before either is built: the sources may be at work
        shutil.copytree(source, root, ignore=LEFT_OUT)
    digests = [build(roots[0], 0o022), build(roots[1], 0o077)]
    print("\n".join(digests))
    if digests[0] != digests[1]:
        print(f"two builds, two packages: compare them with diffoscope {directory}/*/build/*.deb {directory}/*/*/build/*.deb")
        return 1
    shutil.rmtree(directory)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

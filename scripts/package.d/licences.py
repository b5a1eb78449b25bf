#!/usr/bin/env python3
"""Prints the licences of all that is linked into some packages: licences.py TARGET PACKAGE...

Each text stands there once, under the names of all crates that come with it.
"""

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

# What a licence is called in the crates that have one: LICENSE-MIT, COPYING, NOTICE, license.txt, and the like.
NAMES = ("licen", "copying", "notice", "unlicense")

C_LIBRARY = """\
The GNU C Library, (C) Free Software Foundation, is linked into these programs under the GNU Lesser General Public License 2.1.
Its source is that of the Debian or Ubuntu package glibc of the machine that built them. To link them with another version of
it, build them from their own source, which is free: scripts/package.
"""


def cargo(*arguments):
    return subprocess.run(["cargo", *arguments], check=True, capture_output=True, text=True).stdout


def linked(target, packages):
    """The ids of what is linked in: no macros, no build scripts, nothing for tests."""
    selected = [argument for package in packages for argument in ("-p", package)]
    tree = cargo("tree", "--locked", "--edges", "normal,no-proc-macro", "--target", target, "--prefix", "none", *selected)
    return {tuple(line.split()[:2]) for line in tree.splitlines() if line}


def main():
    target, *packages = sys.argv[1:]
    wanted = linked(target, packages)
    metadata = json.loads(cargo("metadata", "--locked", "--format-version", "1", "--filter-platform", target))
    crates = [crate for crate in metadata["packages"] if (crate["name"], f"v{crate['version']}") in wanted]
    foreign = [crate for crate in crates if crate["source"]]
    texts = defaultdict(list)
    without = []
    for crate in foreign:
        files = sorted(Path(crate["manifest_path"]).parent.iterdir())
        found = [file for file in files if file.is_file() and file.name.lower().startswith(NAMES)]
        without += [] if found else [crate]
        for file in found:
            texts[file.read_text(errors="replace").strip()].append(f"{crate['name']} {crate['version']}")
    print("What is linked into these programs, and on which terms.\n")
    for crate in foreign:
        print(f"{crate['name']} {crate['version']}: {crate['license']} ({crate['repository']})")
    print("std, the standard library of Rust: MIT OR Apache-2.0 (https://github.com/rust-lang/rust)\n")
    print(C_LIBRARY)
    if without:
        names = ", ".join(crate["name"] for crate in without)
        print(f"Without a text of their own, on the terms named above, as in LICENSE-MIT and LICENSE-APACHE: {names}.")
    texts[Path("/usr/share/common-licenses/LGPL-2.1").read_text().strip()].append("The GNU C Library")
    for text, owners in texts.items():
        print(f"\n{'=' * 100}\n{', '.join(owners)}\n{'=' * 100}\n\n{text}")


main()

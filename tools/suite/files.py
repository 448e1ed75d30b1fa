# SPDX-License-Identifier: LGPL-3.0-or-later
"""Files: locks, stamps, atomic writes, hashes, free space."""

import contextlib
import fcntl
import hashlib
import os
import shutil
from pathlib import Path

from suite.console import SuiteError

GIGABYTE = 1 << 30

# parts of an addon that no database depends on
_IGNORED_PARTS = {"__pycache__", "tests", "readme"}
_IGNORED_SUFFIXES = {".pot", ".md", ".pyc", ".rst"}


def write(path, text, mode=0o644):
    """Replace a file in one step, so that an interruption leaves the old one."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    fd = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(fd, "w") as out:
        out.write(text)
    new.replace(path)


def read(path):
    """Return the text of a file, or None when there is none."""
    try:
        return Path(path).read_text()
    except FileNotFoundError:
        return None


def is_stamped(folder, want):
    """Tell whether ``folder`` was completed for exactly ``want``."""
    return read(Path(folder) / ".stamp") == want


def stamp(folder, want):
    """Mark ``folder`` as complete; the last act of making it."""
    write(Path(folder) / ".stamp", want)


@contextlib.contextmanager
def lock(path, console, what):
    """Hold a lock file; say so when another process holds it and wait."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            console.say(f"Another make is busy with {what}; waiting for it ...", force=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def digest(*parts):
    """Return a short hash of strings."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def hash_addon(folder):
    """Return a hash of the files of an addon that a database is built from."""
    folder = Path(folder)
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if _IGNORED_PARTS.intersection(relative.parts) or path.suffix in _IGNORED_SUFFIXES:
            continue
        if path.is_file():
            total.update(f"{relative}\0{path.stat().st_size}\0".encode())
            total.update(path.read_bytes())
    return total.hexdigest()[:16]


def list_addons(folder):
    """Return the names of the addons in a folder, sorted."""
    return sorted(path.parent.name for path in Path(folder).glob("*/__manifest__.py"))


def link_tree(source, target):
    """Copy a folder by hard links (Odoo never edits a stored file in place)."""
    source, target = Path(source), Path(target)
    if target.exists():
        shutil.rmtree(target)
    if source.is_dir():
        shutil.copytree(source, target, copy_function=os.link)


def check_free_space(folder, needed_gigabytes):
    """Raise a SuiteError when the disk that holds ``folder`` is nearly full."""
    folder = Path(folder)
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free / GIGABYTE
    if free < needed_gigabytes:
        raise SuiteError(
            f"{folder} has {free:.1f} GB free and about {needed_gigabytes} GB are needed.\n"
            "Make room, or choose another place with PROPERTY_SUITE_CACHE (Odoo and Python "
            "packages) and PROPERTY_SUITE_DATA (databases)."
        )

# SPDX-License-Identifier: LGPL-3.0-or-later
"""System packages: what is there, what can be installed, what to say when it cannot."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from suite.console import SuiteError

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts")


@dataclass(frozen=True)
class Need:
    """A thing that a Debian package brings."""

    package: str
    without: str
    required: bool = False


def has_venv():
    """Tell whether this Python can make virtual environments (Debian splits that off)."""
    command = [sys.executable, "-c", "import ensurepip, venv"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def find_chromium():
    """Return the path of a Chromium or Chrome, or None."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def has_cjk_fonts():
    for folder in _FONT_FOLDERS:
        for pattern in ("**/NotoSansCJK*", "**/NotoSansSC*", "**/SourceHanSans*", "**/wqy-*"):
            if next(Path(folder).expanduser().glob(pattern), None):
                return True
    return False


VENV = Need("python3-venv", "Python cannot make the virtual environment", required=True)
POSTGRESQL = Need("postgresql", "PostgreSQL comes from a Python wheel instead")
CHROMIUM = Need("chromium", "reports cannot be printed as PDF and browser tests cannot run")
FONTS = Need("fonts-noto-cjk", "Chinese text in PDF files shows as boxes")
POPPLER = Need("poppler-utils", "tests that read PDF files cannot run")


def missing(needs, has_postgresql):
    """Return those of ``needs`` that this machine lacks."""
    there = {
        VENV: has_venv,
        POSTGRESQL: has_postgresql,
        CHROMIUM: find_chromium,
        FONTS: has_cjk_fonts,
        POPPLER: lambda: shutil.which("pdftotext"),
    }
    return [need for need in needs if not there[need]()]


def ensure(needs, console, log, has_postgresql, is_root=None):
    """Install what is missing when root on a machine with apt; otherwise say what to do.

    :raise SuiteError: when something required is missing and cannot be installed.
    """
    wanted = missing(needs, has_postgresql)
    if not wanted:
        return
    packages = [need.package for need in wanted]
    is_root = os.geteuid() == 0 if is_root is None else is_root
    if is_root and shutil.which("apt-get"):
        with console.step(f"Installing system packages: {' '.join(packages)}"):
            _apt_install(packages, console, log)
        wanted = missing(needs, has_postgresql)
        if not wanted:
            return
    report_missing(wanted, console)


def report_missing(wanted, console):
    """Say what is missing and how to get it; stop when it is required."""
    command = "apt-get install " + " ".join(need.package for need in wanted)
    lines = [f"  {need.package}: without it {need.without}" for need in wanted]
    text = "\n".join(
        ["System packages are missing:", *lines, f"Get them, as root, with: {command}"]
    )
    if any(need.required for need in wanted):
        raise SuiteError(text)
    console.warn(text)


def _apt_install(packages, console, log):
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    options = ["-q", "-y", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3"]
    install = ["apt-get", *options, "install", "--no-install-recommends", *packages]
    if console.run(install, log, env=env, check=False) == 0:
        return
    # never updated, or an index that has moved on
    update = ["apt-get", *options, "update"]
    console.run(update, log.with_suffix(".update.log"), env=env, what="apt-get update")
    console.run(install, log, env=env, what=f"apt-get install {' '.join(packages)}")

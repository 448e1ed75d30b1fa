# SPDX-License-Identifier: LGPL-3.0-or-later
"""The Python environment: pinned requirements, OCA companions, a path to Odoo."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from suite import files
from suite.console import SuiteError

LAYOUT = "1"
VENV_GIGABYTES = 1
TOOLS = Path(__file__).resolve().parents[1]
REQUIREMENTS = TOOLS / "requirements.txt"
CONSTRAINTS = TOOLS / "constraints.txt"
COMPANIONS = TOOLS / "requirements-oca.txt"
BENCH = TOOLS / "requirements-bench.txt"
NEWEST = (3, 13)

NO_INDEX = """\
The Python packages could not be installed.
{tail}
Check that pip reaches its package index on this machine (network, proxy, 'pip config list'),
then run this again: it goes on where it stopped. Full output: {log}"""


@dataclass(frozen=True)
class Environment:
    """A virtual environment that is ready to run Odoo."""

    folder: Path

    @property
    def bin(self):
        return self.folder / "bin"

    @property
    def python(self):
        return self.bin / "python"

    @property
    def site_packages(self):
        return next(self.folder.glob("lib/python3.*/site-packages"))

    @property
    def companions(self):
        """Folder with the OCA addons."""
        return self.site_packages / "odoo" / "addons"


def key(odoo_root):
    """Return what tells one environment from another: pins, Python, Odoo's place."""
    pins = [path.read_text() for path in (REQUIREMENTS, CONSTRAINTS, COMPANIONS, BENCH)]
    return files.digest(LAYOUT, sys.version, sys.executable, str(odoo_root), *pins)


def ensure(settings, odoo_root, console):
    """Return the environment, making it when it is not there yet."""
    want = key(odoo_root)
    folder = settings.cache / f"venv-{want}"
    if not files.is_stamped(folder, want):
        with files.lock(settings.cache / "venv.lock", console, "installing Python packages"):
            if not files.is_stamped(folder, want):
                files.check_free_space(settings.cache, VENV_GIGABYTES)
                if sys.version_info[:2] > NEWEST:
                    console.warn(f"Odoo 19 is made for Python up to {NEWEST[0]}.{NEWEST[1]}")
                with console.step("Installing Python packages (about 100, from wheels)"):
                    _make(folder, odoo_root, settings.logs, console)
                files.stamp(folder, want)
    return Environment(folder)


def _make(folder, odoo_root, logs, console):
    shutil.rmtree(folder, ignore_errors=True)
    console.run(
        [sys.executable, "-m", "venv", folder],
        logs / "venv.log",
        what="Making the virtual environment (on Debian: sudo apt-get install python3-venv)",
    )
    environment = Environment(folder)
    pip = [environment.python, "-m", "pip", "--disable-pip-version-check", "install"]
    wheels = ["--only-binary=:all:", "--no-binary=docopt"]
    pinned = ["-r", REQUIREMENTS, "-c", CONSTRAINTS]
    _pip(console, [*pip, *wheels, *pinned], logs / "pip.log")
    # their declared dependencies (psycopg2, ofxparse) need a compiler and are met otherwise
    _pip(console, [*pip, "--no-deps", "-r", COMPANIONS, "-r", BENCH], logs / "pip-oca.log")
    (environment.site_packages / "odoo_source.pth").write_text(f"{odoo_root}\n")
    check = [environment.python, "-c", "import odoo.release, psycopg2, lxml, gevent"]
    done = subprocess.run(check, capture_output=True, text=True, check=False, cwd="/")
    if done.returncode:
        raise SuiteError(f"Odoo cannot be imported with the new environment:\n{done.stderr}")


def _pip(console, command, log):
    if console.run(command, log, check=False):
        lines = [line for line in log.read_text(errors="replace").splitlines() if "ERROR" in line]
        text = "\n".join("    " + line for line in lines[-6:])
        raise SuiteError(NO_INDEX.format(tail=text, log=log))

# SPDX-License-Identifier: LGPL-3.0-or-later
"""Odoo 19: the checkout that the user names, or the pinned Debian package unpacked in the cache."""

import getpass
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from suite import files, sources
from suite.console import SuiteError

PIN = "19.0.0+dfsg-1"
LAYOUT = "3"
NEWER_SUITE = "sid"
FETCH_GIGABYTES = 2

# from the suite that has Odoo; Odoo's package links into them
COMPANIONS = (
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-ocr-b",
)
# from the machine's own release
OWN_COMPANIONS = ("fonts-font-awesome", "fonts-inconsolata")

KEPT_LANGUAGES = {"zh_CN.po", "zh_TW.po"}
KEPT_CHARTS = ("l10n_cn", "l10n_generic_coa")

_RELEASE = re.compile(r"^version_info\s*=\s*\((\d+),\s*(\d+)", re.MULTILINE)

NO_APT = """\
Odoo 19 is not here and this machine cannot fetch it: {reason}.
Either run this on Debian 12 or newer (it takes the package from the machine's own mirror), or
get a checkout of branch 19.0 of odoo/odoo and name it: ODOO_SOURCE=/path/to/odoo make ...
(ODOO_SOURCE may also stand in a file named .env beside the Makefile)"""


@dataclass(frozen=True)
class Odoo:
    """A copy of Odoo's source."""

    root: Path  # folder to import "odoo" from
    script: Path
    version: str

    @property
    def addons_paths(self):
        """Folders with Odoo's own addons."""
        return [
            path
            for path in (self.root / "odoo" / "addons", self.root / "addons")
            if (path / "web").is_dir()
        ]


def locate(settings, console):
    """Return Odoo from ODOO_SOURCE or from the cache, fetching it when it is not there yet."""
    if settings.odoo_source:
        return from_source(settings.odoo_source)
    folder = settings.cache / f"odoo-{files.digest(PIN, LAYOUT)}"
    if files.read(folder / ".stamp") is None:
        with files.lock(settings.cache / "odoo.lock", console, "fetching Odoo"):
            if files.read(folder / ".stamp") is None:
                files.check_free_space(settings.cache, FETCH_GIGABYTES)
                with console.step("Fetching Odoo 19 from this machine's Debian mirror (150 MB)"):
                    _fetch(folder, settings, console)
    return _from_package(folder / "root", files.read(folder / ".stamp"))


def from_source(path):
    """Return Odoo from a git checkout, an unpacked package or a dist-packages folder.

    :raise SuiteError: when it is not there or is another series.
    """
    for root in (path, path / "usr" / "lib" / "python3" / "dist-packages"):
        release = root / "odoo" / "release.py"
        if release.is_file():
            match = _RELEASE.search(release.read_text())
            series = f"{match[1]}.{match[2]}" if match else "unknown"
            if series != "19.0":
                raise SuiteError(f"ODOO_SOURCE={path} is Odoo {series}; this suite needs 19.0.")
            candidates = (root / "odoo-bin", path / "usr" / "bin" / "odoo", Path("/usr/bin/odoo"))
            script = next((file for file in candidates if file.is_file()), None)
            if script is None:
                raise SuiteError(f"ODOO_SOURCE={path} has neither odoo-bin nor usr/bin/odoo.")
            return Odoo(root, script, f"source {path}")
    raise SuiteError(f"ODOO_SOURCE={path} holds no Odoo (no odoo/release.py in it).")


def _from_package(root, version):
    return Odoo(root / "usr/lib/python3/dist-packages", root / "usr/bin/odoo", version)


def _fetch(folder, settings, console):
    for tool in ("apt-get", "dpkg-deb", "tar"):
        if not shutil.which(tool):
            raise SuiteError(NO_APT.format(reason=f"it has no {tool}"))
    codename = sources.read_os_release().get("VERSION_CODENAME", "")
    archive = sources.find(codename)
    work = folder.with_name(folder.name + ".work")
    shutil.rmtree(work, ignore_errors=True)
    options = _apt_options(work)
    (work / "mix.sources").write_text(archive.stanza(NEWER_SUITE) + "\n" + archive.stanza(codename))
    log = settings.logs / "fetch-odoo.log"
    console.detail("reading the package lists")
    if console.run(["apt-get", *options, "update"], log, check=False):
        raise SuiteError(_explain_fetch(log))
    version = _download(work, options, codename, log, console)
    console.detail("unpacking")
    root = work / "root"
    for package in sorted((work / "debs").glob("*.deb")):
        _unpack(package, root)
    _slim(root / "usr/lib/python3/dist-packages/odoo")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    root.rename(folder / "root")
    shutil.rmtree(work)
    files.stamp(folder, f"odoo-19={version}")


def _apt_options(work):
    for part in ("lists/partial", "cache/archives/partial", "debs", "root"):
        (work / part).mkdir(parents=True)
    settings = {
        "Dir::Etc::sourcelist": work / "mix.sources",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::Etc::preferences": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        "Dir::State::lists": work / "lists",
        "Dir::Cache": work / "cache",
        "APT::Sandbox::User": getpass.getuser(),
        "Acquire::Languages": "none",
        "Acquire::AllowInsecureRepositories": "false",
        "APT::Get::AllowUnauthenticated": "false",
        "Acquire::Retries": "3",
    }
    options = ["-q"]
    for name, value in settings.items():
        options += ["-o", f"{name}={value}"]
    return options


def _explain_fetch(log):
    text = log.read_text(errors="replace")
    found = [line for line in text.splitlines() if line.startswith(("E:", "W:", "Err:"))]
    reason = "\n".join("    " + line for line in found[:8])
    return (
        "The package lists could not be read from the machine's mirror:\n"
        f"{reason}\nCheck the network (a proxy, if there is one), and that 'apt-get update' works, "
        f"then run this again.\nOr set ODOO_SOURCE to a checkout of Odoo 19.\nFull output: {log}"
    )


def _download(work, options, codename, log, console):
    """Download the packages; return the version of Odoo that came."""
    others = [f"{name}/{NEWER_SUITE}" for name in COMPANIONS]
    others += [f"{name}/{codename}" for name in OWN_COMPANIONS]
    log = log.with_suffix(".download.log")
    console.detail("downloading")
    command = ["apt-get", *options, "download"]
    if console.run([*command, f"odoo-19={PIN}", *others], log, cwd=work / "debs", check=False):
        if "was not found" not in log.read_text(errors="replace"):
            raise SuiteError(_explain_fetch(log))
        console.warn(
            f"the mirror no longer has odoo-19 {PIN}, which this suite is tested with; "
            "taking the version that it has."
        )
        packages = [f"odoo-19/{NEWER_SUITE}", *others]
        if console.run([*command, *packages], log, cwd=work / "debs", check=False):
            raise SuiteError(_explain_fetch(log))
    package = next((work / "debs").glob("odoo-19_*.deb"))
    return package.name.split("_")[1].replace("%3a", ":")


def _unpack(package, root):
    if not package.name.startswith("odoo-19_"):
        subprocess.run(["dpkg-deb", "-x", package, root], check=True)
        return
    # dist-packages/addons repeats the Python files of every addon, without their data
    left_out = ("usr/lib/python3/dist-packages/addons", "usr/lib/python3/dist-packages/doc")
    excludes = [f"--exclude=./{path}" for path in (*left_out, "usr/share/lintian")]
    source = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE)
    command = ["tar", "-x", "-C", root, "--no-same-owner", *excludes]
    code = subprocess.run(command, stdin=source.stdout, check=False).returncode
    source.stdout.close()
    if source.wait() or code:
        raise SuiteError(f"{package.name} could not be unpacked (is the disk full?)")


def _slim(odoo):
    """Drop the languages and charts that nobody here uses: a gigabyte of 1.3."""
    for path in odoo.rglob("i18n*/*.po"):
        if path.name not in KEPT_LANGUAGES:
            path.unlink()
    for path in (odoo / "addons").glob("l10n_*"):
        if not path.name.startswith(KEPT_CHARTS):
            shutil.rmtree(path)
    # Debian leaves this file out, and mail's assets list it
    missing = odoo / "addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
    missing.parent.mkdir(parents=True, exist_ok=True)
    if not os.path.lexists(missing):
        missing.write_text("/* left out by the distribution */\n")

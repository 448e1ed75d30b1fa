# SPDX-License-Identifier: LGPL-3.0-or-later
"""The machine's own apt sources, read in both of their formats.

The launcher fetches Odoo's Debian package from the archive that the machine already uses, so no
address is written in this repository, and with the machine's own keys, so signatures stay checked.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from suite.console import SuiteError

SOURCES_FOLDER = Path("/etc/apt")
DEBIAN_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

_ONE_LINE = re.compile(r"^deb\s+(?:\[(?P<options>[^\]]*)\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)\s")


@dataclass(frozen=True)
class Archive:
    """Where a suite of the distribution comes from."""

    uri: str
    signed_by: str = ""

    def stanza(self, suite):
        """Return the deb822 text that reads ``suite`` from this archive."""
        lines = ["Types: deb", f"URIs: {self.uri}", f"Suites: {suite}", "Components: main"]
        if self.signed_by:
            lines.append(f"Signed-By: {self.signed_by}")
        return "\n".join(lines) + "\n"


def parse_deb822(text, codename):
    """Return the archive that a ``.sources`` file names for ``codename``, or None."""
    for block in re.split(r"\n\s*\n", text):
        fields = _deb822_fields(block)
        if (
            codename in fields.get("suites", "").split()
            and "deb" in fields.get("types", "").split()
            and fields.get("enabled", "yes").lower() != "no"
            and fields.get("uris")
        ):
            return Archive(fields["uris"].split()[0], fields.get("signed-by", ""))
    return None


def _deb822_fields(block):
    fields, name = {}, None
    for line in block.splitlines():
        if line.startswith("#"):
            continue
        if line[:1] in {" ", "\t"} and name:
            fields[name] += "\n" + line
        elif ":" in line:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            fields[name] = value.strip()
    return fields


def parse_one_line(text, codename):
    """Return the archive that a ``sources.list`` names for ``codename``, or None."""
    for line in text.splitlines():
        match = _ONE_LINE.match(line.strip() + " ")
        if match and match["suite"] == codename:
            options = dict(
                option.split("=", 1) for option in (match["options"] or "").split() if "=" in option
            )
            return Archive(match["uri"], options.get("signed-by", ""))
    return None


def find(codename, folder=SOURCES_FOLDER, keyring=DEBIAN_KEYRING):
    """Return the archive of this machine's distribution.

    :raise SuiteError: when apt's configuration names none.
    """
    folder = Path(folder)
    files = sorted((folder / "sources.list.d").glob("*.sources"))
    files += [folder / "sources.list", *sorted((folder / "sources.list.d").glob("*.list"))]
    for path in files:
        if not path.is_file():
            continue
        parse = parse_deb822 if path.suffix == ".sources" else parse_one_line
        archive = parse(path.read_text(errors="replace"), codename)
        if archive and not archive.signed_by and Path(keyring).is_file():
            archive = Archive(archive.uri, str(keyring))
        if archive:
            return archive
    raise SuiteError(
        f"No apt source for {codename!r} was found in {folder}, so Odoo cannot be fetched.\n"
        "Set ODOO_SOURCE to a checkout of Odoo 19 (branch 19.0 of odoo/odoo)."
    )


def read_os_release(path="/etc/os-release"):
    """Return the fields of the file that names the distribution."""
    fields = {}
    try:
        text = Path(path).read_text()
    except OSError:
        return fields
    for line in text.splitlines():
        name, sign, value = line.partition("=")
        if sign:
            fields[name] = value.strip().strip('"')
    return fields

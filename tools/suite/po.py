# SPDX-License-Identifier: LGPL-3.0-or-later
"""Translation files: merge fresh terms into them, check them. Runs in the environment (polib)."""

import argparse
import collections
import re
import sys
from pathlib import Path

import polib

LANGUAGE = "zh_CN"
PLURALS = {"Plural-Forms": "nplurals=1; plural=0;"}
# Odoo's addons whose translations fill a term that is the same to the letter, best first
DONORS = ("base", "web", "mail", "portal", "resource", "product", "analytic", "account", "rating")

_PLACEHOLDER = re.compile(r"%\([A-Za-z_]\w*\)[a-z]|%[sdif%]|\$\{[^}]*\}|\{\{[^}]*\}\}")


def main(arguments=None):
    """Merge or check. Return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=["merge", "check"])
    parser.add_argument("addons", type=Path)
    parser.add_argument("odoo", type=Path, nargs="?")
    parser.add_argument("names", nargs="*")
    parsed = parser.parse_args(arguments)
    if parsed.action == "check":
        findings = check_folder(parsed.addons)
        print("\n".join(findings), end="\n" if findings else "")
        return 1 if findings else 0
    memory = {**read_memory(parsed.odoo), **read_own_memory(parsed.addons)}
    waiting = 0
    for name in parsed.names:
        waiting += merge_addon(parsed.addons / name, memory)
    print(f"{waiting} terms are not translated yet")
    return 0


def read_memory(odoo_root):
    """Return Odoo's own translations: for each term, the most common one of the best donor."""
    memory = {}
    for name in DONORS:
        votes = collections.defaultdict(collections.Counter)
        for folder in (odoo_root / "odoo" / "addons" / name, odoo_root / "addons" / name):
            path = folder / "i18n" / f"{LANGUAGE}.po"
            if path.is_file():
                for entry in polib.pofile(str(path)):
                    if entry.translated():
                        votes[entry.msgid][entry.msgstr] += 1
        for term, counter in votes.items():
            memory.setdefault(term, counter.most_common(1)[0][0])
    return memory


def read_own_memory(addons):
    """Return the translations that our own addons have already."""
    votes = collections.defaultdict(collections.Counter)
    for path in sorted(addons.glob(f"*/i18n/{LANGUAGE}.po")):
        for entry in polib.pofile(str(path)):
            if entry.translated() and not entry.obsolete:
                votes[entry.msgid][entry.msgstr] += 1
    return {term: counter.most_common(1)[0][0] for term, counter in votes.items()}


def merge_addon(addon, memory):
    """Bring an addon's translation up to date with its template.

    Translations that stand there stay; a new term gets the words that our other addons, or Odoo,
    have for it; terms that are gone are dropped. Return how many have no translation.
    """
    template = read_template(addon)
    path = addon / "i18n" / f"{LANGUAGE}.po"
    known = {}
    if path.is_file():
        known = {entry.msgid: entry for entry in polib.pofile(str(path)) if not entry.obsolete}
    merged = polib.POFile(wrapwidth=template.wrapwidth)
    merged.metadata = {**template.metadata, "Language": LANGUAGE, **PLURALS}
    taken = 0
    for entry in template:
        old = known.get(entry.msgid)
        if old is not None:
            entry.msgstr, entry.flags = old.msgstr, old.flags or entry.flags
            entry.tcomment = old.tcomment
        if not entry.msgstr and entry.msgid in memory:
            entry.msgstr = memory[entry.msgid]
            taken += 1
        merged.append(entry)
    merged.save(str(path))
    waiting = sum(not entry.msgstr for entry in merged)
    print(f"{addon.name}: {len(merged)} terms, {taken} taken over, {waiting} without words")
    return waiting


def read_template(addon):
    """Return an addon's template, without the dates that would change at every export."""
    path = addon / "i18n" / f"{addon.name}.pot"
    template = polib.pofile(str(path))
    for name in ("POT-Creation-Date", "PO-Revision-Date"):
        template.metadata.pop(name, None)
    template.metadata["Content-Transfer-Encoding"] = "8bit"
    template.save(str(path))
    return template


def check_folder(addons):
    """Return a line for every fault in the translation files of a folder of addons."""
    findings = []
    for path in sorted(addons.glob("*/i18n/*.po")):
        try:
            catalogue = polib.pofile(str(path), check_for_duplicates=True)
        except (OSError, ValueError) as error:
            findings.append(f"{path}: {error}")
            continue
        for entry in catalogue:
            if entry.msgstr and not entry.obsolete:
                findings += [f"{path}:{entry.linenum}: {fault}" for fault in faults(entry)]
    return findings


def faults(entry):
    """Return what is wrong with one translation: lost placeholders, a lost edge, broken tags."""
    found = []
    if sorted(_PLACEHOLDER.findall(entry.msgid)) != sorted(_PLACEHOLDER.findall(entry.msgstr)):
        found.append(f"placeholders differ in {entry.msgid[:60]!r}")
    if entry.msgid.startswith("\n") != entry.msgstr.startswith("\n"):
        found.append(f"the line break at the start differs in {entry.msgid[:60]!r}")
    if entry.msgid.endswith("\n") != entry.msgstr.endswith("\n"):
        found.append(f"the line break at the end differs in {entry.msgid[:60]!r}")
    if "fuzzy" in entry.flags:
        found.append(f"fuzzy: {entry.msgid[:60]!r}")
    return found


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: LGPL-3.0-or-later
"""Files: a README per addon, documents, and nothing of the place where this was written."""

import re

import pytest
from archtree import add, sub

README_LINES = 120
HEADINGS = ("## Purpose", "## Extension points")
DOCUMENTS = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "LICENSE",
    "docs/README.md",
    "docs/roles.md",
    "docs/glossary.md",
    "docs/architecture.md",
)
TEXT = {
    ".py", ".md", ".xml", ".csv", ".js", ".scss", ".css", ".toml", ".yaml", ".yml", ".txt", ".sh",
    ".cfg", ".conf", ".json", ".po", ".pot", ".in", ".ini", "",
}  # fmt: skip
# written in pieces, so that this file does not find itself
PLACES = re.compile(
    r"(?<![\w.~$}])/(work|root|tm" + r"p/(dev|wt|proto|bash_jobs))(/|\b)(?!['\"]?\s*,?\s*#\s*ok)"
)
HOSTS = re.compile(
    r"\b(pypi" + r"\.org|files\.pythonhosted|deb\.deb" + r"ian\.org|registry\.npm|"
    r"archive\.ubuntu|ghcr\.io|quay\.io|nex" + r"us|arti" + r"factory)\b"
)
WORDS = re.compile(
    r"\b(cl"
    + r"aude|anth"
    + r"ropic|chat"
    + r"gpt|open"
    + r"ai|copi"
    + r"lot|lang"
    + r"uage model|"
    r"sub-?ag" + r"ent|this ses" + r"sion of|work" + r"place shared|BR" + r"IEF\.md)\b",
    re.IGNORECASE,
)


def check_readmes(tree):
    """Every addon has a README of at most 120 lines with the agreed headings."""
    problems = []
    for addon in tree.addons:
        path = tree.folder / addon / "README.md"
        if not path.is_file():
            problems.append(f"{addon}: no README.md")
            continue
        text = path.read_text("utf-8")
        if len(text.splitlines()) > README_LINES:
            problems.append(f"{addon}: README.md has more than {README_LINES} lines")
        if tree.role(addon) != "suite":
            problems += [
                f"{addon}: README.md has no {heading!r}"
                for heading in HEADINGS
                if heading not in text
            ]
    return problems


def check_traces(tree):
    """No tracked file names a machine's folders, a registry or the tools that wrote it."""
    problems = []
    for path in tree.tracked:
        if path.suffix not in TEXT or path.stat().st_size > 2_000_000:
            continue
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            for pattern in (PLACES, HOSTS, WORDS):
                if match := pattern.search(line):
                    problems.append(f"{tree.rel(path)}:{number} holds {match[0]!r}")
    return problems


def check_documents(tree):
    """The documents that a newcomer looks for are there."""
    return [f"{name} is missing" for name in DOCUMENTS if not (tree.root / name).is_file()]


CHECKS = (check_readmes, check_traces)
A = "addons/property_alpha"
FAULTS = {
    "no README": (check_readmes, {f"{A}/README.md": None}, "no README.md"),
    "long README": (check_readmes, {f"{A}/README.md": add("line\n" * 120)}, "more than 120"),
    "README without extension points": (
        check_readmes,
        {f"{A}/README.md": sub("## Extension points", "## Hooks")},
        "Extension points",
    ),
    "path of a machine": (
        check_traces,
        {f"{A}/README.md": add("see /wor" + "k/shared/design.md\n")},
        "README.md:11 holds",
    ),
    "home of root": (check_traces, {f"{A}/README.md": add("in /ro" + "ot/x\n")}, "holds"),
    "registry": (
        check_traces,
        {f"{A}/README.md": add("pip install -i https://pyp" + "i.org/simple x\n")},
        "holds",
    ),
    "tool": (check_traces, {f"{A}/README.md": add("written by Cla" + "ude\n")}, "holds"),
    "no roles": (check_documents, {"docs/roles.md": None}, "docs/roles.md is missing"),
}


@pytest.mark.parametrize("check", [*CHECKS, check_documents], ids=lambda check: check.__name__)
def test_repository(check, repo):
    assert not check(repo), "\n".join(check(repo))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_faultless_tree_passes(check, mini):
    assert check(mini()) == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found(name, mini):
    check, files, words = FAULTS[name]
    found = check(mini(files=files))
    assert any(words in problem for problem in found), found

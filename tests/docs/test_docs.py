# SPDX-License-Identifier: LGPL-3.0-or-later
"""Documents tell the truth: links resolve, commands exist, models and fields have these names."""

import re
from pathlib import Path

import pytest
from archtree import Tree

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)|!\[[^\]]*\]\(([^)\s]+)\)")
COMMAND = re.compile(r"(?<![\w-])make (?:-s )?([a-z][\w-]*)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
MODEL = re.compile(r"^property(\.[a-z_]+)+$")
# words that follow "make" in a sentence
PROSE = {"a", "an", "the", "sure", "it", "them", "one", "another", "up", "each", "no", "any", "to"}
# models that are announced for later addons and stand in the documents of the present ones
PLANNED = set()


def documents(tree):
    return [path for path in tree.tracked if path.suffix == ".md"]


def text_of(path):
    return path.read_text("utf-8")


def check_links(tree):
    """Every relative link leads to a file, and to a heading when it names one."""
    problems = []
    for path in documents(tree):
        for match in LINK.finditer(FENCE.sub("", text_of(path))):
            target = match[1] or match[2]
            if re.match(r"[a-z]+:", target):
                continue
            name, _sign, anchor = target.partition("#")
            place = (path.parent / name).resolve() if name else path
            if not place.exists():
                problems.append(f"{tree.rel(path)}: {target} leads nowhere")
            elif anchor and place.suffix == ".md" and anchor not in _anchors(place):
                problems.append(f"{tree.rel(path)}: no heading {anchor} in {place.name}")
    return problems


def _anchors(path):
    headings = re.findall(r"^#+\s+(.*)$", text_of(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one).strip().lower().replace(" ", "-") for one in headings}


def check_commands(tree):
    """Every ``make x`` in a document is a target."""
    makefile = tree.root / "Makefile"
    targets = set(re.findall(r"^([\w-]+(?: [\w-]+)*):", text_of(makefile), re.MULTILINE))
    known = {name for line in targets for name in line.split()}
    for line in re.findall(r"^[A-Z]+ = (.*)$", text_of(makefile), re.MULTILINE):
        known |= set(line.split())  # COMMANDS = run setup ...
    for line in re.findall(r"^\.PHONY:\s*(.*)$", text_of(makefile), re.MULTILINE):
        known |= set(line.split())
    problems = []
    for path in documents(tree):
        for code in [*FENCE.findall(text_of(path)), *CODE.findall(text_of(path))]:
            for name in COMMAND.findall(code):
                if name not in known | PROSE:
                    problems.append(f"{tree.rel(path)}: make {name} is no target")
    return problems


def check_models(tree):
    """Every ``property.x.y`` in a document is a model, or a field of one."""
    fields = {}
    for model in tree.models:
        names = [model.name] if model.name else list(model.inherits)
        for name in {*names, *model.inherits}:
            fields.setdefault(name, set()).update(model.fields)
    methods = {
        node.name for model in tree.models for node in model.node.body if hasattr(node, "name")
    }
    problems = []
    for path in documents(tree):
        for code in CODE.findall(FENCE.sub("", text_of(path))):
            word = code.split("(")[0].split(" ")[0]
            if not MODEL.match(word) or word in tree.new_models or word in PLANNED:
                continue
            model, _dot, last = word.rpartition(".")
            known = fields.get(model, set()) | {"name", "display_name", "active"} | methods
            if model in tree.new_models and last in known | _inherited(tree, model, fields):
                continue
            problems.append(f"{tree.rel(path)}: {word} is neither a model nor a field")
    return problems


def _inherited(tree, name, fields):
    found = set()
    for model in tree.models:
        if model.name == name:
            for parent in model.inherits:
                found |= fields.get(parent, set())
    return found


def check_glossary(tree):
    """The glossary names files that exist; its models and fields are checked above."""
    path = tree.root / "docs" / "glossary.md"
    problems = []
    for code in CODE.findall(text_of(path)):
        if "/" in code and " / " not in code and not (tree.folder / code).exists():
            problems.append(f"glossary: {code} is not there")
    return problems


def check_index(tree):
    """docs/README.md leads to every decision and every document."""
    index = text_of(tree.root / "docs" / "README.md")
    problems = []
    for path in (tree.root / "docs").glob("*.md"):
        if path.name != "README.md" and path.name not in index:
            problems.append(f"docs/README.md does not lead to {path.name}")
    for path in (tree.root / "docs" / "adr").glob("*.md"):
        if f"adr/{path.name}" not in index:
            problems.append(f"docs/README.md does not lead to adr/{path.name}")
    return problems


def check_decisions(tree):
    """A decision fits on a page and has a number of its own."""
    problems, seen = [], {}
    for path in sorted((tree.root / "docs" / "adr").glob("*.md")):
        number = path.name[:4]
        if not re.match(r"\d{4}-[a-z0-9-]+\.md$", path.name):
            problems.append(f"{path.name} is not NNNN-title.md")
        if number in seen:
            problems.append(f"{path.name} and {seen[number]} have one number")
        seen[number] = path.name
        if len(text_of(path).splitlines()) > 60:
            problems.append(f"{path.name} is longer than a page")
    return problems


CHECKS = (
    check_links,
    check_commands,
    check_models,
    check_glossary,
    check_index,
    check_decisions,
)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_documents(check, repo):
    assert not check(repo), "\n".join(check(repo))


@pytest.fixture
def small(tmp_path):
    """Return a function that writes a few documents beside one addon."""

    def build(**files):
        base = {
            "Makefile": ".PHONY: run\nrun:\n\ttrue\n",
            "docs/README.md": "[glossary](glossary.md) [one](adr/0001-one.md)\n",
            "docs/glossary.md": "`property.thing.amount` and `make run`\n",
            "docs/adr/0001-one.md": "# One\n",
            "addons/property_base/__manifest__.py": "{'depends': []}",
            "addons/property_base/models/thing.py": (
                "class T(models.Model):\n    _name = 'property.thing'\n"
                "    amount = fields.Monetary()\n"
            ),
        }
        for name, text in {**base, **files}.items():
            path = Path(tmp_path, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return Tree(tmp_path)

    return build


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_true_documents_pass(check, small):
    assert check(small()) == []


@pytest.mark.parametrize(
    ("check", "name", "text", "words"),
    [
        (check_links, "docs/x.md", "[a](gone.md)", "leads nowhere"),
        (check_links, "docs/x.md", "[a](glossary.md#gone)", "no heading gone"),
        (check_commands, "docs/x.md", "`make coffee`", "make coffee is no target"),
        (check_commands, "docs/x.md", "```\nmake tea\n```", "make tea is no target"),
        (check_models, "docs/x.md", "`property.unicorn`", "property.unicorn is neither"),
        (check_models, "docs/x.md", "`property.thing.horn`", "property.thing.horn is neither"),
        (check_glossary, "docs/glossary.md", "`property_base/rules/x.py`", "not there"),
        (check_index, "docs/adr/0002-two.md", "# Two", "does not lead to adr/0002-two.md"),
        (check_decisions, "docs/adr/0001-other.md", "# Other", "have one number"),
        (check_decisions, "docs/adr/0003-long.md", "line\n" * 61, "longer than a page"),
    ],
)
def test_a_false_document_is_found(check, name, text, words, small):
    found = check(small(**{name: text}))
    assert any(words in problem for problem in found), found

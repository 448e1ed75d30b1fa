# SPDX-License-Identifier: LGPL-3.0-or-later
"""The dependency graph: siblings know property_base only, a bridge links exactly two of them."""

import ast
import re

import pytest
from archtree import BASE, SUITE, add, sub

BRIDGE_LINES = 200
KEYS = (
    "name", "summary", "description", "version", "category", "author", "website", "license",
    "depends", "external_dependencies", "data", "demo", "assets", "pre_init_hook",
    "post_init_hook", "uninstall_hook", "auto_install", "application", "installable",
)  # fmt: skip
NEEDED = ("name", "summary", "version", "category", "author", "license", "depends")


def check_depends(tree):
    """Every addon depends on what its place in the graph allows."""
    problems = []
    ours = set(tree.addons)
    for addon, manifest in tree.manifests.items():
        known = ours.intersection(manifest["depends"])
        role = tree.role(addon)
        if role == "unknown":
            problems.append(f"{addon}: neither a known sibling nor a bridge between two")
        elif role == "base" and known:
            problems.append(f"{addon}: the base depends on {sorted(known)}")
        elif role == "sibling" and known != {BASE}:
            problems.append(f"{addon}: a sibling depends on property_base only, not {known}")
        elif role == "bridge":
            problems += _check_bridge(tree, addon, manifest, known)
    if SUITE in ours:
        below = _closure(tree, SUITE) | {SUITE}
        problems += [f"{SUITE} does not install {name}" for name in sorted(ours - below)]
        problems += [
            f"{model.name or model.inherits}: {SUITE} has no models of its own"
            for model in tree.models
            if model.addon == SUITE and model.is_new and model.kind == "Model"
        ]
    return problems


def _closure(tree, addon):
    found = set()
    queue = [addon]
    while queue:
        for name in tree.manifests.get(queue.pop(), {}).get("depends", ()):
            if name not in found:
                found.add(name)
                queue.append(name)
    return found


def _check_bridge(tree, addon, manifest, known):
    pair = set(tree.bridged(addon))
    problems = []
    if known - {BASE} != pair:
        problems.append(f"{addon}: depends on {sorted(known)} instead of {sorted(pair)}")
    if not manifest.get("auto_install"):
        problems.append(f"{addon}: a bridge is auto_install")
    lines = sum(len(text.splitlines()) for _path, text, _node in tree.python(addon))
    if lines > BRIDGE_LINES:
        problems.append(f"{addon}: {lines} lines of Python, a bridge has at most {BRIDGE_LINES}")
    return problems


def forbidden_addons(tree, addon):
    """Return the addons that ``addon`` must not know."""
    role = tree.role(addon)
    others = set(tree.addons) - {addon, BASE}
    if role == "suite":
        return set()
    if role == "bridge":
        return others - set(tree.bridged(addon))
    if role == "base":
        return others
    return {name for name in others if tree.role(name) in {"sibling", "bridge", "suite"}}


def check_names(tree):
    """Nobody imports, inherits, references or names an addon (or its models) it must not know."""
    problems = []
    owners = {name: model.addon for name, model in tree.new_models.items()}
    for addon in tree.addons:
        forbidden = forbidden_addons(tree, addon)
        words = sorted(forbidden | {name for name, owner in owners.items() if owner in forbidden})
        if not words:
            continue
        pattern = re.compile(
            r"(?<![\w.])("
            + "|".join(re.escape(word) for word in words)
            + r")(?![\w]|\.\w+[a-z]*\()"
        )
        for path in tree.files(addon, ".py", ".xml", ".csv", ".js", ".scss"):
            for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
                if match := pattern.search(line):
                    problems.append(f"{tree.rel(path)}:{number} names {match[1]}")
    return problems


def check_imports(tree):
    """``odoo.addons.x`` is imported only when x is below in the graph."""
    problems = []
    for addon in tree.addons:
        known = _closure(tree, addon) | {addon}
        for path, _text, node in tree.python(addon, tests=True):
            for name in _imports(node):
                match = re.match(r"odoo\.addons\.(\w+)", name)
                if match and match[1] in tree.addons and match[1] not in known:
                    problems.append(f"{tree.rel(path)} imports {match[1]}")
    return problems


def _imports(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def check_rules_are_plain(tree):
    """rules/ imports the standard library and itself, never Odoo and never the models."""
    problems = []
    for addon in tree.addons:
        for path, _text, node in tree.python(addon):
            if path.relative_to(tree.folder / addon).parts[0] != "rules":
                continue
            for one in ast.walk(node):
                names = []
                if isinstance(one, ast.Import):
                    names = [alias.name for alias in one.names]
                elif isinstance(one, ast.ImportFrom):
                    if one.level > 1:
                        problems.append(f"{tree.rel(path)}:{one.lineno} reaches out of rules/")
                    names = [one.module or ""] if not one.level else []
                problems += [
                    f"{tree.rel(path)}:{one.lineno} imports {name}"
                    for name in names
                    if name.split(".")[0] not in _standard()
                ]
                if isinstance(one, ast.Constant) and isinstance(one.value, float):
                    problems.append(f"{tree.rel(path)}:{one.lineno} holds the float {one.value}")
    return problems


def _standard():
    import sys

    return sys.stdlib_module_names


def check_manifests(tree):
    """Keys in the fixed order, licence and version as agreed, data files present and listed."""
    problems = []
    for addon, manifest in tree.manifests.items():
        keys = list(manifest)
        problems += [f"{addon}: no {key!r} in the manifest" for key in NEEDED if key not in keys]
        problems += [f"{addon}: unknown key {key!r}" for key in keys if key not in KEYS]
        places = [KEYS.index(key) for key in keys if key in KEYS]
        if places != sorted(places):
            problems.append(f"{addon}: the order of the manifest's keys is {', '.join(KEYS)}")
        if manifest.get("license") != "LGPL-3":
            problems.append(f"{addon}: the licence is LGPL-3")
        if not re.fullmatch(r"19\.0\.\d+\.\d+\.\d+", manifest.get("version", "")):
            problems.append(f"{addon}: version {manifest.get('version')} is not 19.0.x.y.z")
        if not manifest.get("category", "").startswith("Real Estate/Property"):
            problems.append(f"{addon}: category is Real Estate/Property")
        listed = [*manifest.get("data", ()), *manifest.get("demo", ())]
        problems += [f"{addon}: {one} is listed twice" for one in listed if listed.count(one) > 1]
        problems += [
            f"{addon}: {one} is not there"
            for one in listed
            if not (tree.folder / addon / one).is_file()
        ]
        for folder in ("data", "views", "security", "report", "wizard", "demo"):
            for path in (tree.folder / addon / folder).glob("*.[xc][ms][lv]"):
                if f"{folder}/{path.name}" not in listed:
                    problems.append(f"{addon}: {folder}/{path.name} is not in the manifest")
    return problems


CHECKS = (check_depends, check_names, check_imports, check_rules_are_plain, check_manifests)
A, B, BRIDGE = "addons/property_alpha", "addons/property_beta", "addons/property_alpha_beta"
MODEL = '\n\nclass X(models.Model):\n    _name = "property.x"\n'
FAULTS = {
    "sibling depends on sibling": (
        check_depends,
        {f"{B}/__manifest__.py": sub('"account"', '"property_alpha"')},
        "property_beta: a sibling",
    ),
    "unknown addon": (
        check_depends,
        {"addons/property_odd/__manifest__.py": '{"name": "Odd", "depends": []}'},
        "property_odd: neither",
    ),
    "bridge without its second sibling": (
        check_depends,
        {f"{BRIDGE}/__manifest__.py": sub(', "property_beta"', "")},
        "instead of",
    ),
    "bridge not installed by itself": (
        check_depends,
        {f"{BRIDGE}/__manifest__.py": sub('"auto_install": True', '"auto_install": False')},
        "auto_install",
    ),
    "bridge too long": (
        check_depends,
        {f"{BRIDGE}/__init__.py": add("X = 1\n" * 201)},
        "at most 200",
    ),
    "suite leaves one out": (
        check_depends,
        {"addons/property_suite/__manifest__.py": sub("property_alpha_beta", "property_alpha")},
        "does not install property_beta",
    ),
    "suite with a model": (
        check_depends,
        {"addons/property_suite/__init__.py": add("from odoo import models\n" + MODEL)},
        "no models of its own",
    ),
    "base depends on a sibling": (
        check_depends,
        {"addons/property_base/__manifest__.py": sub('"mail"', '"property_alpha"')},
        "the base depends",
    ),
    "sibling imports sibling": (
        check_imports,
        {f"{A}/models/thing.py": add("from odoo.addons.property_beta import models\n")},
        "imports property_beta",
    ),
    "sibling inherits a sibling's model": (
        check_names,
        {f"{A}/models/thing.py": sub('["property.scope.mixin"]', '["property.mini.berry"]')},
        "names property.mini.berry",
    ),
    "sibling points to a sibling's model": (
        check_names,
        {f"{A}/models/thing.py": sub('"property.unit"', '"property.mini.berry"')},
        "names property.mini.berry",
    ),
    "sibling references a sibling's record": (
        check_names,
        {
            f"{A}/views/thing_views.xml": sub(
                "<menuitem id", '<menuitem parent="property_beta.m" id'
            )
        },
        "names property_beta",
    ),
    "base names a sibling": (
        check_names,
        {"addons/property_base/models/thing.py": add("# for property_alpha\n")},
        "names property_alpha",
    ),
    "rule imports Odoo": (
        check_rules_are_plain,
        {f"{A}/rules/late.py": "from odoo import fields\n"},
        "imports odoo",
    ),
    "rule imports a model": (
        check_rules_are_plain,
        {f"{A}/rules/late.py": "from ..models import thing\n"},
        "reaches out",
    ),
    "rule counts in floats": (
        check_rules_are_plain,
        {f"{A}/rules/late.py": "RATE = 0.0005\n"},
        "float",
    ),
    "wrong licence": (
        check_manifests,
        {f"{A}/__manifest__.py": sub('LGPL-3"', 'AGPL-3"')},
        "licence",
    ),
    "wrong version": (
        check_manifests,
        {f"{A}/__manifest__.py": sub("19.0.1.0.0", "18.0.1.0.0")},
        "19.0.x.y.z",
    ),
    "keys out of order": (
        check_manifests,
        {f"{A}/__manifest__.py": sub('"name"', '"application": True, "name"')},
        "order",
    ),
    "file not listed": (
        check_manifests,
        {f"{A}/views/more_views.xml": "<odoo />"},
        "not in the manifest",
    ),
    "file missing": (
        check_manifests,
        {f"{A}/__manifest__.py": sub("views/thing_views.xml", "views/other.xml")},
        "not there",
    ),
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
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

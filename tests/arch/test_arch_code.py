# SPDX-License-Identifier: LGPL-3.0-or-later
"""Code: what Odoo 19 ignores silently, what widens rights, what must not be a float."""

import ast
import re

import pytest
from archtree import add, argument, sub

MONEY = re.compile(r"(^|_)(amount|price|balance|debit|credit|fee|deposit|fine)(_|$)")
EXACT = re.compile(r"(^|_)(price|rate)(_|$)")
OLD = {
    "_sql_constraints": "models.Constraint or UniqueIndex; Odoo 19 ignores _sql_constraints",
    "name_get": "_compute_display_name; name_get is never called",
    "_name_search": "_search_display_name; _name_search is gone",
    "fields_view_get": "get_view",
}
OLD_CALLS = {
    "toggle_active": "action_archive",
    "check_access_rights": "check_access",
    "check_access_rule": "check_access",
    "invalidate_cache": "invalidate_model",
    "user_has_groups": "env.user.has_group",
}


def check_old_names(tree):
    """Nothing that Odoo 19 ignores without a word."""
    problems = []
    for addon in tree.addons:
        for path, _text, node in tree.python(addon):
            for one in ast.walk(node):
                found = None
                if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name):
                    found = OLD.get(one.targets[0].id)
                elif isinstance(one, ast.FunctionDef):
                    found = OLD.get(one.name)
                elif isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute):
                    found = OLD_CALLS.get(one.func.attr)
                if found:
                    problems.append(f"{tree.rel(path)}:{one.lineno} use {found}")
    return problems


def check_sudo_has_a_reason(tree):
    """Every sudo() has a comment at its statement, or its function says why before it."""
    problems = []
    for addon in tree.addons:
        for path, text, node in tree.python(addon):
            lines = text.splitlines()
            explained = {
                number
                for function in ast.walk(node)
                if isinstance(function, ast.FunctionDef)
                for number in _after_reason(function, lines)
            }
            for statement in ast.walk(node):
                if getattr(statement, "lineno", None) in explained:
                    continue
                if not isinstance(statement, ast.stmt) or hasattr(statement, "body"):
                    continue
                problems += _unexplained(tree.rel(path), lines, statement, statement)
            for compound in ast.walk(node):
                if getattr(compound, "lineno", None) in explained:
                    continue
                # the head of an if, for, with or return-less block
                for part in ("test", "iter"):
                    head = getattr(compound, part, None)
                    if head is not None and isinstance(compound, ast.stmt):
                        problems += _unexplained(tree.rel(path), lines, compound, head)
                for item in (
                    getattr(compound, "items", ()) if isinstance(compound, ast.With) else ()
                ):
                    problems += _unexplained(tree.rel(path), lines, compound, item)
    return sorted(set(problems))


def _after_reason(function, lines):
    """Return the lines of a function after the first comment or docstring that speaks of sudo."""
    inside = range(function.lineno, function.end_lineno + 1)
    for number in inside:
        line = lines[number - 1]
        if re.search(r"#.*\bsudo\b", line) or (
            "sudo" in line and number <= function.body[0].end_lineno and ast.get_docstring(function)
        ):
            return range(number, function.end_lineno + 1)
    return ()


def _unexplained(place, lines, statement, part):
    for call in ast.walk(part):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            continue
        if call.func.attr != "sudo" or any(
            isinstance(one, ast.Constant) and one.value is False for one in call.args
        ):
            continue
        last = getattr(call, "end_lineno", call.lineno)
        near = [lines[number - 1] for number in range(statement.lineno, last + 1)]
        above = statement.lineno - 2
        while above >= 0 and lines[above].strip().startswith("#"):
            near.append(lines[above])
            above -= 1
        if not any("#" in line for line in near):
            yield f"{place}:{call.func.end_lineno} sudo() without a reason"


def check_money_is_not_float(tree):
    """Money is Monetary; a price per unit may be a Float with digits, which is stored exactly."""
    problems = []
    for model in tree.models:
        for name, call in model.fields.items():
            if call.func.attr != "Float" or not MONEY.search(name):
                continue
            if EXACT.search(name) and argument(call, "digits") is not None:
                continue
            place = f"{tree.rel(model.path)}:{call.lineno}"
            problems.append(f"{place} {name} is money and a Float")
    return problems


def check_headers(tree):
    """Every Python file begins with its licence."""
    problems = []
    for addon in tree.addons:
        for path, text, _node in tree.python(addon, tests=True):
            if text.strip() and not text.startswith("# SPDX-License-Identifier: LGPL-3.0-or-later"):
                problems.append(f"{tree.rel(path)}: no SPDX line at the top")
    return problems


def check_models_described(tree):
    """Every model says what a record is called."""
    problems = []
    for model in tree.new_models.values():
        names = {
            statement.targets[0].id
            for statement in model.node.body
            if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
        }
        if "_description" not in names:
            problems.append(f"{tree.rel(model.path)}:{model.line} {model.name}: no _description")
    return problems


def check_translations_are_plain(tree):
    """Texts for ``_`` are literals: no f-string, no % and no + inside or on the result."""
    problems = []
    for addon in tree.addons:
        for path, _text, node in tree.python(addon):
            for one in ast.walk(node):
                if isinstance(one, ast.BinOp) and isinstance(one.op, ast.Mod):
                    if _is_translation(one.left) and isinstance(one.left.args[0], ast.Constant):
                        problems.append(f"{tree.rel(path)}:{one.lineno} % on a translated text")
                elif _is_translation(one) and one.args:
                    first = one.args[0]
                    plain = isinstance(first, ast.Constant) and isinstance(first.value, str)
                    # a name or a table's entry may hold a text that was marked where it stands
                    if not plain and not isinstance(first, ast.Name | ast.Subscript):
                        problems.append(f"{tree.rel(path)}:{one.lineno} _() wants a literal")
                    elif (
                        plain
                        and re.search(r"%[sd]|%\(\w+\)[^s]|\{\w*\}", first.value)
                        and ("%s" in first.value or "{" in first.value)
                    ):
                        problems.append(f"{tree.rel(path)}:{one.lineno} name the placeholders")
    return problems


def _is_translation(node):
    if not isinstance(node, ast.Call):
        return False
    function = node.func
    name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
    return name in {"_", "_lt"}


def check_commits(tree):
    """Nobody commits by hand in a model; a cron reports progress, which commits."""
    problems = []
    for addon in tree.addons:
        for path, text, node in tree.python(addon):
            lines = text.splitlines()
            for one in ast.walk(node):
                if (
                    isinstance(one, ast.Call)
                    and isinstance(one.func, ast.Attribute)
                    and one.func.attr in {"commit", "rollback"}
                    and "cr" in ast.unparse(one.func.value)
                ):
                    near = lines[max(one.lineno - 3, 0) : one.end_lineno]
                    if not any("#" in line for line in near):
                        problems.append(f"{tree.rel(path)}:{one.lineno} {one.func.attr} by hand")
    return problems


CHECKS = (
    check_old_names,
    check_sudo_has_a_reason,
    check_money_is_not_float,
    check_headers,
    check_models_described,
    check_translations_are_plain,
    check_commits,
)
THING = "addons/property_alpha/models/thing.py"
METHOD = "\n    def run(self):\n        {0}\n"
FAULTS = {
    "_sql_constraints": (
        check_old_names,
        {THING: add('    _sql_constraints = [("a", "unique(name)", "Taken")]\n')},
        "ignores",
    ),
    "name_get": (
        check_old_names,
        {THING: add("\n    def name_get(self):\n        pass\n")},
        "never",
    ),
    "sudo": (
        check_sudo_has_a_reason,
        {THING: add(METHOD.format("self.sudo().write({})"))},
        "without a reason",
    ),
    "sudo in a condition": (
        check_sudo_has_a_reason,
        {THING: add(METHOD.format("if self.sudo().name:\n            pass"))},
        "without a reason",
    ),
    "money in a float": (
        check_money_is_not_float,
        {THING: sub("fields.Monetary()", "fields.Float()")},
        "amount is money",
    ),
    "price without digits": (
        check_money_is_not_float,
        {THING: add("    unit_price = fields.Float()\n")},
        "unit_price is money",
    ),
    "no licence line": (check_headers, {THING: sub("# SPDX", "# SPD")}, "SPDX"),
    "no description": (check_models_described, {THING: sub("_description", "_desc")}, "_desc"),
    "f-string": (
        check_translations_are_plain,
        {THING: add(METHOD.format('return self.env._(f"x {self}")'))},
        "literal",
    ),
    "nameless placeholder": (
        check_translations_are_plain,
        {THING: add(METHOD.format('return self.env._("x %s", self)'))},
        "name the placeholders",
    ),
    "percent on the result": (
        check_translations_are_plain,
        {THING: add(METHOD.format('return self.env._("x") % self'))},
        "% on",
    ),
    "commit": (check_commits, {THING: add(METHOD.format("self.env.cr.commit()"))}, "by hand"),
}
GOOD = {
    "sudo with a comment above": METHOD.format("# sudo: staff own no x\n        self.sudo().x()"),
    "sudo with a comment on the line": METHOD.format("self.sudo().x()  # staff own no x"),
    "sudo in a chain": METHOD.format(
        "# sudo: why\n        x = (\n            self.env['x']\n            .sudo()\n"
        "            .search([])\n        )"
    ),
    "leaving sudo": METHOD.format("self.sudo(False).x()"),
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


@pytest.mark.parametrize("name", GOOD)
def test_an_explained_sudo_passes(name, mini):
    assert check_sudo_has_a_reason(mini(files={THING: add(GOOD[name])})) == []

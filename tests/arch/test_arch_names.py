# SPDX-License-Identifier: LGPL-3.0-or-later
"""Names of ids, fields and methods, and screens that an Odoo 19 client accepts."""

import ast
import re

import pytest
from archtree import add, argument, constant, sub, table

HOOKS = {
    "compute": "_compute_",
    "search": "_search_",
    "inverse": "_inverse_",
    "group_expand": "_read_group_",
}
DATES = ("_date", "_start", "_end", "_from", "_to", "_until", "_on", "date", "_day")
TIMES = ("_at", "_start", "_end", "_from", "_to", "_until")
PREFIX = "property-"
BRIEF_HELP = ("ir.actions.act_window",)


def check_access_ids(tree):
    """``access_<model>_<role>``."""
    return [
        f"{row['addon']}: {row['id']} does not begin with access_{model}_"
        for row in tree.access
        for model in [row["model_id:id"].rsplit(".", 1)[-1].removeprefix("model_")]
        if not row["id"].startswith(f"access_{model}_")
    ]


def check_rule_ids(tree):
    """``<model>_rule_<role>``."""
    return [
        f"{rule['addon']}: {rule['id']} does not begin with {model}_rule_"
        for rule in tree.rules
        for model in [rule["model"].removeprefix("model_")]
        if not rule["id"].startswith(f"{model}_rule_")
    ]


def _field(record, name):
    return next((one for one in record.findall("field") if one.get("name") == name), None)


def _value(record, name):
    found = _field(record, name)
    return "" if found is None else "".join(found.itertext()).strip()


def check_view_ids(tree):
    """``<model>_view_<type>``, an inherited view ends with ``.inherit.<addon>``."""
    problems = []
    for addon in tree.addons:
        for path, record in tree.records(addon, "ir.ui.view"):
            identity, model = record.get("id"), _value(record, "model")
            place = f"{tree.rel(path)}: {identity}"
            if _field(record, "inherit_id") is not None:
                if not _value(record, "name").endswith(f".inherit.{addon}"):
                    problems.append(f"{place} is not named ....inherit.{addon}")
            elif model and not identity.startswith(f"{table(model)}_view_"):
                # a screen of ours on somebody else's model may carry a name of ours
                foreign = not model.startswith("property.")
                if not (foreign and re.match(r"property_\w+_view_", identity)):
                    problems.append(f"{place} does not begin with {table(model)}_view_")
    return problems


def check_action_ids(tree):
    """``<model>_action[_detail]``, ``<model>..._menu``, a path, and a word for the empty screen."""
    problems, paths, shown = [], {}, set()
    for addon in tree.addons:
        for _path, root in tree.xml(addon):
            shown |= {one.get("action") for one in root.iter("menuitem") if one.get("action")}
    for addon in tree.addons:
        for path, root in tree.xml(addon):
            for menu in root.iter("menuitem"):
                if not re.search(r"_menu($|_)", menu.get("id")):
                    problems.append(f"{tree.rel(path)}: {menu.get('id')} does not end with _menu")
        for path, record in tree.records(addon, "ir.actions.act_window"):
            identity, model = record.get("id"), _value(record, "res_model")
            place, url = f"{tree.rel(path)}: {identity}", _value(record, "path")
            own = model.startswith("property.")
            if not re.match(
                rf"({table(model)}{'' if own else '|property_[a-z_]+'})_action($|_)", identity
            ):
                problems.append(f"{place} does not begin with {table(model)}_action")
            if url and (not url.startswith(PREFIX) or url != url.lower()):
                problems.append(f"{place}: path {url} does not begin with {PREFIX}")
            if url and url in paths:
                problems.append(f"{place}: path {url} is taken by {paths[url]}")
            paths[url] = identity
            if _value(record, "target") == "new" or model.startswith("res.config"):
                continue
            if {identity, f"{addon}.{identity}"} & shown:
                if not url:
                    problems.append(f"{place} is in a menu and has no path")
                lists = _value(record, "view_mode") != "form"
                if lists and _field(record, "help") is None:
                    problems.append(f"{place} is in a menu and has no help for an empty screen")
    return problems


def check_field_names(tree):
    """Relations end with _id or _ids, dates with a date word, times with _at."""
    problems = []
    for model in tree.models:
        for name, call in model.fields.items():
            kind = call.func.attr
            bad = (
                (kind == "Many2one" and not name.endswith("_id"))
                or (kind in {"One2many", "Many2many"} and not name.endswith("_ids"))
                or (kind == "Date" and not name.endswith(DATES))
                or (kind == "Datetime" and not name.endswith(TIMES))
            )
            if (
                bad
                and not name.startswith(("x_", "create_", "write_"))
                and constant(argument(call, "related")) is None
            ):
                place = f"{tree.rel(model.path)}:{call.lineno}"
                problems.append(f"{place} {name} is no name for a {kind}")
    return problems


def check_method_names(tree):
    """Methods behind fields and decorators carry their prefix; buttons are action_<verb>."""
    problems = []
    for model in tree.models:
        place = tree.rel(model.path)
        for name, call in model.fields.items():
            for key, prefix in HOOKS.items():
                value = constant(argument(call, key))
                if isinstance(value, str) and not value.startswith((prefix, "_read_group_")):
                    problems.append(f"{place}:{call.lineno} {name}: {value} is not {prefix}...")
        for node in model.node.body:
            if isinstance(node, ast.FunctionDef):
                problems += [f"{place}:{node.lineno} {text}" for text in _decorated(node)]
    for addon in tree.addons:
        for path, root in tree.xml(addon):
            problems += [
                f"{tree.rel(path)}:{button.sourceline} button {button.get('name')} is no action_"
                for button in root.iter("button")
                if button.get("type") == "object"
                and not button.get("name").startswith(("action_", "toggle_", "button_", "portal_"))
            ]
    return problems


def _decorated(node):
    for decorator in node.decorator_list:
        call = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = call.attr if isinstance(call, ast.Attribute) else ""
        prefix = {"constrains": "_check_", "onchange": "_onchange_"}.get(name)
        if prefix and not node.name.startswith(prefix):
            yield f"{node.name} is not {prefix}..."


def check_screens(tree):
    """No <tree>, attrs, states, kanban-box or chatter div: Odoo 19 refuses or breaks on them."""
    problems = []
    for addon in tree.addons:
        for path, root in tree.xml(addon):
            for one in root.iter():
                if not isinstance(one.tag, str):
                    continue
                found = None
                if one.tag == "tree":
                    found = "<tree> is <list> now"
                elif one.get("attrs") or (one.get("states") and one.tag in {"field", "button"}):
                    found = "attrs and states are invisible/readonly/required now"
                elif one.get("t-name") == "kanban-box":
                    found = "kanban-box is card now"
                elif "oe_chatter" in (one.get("class") or ""):
                    found = "the chatter is <chatter/>"
                elif one.get("t-raw") or one.get("t-esc"):
                    found = "t-raw and t-esc are t-out now"
                elif one.tag == "field" and one.get("name") == "view_mode" and "tree" in one.text:
                    found = "view_mode tree is list now"
                elif one.tag == "filter" and not one.get("name"):
                    found = "a filter needs a name"
                elif one.tag == "group" and one.get("expand"):
                    found = "<group expand> is refused in a search view"
                if found:
                    problems.append(f"{tree.rel(path)}:{one.sourceline} {found}")
    return problems


def check_extended_once(tree):
    """An addon extends a view once; what replaces says why."""
    problems = []
    for addon in tree.addons:
        seen = {}
        for path, record in tree.records(addon, "ir.ui.view"):
            parent = _field(record, "inherit_id")
            if parent is None or _value(record, "mode") == "primary":
                continue
            if parent.get("ref") in seen:
                problems.append(f"{tree.rel(path)}: {parent.get('ref')} is extended twice")
            seen[parent.get("ref")] = path
            for one in record.iter():
                if isinstance(one.tag, str) and one.get("position") == "replace":
                    before = one.getprevious()
                    if before is None or isinstance(before.tag, str):
                        place = f"{tree.rel(path)}:{one.sourceline}"
                        problems.append(f"{place} replaces without a comment that says why")
    return problems


def check_demo_ids(tree):
    """Records of demonstration data end with _demo."""
    problems = []
    for addon in tree.addons:
        listed = set(tree.manifests[addon].get("demo", ()))
        for path, record in tree.records(addon):
            name = str(path.relative_to(tree.folder / addon))
            identity = record.get("id") or ""
            if (
                name in listed
                and identity
                and "." not in identity
                and not identity.endswith("_demo")
            ):
                problems.append(f"{tree.rel(path)}: {identity} does not end with _demo")
    return problems


CHECKS = (
    check_access_ids,
    check_rule_ids,
    check_view_ids,
    check_action_ids,
    check_field_names,
    check_method_names,
    check_screens,
    check_extended_once,
    check_demo_ids,
)
A = "addons/property_alpha"
CSV, RULES = f"{A}/security/ir.model.access.csv", f"{A}/security/rules.xml"
VIEWS, THING = f"{A}/views/thing_views.xml", f"{A}/models/thing.py"
INHERIT = """<odoo><record id="a" model="ir.ui.view"><field name="name">{0}</field>
<field name="model">res.partner</field><field name="inherit_id" ref="base.v" />
<field name="arch" type="xml"><field name="x" position="replace" /></field></record></odoo>"""
FAULTS = {
    "access id": (check_access_ids, {CSV: sub("access_property", "ac_property")}, "access_"),
    "rule id": (check_rule_ids, {RULES: sub("rule_staff", "r_staff")}, "_rule_"),
    "view id": (check_view_ids, {VIEWS: sub("_view_list", "_list")}, "_view_"),
    "inherited view": (
        check_view_ids,
        {f"{A}/views/x.xml": INHERIT.format("x")},
        ".inherit.property_alpha",
    ),
    "action id": (
        check_action_ids,
        {VIEWS: sub('id="property_mini_apple_action"', 'id="x_action"')},
        "does not begin with property_mini_apple_action",
    ),
    "menu id": (check_action_ids, {VIEWS: sub('_menu"', '_m"')}, "_menu"),
    "path": (check_action_ids, {VIEWS: sub("property-things", "things")}, "begin with property-"),
    "same path": (
        check_action_ids,
        {VIEWS: sub("things-property_mini_apple", "things-property_mini_berry")},
        "taken",
    ),
    "no help": (
        check_action_ids,
        {VIEWS: sub('<field name="help" type="html"><p>None yet</p></field>', "")},
        "no help",
    ),
    "many2one": (check_field_names, {THING: sub("unit_id =", "unit =")}, "unit is no name"),
    "datetime": (
        check_field_names,
        {THING: add("    closed = fields.Datetime()\n")},
        "closed is no name",
    ),
    "compute": (
        check_method_names,
        {THING: add('    total = fields.Integer(compute="_get_total")\n')},
        "_get_total is not _compute_",
    ),
    "constraint": (
        check_method_names,
        {THING: add('\n    @api.constrains("name")\n    def _name_ok(self):\n        pass\n')},
        "_name_ok is not _check_",
    ),
    "button": (
        check_method_names,
        {
            VIEWS: sub(
                '<field name="name" /></list>', '<button name="do_it" type="object" /></list>'
            )
        },
        "do_it",
    ),
    "tree view": (
        check_screens,
        {VIEWS: lambda text: text.replace("<list>", "<tree>").replace("</list>", "</tree>")},
        "<tree>",
    ),
    "attrs": (check_screens, {VIEWS: sub('name="name" />', 'name="name" attrs="{}" />')}, "attrs"),
    "kanban-box": (
        check_screens,
        {VIEWS: sub('<field name="name" /></list>', '<t t-name="kanban-box" /></list>')},
        "kanban-box",
    ),
    "replace": (
        check_extended_once,
        {f"{A}/views/x.xml": INHERIT.format("x.inherit.property_alpha")},
        "without a comment",
    ),
    "demo id": (
        check_demo_ids,
        {
            f"{A}/__manifest__.py": sub('"data":', '"demo": ["views/thing_views.xml"], "data":'),
        },
        "_demo",
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

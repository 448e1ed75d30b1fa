# SPDX-License-Identifier: LGPL-3.0-or-later
"""Read addons without importing them: manifests, Python by AST, XML by lxml, CSV."""

import ast
import csv
import functools
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

SIBLINGS = (
    "access", "community", "fees", "inspection", "owners_committee", "parcel", "parking",
    "quality", "workorder",
)  # fmt: skip
BASE, SUITE = "property_base", "property_suite"


@dataclass
class Model:
    """A class of Odoo, as far as it can be read without running it."""

    addon: str
    path: Path
    line: int
    kind: str
    name: str
    inherits: tuple
    fields: dict = field(default_factory=dict)
    node: ast.ClassDef = None

    @property
    def is_new(self):
        """Tell whether the class makes a model, instead of extending one."""
        return bool(self.name) and self.name not in self.inherits


class Tree:
    """A checkout."""

    def __init__(self, root, siblings=SIBLINGS):
        self.root = Path(root)
        self.known_siblings = siblings
        self.folder = self.root / "addons"

    @functools.cached_property
    def addons(self):
        return sorted(path.parent.name for path in self.folder.glob("*/__manifest__.py"))

    @functools.cached_property
    def manifests(self):
        return {
            addon: ast.literal_eval((self.folder / addon / "__manifest__.py").read_text("utf-8"))
            for addon in self.addons
        }

    def role(self, addon):
        """Return base, suite, sibling, bridge or unknown."""
        short = addon.removeprefix("property_")
        if addon in {BASE, SUITE}:
            return short
        if short in self.known_siblings:
            return "sibling"
        return "bridge" if self.bridged(addon) else "unknown"

    def bridged(self, addon):
        """Return the two siblings in the name of a bridge, or nothing."""
        short = addon.removeprefix("property_")
        for first in self.known_siblings:
            second = short.removeprefix(f"{first}_")
            if second != short and second in self.known_siblings and first < second:
                return (f"property_{first}", f"property_{second}")
        return ()

    def siblings(self):
        return [addon for addon in self.addons if self.role(addon) == "sibling"]

    def rel(self, path):
        return str(Path(path).relative_to(self.root))

    def files(self, addon, *suffixes):
        return sorted(
            path
            for path in (self.folder / addon).rglob("*")
            if path.is_file() and path.suffix in suffixes and "__pycache__" not in path.parts
        )

    def python(self, addon, tests=False):
        """Yield path, text and AST of the Python files of an addon."""
        for path in self.files(addon, ".py"):
            inner = path.relative_to(self.folder / addon)
            if path.name == "__manifest__.py" or (not tests and inner.parts[0] == "tests"):
                continue
            text, node = _parse_python(path)
            yield path, text, node

    def xml(self, addon, static=False):
        """Yield path and root element of the XML files of an addon."""
        for path in self.files(addon, ".xml"):
            if static or "static" not in path.relative_to(self.folder / addon).parts:
                yield path, _parse_xml(path)

    def records(self, addon, model=None):
        """Yield path and element of the records of an addon."""
        for path, root in self.xml(addon):
            for record in root.iter("record"):
                if model is None or record.get("model") == model:
                    yield path, record

    @functools.cached_property
    def models(self):
        """Return every model class of every addon, new and extended."""
        found = []
        for addon in self.addons:
            for path, _text, tree in self.python(addon):
                for node in ast.walk(tree):
                    if isinstance(node, ast.ClassDef):
                        model = _read_model(addon, path, node)
                        if model:
                            found.append(model)
        return found

    @functools.cached_property
    def new_models(self):
        return {model.name: model for model in self.models if model.is_new}

    @functools.cached_property
    def access(self):
        """Return the rows of the access lists of all addons."""
        rows = []
        for addon in self.addons:
            for path in (self.folder / addon / "security").glob("ir.model.access.csv"):
                with path.open(newline="", encoding="utf-8") as stream:
                    rows += [
                        {**row, "addon": addon, "path": path} for row in csv.DictReader(stream)
                    ]
        return rows

    @functools.cached_property
    def rules(self):
        """Return model, groups, domain and id of every record rule."""
        found = []
        for addon in self.addons:
            for path, record in self.records(addon, "ir.rule"):
                values = {one.get("name"): one for one in record.iter("field")}
                model, groups = values.get("model_id"), values.get("groups")
                found.append(
                    {
                        "id": record.get("id"),
                        "addon": addon,
                        "path": path,
                        "model": _after_dot(model.get("ref") or "") if model is not None else "",
                        "groups": _references(groups, addon),
                        "domain": _text(values.get("domain_force")),
                        "operations": {
                            name for name in values if name and name.startswith("perm_")
                        },
                    }
                )
        return found

    @functools.cached_property
    def tracked(self):
        """Return the files that git knows or would add."""
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        done = subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False)
        names = [name for name in done.stdout.split("\0") if name]
        if done.returncode or not names:
            return sorted(path for path in self.root.rglob("*") if path.is_file())
        return sorted(path for path in (self.root / name for name in names) if path.is_file())


@functools.cache
def _parse_python(path):
    text = path.read_text("utf-8")
    return text, ast.parse(text)


@functools.cache
def _parse_xml(path):
    return etree.parse(str(path), etree.XMLParser(remove_comments=False)).getroot()


def _after_dot(reference):
    return reference.rsplit(".", 1)[-1]


def _text(element):
    if element is None:
        return ""
    return " ".join((element.get("eval") or "".join(element.itertext())).split())


def _references(element, addon):
    if element is None:
        return []
    names = re.findall(r"ref\(\s*['\"]([\w.]+)['\"]", element.get("eval") or "")
    return [name if "." in name else f"{addon}.{name}" for name in names]


def qualified(reference, addon):
    """Return an external id with its addon."""
    return reference if "." in reference else f"{addon}.{reference}"


def table(name):
    """Return a model's name as it stands in ids."""
    return name.replace(".", "_")


def constant(node):
    return node.value if isinstance(node, ast.Constant) else None


def strings(node):
    """Return the strings of a literal: one, or a list of them."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return (node.value,)
    if isinstance(node, ast.List | ast.Tuple):
        return tuple(one for element in node.elts for one in strings(element))
    if isinstance(node, ast.Dict):
        return tuple(one for element in node.keys for one in strings(element))
    return ()


KINDS = ("Model", "TransientModel", "AbstractModel")


def _read_model(addon, path, node):
    kinds = [
        base.attr for base in node.bases if isinstance(base, ast.Attribute) and base.attr in KINDS
    ]
    if not kinds:
        return None
    model = Model(addon, path, node.lineno, kinds[0], "", (), {}, node)
    for statement in node.body:
        if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
            continue
        name, value = statement.targets[0].id, statement.value
        if name == "_name":
            model.name = constant(value) or ""
        elif name == "_inherit":
            model.inherits += strings(value)
        elif is_field(value):
            model.fields[name] = value
    return model


def is_field(value):
    """Tell whether an expression is ``fields.Something(...)``."""
    return (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Attribute)
        and isinstance(value.func.value, ast.Name)
        and value.func.value.id == "fields"
        and value.func.attr[:1].isupper()
    )


def argument(call, name, position=None):
    """Return an argument of a call by keyword or position."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    if position is not None and len(call.args) > position:
        return call.args[position]
    return None


# --- small trees ------------------------------------------------------------------------------

HEADER = "# SPDX-License-Identifier: LGPL-3.0-or-later\n"
MANIFEST = """{{
    "name": "{title}",
    "summary": "What it does",
    "version": "19.0.1.0.0",
    "category": "Real Estate/Property",
    "author": "Property Suite contributors",
    "license": "LGPL-3",
    "depends": {depends},
    "data": {data},{extra}
}}
"""
README = "# {title}\n\n## Purpose\nText.\n\n## Concepts\nText.\n\n## Extension points\nText.\n"
THING = """from odoo import fields, models


class Thing(models.Model):
    _name = "{model}"
    _description = "Thing"
    _inherit = ["property.scope.mixin"]

    name = fields.Char()
    unit_id = fields.Many2one("property.unit")
    amount = fields.Monetary()
"""
ACCESS = """id,name,model_id:id,group_id:id,perm_read,perm_write,perm_create,perm_unlink
access_{table}_user,user,model_{table},property_base.group_property_user,1,1,1,0
access_{table}_portal,portal,model_{table},base.group_portal,1,0,0,0
"""
RULE = """    <record id="{table}_rule_{role}" model="ir.rule">
        <field name="name">Rule</field>
        <field name="model_id" ref="model_{table}" />
        {groups}
        <field name="domain_force">{domain}</field>
    </record>
"""
GROUPS = """<field name="groups" eval="[Command.link(ref('{0}'))]" />"""
VIEWS = """<odoo>
    <record id="{table}_view_list" model="ir.ui.view">
        <field name="name">{model}.list</field>
        <field name="model">{model}</field>
        <field name="arch" type="xml"><list><field name="name" /></list></field>
    </record>
    <record id="{table}_action" model="ir.actions.act_window">
        <field name="name">Things</field>
        <field name="res_model">{model}</field>
        <field name="path">property-things-{table}</field>
        <field name="view_mode">list,form</field>
        <field name="help" type="html"><p>None yet</p></field>
    </record>
    <menuitem id="{table}_menu" action="{table}_action" />
</odoo>
"""
POT = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"

#. module: x
msgid "Thing %(name)s"
msgstr "{0}"
"""


def _mini_rules(model):
    name = table(model)
    user, manager = "property_base.group_property_user", "property_base.group_property_manager"
    rules = (
        ("company", "", "[('company_id', 'in', company_ids)]"),
        (
            "staff",
            GROUPS.format(user),
            "[('community_id', 'in', user.property_community_ids.ids)]",
        ),
        ("manager", GROUPS.format(manager), "[(1, '=', 1)]"),
        (
            "portal",
            GROUPS.format("base.group_portal") + '<field name="perm_write" eval="False" />',
            "[('unit_id.resident_user_ids', 'in', user.ids)]",
        ),
    )
    body = "".join(
        RULE.format(table=name, role=role, groups=groups, domain=domain)
        for role, groups, domain in rules
    )
    return f"<odoo>\n{body}</odoo>\n"


def _mini_addon(name, depends, model=None, extra=""):
    data = []
    files = {
        "__init__.py": HEADER + ("from . import models\n" if model else ""),
        "README.md": README.format(title=name),
        f"i18n/{name}.pot": POT.format(""),
        "i18n/zh_CN.po": POT.format("事物 %(name)s"),
    }
    if model:
        files["models/__init__.py"] = HEADER + "from . import thing\n"
        files["models/thing.py"] = HEADER + THING.format(model=model)
        files["security/ir.model.access.csv"] = ACCESS.format(table=table(model))
        files["security/rules.xml"] = _mini_rules(model)
        files["views/thing_views.xml"] = VIEWS.format(table=table(model), model=model)
        data = ["security/ir.model.access.csv", "security/rules.xml", "views/thing_views.xml"]
    manifest = MANIFEST.format(
        title=name.replace("_", " ").title(), depends=depends, data=data, extra=extra
    ).replace("'", '"')
    files["__manifest__.py"] = HEADER + manifest
    return {f"addons/{name}/{path}": text for path, text in files.items()}


def mini_files():
    """Return the files of a small suite without faults: base, two siblings, bridge, top."""
    auto = '\n    "auto_install": True,'
    return {
        **_mini_addon("property_base", ["mail"], "property.thing"),
        **_mini_addon("property_alpha", ["property_base"], "property.mini.apple"),
        **_mini_addon("property_beta", ["property_base", "account"], "property.mini.berry"),
        **_mini_addon("property_alpha_beta", ["property_alpha", "property_beta"], extra=auto),
        **_mini_addon("property_suite", ["property_alpha_beta"]),
        "docs/roles.md": "# Roles\n",
    }


def write_mini(folder, changes):
    """Write the small suite with ``changes``.

    :param changes: path -> text that replaces the file, None that removes it, or a function from
        the old text to the new.
    """
    files = mini_files()
    for path, change in changes.items():
        if change is None:
            del files[path]
        elif callable(change):
            changed = change(files[path])
            assert changed != files[path], f"the change of {path} changes nothing"
            files[path] = changed
        else:
            files[path] = change
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return Tree(folder, siblings=("alpha", "beta"))


def sub(old, new):
    """Return a change that replaces one text by another."""
    return lambda text: text.replace(old, new)


def add(more):
    """Return a change that appends text."""
    return lambda text: text + more

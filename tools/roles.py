# SPDX-License-Identifier: LGPL-3.0-or-later
"""Write the matrix of docs/roles.md from a database that holds all our addons.

    make -s shell < tools/roles.py > docs/roles.md

addons/property_base/tests/test_roles_doc.py compares the document with the database it runs on.
"""

LADDER = (
    "property_base.group_property_user",
    "property_base.group_property_officer",
    "property_base.group_property_manager",
)
PORTAL = "base.group_portal"
OPERATIONS = (("read", "R"), ("write", "W"), ("create", "C"), ("unlink", "D"))
INTRO = """# Roles and rights

Who may do what, and with which records. **R** read, **W** write, **C** create, **D** delete; an
empty cell means no access. Rights add up: who holds several roles has the rights of each, and a
role includes those below it (staff < site manager < company manager). The table shows the sum.

- **Communities**: staff and site managers work with the records of the communities that they are
  assigned to (user form, or community form, page Staff). A company manager sees all communities
  of his companies. Companies stay apart for everybody.
- **Portal**: owners, family and tenants see what their dated ownership or verified occupancy gives
  them, and lose it the day after it ends. Nothing has to be switched off by hand.
- **Public**: nobody sees anything without logging in, but for the pages that a sign in the street
  points to.
- **Counting votes** (teller, scrutineer, observer) will be implied by no role of the property
  company: the company is a party.

A list of records below names the domain of the rule; "everybody" means that the rule holds for all
roles together with the others. Several rules of roles add up.

*The part below is generated: `make -s shell < tools/roles.py > docs/roles.md`. A test compares it
with the database, so a change of rights without a change of this document fails.*
"""


def our_addons(env):
    """Return the installed addons of the suite, the base first."""
    modules = env["ir.module.module"].search(
        [("state", "=", "installed"), ("name", "=like", "property\\_%")]
    )
    return sorted(modules.mapped("name"), key=lambda name: (name != "property_base", name))


def owners(env, model):
    """Return record id -> addon for records of a model that our addons brought."""
    data = env["ir.model.data"].search(
        [("model", "=", model), ("module", "in", our_addons(env))], order="id"
    )
    found = {}
    for one in data:
        found.setdefault(one.res_id, one.module)
    return found


class Matrix:
    """Access lists and rules of our addons."""

    def __init__(self, env):
        self.env = env = env(context={**env.context, "lang": "en_US"}, su=True)
        self.addons = our_addons(env)
        self.access_owner = owners(env, "ir.model.access")
        self.rule_owner = owners(env, "ir.rule")
        self.model_owner = owners(env, "ir.model")
        self.access = env["ir.model.access"].search([("active", "=", True)])
        groups = env["res.groups"].search([])
        self.xmlid = groups._get_external_ids()
        self.group_of = {
            names[0]: group for group in groups for names in [self.xmlid[group.id]] if names
        }

    def name(self, group):
        return (self.xmlid.get(group.id) or [f"group {group.id}"])[0]

    def home(self, model):
        """Return the addon that a row about a model belongs to, None for models of others."""
        return self.model_owner.get(model.id) if model.model.startswith("property.") else None

    def rows(self, addon):
        """Return model -> access rows in the section of an addon."""
        found = {}
        for row in self.access:
            home, owner = self.home(row.model_id), self.access_owner.get(row.id)
            if owner == addon or (owner is None and home == addon):
                found.setdefault(row.model_id, self.env["ir.model.access"])
                found[row.model_id] |= row
        return found

    def columns(self, rows):
        groups = {self.name(group) for some in rows.values() for group in some.group_id}
        rest = sorted(groups - {*LADDER, PORTAL})
        ladder = [name for name in LADDER if name in self.group_of]
        return [*ladder, *rest, *([PORTAL] if PORTAL in groups else [])]

    def cell(self, rows, group):
        held = group | group.all_implied_ids
        mine = rows.filtered(lambda row: not row.group_id or row.group_id in held)
        return "".join(letter for name, letter in OPERATIONS if any(mine.mapped(f"perm_{name}")))

    def rules(self, addon):
        """Return the rule lines of an addon."""
        rules = self.env["ir.rule"].search([("active", "=", True)])
        rules = rules.filtered(lambda rule: self.rule_owner.get(rule.id) == addon)
        lines = []
        for rule in rules:
            who = ", ".join(sorted(self.name(group) for group in rule.groups)) or "everybody"
            letters = "".join(letter for name, letter in OPERATIONS if rule[f"perm_{name}"])
            domain = " ".join((rule.domain_force or "[]").split())
            lines.append(f"| `{rule.model_id.model}` | {who} | {letters} | `{domain}` |")
        return sorted(lines)

    def section(self, addon):
        """Return the lines about one addon, or none when it brings neither rows nor rules."""
        rows, rules = self.rows(addon), self.rules(addon)
        if not rows and not rules:
            return []
        lines = [f"## {addon}", ""]
        if rows:
            names = self.columns(rows)
            titles = [self.group_of[name].name for name in names]
            lines += ["| Model | " + " | ".join(titles) + " |"]
            lines += ["|---|" + "---|" * len(names)]
            for model in sorted(rows, key=lambda model: model.model):
                cells = [self.cell(rows[model], self.group_of[name]) for name in names]
                lines.append(f"| `{model.model}` {model.name} | " + " | ".join(cells) + " |")
            lines += [
                "",
                "Roles: "
                + ", ".join(
                    f"{title} = `{name}`" for title, name in zip(titles, names, strict=True)
                )
                + ".",
            ]
        if rules:
            lines += ["", "| Records of | Role | For | Domain |", "|---|---|---|---|", *rules]
        return [*lines, ""]


def sections(env):
    """Return addon -> text of its section."""
    matrix = Matrix(env)
    found = {addon: "\n".join(matrix.section(addon)).strip() for addon in matrix.addons}
    return {addon: text for addon, text in found.items() if text}


def document(env):
    """Return the whole document."""
    return "\n\n".join([INTRO.strip(), *sections(env).values()]) + "\n"


if "env" in globals():  # in Odoo's shell
    print(document(globals()["env"]), end="")

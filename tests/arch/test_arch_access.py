# SPDX-License-Identifier: LGPL-3.0-or-later
"""Access: rows for every model, nothing for the public, rules for everything that is scoped."""

import pytest
from archtree import add, qualified, sub, table

USER = "property_base.group_property_user"
MANAGER = "property_base.group_property_manager"
LADDER = {USER, "property_base.group_property_officer", MANAGER}
PORTAL, PUBLIC = "base.group_portal", "base.group_public"
OPERATIONS = ("write", "create", "unlink")
SCOPE = "property.scope.mixin"

# (model, operation) that a portal user may do by the access list, with the reason.
# Everything else happens in controllers, which check the dated relation first.
PORTAL_WRITE = {
    ("property.binding", "create"): "an owner asks to be bound to a unit",
}
# models that a portal user may read as a whole: names behind the owner's own records, no persons
PORTAL_READ_ALL = {"property.authority.subject", "property.fee.item"}


def concrete(tree):
    return {name: model for name, model in tree.new_models.items() if model.kind != "AbstractModel"}


def check_rows(tree):
    """Every model has access rows, each for a group, none for the public."""
    problems = []
    listed = {row["model_id:id"].rsplit(".", 1)[-1] for row in tree.access}
    for name, model in concrete(tree).items():
        if f"model_{table(name)}" not in listed:
            problems.append(f"{tree.rel(model.path)}:{model.line} {name} has no access row")
    for row in tree.access:
        group = row["group_id:id"]
        if not group:
            problems.append(f"{row['id']} ({row['addon']}): no group means everybody")
        elif group == PUBLIC:
            problems.append(f"{row['id']} ({row['addon']}): a row for the public")
    return problems


def check_portal_writes(tree):
    """Portal users write only what the list at the top names."""
    models = {f"model_{table(name)}": name for name in tree.new_models}
    problems = []
    for row in tree.access:
        if qualified(row["group_id:id"], row["addon"]) != PORTAL:
            continue
        name = models.get(row["model_id:id"].rsplit(".", 1)[-1], row["model_id:id"])
        problems += [
            f"{row['id']}: the portal may {operation} {name}"
            for operation in OPERATIONS
            if row[f"perm_{operation}"] == "1" and (name, operation) not in PORTAL_WRITE
        ]
    return problems


def check_portal_rules(tree):
    """What a portal user may read has a rule for the portal that filters by the relation."""
    problems = []
    free = {f"model_{table(name)}" for name in PORTAL_READ_ALL}
    for row in tree.access:
        if qualified(row["group_id:id"], row["addon"]) != PORTAL:
            continue
        if row["model_id:id"].rsplit(".", 1)[-1] in free:
            continue
        model = row["model_id:id"].rsplit(".", 1)[-1]
        rules = [rule for rule in tree.rules if rule["model"] == model and PORTAL in rule["groups"]]
        if not rules:
            problems.append(f"{row['id']}: {model} has no rule for the portal")
        for rule in rules:
            if "user" not in rule["domain"]:
                problems.append(f"{rule['id']}: the domain does not depend on the user")
            if not rule["operations"]:
                problems.append(f"{rule['id']}: name the operations that it filters (perm_...)")
    return problems


def is_scoped(model):
    return SCOPE in model.inherits or {"community_id", "company_id"} <= set(model.fields)


def check_scope_rules(tree):
    """Every scoped model has the rules for companies, staff and managers."""
    problems = []
    for name, model in concrete(tree).items():
        if model.kind != "Model" or not is_scoped(model):
            continue
        rules = [rule for rule in tree.rules if rule["model"] == f"model_{table(name)}"]
        roles = {
            qualified(row["group_id:id"], row["addon"])
            for row in tree.access
            if row["model_id:id"].rsplit(".", 1)[-1] == f"model_{table(name)}"
        }
        wanted = {
            "companies (global)": [
                rule
                for rule in rules
                if not rule["groups"]
                and "company_id" in rule["domain"]
                and "company_ids" in rule["domain"]
            ],
            "staff": [
                rule
                for rule in rules
                # a model for a specialist alone is scoped for the specialist
                if (USER in rule["groups"] or (not roles & LADDER and roles & {*rule["groups"]}))
                and "property_community_ids" in rule["domain"]
            ],
            "managers": [
                rule
                for rule in rules
                if MANAGER in rule["groups"] and "1, '=', 1" in rule["domain"]
            ],
        }
        if not roles & LADDER:
            del wanted["managers"]
        problems += [f"{name}: no rule for {who}" for who, found in wanted.items() if not found]
    return problems


def check_community_is_scoped(tree):
    """A stored model with a community is scoped: it also knows the company."""
    return [
        f"{tree.rel(model.path)}:{model.line} {name} has community_id and no company_id"
        for name, model in concrete(tree).items()
        if model.kind == "Model"
        and "community_id" in model.fields
        and SCOPE not in model.inherits
        and "company_id" not in model.fields
    ]


CHECKS = (
    check_rows,
    check_portal_writes,
    check_portal_rules,
    check_scope_rules,
    check_community_is_scoped,
)
A = "addons/property_alpha"
CSV, RULES = f"{A}/security/ir.model.access.csv", f"{A}/security/rules.xml"
FAULTS = {
    "model without rows": (
        check_rows,
        {CSV: sub("model_property_mini_apple", "model_x")},
        "no access row",
    ),
    "wizard without rows": (
        check_rows,
        {
            f"{A}/models/thing.py": add(
                '\n\nclass W(models.TransientModel):\n    _name = "property.wizard"\n'
            )
        },
        "property.wizard has no access row",
    ),
    "row for everybody": (check_rows, {CSV: sub(USER, "")}, "means everybody"),
    "row for the public": (check_rows, {CSV: sub(PORTAL, PUBLIC)}, "public"),
    "portal writes": (
        check_portal_writes,
        {CSV: sub("base.group_portal,1,0", "base.group_portal,1,1")},
        "the portal may write property.mini.apple",
    ),
    "no portal rule": (check_portal_rules, {RULES: sub(PORTAL, USER)}, "no rule for the portal"),
    "portal rule for all": (
        check_portal_rules,
        {RULES: sub("('unit_id.resident_user_ids', 'in', user.ids)", "('id', '!=', 0)")},
        "does not depend on the user",
    ),
    "portal rule without operations": (
        check_portal_rules,
        {RULES: sub('<field name="perm_write" eval="False" />', "")},
        "name the operations",
    ),
    "no company rule": (
        check_scope_rules,
        {RULES: sub("('company_id', 'in', company_ids)", "(1, '=', 1)")},
        "companies",
    ),
    "no staff rule": (
        check_scope_rules,
        {RULES: sub("('community_id', 'in', user.property_community_ids.ids)", "(1, '=', 1)")},
        "staff",
    ),
    "no manager rule": (check_scope_rules, {RULES: sub(MANAGER, "base.group_system")}, "managers"),
    "community without company": (
        check_community_is_scoped,
        {
            f"{A}/models/thing.py": lambda text: text.replace(
                '    _inherit = ["property.scope.mixin"]\n', ""
            ).replace("unit_id =", "community_id =")
        },
        "no company_id",
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

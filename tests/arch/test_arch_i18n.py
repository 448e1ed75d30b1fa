# SPDX-License-Identifier: LGPL-3.0-or-later
"""Translations: zh_CN is complete in every addon, and the template knows the sources' terms."""

import ast
import re
from collections import Counter

import polib
import pytest
from archtree import argument, constant, sub

LANGUAGE = "zh_CN"
PLACEHOLDER = re.compile(r"%\(\w+\)[sdf]|%[sd]|\{\{.*?\}\}|\$\{\w+\}|%%")
TAG = re.compile(r"</?[a-zA-Z][^>]*?>")
# attributes whose value is text of its own and translated
TEXT_ATTRIBUTE = re.compile(r"""\b(title|alt|placeholder|aria-label|data-tooltip)="[^"]*\"""")
# the same in both languages
SAME = re.compile(
    r"^[\W\d_]*$|^(m²|[A-Z]{1,4}\d*|XLSX|JSON|WeChat|Chromium|wkhtmltopdf|Odoo)$|"
    r"^[\w.]+\.(xlsx|pdf|csv)$|^[a-z]+([._][a-z0-9]+)+$|^\(?object\.\w+|[\u4e00-\u9fff]"
)
# words that Odoo translates for another trade: "Delivered" is 已发货 there, and 已交付 of a flat
TRADE = {
    "State": "状态",
    "Delivered": "已交付|已交房",
    "Unit": "房屋",
    "Units": "房屋",
    "units": "套|户|房屋",
    "Owner": "业主",
    "Owners": "业主",
    "Occupant": "住户",
    "Entrance": "单元",
    "Building": "楼栋",
    "Buildings": "楼栋",
    "Number": "号",
    "Layout": "户型",
    "Meter": "表",
    "Headers": "表头",
    "quarter": "季",
    "field": "字段|栏|项",
    "Assignment": "收费关系|分配",
    "Payable": "收费对象|计费对象|应付对象",
    "Sign": "签|标",
    "Paid by": "方式",
    "Next": "下一步",
    "Community": "小区",
    "Keeper": "管家",
    "Transfer": "过户",
    "Handover": "交房|交接|交付",
    "Sale": "买卖|出售",
    "Gift": "赠",
    "Inheritance": "继承",
    "Tenant": "租",
    "Floor": "楼层",
    "Area": "面积",
    "Vacant": "空置",
    "Share": "份额",
    "Key": "钥匙",
    "Keys": "钥匙",
    "Signs": "标识|标牌",
    "Post": "岗位",
    "Posts": "岗位",
    "Moves": "搬",
    "Float": "备用金",
    "Receipt": "收据",
    "Receipts": "收据",
    "Bill": "账单",
    "Run": "计费|出账|批次",
    "Fee run": "计费|出账|批次",
    "Binding": "绑定",
    "Household": "家庭|住户",
}


def template(tree, addon):
    path = tree.folder / addon / "i18n" / f"{addon}.pot"
    return polib.pofile(str(path)) if path.is_file() else None


def translation(tree, addon):
    path = tree.folder / addon / "i18n" / f"{LANGUAGE}.po"
    return polib.pofile(str(path)) if path.is_file() else None


def check_present(tree):
    """Every addon has its template and its Chinese."""
    return [
        f"{addon}: no i18n/{name}"
        for addon in tree.addons
        for name in (f"{addon}.pot", f"{LANGUAGE}.po")
        if not (tree.folder / addon / "i18n" / name).is_file()
    ]


def check_complete(tree):
    """The translation has the template's terms, all of them translated, and no others."""
    problems = []
    for addon in tree.addons:
        source, target = template(tree, addon), translation(tree, addon)
        if source is None or target is None:
            continue
        wanted = {(one.msgctxt, one.msgid) for one in source if not one.obsolete}
        known = {(one.msgctxt, one.msgid): one for one in target if not one.obsolete}
        problems += [
            f"{addon}: {key[1]!r} is missing" for key in sorted(wanted - set(known), key=str)
        ]
        problems += [
            f"{addon}: {key[1]!r} is stale" for key in sorted(set(known) - wanted, key=str)
        ]
        for one in known.values():
            if not one.msgstr.strip() and not SAME.search(one.msgid.strip()):
                problems.append(f"{addon}: {one.msgid!r} is not translated")
            elif one.fuzzy:
                problems.append(f"{addon}: {one.msgid!r} is marked fuzzy")
        problems += [f"{addon}: {one.msgid!r} is left over" for one in target.obsolete_entries()]
    return problems


def check_placeholders(tree):
    """Placeholders and tags survive the translation."""
    problems = []
    for addon in tree.addons:
        for one in translation(tree, addon) or ():
            if one.obsolete or not one.msgstr:
                continue
            for what, pattern in (("placeholders", PLACEHOLDER), ("tags", TAG)):
                before, after = (
                    Counter(TEXT_ATTRIBUTE.sub("", found) for found in pattern.findall(text))
                    for text in (one.msgid, one.msgstr)
                )
                if before != after:
                    problems.append(f"{addon}: {one.msgid!r}: the {what} differ")
    return problems


def check_chinese(tree):
    """A translation holds Chinese, unless the text has no words to translate."""
    problems = []
    for addon in tree.addons:
        for one in translation(tree, addon) or ():
            bare = TAG.sub("", PLACEHOLDER.sub("", one.msgid)).strip()
            if one.obsolete or not one.msgstr or SAME.search(bare):
                continue
            if one.msgstr == one.msgid and re.search(r"[a-z]{3}", bare):
                problems.append(f"{addon}: {one.msgid!r} is repeated instead of translated")
    return problems


def check_trade(tree):
    """The words of the trade are those of the glossary."""
    problems = []
    for addon in tree.addons:
        for one in translation(tree, addon) or ():
            wanted = TRADE.get(one.msgid)
            if wanted and one.msgstr and not one.obsolete and not re.search(wanted, one.msgstr):
                problems.append(f"{addon}: {one.msgid!r} is {one.msgstr}, not {wanted}")
    return problems


def check_sources(tree):
    """The template knows the texts of errors, field labels and menus that stand in the sources."""
    problems = []
    for addon in tree.addons:
        source = template(tree, addon)
        if source is None:
            continue
        known = {one.msgid for one in source}
        for place, text in _source_terms(tree, addon):
            if text not in known:
                problems.append(f"{place} {text!r} is not in the template; run make i18n")
    return problems


def _source_terms(tree, addon):
    for path, _text, node in tree.python(addon):
        inner = path.relative_to(tree.folder / addon).parts[0]
        for call in ast.walk(node):
            if not isinstance(call, ast.Call) or inner in {"rules", "demo"}:
                continue
            function = call.func
            name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
            if name == "_" and call.args:
                text = constant(call.args[0])
                if isinstance(text, str):
                    yield f"{tree.rel(path)}:{call.lineno}", text
    for model in tree.models:
        if model.addon != addon:
            continue
        for call in model.fields.values():
            for key in ("string", "help"):
                text = constant(argument(call, key))
                if isinstance(text, str) and text.strip():
                    yield f"{tree.rel(model.path)}:{call.lineno}", text
    for path, root in tree.xml(addon):
        listed = set(tree.manifests[addon].get("data", ()))
        if str(path.relative_to(tree.folder / addon)) not in listed:
            continue
        for menu in root.iter("menuitem"):
            if menu.get("name"):
                yield f"{tree.rel(path)}:{menu.sourceline}", menu.get("name")


CHECKS = (
    check_present,
    check_complete,
    check_placeholders,
    check_chinese,
    check_trade,
    check_sources,
)
A = "addons/property_alpha"
PO, POT = f"{A}/i18n/zh_CN.po", f"{A}/i18n/property_alpha.pot"
FAULTS = {
    "no Chinese": (check_present, {PO: None}, "no i18n/zh_CN.po"),
    "not translated": (check_complete, {PO: sub("事物 %(name)s", "")}, "not translated"),
    "missing": (
        check_complete,
        {POT: lambda text: text + '\nmsgid "More"\nmsgstr ""\n'},
        "'More' is missing",
    ),
    "stale": (
        check_complete,
        {PO: lambda text: text + '\nmsgid "Gone"\nmsgstr "没了"\n'},
        "'Gone' is stale",
    ),
    "fuzzy": (check_complete, {PO: sub("#. module: x", "#, fuzzy")}, "fuzzy"),
    "placeholder lost": (check_placeholders, {PO: sub("事物 %(name)s", "事物")}, "placeholders"),
    "English": (check_chinese, {PO: sub("事物 %(name)s", "Thing %(name)s")}, "repeated"),
    "word of another trade": (
        check_trade,
        {PO: lambda text: text + '\nmsgid "Delivered"\nmsgstr "已发货"\n'},
        "'Delivered' is 已发货",
    ),
    "new label": (
        check_sources,
        {f"{A}/models/thing.py": sub("fields.Char()", 'fields.Char(help="What it is called")')},
        "make i18n",
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

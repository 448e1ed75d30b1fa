# SPDX-License-Identifier: LGPL-3.0-or-later
import polib
import pytest
from suite import lint, po


def test_broken_xml_is_found(tmp_path):
    (tmp_path / "good.xml").write_text("<odoo/>")
    (tmp_path / "bad.xml").write_text("<odoo>")
    findings = lint.check_xml(sorted(tmp_path.glob("*.xml")))
    assert len(findings) == 1
    assert "bad.xml" in findings[0]


def test_csv_with_a_short_row_or_an_id_twice_is_found(tmp_path):
    path = tmp_path / "access.csv"
    path.write_text("id,name\na,1\na,2\nb\n")
    assert len(lint.check_csv([path])) == 2


@pytest.mark.parametrize(
    ("name", "first", "expected"),
    [
        ("run", "#!/usr/bin/env bash\n", True),
        ("x.sh", "", True),
        ("y", "#!/bin/sh\n", True),
        ("z", "#!/usr/bin/env python3\n", False),
        ("w.py", "#!/bin/bash\n", False),
    ],
)
def test_shell_scripts_are_known_by_name_or_first_line(tmp_path, name, first, expected):
    path = tmp_path / name
    path.write_text(first)
    assert lint.is_shell(path) is expected


def entry(source, target, **extra):
    return polib.POEntry(msgid=source, msgstr=target, **extra)


def test_faults_of_a_translation():
    assert not po.faults(entry("%(n)s units", "%(n)s 个单元"))
    assert po.faults(entry("%(n)s units", "个单元"))
    assert po.faults(entry("a\n", "甲"))
    assert po.faults(entry("a", "甲", flags=["fuzzy"]))


def write(path, *entries):
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue = polib.POFile()
    catalogue.metadata = {
        "POT-Creation-Date": "2026-01-01 00:00+0000",
        "Content-Type": "text/plain; charset=UTF-8",
    }
    catalogue.extend(entries)
    catalogue.save(str(path))


def test_merge_keeps_words_adds_terms_and_drops_what_is_gone(tmp_path, capsys):
    addon = tmp_path / "property_x"
    write(addon / "i18n" / "property_x.pot", entry("Unit", ""), entry("Name", ""), entry("New", ""))
    write(addon / "i18n" / "zh_CN.po", entry("Unit", "房屋"), entry("Gone", "没了"))
    assert po.merge_addon(addon, {"Name": "名称", "Unit": "单位"}) == 1
    merged = {row.msgid: row.msgstr for row in polib.pofile(str(addon / "i18n" / "zh_CN.po"))}
    assert merged == {"Unit": "房屋", "Name": "名称", "New": ""}
    assert "2026-01-01" not in (addon / "i18n" / "property_x.pot").read_text()
    assert "3 terms, 1 taken over, 1 without words" in capsys.readouterr().out


def test_own_words_are_remembered_by_majority(tmp_path):
    for name, words in (("a", "小区"), ("b", "小区"), ("c", "社区")):
        write(tmp_path / name / "i18n" / "zh_CN.po", entry("Community", words))
    assert po.read_own_memory(tmp_path) == {"Community": "小区"}


def test_check_names_the_file(tmp_path):
    write(tmp_path / "property_x" / "i18n" / "zh_CN.po", entry("%s a", "甲"))
    findings = po.check_folder(tmp_path)
    assert len(findings) == 1
    assert "zh_CN.po" in findings[0]

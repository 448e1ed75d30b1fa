# SPDX-License-Identifier: LGPL-3.0-or-later
import io

import pytest
from suite import platform_odoo, postgres, settings, system, venv
from suite.console import Console, SuiteError
from suite.database import read_modules


def make_source(folder, series="19, 0"):
    release = folder / "odoo" / "release.py"
    release.parent.mkdir(parents=True)
    release.write_text(f"version_info = ({series}, 0, FINAL, 0, '')\n")
    (folder / "odoo-bin").write_text("")
    for addons in (folder / "odoo" / "addons", folder / "addons"):
        addons.mkdir()
    (folder / "addons" / "web").mkdir()
    return folder


def test_checkout_of_odoo(tmp_path):
    odoo = platform_odoo.from_source(make_source(tmp_path))
    assert odoo.script == tmp_path / "odoo-bin"
    assert odoo.addons_paths == [tmp_path / "addons"]


def test_unpacked_package(tmp_path):
    root = make_source(tmp_path / "usr" / "lib" / "python3" / "dist-packages")
    (root / "odoo-bin").unlink()
    script = tmp_path / "usr" / "bin" / "odoo"
    script.parent.mkdir(parents=True)
    script.write_text("")
    assert platform_odoo.from_source(tmp_path).script == script


def test_another_series_is_refused(tmp_path):
    with pytest.raises(SuiteError, match=r"is Odoo 18\.0; this suite needs 19\.0"):
        platform_odoo.from_source(make_source(tmp_path, "18, 0"))


def test_folder_without_odoo_is_refused(tmp_path):
    with pytest.raises(SuiteError, match="holds no Odoo"):
        platform_odoo.from_source(tmp_path)


def test_unreachable_mirror_shows_apts_own_words(tmp_path):
    log = tmp_path / "log"
    log.write_text("Hit:1\nErr:2 http://mirror.example\nE: Could not resolve\n")
    text = platform_odoo._explain_fetch(log)
    assert "E: Could not resolve" in text
    assert "network" in text


def test_machine_without_apt_is_told_of_the_other_way(tmp_path, monkeypatch):
    monkeypatch.setattr(platform_odoo.shutil, "which", lambda name: None)
    config = settings.load({"HOME": str(tmp_path)}, root=tmp_path, is_root=False)
    with pytest.raises(SuiteError, match="ODOO_SOURCE"):
        platform_odoo._fetch(tmp_path / "odoo", config, Console(stream=io.StringIO()))


def test_required_package_stops_and_optional_one_warns():
    said = io.StringIO()
    system.report_missing([system.CHROMIUM], Console(stream=said))
    assert "apt-get install chromium" in said.getvalue()
    with pytest.raises(SuiteError, match="apt-get install python3-venv chromium"):
        system.report_missing([system.VENV, system.CHROMIUM], Console(stream=said))


def test_nothing_missing_installs_nothing(tmp_path):
    system.ensure([system.POSTGRESQL], None, tmp_path / "log", lambda: True, is_root=True)


def test_environment_is_keyed_by_its_pins(tmp_path, monkeypatch):
    before = venv.key("/odoo")
    assert before == venv.key("/odoo")
    assert before != venv.key("/another")
    changed = tmp_path / "requirements.txt"
    changed.write_text("lxml==1\n")
    monkeypatch.setattr(venv, "REQUIREMENTS", changed)
    assert before != venv.key("/odoo")


def test_every_requirement_is_pinned():
    for path in (venv.REQUIREMENTS, venv.CONSTRAINTS, venv.COMPANIONS, venv.BENCH, postgres.WHEEL):
        for line in path.read_text().splitlines():
            if line and not line.startswith("#"):
                assert "==" in line, (path.name, line)


def test_list_of_modules_has_no_comments_left():
    modules = read_modules()
    assert {"account", "account_reconcile_oca"} <= set(modules)
    assert all(name.replace("_", "").isalnum() for name in modules)


def test_port_is_chosen_free():
    assert postgres.is_free(postgres.free_port())


def test_unknown_major_has_no_programs():
    assert postgres.find_programs(major=9) is None

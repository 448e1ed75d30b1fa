# SPDX-License-Identifier: LGPL-3.0-or-later
import os
import threading

import pytest
from suite import files
from suite.console import Console, SuiteError


class Lines:
    """A stream that remembers what was said."""

    def __init__(self):
        self.text = ""

    def write(self, text):
        self.text += text

    def flush(self):
        """Nothing to do."""

    def isatty(self):
        return False


def test_a_folder_without_its_stamp_is_not_complete(tmp_path):
    folder = tmp_path / "venv"
    folder.mkdir()
    assert not files.is_stamped(folder, "1")
    files.stamp(folder, "1")
    assert files.is_stamped(folder, "1")
    assert not files.is_stamped(folder, "2")


def test_write_keeps_secrets_to_their_owner(tmp_path):
    files.write(tmp_path / "new" / "secret", "x", mode=0o600)
    assert (tmp_path / "new" / "secret").stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path / "new") == ["secret"]


def test_second_process_waits_and_says_so(tmp_path):
    said = Lines()
    console = Console(stream=said)
    order = []

    def second():
        with files.lock(tmp_path / "lock", console, "the first thing"):
            order.append("second")

    with files.lock(tmp_path / "lock", console, "a thing"):
        other = threading.Thread(target=second)
        other.start()
        while "waiting" not in said.text:
            pass
        order.append("first")
    other.join(10)
    assert order == ["first", "second"]
    assert "busy with the first thing" in said.text


def make_addon(folder, **parts):
    addon = folder / "property_x"
    for name, text in {"__manifest__.py": "{}", **parts}.items():
        path = addon / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return addon


def test_hash_follows_what_a_database_is_made_from(tmp_path):
    addon = make_addon(tmp_path, **{"views/a.xml": "<odoo/>"})
    before = files.hash_addon(addon)
    make_addon(tmp_path, **{"tests/test_x.py": "", "README.md": "", "__pycache__/x.pyc": ""})
    assert files.hash_addon(addon) == before
    make_addon(tmp_path, **{"views/a.xml": "<odoo></odoo>"})
    assert files.hash_addon(addon) != before


def test_hash_follows_names_too(tmp_path):
    one = make_addon(tmp_path / "1", **{"a.xml": "x", "b.xml": ""})
    two = make_addon(tmp_path / "2", **{"a.xml": "", "b.xml": "x"})
    assert files.hash_addon(one) != files.hash_addon(two)


def test_addons_are_folders_with_a_manifest(tmp_path):
    make_addon(tmp_path)
    (tmp_path / "not_an_addon").mkdir()
    assert files.list_addons(tmp_path) == ["property_x"]
    assert files.list_addons(tmp_path / "none") == []


def test_link_tree_shares_files_and_replaces_the_target(tmp_path):
    source, target = tmp_path / "a", tmp_path / "b"
    source.mkdir()
    target.mkdir()
    (source / "new").write_text("1")
    (target / "old").write_text("2")
    files.link_tree(source, target)
    assert os.listdir(target) == ["new"]
    assert (target / "new").stat().st_ino == (source / "new").stat().st_ino


def test_full_disk_is_told_before_the_work(tmp_path):
    with pytest.raises(SuiteError, match="free and about 1000000 GB are needed"):
        files.check_free_space(tmp_path / "not" / "there", 1_000_000)
    files.check_free_space(tmp_path, 0)

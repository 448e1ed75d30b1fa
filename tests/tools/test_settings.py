# SPDX-License-Identifier: LGPL-3.0-or-later
import pytest
from suite import settings
from suite.console import SuiteError


def load(root, is_root=False, **environ):
    return settings.load({"HOME": str(root), **environ}, root=root, is_root=is_root)


def test_defaults(tmp_path):
    found = load(tmp_path)
    assert found.port == 8069
    assert found.listen == "127.0.0.1"
    assert found.pg_host == ""
    assert found.odoo_source is None
    assert found.cache == tmp_path / ".cache" / "property-suite"
    assert found.data == tmp_path / ".local" / "share" / "property-suite"


def test_environment_wins_over_env_file(tmp_path):
    (tmp_path / ".env").write_text("PORT=8070\nDATABASE=mine\n")
    found = load(tmp_path, PORT="8071")
    assert (found.port, found.database) == (8071, "mine")


def test_empty_variable_counts_as_unset(tmp_path):
    (tmp_path / ".env").write_text("PORT=8070\n")
    assert load(tmp_path, PORT="", PGHOST="").port == 8070


def test_env_file_syntax():
    text = "# comment\n\nexport A=1\nB='two words' # why\nC=\"x\"\nD=plain # comment\nE=a#b\n"
    values = settings.parse_env_file(text)
    assert values == {"A": "1", "B": "two words", "C": "x", "D": "plain", "E": "a#b"}


def test_bad_line_is_named():
    with pytest.raises(SuiteError, match="line 2"):
        settings.parse_env_file("A=1\nnonsense\n")


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1"])
def test_bad_port_is_refused(tmp_path, port):
    with pytest.raises(SuiteError, match="PORT"):
        load(tmp_path, PORT=port)


@pytest.mark.parametrize("name", ["a b", "x;drop", "a" * 51, 'a"b'])
def test_bad_database_name_is_refused(tmp_path, name):
    with pytest.raises(SuiteError, match="DATABASE"):
        load(tmp_path, DATABASE=name)


def test_two_checkouts_have_two_databases(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    assert load(one).database != load(two).database
    assert load(one).database == load(one).database


def test_relative_source_is_beside_the_makefile(tmp_path):
    assert load(tmp_path, ODOO_SOURCE="odoo").odoo_source == tmp_path / "odoo"


def test_folders_can_be_chosen(tmp_path):
    found = load(tmp_path, PROPERTY_SUITE_CACHE=str(tmp_path / "c"), XDG_DATA_HOME=str(tmp_path))
    assert found.cache == tmp_path / "c"
    assert found.data == tmp_path / "property-suite"


def test_root_keeps_data_where_another_user_can_go(tmp_path):
    found = load(tmp_path, is_root=True)
    assert settings.reachable(found.data.parent)


def test_reachable_looks_at_every_parent(tmp_path):
    inner = tmp_path / "closed" / "inner"
    inner.mkdir(parents=True)
    inner.parent.chmod(0o700)
    assert not settings.reachable(inner)

# SPDX-License-Identifier: LGPL-3.0-or-later
import pytest
from suite import sources
from suite.console import SuiteError

DEB822 = """\
# a comment
Types: deb
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/security
Suites: bookworm-security
Components: main
"""

ONE_LINE = """\
# deb http://old.example/debian bookworm main
deb-src http://source.example/debian bookworm main
deb [arch=amd64 signed-by=/keys/own.gpg] http://mirror.example/debian bookworm main contrib
deb http://mirror.example/security bookworm-security main
"""


def test_deb822():
    archive = sources.parse_deb822(DEB822, "bookworm")
    assert archive.uri == "http://mirror.example/debian"
    assert archive.signed_by == "/usr/share/keyrings/debian-archive-keyring.gpg"
    assert sources.parse_deb822(DEB822, "trixie") is None


def test_deb822_leaves_out_what_is_switched_off():
    assert sources.parse_deb822(DEB822.replace("Types", "Enabled: no\nTypes"), "bookworm") is None


def test_deb822_with_an_inlined_key():
    text = (
        "Types: deb\nURIs: http://m.example\nSuites: x\n"
        "Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n"
    )
    assert "BEGIN PGP" in sources.parse_deb822(text, "x").stanza("sid")


def test_one_line():
    archive = sources.parse_one_line(ONE_LINE, "bookworm")
    assert archive == sources.Archive("http://mirror.example/debian", "/keys/own.gpg")
    assert sources.parse_one_line(ONE_LINE, "sid") is None


def test_find_signs_with_debians_keys_when_none_are_named(tmp_path):
    (tmp_path / "sources.list").write_text("deb http://mirror.example/debian bookworm main\n")
    keyring = tmp_path / "keyring.gpg"
    keyring.write_text("")
    archive = sources.find("bookworm", folder=tmp_path, keyring=keyring)
    assert archive.signed_by == str(keyring)
    assert "Suites: sid\n" in archive.stanza("sid")


def test_find_reads_the_folder_too(tmp_path):
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d" / "debian.sources").write_text(DEB822)
    assert sources.find("bookworm", folder=tmp_path).uri == "http://mirror.example/debian"


def test_no_source_says_what_to_do(tmp_path):
    with pytest.raises(SuiteError, match="ODOO_SOURCE"):
        sources.find("noble", folder=tmp_path)


def test_os_release(tmp_path):
    path = tmp_path / "os-release"
    path.write_text('NAME="Debian GNU/Linux"\nVERSION_CODENAME=bookworm\n')
    assert sources.read_os_release(path)["VERSION_CODENAME"] == "bookworm"
    assert sources.read_os_release(tmp_path / "none") == {}

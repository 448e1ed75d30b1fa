# SPDX-License-Identifier: LGPL-3.0-or-later
import json
import os
import socket

import pytest
from suite import cli, postgres, server, settings
from suite.console import SuiteError


@pytest.fixture
def config(tmp_path):
    return settings.load({"HOME": str(tmp_path)}, root=tmp_path, is_root=False)


def test_taken_port_is_told_with_the_way_out(config):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        taken = settings._with(config, port=port)
        assert not postgres.is_free(port)
        with pytest.raises(SuiteError, match=f"make run PORT={port + 1}"):
            server.check_port(taken)


def test_logins_come_from_the_demonstration_data(config):
    assert server.login_table(config)[1].split() == ["administrator", "admin", "admin"]
    path = config.addons / "property_suite" / "demo" / "logins.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps([{"role": "front desk", "login": "desk", "password": "d"}]))
    assert server.login_table(config)[1] == "  front desk  desk   d"


def test_leftover_of_a_dead_server_is_no_server(config):
    assert server.find_running(config) is None
    path = server.pid_file(config)
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"pid": 2**22 + 1, "url": "http://x"}))
    assert server.find_running(config) is None
    # alive, but another program
    path.write_text(json.dumps({"pid": os.getpid(), "url": "http://x"}))
    assert server.find_running(config) is None


def test_problem_is_told_without_a_traceback(capsys, monkeypatch):
    def fail(config, console, options):
        raise SuiteError("the reason and the remedy")

    monkeypatch.setitem(cli.COMMANDS, "setup", fail)
    assert cli.main(["setup"]) == 1
    assert "Cannot go on: the reason and the remedy" in capsys.readouterr().err


def test_interruption_says_that_it_can_be_run_again(capsys, monkeypatch):
    def interrupt(config, console, options):
        raise KeyboardInterrupt

    monkeypatch.setitem(cli.COMMANDS, "setup", interrupt)
    assert cli.main(["setup"]) == 130
    assert "Run it again" in capsys.readouterr().err

# SPDX-License-Identifier: LGPL-3.0-or-later
import io
import sys

import pytest
from suite.console import Console, SuiteError, describe_progress


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("2026 INFO odoo.modules.loading: Loading module mail (3/60)", "module 3 of 60: mail"),
        ("Collecting lxml==6.1.3", "lxml==6.1.3"),
        ("Setting up chromium (150) ...", "chromium (150)"),
        ("something else", None),
    ],
)
def test_progress_is_read_from_the_output(line, words):
    assert describe_progress(line) == words


def test_failure_shows_the_end_and_names_the_log(tmp_path):
    console = Console(stream=io.StringIO())
    program = "import sys; print('the reason'); sys.exit(3)"
    with pytest.raises(SuiteError, match="exit code 3") as failure:
        console.run([sys.executable, "-c", program], tmp_path / "step.log", what="The step")
    assert "the reason" in str(failure.value)
    assert str(tmp_path / "step.log") in str(failure.value)


def test_command_reads_nothing_unless_given(tmp_path):
    console = Console(stream=io.StringIO())
    program = "import sys; print(repr(sys.stdin.read()))"
    console.run([sys.executable, "-c", program], tmp_path / "none.log")
    console.run([sys.executable, "-c", program], tmp_path / "some.log", stdin=b"text")
    assert (tmp_path / "none.log").read_text() == "''\n"
    assert (tmp_path / "some.log").read_text() == "'text'\n"


def test_quiet_console_still_says_what_matters():
    stream = io.StringIO()
    console = Console(stream=stream, quiet=True)
    with console.step("A step"):
        console.say("chatter")
    console.warn("look out")
    assert stream.getvalue() == "warning: look out\n"

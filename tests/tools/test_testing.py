# SPDX-License-Identifier: LGPL-3.0-or-later
import re

import pytest
from suite import testing
from suite.console import SuiteError

REPORT = """\
<testsuites><testsuite name="pytest">
<testcase classname="tests.a" name="test_good"/>
<testcase classname="tests.a" name="test_bad"><failure message="no"/></testcase>
<testcase classname="tests.a" name="test_broken"><error message="no"/></testcase>
<testcase classname="tests.a" name="test_later"><skipped message="no browser"/></testcase>
</testsuite></testsuites>
"""


def test_errors_count_as_failures(tmp_path):
    path = tmp_path / "unit.xml"
    path.write_text(REPORT)
    totals = testing.read_report(path, 1)
    assert totals.line() == "1 passed, 2 failed, 1 skipped"
    assert totals.skips == ["tests.a::test_later: no browser"]


@pytest.mark.parametrize("code", [1, 2, 3, 4, -9])
def test_a_run_that_broke_is_a_failure(tmp_path, code):
    totals = testing.read_report(tmp_path / "none.xml", code)
    assert totals.failed == 1
    assert str(code) in totals.failures[0]


def test_a_part_without_tests_is_none(tmp_path):
    assert testing.read_report(tmp_path / "none.xml", 5).line() == "0 passed, 0 failed, 0 skipped"


def test_parts_add_up_to_one_line_at_the_end(capsys):
    totals = testing.Totals(passed=1)
    totals.add(testing.Totals(passed=2, failed=1, skipped=3, failures=["x"], skips=["y", "z", "w"]))
    assert testing._conclude(totals, 1.0) == 1
    lines = capsys.readouterr().out.splitlines()
    found = [line for line in lines if re.fullmatch(r"\d+ passed, \d+ failed, \d+ skipped", line)]
    assert found == ["3 passed, 1 failed, 3 skipped"]
    assert lines[-1] == found[0]
    assert "  y" in lines


def test_green_run_ends_with_zero():
    assert testing._conclude(testing.Totals(passed=1), 1.0) == 0


def test_parts_can_be_chosen(monkeypatch):
    monkeypatch.setenv("PART", "unit,e2e")
    assert testing._chosen_parts() == ["unit", "e2e"]
    monkeypatch.delenv("PART")
    assert testing._chosen_parts() == ["unit", "addons", "e2e"]
    monkeypatch.setenv("PART", "everything")
    with pytest.raises(SuiteError, match="PART"):
        testing._chosen_parts()


def test_jobs_are_counted(monkeypatch):
    monkeypatch.setenv("JOBS", "3")
    assert testing._jobs() == 3
    for wrong in ("0", "-1", "many"):
        monkeypatch.setenv("JOBS", wrong)
        with pytest.raises(SuiteError, match="JOBS"):
            testing._jobs()
    monkeypatch.delenv("JOBS")
    monkeypatch.setattr(testing.os, "cpu_count", lambda: 1)
    assert testing._jobs() == 1


def test_addons_are_shared_out(tmp_path):
    folders = []
    for name, count in (("a", 10), ("b", 6), ("c", 3), ("d", 0)):
        folder = tmp_path / name
        (folder / "tests").mkdir(parents=True)
        (folder / "tests" / "test_it.py").write_text("def test_x(): ...\n" * count)
        folders.append(folder)
    groups = testing._share(folders, 2)
    assert [[folder.name for folder in group] for group in groups] == [["a"], ["b", "c", "d"]]
    assert testing._share(folders[:1], 2) == [folders[:1]]
    assert testing._share([], 2) == []

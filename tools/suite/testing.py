# SPDX-License-Identifier: LGPL-3.0-or-later
"""The tests and the benchmarks.

Part by part, each with its own pytest, side by side where there is more than one processor:

- ``unit``: without Odoo (tests/unit, arch, docs, tools, docker);
- ``addons``: every addon's tests, on copies of the template database;
- ``e2e``: a real browser against a real server, and fault injection (tests/e2e, tests/fault).

``JOBS`` says how many run at once: 2, or 1 on a single processor.

What the last two and the benchmarks need to know stands in their environment:

========================  ================================================================
ODOO_BIN, ODOO_PYTHON     Odoo's script and the Python to run it with
ODOO_RC                   configuration file: addons path, server, data folder
ODOO_TEMPLATE             template database with all our addons; copy it, never connect to it
ODOO_DATA_DIR             data folder; the template's files are in filestore/<template>
ODOO_SOURCE_ROOT          folder that "odoo" is imported from
PGHOST PGPORT PGUSER PGPASSWORD, and createdb, dropdb, psql in PATH
CHROMIUM                  path of the browser
ARTEFACTS                 folder for screenshots and reports
========================  ================================================================
"""

import os
import subprocess
import time
from dataclasses import dataclass, field
from xml.etree import ElementTree

from suite import files, stack, system
from suite.console import SuiteError
from suite.database import Databases
from suite.postgres import connect, free_port
from suite.server import terminate

WITHOUT_ODOO = ("unit", "arch", "docs", "tools", "docker", "load")
WITH_SERVER = ("e2e", "fault")
PARTS = ("unit", "addons", "e2e")
BENCH_EXTRA = ("contract",)
PART_SECONDS = 3600
HANG_SECONDS = 900


@dataclass
class Totals:
    """How many tests passed, failed and were skipped."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    skips: list = field(default_factory=list)
    failures: list = field(default_factory=list)

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.skips += other.skips
        self.failures += other.failures

    def line(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def read_report(path, code):
    """Return the totals of a JUnit report; a run that broke counts as a failure.

    :param int code: pytest's exit code (5: it found no tests).
    """
    totals = Totals()
    try:
        cases = list(ElementTree.parse(path).iter("testcase"))  # noqa: S314 (our own file)
    except (OSError, ElementTree.ParseError):
        cases = []
    for case in cases:
        name = f"{case.get('classname')}::{case.get('name')}"
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            totals.failed += 1
            totals.failures.append(name)
        elif skipped is not None:
            totals.skipped += 1
            totals.skips.append(f"{name}: {skipped.get('message', '')}")
        else:
            totals.passed += 1
    if code not in {0, 5} and not totals.failed:
        totals.failed += 1
        totals.failures.append(f"{path.stem}: pytest ended with exit code {code}")
    return totals


def command_test(config, console, options):
    """Run the tests: all, or ``make test PART=unit ARGS="-k name"``."""
    parts = _chosen_parts()
    begin = time.monotonic()
    platform = stack.prepare(config, console, stack.TEST_NEEDS)
    config.artefacts.mkdir(exist_ok=True)
    totals = Totals()
    if "unit" in parts:
        totals.add(_run_unit(platform, console, options))
    if {"addons", "e2e"}.intersection(parts):
        with connect(config, console, durable=False) as postgresql:
            databases = Databases(platform, postgresql, console, kind="test")
            databases.write_config(http_port=free_port(), http_interface="127.0.0.1")
            template = databases.suite_template()
            if "addons" in parts:
                totals.add(_run_addons(databases, template, console, options))
            if "e2e" in parts:
                totals.add(_run_e2e(databases, template, console, options))
    return _conclude(totals, time.monotonic() - begin)


def _chosen_parts():
    chosen = (os.environ.get("PART") or ",".join(PARTS)).replace(",", " ").split()
    unknown = set(chosen) - set(PARTS)
    if unknown:
        raise SuiteError(f"PART is one or more of {', '.join(PARTS)}; not {', '.join(unknown)}.")
    return chosen


def _conclude(totals, seconds):
    for title, names in (("skipped", totals.skips), ("failed", totals.failures)):
        if names:
            print(f"\n{title}:")
            print("\n".join(f"  {name}" for name in names))
    print(f"\nall parts in {seconds:.0f} s")
    print(totals.line(), flush=True)
    return 1 if totals.failed else 0


def _folders(config, names):
    folders = [config.root / "tests" / name for name in names]
    return [folder for folder in folders if next(folder.rglob("test_*.py"), None)]


def _run_unit(platform, console, options):
    config = platform.settings
    folders = _folders(config, WITHOUT_ODOO)
    path = f"{platform.environment.bin}:{os.environ.get('PATH', '')}"
    environ = {**os.environ, "PATH": path, "ARTEFACTS": str(config.artefacts)}
    environ["ODOO_SOURCE_ROOT"] = str(platform.odoo.root)
    return _pytest(platform, console, "unit", [(["-p", "no:odoo", *folders], environ)], options)


def _run_addons(databases, template, console, options):
    config = databases.settings
    folders = [config.addons / name for name in files.list_addons(config.addons)]
    folders = [folder for folder in folders if (folder / "tests").is_dir()]
    runs, works, own = [], [], databases.config
    try:
        for number, group in enumerate(_share(folders, _jobs())):
            works.append(f"{template}_{os.getpid()}_{number}")
            databases.copy(template, works[-1])
            # each listens on a port of its own
            databases.config = own.with_name(f"{own.stem}-{number}{own.suffix}")
            databases.write_config(http_port=free_port(), http_interface="127.0.0.1")
            arguments = ["-p", "no:cacheprovider", "--odoo-config", databases.config]
            arguments += ["--odoo-database", works[-1], "--odoo-http", *group]
            runs.append((arguments, test_environ(databases, template)))
        return _pytest(databases.platform, console, "addons", runs, options)
    finally:
        databases.config = own
        for work in works:
            databases.drop(work)


def _jobs():
    """Return how many pytests run at once."""
    text = os.environ.get("JOBS") or str(min(2, os.cpu_count() or 1))
    if not text.isdecimal() or not int(text):
        raise SuiteError(f"JOBS is a number above 0; not {text}.")
    return int(text)


def _share(folders, count):
    """Return the folders in at most ``count`` groups with about as many tests each."""
    weights = {}
    for folder in folders:
        texts = [path.read_text("utf-8") for path in folder.rglob("test_*.py")]
        weights[folder] = sum(text.count("def test_") for text in texts)
    groups = [[] for _number in range(count)]
    for folder in sorted(folders, key=lambda one: (-weights[one], one.name)):
        min(groups, key=lambda group: sum(weights[one] for one in group)).append(folder)
    return [group for group in groups if group]


def _run_e2e(databases, template, console, options):
    folders = _folders(databases.settings, WITH_SERVER)
    if not folders:
        return Totals()
    arguments = ["-p", "no:odoo", *folders]
    if _jobs() > 1:
        # each worker has a server of its own; the tests of a file share it, the longest comes first
        arguments += ["-n", str(_jobs()), "--dist", "loadfile", "--no-loadscope-reorder"]
    runs = [(arguments, test_environ(databases, template))]
    return _pytest(databases.platform, console, "e2e", runs, options)


def test_environ(databases, template):
    """Return the environment that tests and benchmarks read; see the top of this file."""
    config = databases.settings
    environ = databases.environ()
    environ.update(
        ODOO_BIN=str(databases.platform.odoo.script),
        ODOO_PYTHON=str(databases.platform.environment.python),
        ODOO_TEMPLATE=template,
        ODOO_DATA_DIR=str(databases.data_dir),
        ODOO_SOURCE_ROOT=str(databases.platform.odoo.root),
        CHROMIUM=system.find_chromium() or "",
        ARTEFACTS=str(config.artefacts),
    )
    return environ


def _pytest(platform, console, part, runs, options):
    """Run one part; return its totals.

    :param list runs: arguments and environment of each pytest. They run side by side: the first
        writes to the terminal, what the others wrote follows when all are through.
    """
    config = platform.settings
    base = [platform.environment.python, "-m", "pytest", "-q", "-W", "ignore"]
    base += ["--durations=10", "-o", f"faulthandler_timeout={HANG_SECONDS}"]
    totals, started = Totals(), []
    with console.step(f"Tests: {part}"):
        try:
            for number, (arguments, environ) in enumerate(runs):
                label = f"{part}-{number + 1}" if number else part
                report = config.artefacts / f"{label}.xml"
                report.unlink(missing_ok=True)
                log = config.artefacts / f"{label}.log" if number else None
                command = [*base, f"--junit-xml={report}", *arguments, *options]
                started.append((_start(command, config.root, environ, log), report, log))
            deadline = time.monotonic() + PART_SECONDS
            for process, _report, _log in started:
                try:
                    process.wait(max(deadline - time.monotonic(), 0.1))
                except subprocess.TimeoutExpired:
                    console.warn(f"part {part!r} is stopped after {PART_SECONDS} s")
        finally:
            for process, _report, log in started:
                # gently, so that fixtures stop their servers and drop their databases
                terminate(process)
                if log:
                    print(log.read_text("utf-8", "replace"), end="", flush=True)
        for process, report, _log in started:
            totals.add(read_report(report, process.returncode))
    return totals


def _start(command, root, environ, log):
    """Start a pytest with its output in ``log``, or on the terminal."""
    command = [str(argument) for argument in command]
    if log is None:
        return subprocess.Popen(command, cwd=root, env=environ, stdin=subprocess.DEVNULL)
    with log.open("wb") as out:
        return subprocess.Popen(
            command,
            cwd=root,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )


def command_bench(config, console, options):
    """Run the benchmarks on a database of their own, with OCA's contract beside our addons."""
    script = config.root / "tests" / "bench" / "run.py"
    if not script.is_file():
        raise SuiteError("There is no tests/bench/run.py in this checkout.")
    platform = stack.prepare(config, console, stack.TEST_NEEDS)
    config.artefacts.mkdir(exist_ok=True)
    with connect(config, console) as postgresql:
        # on the durable cluster: a benchmark with fsync off would flatter
        databases = Databases(platform, postgresql, console, kind="run")
        databases.config = config.state / "odoo-bench.conf"
        databases.write_config(http_port=free_port(), http_interface="127.0.0.1")
        template = databases.suite_template(extra=BENCH_EXTRA)
        command = [platform.environment.python, script, *options]
        return subprocess.run(
            [str(part) for part in command],
            cwd=config.root,
            env=test_environ(databases, template),
            stdin=subprocess.DEVNULL,
            check=False,
        ).returncode

# SPDX-License-Identifier: LGPL-3.0-or-later
"""Static checks: Python, Odoo's conventions, XML, CSV, translations, shell, Dockerfile."""

import csv
import os
import subprocess
from pathlib import Path
from xml.etree import ElementTree

from suite import files, stack

PYTHON_FOLDERS = ("addons", "tools", "tests")
# checks of pylint-odoo that do not fit here
PYLINT_OFF = (
    "missing-readme",  # ours are README.md, and tests/arch asks for them
    "prefer-env-translation",  # does not see "_ = self.env._"
    "method-required-super",  # records that may not be changed raise instead
    "super-method-mismatch",  # steps of a flow pass the guard of their own write
    "consider-merging-classes-inherited",  # a large model is split by topic
    "no-wizard-in-models",  # an inherited wizard of Odoo stands beside the model it serves
    "missing-return",  # sees methods that return nothing, and must not
    "no-search-all",  # communities and templates are few, and record rules choose
    "attribute-string-redundant",  # says the same twice, harms nothing
)
AUTHOR = "Property Suite contributors"


def command_lint(config, console, options):
    """Run every check, report all findings, return 1 when there are any."""
    platform = stack.prepare(config, console, stack.LINT_NEEDS)
    checks = {
        "ruff check": lambda: _tool(platform, "ruff", "check", *_python(config)),
        "ruff format": lambda: _tool(platform, "ruff", "format", "--check", *_python(config)),
        "pylint-odoo": lambda: _pylint(platform),
        "XML": lambda: report(check_xml(tracked(config.root, "*.xml"))),
        "CSV": lambda: report(check_csv(tracked(config.root, "addons/*.csv"))),
        "translations": lambda: _po(platform),
        "shell": lambda: _shell(platform),
        "Dockerfile": lambda: _docker(platform),
    }
    failed = []
    for title, check in checks.items():
        with console.step(title):
            if not check():
                failed.append(title)
    console.say(f"lint: {'failed: ' + ', '.join(failed) if failed else 'no findings'}", force=True)
    return 1 if failed else 0


def tracked(root, *patterns):
    """Return the files that git knows (or would add) matching patterns."""
    command = ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run([*command, "--", *patterns], capture_output=True, text=True, check=True)
    paths = (Path(root) / name for name in done.stdout.split("\0") if name)
    return sorted(path for path in paths if path.is_file())


def report(findings):
    for finding in findings:
        print(finding)
    return not findings


def check_xml(paths):
    """Return a line for every XML file that is not well formed."""
    findings = []
    for path in paths:
        try:
            ElementTree.parse(path)  # noqa: S314 (our own files)
        except ElementTree.ParseError as error:
            findings.append(f"{path}: {error}")
    return findings


def check_csv(paths):
    """Return a line for every row of another length than its heading, and every repeated id."""
    findings = []
    for path in paths:
        with path.open(newline="", encoding="utf-8") as stream:
            rows = list(csv.reader(stream))
        width = len(rows[0]) if rows else 0
        seen = set()
        for number, row in enumerate(rows, 1):
            if row and len(row) != width:
                findings.append(f"{path}:{number}: {len(row)} columns, the heading has {width}")
            if row and row[0] in seen:
                findings.append(f"{path}:{number}: {row[0]!r} stands there twice")
            seen.update(row[:1])
    return findings


def _python(config):
    return [folder for folder in PYTHON_FOLDERS if (config.root / folder).is_dir()]


def _tool(platform, name, *arguments, env=None):
    command = [platform.environment.bin / name, *arguments]
    done = subprocess.run(
        [str(part) for part in command],
        cwd=platform.settings.root,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return done.returncode == 0


def _pylint(platform):
    addons = [f"addons/{name}" for name in files.list_addons(platform.settings.addons)]
    if not addons:
        return True
    arguments = ["--load-plugins=pylint_odoo", "--disable=all", "--enable=odoolint"]
    arguments += [f"--disable={','.join(PYLINT_OFF)}", "--valid-odoo-versions=19.0"]
    arguments += [f"--manifest-required-authors={AUTHOR}", "--score=n", "--ignore=rules"]
    return _tool(platform, "pylint", *arguments, *addons)


def _po(platform):
    tools = str(platform.settings.root / "tools")
    folder = platform.settings.addons
    arguments = ["-m", "suite.po", "check", folder]
    return _tool(platform, "python", *arguments, env={"PYTHONPATH": tools})


def _shell(platform):
    root = platform.settings.root
    scripts = [path for path in tracked(root) if is_shell(path)]
    if not scripts:
        return True
    sound = [subprocess.run(["bash", "-n", path], check=False).returncode == 0 for path in scripts]
    return _tool(platform, "shellcheck", *scripts) and all(sound)


def is_shell(path):
    """Tell whether a file is a shell script, by its name or its first line."""
    if path.suffix == ".sh":
        return True
    if path.suffix:
        return False
    with path.open("rb") as stream:
        first = stream.readline(80)
    return first.startswith(b"#!") and (b"bash" in first or first.rstrip().endswith(b"sh"))


def _docker(platform):
    paths = tracked(platform.settings.root, "docker/*Dockerfile*")
    return not paths or _tool(
        platform, "hadolint", "--no-color", "--failure-threshold=warning", *paths
    )

# SPDX-License-Identifier: LGPL-3.0-or-later
"""The commands of the Makefile."""

import argparse
import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import sys

from suite import i18n, lint, server, settings, stack, testing
from suite.console import Console, SuiteError
from suite.database import Databases
from suite.postgres import Cluster, connect


def main(arguments):
    """Run one command. Return the exit code."""
    parser = argparse.ArgumentParser(prog="make", description=__doc__)
    parser.add_argument("command", choices=sorted(COMMANDS))
    parser.add_argument("options", nargs=argparse.REMAINDER)
    parsed = parser.parse_args(arguments)
    console = Console(quiet=parsed.command == "shell" and not sys.stderr.isatty())
    # told to end, a command must still stop what it started
    for signum in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, signal.default_int_handler)
    try:
        options = [*shlex.split(os.environ.get("ARGS", "")), *parsed.options]
        return COMMANDS[parsed.command](settings.load(), console, options) or 0
    except SuiteError as problem:
        console.say(f"\nCannot go on: {problem}", force=True)
        return 1
    except KeyboardInterrupt:
        console.say("\nInterrupted. Run it again: it goes on where it stopped.", force=True)
        return 130
    except OSError as error:
        console.say(f"\nCannot go on: {error}", force=True)
        return 1


@contextlib.contextmanager
def _demo(config, console):
    """Yield the databases of the run server with the demo database ready to use."""
    platform = stack.prepare(config, console, stack.RUN_NEEDS)
    with connect(config, console) as postgresql:
        databases = Databases(platform, postgresql, console)
        running = server.find_running(config)
        if running is None:
            databases.write_config()
        if running is None or not databases.exists(config.database):
            databases.ensure_demo()
        yield databases


def command_setup(config, console, options):
    """Set everything up but do not serve."""
    with _demo(config, console):
        console.say(f"Ready. The database is {config.database}. Start the suite with: make run")


def command_run(config, console, options):
    """Set everything up and serve."""
    running = server.find_running(config)
    if running:
        console.say(f"The suite is running already at {running['url']}\n")
        console.say("\n".join(server.login_table(config)))
        console.say("Stop it with: make stop")
        return 0
    server.check_port(config)
    with _demo(config, console) as databases:
        return server.serve(databases, console)


def command_shell(config, console, options):
    """Odoo shell on the demo database; a script on standard input prints only its own output."""
    with _demo(config, console) as databases:
        log = config.logs / "shell.log"
        command = [*databases.platform.odoo_command, "shell", "-c", databases.config]
        command += ["-d", config.database, "--no-http", "--logfile", log, *options]
        return subprocess.run(
            [str(part) for part in command], env=databases.environ(), check=False
        ).returncode


def command_stop(config, console, options):
    """Stop the server of this checkout."""
    server.stop(config, console)


def command_clean(config, console, options):
    """Drop this checkout's databases and files; with ARGS=--all the platform and clusters too."""
    everything = "--all" in options
    server.stop(config, console)
    if everything:
        for durable in (True, False):
            Cluster(config, console, durable).stop_if_unused()
        for folder in (config.data, config.cache):
            console.say(f"Removing {folder}")
            shutil.rmtree(folder, ignore_errors=True)
    elif config.state.exists():
        _drop_demo(config, console)
        shutil.rmtree(config.state, ignore_errors=True)
    shutil.rmtree(config.artefacts, ignore_errors=True)
    for name in (".pytest_cache", ".ruff_cache", ".hypothesis"):
        shutil.rmtree(config.root / name, ignore_errors=True)


def _drop_demo(config, console):
    if not config.pg_host and not Cluster(config, console).data.exists():
        return
    platform = stack.prepare(config, console, stack.RUN_NEEDS)
    with connect(config, console) as postgresql:
        databases = Databases(platform, postgresql, console)
        if databases.exists(config.database):
            databases.recall(config.database)
            databases.drop(config.database)
            console.say(f"Dropped the database {config.database}")


COMMANDS = {
    "bench": testing.command_bench,
    "clean": command_clean,
    "i18n": i18n.command_i18n,
    "lint": lint.command_lint,
    "run": command_run,
    "setup": command_setup,
    "shell": command_shell,
    "stop": command_stop,
    "test": testing.command_test,
}

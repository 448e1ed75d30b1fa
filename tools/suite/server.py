# SPDX-License-Identifier: LGPL-3.0-or-later
"""The demo server: in the foreground until Ctrl-C, or until ``make stop``."""

import json
import os
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

from suite import files, postgres
from suite.console import SuiteError, tail

START_SECONDS = 120
STOP_SECONDS = 20


def url(settings):
    host = "127.0.0.1" if settings.listen == "0.0.0.0" else settings.listen  # noqa: S104
    return f"http://{host}:{settings.port}"


def pid_file(settings):
    return settings.state / "server.json"


def find_running(settings):
    """Return what is known of this checkout's server (pid, url), or None."""
    facts = json.loads(files.read(pid_file(settings)) or "{}")
    if not facts:
        return None
    try:
        command = Path(f"/proc/{facts['pid']}/cmdline").read_text()
    except OSError:
        return None
    return facts if str(settings.state) in command else None


def check_port(settings):
    """Stop early when another program has the port."""
    if not postgres.is_free(settings.port, settings.listen):
        raise SuiteError(
            f"Port {settings.port} is taken by another program.\n"
            f"Choose another one: make run PORT={settings.port + 1}"
        )


def serve(databases, console):
    """Run the server until it is told to stop. Return its exit code."""
    settings = databases.settings
    log = settings.logs / "server.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [*databases.platform.odoo_command, "server", "-c", databases.config]
    command += ["-d", settings.database, "--db-filter", f"^{settings.database}$"]
    with log.open("ab") as out:
        process = subprocess.Popen(
            [str(part) for part in command],
            env=databases.environ(),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    files.write(
        pid_file(settings),
        json.dumps({"pid": process.pid, "url": url(settings), "database": settings.database}),
    )
    try:
        with console.step("Starting the server"):
            _wait_until_healthy(process, settings, log)
        announce(settings, console, log)
        code = process.wait()
        if code not in {0, -signal.SIGTERM, -signal.SIGINT}:
            raise SuiteError(f"The server ended by itself (exit code {code}).\n{tail(log)}\n{log}")
        console.say("The server has stopped.")
    except KeyboardInterrupt:
        console.say("\nStopping the server ...")
    finally:
        terminate(process)
        pid_file(settings).unlink(missing_ok=True)
    return 0


def _wait_until_healthy(process, settings, log):
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise SuiteError(f"The server did not start:\n{tail(log)}\nThe whole log is {log}")
        try:
            with urllib.request.urlopen(url(settings) + "/web/health", timeout=5) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise SuiteError(f"The server does not answer after {START_SECONDS} s:\n{tail(log)}\n{log}")


def terminate(process):
    """End a process, gently first."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def logins(settings):
    """Return the demo logins that the suite's demonstration data declares."""
    text = files.read(settings.addons / "property_suite" / "demo" / "logins.json")
    rows = json.loads(text) if text else []
    return rows or [{"role": "administrator", "login": "admin", "password": "admin"}]


def announce(settings, console, log):
    """Say where the suite is and who may log in."""
    lines = ["", f"The suite is at {url(settings)}", "", "Log in as", *login_table(settings), ""]
    lines += [f"The server's log is {log}", "Press Ctrl-C to stop (or 'make stop' elsewhere)."]
    console.say("\n".join(lines), force=True)


def login_table(settings):
    rows = [(row["role"], row["login"], row["password"]) for row in logins(settings)]
    rows.insert(0, ("role", "login", "password"))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return ["  " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def stop(settings, console):
    """Stop this checkout's server, and the private clusters that nobody uses any more."""
    facts = find_running(settings)
    if facts:
        with console.step(f"Stopping the server at {facts['url']}"):
            os.kill(facts["pid"], signal.SIGTERM)
            if not _wait_gone(facts["pid"]):
                os.kill(facts["pid"], signal.SIGKILL)
    else:
        console.say("No server of this checkout is running.")
    for durable in (True, False):
        cluster = postgres.Cluster(settings, console, durable)
        if cluster.data.exists() and cluster.stop_if_unused():
            console.say(f"Stopped the private PostgreSQL cluster {cluster.name!r}.")


def _wait_gone(pid):
    end = time.monotonic() + STOP_SECONDS
    while time.monotonic() < end:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.2)
    return False

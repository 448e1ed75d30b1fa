# SPDX-License-Identifier: LGPL-3.0-or-later
"""A real server on a copy of the template database.

The environment says where everything is; see the top of tools/suite/testing.py.
"""

import os
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

import requests

START_SECONDS = 120
NEEDED = ("ODOO_BIN", "ODOO_PYTHON", "ODOO_RC", "ODOO_TEMPLATE", "ODOO_DATA_DIR", "PGHOST")
# a query that fails is logged even when Odoo tries it again; what stays broken shows as an answer
NOISE = re.compile(r"odoo\.sql_db: bad query")


class SiteError(Exception):
    """The server refused or broke."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def setting(name):
    """Return a variable of the environment that ``make test`` sets."""
    if not os.environ.get(name):
        raise SiteError(f"{name} is not set; run these tests through: make test PART=e2e")
    return os.environ[name]


class Database:
    """A copy of the template that goes away again."""

    def __init__(self, label, work, template=None):
        self.template = template or setting("ODOO_TEMPLATE")
        self.name = f"ps_{label}_{os.getpid()}"
        self.work = Path(work)
        self.data = self.work / f"data_{label}"
        self.log = self.work / f"{label}.log"

    def create(self):
        for name in NEEDED:
            setting(name)
        self.work.mkdir(parents=True, exist_ok=True)
        subprocess.run(["dropdb", "--if-exists", "--force", self.name], check=True)
        subprocess.run(["createdb", "-T", self.template, self.name], check=True)
        shutil.rmtree(self.data, ignore_errors=True)
        target = self.data / "filestore" / self.name
        target.parent.mkdir(parents=True)
        source = Path(setting("ODOO_DATA_DIR")) / "filestore" / self.template
        if source.is_dir():
            # hard links where the file system allows them: Odoo never edits a stored file in place
            linked = subprocess.run(["cp", "-al", source, target], capture_output=True, check=False)
            if linked.returncode:
                shutil.rmtree(target, ignore_errors=True)
                shutil.copytree(source, target)
        return self

    def drop(self):
        subprocess.run(["dropdb", "--if-exists", "--force", self.name], check=True)
        shutil.rmtree(self.data, ignore_errors=True)

    def command(self, *arguments):
        return [setting("ODOO_PYTHON"), setting("ODOO_BIN"), *arguments]

    @property
    def options(self):
        return ["-c", setting("ODOO_RC"), "-d", self.name, "--data-dir", str(self.data)]

    def shell(self, script, **environ):
        """Run a script in Odoo's shell; return what it printed.

        :raise SiteError: when the script does not reach its end.
        """
        done = subprocess.run(
            self.command("shell", *self.options, "--no-http", "--log-level", "error"),
            input=f"{script}\nprint('reached the end')\n",
            env={**os.environ, **environ},
            capture_output=True,
            text=True,
            check=False,
        )
        if "reached the end" not in done.stdout:
            raise SiteError(f"{done.stdout}\n{done.stderr}")
        return done.stdout.replace("reached the end\n", "")

    def sql(self, query):
        """Return the output of a query, unaligned and without headings."""
        command = ["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-c", query, self.name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SiteError(done.stderr)
        return done.stdout.strip()

    def popen(self, *arguments, **options):
        """Start Odoo in a process group of its own."""
        log = self.log.open("ab")
        return subprocess.Popen(
            self.command(*arguments), stdout=log, stderr=log, start_new_session=True, **options
        )


class Site(Database):
    """A running server."""

    process = None
    workers = 0

    def start(self):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        arguments = ["server", *self.options, "--db-filter", f"^{self.name}$"]
        arguments += ["--http-port", str(self.port), "--http-interface", "127.0.0.1"]
        arguments += ["--workers", str(self.workers), "--max-cron-threads", "0"]
        if self.workers:
            arguments += ["--gevent-port", str(free_port())]
        self.process = self.popen(*arguments)
        limit = time.monotonic() + START_SECONDS
        while time.monotonic() < limit:
            try:
                if requests.get(f"{self.url}/web/health", timeout=5).status_code == 200:
                    return self
            except requests.RequestException:
                if self.process.poll() is not None:
                    break
            time.sleep(0.1)
        raise SiteError(f"the server does not answer:\n{self.log.read_text()[-4000:]}")

    def stop(self):
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    # --- calls ------------------------------------------------------------------------------

    def session(self, login, password=None):
        """Return an HTTP session of a user."""
        session = requests.Session()
        params = {"db": self.name, "login": login, "password": password or login}
        answer = self._post(session, "/web/session/authenticate", params)
        if not answer.get("uid"):
            raise SiteError(f"{login} cannot log in")
        return session

    def call(self, model, method, *args, login="admin", **kwargs):
        """Call a method as the web client does."""
        session = self._sessions.get(login)
        if session is None:
            session = self._sessions[login] = self.session(login)
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self._post(session, f"/web/dataset/call_kw/{model}/{method}", params)

    def _post(self, session, path, params):
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        answer = session.post(self.url + path, json=body, timeout=300).json()
        if "error" in answer:
            data = answer["error"].get("data") or {}
            raise SiteError(data.get("message") or str(answer["error"]))
        return answer["result"]

    @property
    def _sessions(self):
        return self.__dict__.setdefault("sessions", {})

    def set_language(self, login, code):
        users = self.call("res.users", "search", [("login", "=", login)])
        self.call("res.users", "write", users, {"lang": code})

    def ref(self, xmlid):
        """Return the database id of an external id, or None."""
        module, name = xmlid.split(".", 1)
        domain = [("module", "=", module), ("name", "=", name)]
        found = self.call("ir.model.data", "search_read", domain, fields=["res_id"])
        return found[0]["res_id"] if found else None

    def has(self, model):
        return bool(self.call("ir.model", "search_count", [("model", "=", model)]))

    # --- the log ----------------------------------------------------------------------------

    def errors_since(self, position=0):
        """Return the ERROR and CRITICAL lines of the server's log after a position."""
        text = self.log.read_text(errors="replace")[position:]
        return [
            line
            for line in text.splitlines()
            if re.search(r" (ERROR|CRITICAL) ", line) and not NOISE.search(line)
        ]

    @property
    def log_position(self):
        return len(self.log.read_text(errors="replace")) if self.log.exists() else 0

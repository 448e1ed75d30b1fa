# SPDX-License-Identifier: LGPL-3.0-or-later
"""Databases: templates that are built once, the demo database, its upgrades.

Three layers, each a copy of the one below:
- base: Odoo's own apps and the OCA companions, for a company in China;
- test or demo: all our addons, without or with their demonstration data;
- a database to work in.
A template's name holds a hash of what it was made from, and it gets that name last, so one that
exists is complete.
"""

import json
import os
import secrets
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

from suite import files
from suite.console import SuiteError

LAYOUT = "1"
SCRIPTS = Path(__file__).with_name("scripts")
MODULES = Path(__file__).resolve().parents[1] / "modules.txt"
DATABASE_GIGABYTES = 2
KEEP_TEMPLATES = 2
HASHES = "property_suite.addon_hashes"


def read_modules(path=MODULES):
    """Return the names of a list of modules, without comments."""
    lines = (line.partition("#")[0].strip() for line in path.read_text().splitlines())
    return [line for line in lines if line]


class Databases:
    """What can be done with the databases of one server."""

    def __init__(self, platform, server, console, kind="run"):
        self.platform = platform
        self.settings = platform.settings
        self.server = server
        self.console = console
        self.kind = kind
        self.data_dir = self.settings.data / f"odoo-{self._place()}"
        self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.config = self.settings.state / f"odoo-{kind}.conf"
        self.log_folder = self.settings.logs

    def _place(self):
        """Name the server, because a filestore belongs to the databases of one server."""
        if self.settings.pg_host:
            return files.digest(self.settings.pg_host, str(self.settings.pg_port))
        return self.kind

    # --- plain operations -------------------------------------------------------------------

    def sql(self, query, database="postgres", check=True):
        """Return the output of a query, unaligned and without headings."""
        done = self._call("psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-c", query, database)
        if done.returncode and check:
            raise SuiteError(f"PostgreSQL refused: {done.stderr.strip()}")
        return done.stdout.strip() if done.returncode == 0 else None

    def names(self, prefix=""):
        rows = self.sql("SELECT datname FROM pg_database WHERE NOT datistemplate").splitlines()
        return [name for name in rows if name.startswith(prefix)]

    def exists(self, name):
        return name in self.names()

    def drop(self, name):
        self._must("dropdb", "--if-exists", "--force", name)
        shutil.rmtree(self.filestore(name), ignore_errors=True)

    def copy(self, source, target):
        """Copy a database and its filestore."""
        self.drop(target)
        self.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = '{source}' AND pid <> pg_backend_pid()",
            check=False,
        )
        self._must("createdb", "-T", source, target)
        files.link_tree(self.filestore(source), self.filestore(target))

    def rename(self, source, target):
        files.link_tree(self.filestore(source), self.filestore(target))
        self.sql(f'ALTER DATABASE "{source}" RENAME TO "{target}"')
        self.drop(source)

    def filestore(self, name):
        return self.data_dir / "filestore" / name

    def environ(self):
        """Return the environment for programs that use this server."""
        path = f"{self.platform.environment.bin}:{self.server.bin}:{os.environ.get('PATH', '')}"
        environ = {**os.environ, **self.server.environ(), "PATH": path}
        environ["ODOO_RC"] = str(self.config)
        for name in ("PGDATABASE", "PYTHONPATH", "PYTHONHOME", "PORT", "DATABASE"):
            environ.pop(name, None)
        return environ

    def _call(self, program, *arguments):
        return subprocess.run(
            [self.server.bin / program, *map(str, arguments)],
            env=self.environ(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def _must(self, program, *arguments):
        done = self._call(program, *arguments)
        if done.returncode:
            raise SuiteError(f"{program} failed: {done.stderr.strip()}")

    # --- Odoo -------------------------------------------------------------------------------

    def write_config(self, **options):
        """Write Odoo's configuration for this checkout and this server."""
        secret = self.settings.state / "master-password"
        if files.read(secret) is None:
            files.write(secret, secrets.token_urlsafe(18), mode=0o600)
        values = {
            "addons_path": ",".join(map(str, self.platform.addons_paths)),
            "data_dir": self.data_dir,
            "db_host": self.server.host,
            "db_port": self.server.port,
            "db_user": self.server.user,
            "db_password": self.server.password,
            "admin_passwd": files.read(secret),
            "http_interface": self.settings.listen,
            "http_port": self.settings.port,
            "list_db": False,
            "workers": 0,
            "max_cron_threads": 1,
            "limit_time_real": 3600,
            "limit_time_cpu": 3600,
            **options,
        }
        lines = [f"{name} = {value}" for name, value in values.items()]
        files.write(self.config, "\n".join(["[options]", *lines, ""]), mode=0o600)

    def odoo(self, title, *arguments, log, stdin=None, env=None):
        """Run Odoo on a database with its output in a log, showing how far it is."""
        script = Path(SCRIPTS / stdin).read_bytes() if stdin else None
        with self.console.step(title):
            self.console.run(
                [*self.platform.odoo_command, *arguments],
                self.log_folder / f"{log}.log",
                env={**self.environ(), **(env or {})},
                stdin=script,
                what=title,
            )

    def install(self, title, database, modules, *extra, log):
        flag = extra or ("-i", ",".join(modules))
        arguments = ["-c", self.config, "-d", database, *flag, "--no-http", "--stop-after-init"]
        self.odoo(title, *arguments, log=log)
        _check_log(self.log_folder / f"{log}.log")

    def script(self, title, database, name, log, **env):
        """Run one of our scripts in Odoo's shell."""
        arguments = ["shell", "-c", self.config, "-d", database, "--no-http"]
        self.odoo(title, *arguments, log=log, stdin=name, env=env)

    # --- templates --------------------------------------------------------------------------

    def base_key(self):
        script = (SCRIPTS / "prepare_company.py").read_text()
        return files.digest(LAYOUT, self.platform.key, script, *read_modules())

    def addon_hashes(self):
        return {
            name: files.hash_addon(self.settings.addons / name)
            for name in files.list_addons(self.settings.addons)
        }

    def base_template(self):
        """Return the name of the template with Odoo's own apps."""
        name = f"ps_base_{self.base_key()}"
        with self._building(name) as work:
            if work:
                config = ["-c", self.config, "-d", work, "--no-http", "--stop-after-init"]
                self.odoo("Creating a database", *config, "-i", "base", log=f"{self.kind}-base")
                self.script("Setting the company up", work, "prepare_company.py", "company")
                log = f"{self.kind}-account"
                self.install("Installing accounting", work, read_modules(), log=log)
                self.pregenerate(work)
        return name

    def suite_template(self, demo=False, extra=()):
        """Return the name of the template with all our addons (and ``extra`` modules).

        :param bool demo: with the demonstration data of our addons.
        :param extra: modules of others to install too, for the benchmark.
        """
        base = self.base_template()
        hashes = self.addon_hashes()
        layer = "demo" if demo else "bench" if extra else "test"
        scripts = (SCRIPTS / "load_demo.py").read_text() if demo else ""
        key = files.digest(LAYOUT, base, json.dumps(hashes), scripts, *extra)
        name = f"ps_{layer}_{key}"
        with self._building(name, source=base) as work:
            if work:
                modules = [*hashes, *extra]
                if modules:
                    title = f"Installing {len(modules)} addons"
                    self.install(title, work, modules, log=f"{self.kind}-{layer}-install")
                if demo:
                    self.load_demo(work)
                self.pregenerate(work)
                self.remember(work, hashes)
        self._drop_old(f"ps_{layer}_", keep=name)
        self._drop_old("ps_base_", keep=base)
        return name

    @contextmanager
    def _building(self, name, source=None):
        """Yield the name of a database to fill, which becomes ``name`` at the end; or None."""
        if self.exists(name):
            yield None
            return
        with files.lock(self.data_dir / "template.lock", self.console, "building a database"):
            if self.exists(name):
                yield None
                return
            files.check_free_space(self.data_dir, DATABASE_GIGABYTES)
            work = f"{name}_new"
            if source:
                self.copy(source, work)
            else:
                self.drop(work)
            yield work
            self.rename(work, name)

    def _drop_old(self, prefix, keep):
        """Drop old templates, the newest ones excepted."""
        query = (
            "SELECT datname FROM pg_database WHERE NOT datistemplate "
            f"AND datname LIKE '{prefix}%' AND datname NOT LIKE '%\\_new' ORDER BY oid DESC"
        )
        names = [name for name in self.sql(query).splitlines() if name != keep]
        for name in names[KEEP_TEMPLATES - 1 :]:
            self.drop(name)

    def pregenerate(self, database):
        """Compile the web client's assets, so that the first page is quick."""
        self.script("Compiling the web client", database, "pregenerate_assets.py", "assets")

    def load_demo(self, database):
        names = ",".join(files.list_addons(self.settings.addons))
        title = "Loading the demonstration data"
        self.script(title, database, "load_demo.py", "demo", SUITE_ADDONS=names)

    # --- the demo database ------------------------------------------------------------------

    def remember(self, database, hashes):
        """Write down what a database was made from; the last act of making it."""
        value = json.dumps(hashes).replace("'", "''")
        self.sql(
            "INSERT INTO ir_config_parameter (key, value, create_uid, write_uid) "
            f"VALUES ('{HASHES}', '{value}', 1, 1) "
            "ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value",
            database,
        )

    def recall(self, database):
        """Return the addon hashes of a database.

        :raise SuiteError: when the database was not made by this launcher.
        """
        query = f"SELECT value FROM ir_config_parameter WHERE key = '{HASHES}'"
        value = self.sql(query, database, check=False)
        if not value:
            raise SuiteError(
                f"The database {database!r} exists, and this launcher did not make it.\n"
                "Choose another name: DATABASE=... (environment or .env)"
            )
        return json.loads(value)

    def ensure_demo(self):
        """Create the demo database, or bring it up to date with the addons."""
        name = self.settings.database
        if not self.exists(name):
            template = self.suite_template(demo=True)
            with self.console.step(f"Creating the demo database {name}"):
                work = f"{name}_new"
                self.copy(template, work)
                self.rename(work, name)
            return
        known, hashes = self.recall(name), self.addon_hashes()
        changed = [addon for addon, value in hashes.items() if known.get(addon) != value]
        if changed:
            self._upgrade(name, changed, [addon for addon in changed if addon not in known])
            self.remember(name, hashes)

    def _upgrade(self, name, changed, new):
        flags = ["-u", ",".join(changed), "--i18n-overwrite"]
        if new:
            flags += ["-i", ",".join(new)]
        title = f"Bringing the database up to date ({', '.join(changed[:4])}"
        title += f" and {len(changed) - 4} more)" if len(changed) > 4 else ")"
        self.install(title, name, changed, *flags, log="upgrade")
        self.load_demo(name)


def _check_log(log):
    """Odoo can end with 0 although an addon was left out; its log tells."""
    text = log.read_text(errors="replace")
    for sign in (" CRITICAL ", "Some modules are not loaded", "some modules have inconsistent"):
        if sign in text:
            line = next(line for line in text.splitlines() if sign in line)
            raise SuiteError(f"Odoo reports:\n    {line}\nThe whole output is in {log}")

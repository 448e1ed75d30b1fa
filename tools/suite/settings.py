# SPDX-License-Identifier: LGPL-3.0-or-later
"""Settings: the environment first, then ``.env``, then defaults."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from suite.console import SuiteError

ROOT = Path(__file__).resolve().parents[2]
PORT = 8069
PG_PORT = 5432

# as root the server of PostgreSQL runs as another user, who must get through every parent folder
ROOT_DATA = (Path("/var/lib/property-suite"), Path("/var/tmp/property-suite"))  # noqa: S108


@dataclass(frozen=True)
class Settings:
    """Everything that a user can choose."""

    root: Path
    cache: Path
    data: Path
    port: int = PORT
    listen: str = "127.0.0.1"
    database: str = ""
    odoo_source: Path | None = None
    pg_host: str = ""
    pg_port: int = PG_PORT
    pg_user: str = ""
    pg_password: str = ""
    ci: bool = False

    @property
    def addons(self):
        return self.root / "addons"

    @property
    def artefacts(self):
        return self.root / "artefacts"

    @property
    def checkout_key(self):
        """Tells one checkout from another, so that each has a database of its own."""
        return hashlib.sha256(str(self.root).encode()).hexdigest()[:8]

    @property
    def state(self):
        """Folder with this checkout's configuration files and logs."""
        return self.data / "checkouts" / self.checkout_key

    @property
    def logs(self):
        return self.state / "logs"


def parse_env_file(text):
    """Return the settings of a ``.env`` file.

    :raise SuiteError: on a line that is neither ``NAME=value`` nor a comment.
    """
    values = {}
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip().removeprefix("export ").strip()
        if not line or line.startswith("#"):
            continue
        name, sign, value = line.partition("=")
        name = name.strip()
        if not sign or not name.replace("_", "").isalnum():
            raise SuiteError(f".env, line {number}: expected NAME=value, found: {raw}")
        values[name] = _unquote(value.strip())
    return values


def _unquote(value):
    for quote in "\"'":
        if value.startswith(quote):
            end = value.find(quote, 1)
            return value[1:end] if end > 0 else value[1:]
    return value.split(" #", 1)[0].rstrip()


def load(environ=None, root=ROOT, is_root=None):
    """Read the settings of a checkout."""
    environ = os.environ if environ is None else environ
    is_root = os.geteuid() == 0 if is_root is None else is_root
    root = Path(root).resolve()
    values = {}
    if (root / ".env").is_file():
        values.update(parse_env_file((root / ".env").read_text()))
    values.update({name: value for name, value in environ.items() if value})
    home = Path(values.get("HOME") or Path.home())
    settings = Settings(
        root=root,
        cache=_folder(values, "PROPERTY_SUITE_CACHE", "XDG_CACHE_HOME", home / ".cache"),
        data=_data_folder(values, home, is_root),
        port=_port(values, "PORT", PORT),
        listen=values.get("LISTEN", "127.0.0.1"),
        odoo_source=_source(values, root),
        pg_host=values.get("PGHOST", ""),
        pg_port=_port(values, "PGPORT", PG_PORT),
        pg_user=values.get("PGUSER", ""),
        pg_password=values.get("PGPASSWORD", ""),
        ci=values.get("CI", "").lower() in {"1", "true", "yes"},
    )
    database = values.get("DATABASE") or f"property_suite_{settings.checkout_key}"
    return _with(settings, database=_database(database))


def _with(settings, **changes):
    return Settings(**{**settings.__dict__, **changes})


def _folder(values, own, xdg, default):
    if values.get(own):
        return Path(values[own]).expanduser().resolve()
    return Path(values.get(xdg) or default).expanduser().resolve() / "property-suite"


def _data_folder(values, home, is_root):
    if is_root and not values.get("PROPERTY_SUITE_DATA"):
        return next((path for path in ROOT_DATA if reachable(path.parent)), ROOT_DATA[-1])
    return _folder(values, "PROPERTY_SUITE_DATA", "XDG_DATA_HOME", home / ".local" / "share")


def reachable(path):
    """Tell whether any user may pass through every folder down to ``path``."""
    return all(
        parent.is_dir() and parent.stat().st_mode & 0o001 for parent in (path, *path.parents)
    )


def _port(values, name, default):
    text = values.get(name) or str(default)
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise SuiteError(f"{name} must be a port number (1 to 65535), not {text!r}.")
    return int(text)


def _database(name):
    if not name.replace("_", "").replace("-", "").isalnum() or len(name) > 50:
        raise SuiteError(f"DATABASE must be up to 50 letters, digits, '_' or '-', not {name!r}.")
    return name


def _source(values, root):
    if not values.get("ODOO_SOURCE"):
        return None
    path = Path(values["ODOO_SOURCE"]).expanduser()
    return (path if path.is_absolute() else root / path).resolve()

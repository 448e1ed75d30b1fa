# SPDX-License-Identifier: LGPL-3.0-or-later
"""The container files: valid, pinned like the local platform, without default passwords."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from compose_spec import PyCompose

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "docker"
COMPOSE = ("compose.yaml", "compose.scale.yaml")
SECRETS = ("db_password", "replication_password", "admin_password")


class ComposeLoader(yaml.SafeLoader):
    """Reads the tags of the compose specification, too."""


ComposeLoader.add_constructor("!reset", lambda loader, node: [])


def load(name):
    """Return a compose file with its variables at their defaults."""
    text = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", (DOCKER / name).read_text())
    return yaml.load(text, ComposeLoader)


def without_extensions(content):
    return {key: value for key, value in content.items() if not key.startswith("x-")}


@pytest.mark.parametrize("name", COMPOSE)
def test_compose_file_follows_the_specification(name):
    compose = PyCompose.from_json(json.dumps(without_extensions(load(name))))
    compose.to_spec()
    assert compose.services


def test_a_broken_compose_file_is_noticed():
    with pytest.raises(ValueError, match="maybe"):
        PyCompose.from_json(json.dumps({"services": {"a": {"image": "b", "restart": "maybe"}}}))


@pytest.mark.parametrize("name", COMPOSE)
def test_services_name_things_that_exist(name):
    content = load(name)
    base = load("compose.yaml")
    services = {**base["services"], **content["services"]}
    for service, facts in content["services"].items():
        for other in facts.get("depends_on", {}):
            assert other in services, (service, other)
        for secret in facts.get("secrets", []):
            assert secret in base["secrets"], (service, secret)
        for network in facts.get("networks", []):
            assert network in base["networks"], (service, network)
        for volume in facts.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./"):
                assert (DOCKER / source).is_file(), (service, source)
            else:
                assert source in {**base["volumes"], **content.get("volumes", {})}


def test_passwords_come_from_files_outside_the_demo():
    for name in COMPOSE:
        for service, facts in load(name)["services"].items():
            if "demo" in facts.get("profiles", []):
                continue
            for variable, value in facts.get("environment", {}).items():
                if "PASSWORD" in variable:
                    assert variable.endswith("_FILE"), (service, variable)
                    assert value.startswith("/run/secrets/"), (service, variable)


def test_ports_are_open_to_this_machine_only():
    for name in COMPOSE:
        for facts in load(name)["services"].values():
            for port in facts.get("ports") or []:
                assert port.startswith("127.0.0.1:")


def test_every_long_running_service_has_a_health_check_and_comes_back():
    image = (DOCKER / "Dockerfile").read_text()
    assert "HEALTHCHECK" in image
    for service, facts in load("compose.yaml")["services"].items():
        if "demo" in facts.get("profiles", []) or service == "setup":
            continue
        assert facts["restart"] == "unless-stopped", service
        assert "healthcheck" in facts or facts["image"].startswith("property-suite"), service


def pins(path):
    lines = (line.partition("#")[0].strip() for line in path.read_text().splitlines())
    return dict(line.split("==") for line in lines if "==" in line)


def test_versions_equal_those_of_the_launcher():
    local = pins(ROOT / "tools" / "requirements.txt")
    for name, version in pins(DOCKER / "requirements.txt").items():
        assert local[name] == version, name


def test_image_installs_the_launchers_own_lists():
    text = (DOCKER / "Dockerfile").read_text()
    for path in re.findall(r"^COPY (?:--\S+ )?(.*) \S+$", text, re.MULTILINE):
        for source in path.split():
            assert (ROOT / source).exists(), source
    assert "COPY tools/requirements-oca.txt" in text
    assert "COPY tools/modules.txt tools/suite/scripts" in text


def test_odoo_is_of_the_same_series():
    image = re.search(r"ODOO_IMAGE=odoo:(\d+\.\d+)", (DOCKER / "Dockerfile").read_text())[1]
    launcher = (ROOT / "tools" / "suite" / "platform_odoo.py").read_text()
    assert re.search(r'PIN = "(\d+\.\d+)', launcher)[1] == image


def test_both_compose_files_use_one_postgresql():
    images = {
        facts["image"]
        for name in COMPOSE
        for facts in load(name)["services"].values()
        if facts.get("image", "").startswith("postgres")
    }
    assert len(images) == 1


def fake(folder, name, body):
    path = folder / name
    path.write_text(f"#!/bin/bash\n{body}\n")
    path.chmod(0o755)


@pytest.fixture
def container(tmp_path):
    """Stand-ins for odoo and psql that write down how they were called."""
    programs = tmp_path / "bin"
    programs.mkdir()
    fake(programs, "odoo", f'echo "odoo $*" >> {tmp_path}/calls; cat > /dev/null')
    fake(
        programs,
        "psql",
        f'echo "psql $*" >> {tmp_path}/calls\n'
        f'case "$*" in *pg_database*) cat {tmp_path}/exists ;; *to_regclass*) echo t ;;'
        f' *"SELECT value"*) cat {tmp_path}/known ;; esac',
    )
    setup = tmp_path / "setup"
    setup.mkdir()
    (setup / "version").write_text("v2\n")
    (setup / "modules.txt").write_text((ROOT / "tools" / "modules.txt").read_text())
    for script in (ROOT / "tools" / "suite" / "scripts").glob("*.py"):
        (setup / script.name).write_text("")
    addon = tmp_path / "addons" / "property_base"
    addon.mkdir(parents=True)
    (addon / "__manifest__.py").write_text("{}")
    (tmp_path / "password").write_text("secret")
    (tmp_path / "odoo.conf").write_text("[options]\n")
    (tmp_path / "exists").write_text("0\n")
    (tmp_path / "known").write_text("")
    return tmp_path


def start(container, *command, **environ):
    script = DOCKER / "entrypoint.sh"
    environ = {
        "PATH": f"{container}/bin:/usr/bin:/bin",
        "PGHOST": "db",
        "PGUSER": "odoo",
        "PGDATABASE": "property",
        "PGPASSWORD_FILE": str(container / "password"),
        "ODOO_RC": str(container / "odoo.conf"),
        "SETUP_FOLDER": str(container / "setup"),
        "ADDONS_FOLDER": str(container / "addons"),
        "TMPDIR": str(container),
        **environ,
    }
    done = subprocess.run(
        [script, *command],
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    calls = container / "calls"
    return done, calls.read_text().splitlines() if calls.exists() else []


def test_new_database_gets_everything_and_the_mark_last(container):
    done, calls = start(container, DOCKER / "setup-database.sh", ADMIN_PASSWORD="x")
    assert done.returncode == 0, done.stderr
    installs = [call for call in calls if " -i " in call]
    assert "-i base" in installs[0]
    assert "account_reconcile_oca" in installs[1]
    assert "payment_demo" not in installs[1]
    assert installs[2].endswith("-i property_base")
    assert "INSERT INTO ir_config_parameter" in "\n".join(calls[-2:])


def test_demo_database_gets_demo_data(container):
    _done, calls = start(container, DOCKER / "setup-database.sh", DEMO="1", ADMIN_PASSWORD="x")
    assert any("payment_demo" in call for call in calls)
    assert sum(call.startswith("odoo shell") for call in calls) == 4


def test_database_of_this_version_is_left_alone(container):
    (container / "exists").write_text("1\n")
    (container / "known").write_text("v2\n")
    done, calls = start(container, DOCKER / "setup-database.sh")
    assert "up to date" in done.stdout
    assert not any(call.startswith("odoo") for call in calls)


def test_database_of_another_version_is_upgraded(container):
    (container / "exists").write_text("1\n")
    (container / "known").write_text("v1\n")
    _done, calls = start(container, DOCKER / "setup-database.sh")
    upgrades = [call for call in calls if " -u " in call]
    assert len(upgrades) == 1
    assert "-u property_base" in upgrades[0]
    assert not any("-i base" in call for call in calls)


def test_server_starts_on_the_one_database(container):
    done, calls = start(container, "odoo", "--workers=2")
    assert done.returncode == 0, done.stderr
    assert calls[-1] == "odoo server -d property --workers=2"


def test_empty_secret_stops_the_start(container):
    (container / "password").write_text("")
    done, calls = start(container, "odoo")
    assert done.returncode == 1
    assert "is empty" in done.stderr
    assert not calls


def test_secrets_are_made_once(tmp_path):
    script = tmp_path / "make-secrets.sh"
    script.write_text((DOCKER / "make-secrets.sh").read_text())
    for _attempt in range(2):
        subprocess.run(["bash", script], check=True, capture_output=True)
    values = [(tmp_path / "secrets" / name).read_text() for name in SECRETS]
    assert len(set(values)) == len(SECRETS)
    assert all(len(value) > 20 for value in values)
    before = values[0]
    subprocess.run(["bash", script], check=True, capture_output=True)
    assert (tmp_path / "secrets" / SECRETS[0]).read_text() == before


@pytest.mark.parametrize(
    "script", sorted(DOCKER.rglob("*.sh")), ids=lambda path: str(path.relative_to(DOCKER))
)
def test_scripts_are_executable_and_parse(script):
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", script], check=True)

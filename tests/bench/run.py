#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""Benchmarks, each beside its peer or its limit in the same run.

    make bench                          all of them at full size
    make bench ARGS=--quick             small sizes, to see that they work
    make bench ARGS="register portal"   some of them
    make bench ARGS=--strict            exit with 1 when a figure is missed

Writes tests/bench/results/<date>-<commit>.json (``-quick`` runs: artefacts/bench-quick.json).
"""

import argparse
import json
import os
import platform
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "e2e"))

from e2e_site import Database, Site, SiteError

CASES = HERE / "cases"
NAMES = ("register", "billing", "ledger", "bank", "cashier", "portal", "workorder", "parcel")
THINK_SECONDS = 5.0
PAGES = ("/my", "/my/units", "/my/bills", "/my/requests", "/my/parcels")

# the figures of the design, and what they are compared with
IMPORT_SECONDS = 20.0
TIMES_CONTRACT = 5.0
MEMORY_MIB = 1024
GROWTH = 1.1
BANK_SECONDS = 120.0
REPORT_SECONDS = 3.0
PORTAL_MS = 400.0
ORDERS = 200_000
ORDER_MS = 400.0
PARCELS = 1_000_000
CHECK_IN_SECONDS, BULK_SECONDS, SEARCH_SECONDS = 0.15, 5.0, 0.3
CLOCK_SECONDS = 60.0
SPLIT_SECONDS = 10.0
DESK_SEARCH_MS = 300.0
DESK_PAY_MS = 1500.0


def main():
    options = _parse()
    bench = Bench(options)
    with tempfile.TemporaryDirectory(prefix="bench-") as work:
        for name in options.cases or NAMES:
            getattr(bench, f"case_{name}")(Path(work))
    bench.print_table()
    bench.write()
    missed = [figure for figure in bench.figures if not figure["reached"]]
    return 1 if bench.broken or (missed and options.strict) else 0


def _parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", choices=[*NAMES, []], metavar="CASE")
    parser.add_argument("--quick", action="store_true", help="small sizes")
    parser.add_argument("--small", type=int, help="units of the small community (1000)")
    parser.add_argument("--large", type=int, help="units of the large community (10000)")
    parser.add_argument("--peer", type=int, help="contracts for OCA contract (as --large)")
    parser.add_argument("--users", type=int, help="portal users at once (50)")
    parser.add_argument("--seconds", type=float, help="how long the portal is under load (30)")
    parser.add_argument("--orders", type=int, help="work orders (200000)")
    parser.add_argument("--parcels", type=int, help="parcels in the table (1000000)")
    parser.add_argument("--strict", action="store_true", help="a missed figure is an error")
    options = parser.parse_args()
    sizes = (50, 200, 50, 5, 5.0, 2000, 2000)
    if not options.quick:
        sizes = (1000, 10000, None, 50, 30.0, ORDERS, PARCELS)
    names = ("small", "large", "peer", "users", "seconds", "orders", "parcels")
    for name, size in zip(names, sizes, strict=True):
        if getattr(options, name) is None:
            setattr(options, name, size)
    options.peer = min(options.peer or options.large, options.large)
    return options


class Bench:
    """Runs cases and collects what they report."""

    def __init__(self, options):
        self.options = options
        self.rows, self.figures = [], []
        self.broken = 0

    # --- cases ------------------------------------------------------------------------------

    def case_register(self, work):
        """The import of the register, beside its limit of 20 s."""
        with self._database("register", work) as database:
            found = self._run(database, "register", data=ROOT / "tests" / "data")
            if found:
                self._figure("register import", found["seconds"], IMPORT_SECONDS, "s")

    def case_billing(self, work):
        """A month of bills, beside OCA contract and beside COPY."""
        options = self.options
        with self._database("billing", work) as database:
            found = {}
            for size in (options.small, options.large):
                if self._run(database, "estate", size):
                    found[size] = self._run(database, "billing", size)
            small, large = found.get(options.small), found.get(options.large)
            copied = self._run(database, "copy", options.large) if large else None
            parts = self._run(database, "apportion", options.large) if large else None
            peer = self._run(database, "contract", options.peer, owners=options.large)
            if parts:
                self._figure("shared cost, split", parts["seconds"], SPLIT_SECONDS, "s")
            if large and peer:
                times = large["per_second"] / peer["per_second"]
                self._figure("billing / OCA contract", times, TIMES_CONTRACT, "x", least=True)
            if large:
                self._figure("billing, memory", large["mib"], MEMORY_MIB, "MiB")
            if large and small:
                one, many = small["seconds"] / small["rows"], large["seconds"] / large["rows"]
                self._figure("time per bill, large / small", many / one, GROWTH, "x")
            if large and copied:
                times = large["seconds"] / copied["seconds"]
                print(f"  billing takes {times:.1f} times as long as COPY of the same rows")

    def case_ledger(self, work):
        """The collection report of a year, over 24 months of the large community."""
        size = self.options.large
        with self._database("ledger", work) as database:
            if not self._run(database, "estate", size) or not self._run(database, "billing", size):
                return
            found = self._run(database, "ledger", size)
            if found:
                self._figure("collection report", found["report_seconds"], REPORT_SECONDS, "s")
                noted = found["noted_seconds"]
                self._figure("the same after a run", noted, 2 * REPORT_SECONDS, "s")

    def case_bank(self, work):
        """A statement of 1,000 lines: read, matched, and booked where it is exact."""
        size = max(self.options.small, 50)
        with self._database("bank", work) as database:
            self._run(database, "estate", size)
            self._run(database, "billing", size)
            found = self._run(database, "bank", size)
            if found:
                self._figure("bank lines matched", found["seconds"], BANK_SECONDS, "s")

    def case_cashier(self, work):
        """The cashier's desk: finding a unit among many, and taking its money."""
        size = self.options.large
        with self._database("cashier", work) as database:
            if not self._run(database, "estate", size) or not self._run(database, "billing", size):
                return
            row = self._run(database, "cashier", size)
            if row:
                self._figure("desk, search, p95", row["search_p95_ms"], DESK_SEARCH_MS, "ms")
                self._figure("desk, payment, p95", row["pay_p95_ms"], DESK_PAY_MS, "ms")

    def case_portal(self, work):
        """The portal's home page with many users on two workers."""
        options = self.options
        with self._database("portal", work, kind=Site) as site:
            size = max(options.small, options.users)
            self._run(site, "estate", size)
            self._run(site, "billing", size)
            self._shell(site, "portal_people", options.users, owners=size)
            site.workers = 2
            site.start()
            try:
                times = Load(site, options.users, options.seconds).run()
            finally:
                site.stop()
            for page, samples in times.items():
                ordered = sorted(samples)
                p50, p95 = (
                    ordered[int(share * (len(ordered) - 1))] * 1000 for share in (0.5, 0.95)
                )
                row = {"name": f"portal {page}", "rows": len(ordered), "seconds": options.seconds}
                row |= {"users": options.users, "workers": 2, "think_seconds": THINK_SECONDS}
                self.rows.append(row | {"p50_ms": p50, "p95_ms": p95})
                self._figure(f"portal {page}, p95", p95, PORTAL_MS, "ms")

    def case_workorder(self, work):
        """A big company's requests: screens and the clock over the open tenth."""
        with self._database("workorder", work) as database:
            found = self._run(database, "workorder", self.options.orders)
            if not found:
                return
            for act in ("list", "search", "kanban", "board", "form", "move"):
                self._figure(f"requests, {act}", found[f"{act}_ms"], ORDER_MS, "ms")
            self._figure("deadlines, all open late", found["cron_seconds"], CLOCK_SECONDS, "s")

    def case_parcel(self, work):
        """Check-in by scan, in bulk and search, with a million parcels in the table."""
        with self._database("parcel", work) as database:
            found = self._run(database, "parcel", self.options.parcels)
            if found:
                self._figure("parcel check-in p95", found["check_in_p95"], CHECK_IN_SECONDS, "s")
                self._figure("parcels in bulk (500)", found["bulk_seconds"], BULK_SECONDS, "s")
                self._figure("parcel search p95", found["search_p95"], SEARCH_SECONDS, "s")

    # --- plumbing ---------------------------------------------------------------------------

    def _database(self, label, work, kind=Database):
        return Copy(kind(f"bench_{label}", work))

    def _shell(self, database, name, size=0, **environ):
        script = "\n".join((CASES / part).read_text() for part in ("prelude.py", f"{name}.py"))
        values = {f"BENCH_{key.upper()}": str(value) for key, value in environ.items()}
        return database.shell(script, BENCH_SIZE=str(size), **values)

    def _run(self, database, name, size=0, **environ):
        """Run a case; return what it reports, or None when it broke."""
        print(f"{name} {size or ''} ...", flush=True)
        try:
            output = self._shell(database, name, size, **environ)
        except SiteError as error:
            self.broken += 1
            print(f"  broke: {str(error).strip()[-1500:]}")
            return None
        line = re.findall(r"^BENCH (.*)$", output, re.MULTILINE)[-1]
        row = json.loads(line)
        self.rows.append(row)
        print("  " + ", ".join(f"{key} {_short(value)}" for key, value in row.items()), flush=True)
        return row

    def _figure(self, name, value, limit, unit, least=False):
        reached = value >= limit if least else value <= limit
        self.figures.append(
            {"name": name, "value": value, "limit": limit, "unit": unit, "reached": reached}
            | {"least": least}
        )

    def print_table(self):
        print(f"\n{'figure':32} {'measured':>12} {'limit':>14}  ")
        for one in self.figures:
            sign = ">=" if one["least"] else "<="
            limit = f"{sign} {one['limit']:g} {one['unit']}"
            verdict = "PASS" if one["reached"] else "MISS"
            print(f"{one['name']:32} {one['value']:>9.2f} {one['unit']:<3} {limit:>13}  {verdict}")
        if self.broken:
            print(f"{self.broken} cases broke")

    def write(self):
        commit = _git("rev-parse", "--short", "HEAD") or "none"
        now = datetime.now(UTC)
        document = {
            "commit": commit,
            "dirty": bool(_git("status", "--porcelain")),
            "at": now.isoformat(timespec="seconds"),
            "machine": {"cpus": os.cpu_count(), "python": platform.python_version()},
            "sizes": {key: value for key, value in vars(self.options).items() if key != "cases"},
            "figures": self.figures,
            "rows": self.rows,
        }
        if self.options.quick:
            folder, name = Path(os.environ.get("ARTEFACTS") or ROOT / "artefacts"), "bench-quick"
        else:
            folder, name = HERE / "results", f"{now:%Y-%m-%d}-{commit}"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.json"
        path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
        print(f"written: {path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}")


class Copy:
    """A database for the time of a case."""

    def __init__(self, database):
        self.database = database

    def __enter__(self):
        return self.database.create()

    def __exit__(self, *_error):
        self.database.drop()


class Load:
    """Users who open a page, read it for a while, and open the next."""

    def __init__(self, site, users, seconds):
        self.site, self.users, self.seconds = site, users, seconds
        self.times, self.errors = {page: [] for page in PAGES}, []

    def run(self):
        """Return page -> seconds of every request."""
        sessions = [self.site.session(f"bench_{number}") for number in range(self.users)]
        for session in sessions[:4]:
            for page in PAGES:
                self._open(session, page)  # both workers know their templates
        for times in self.times.values():
            times.clear()
        end = time.monotonic() + self.seconds
        threads = [
            threading.Thread(target=self._user, args=(session, end, random.Random(number)))
            for number, session in enumerate(sessions)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.errors:
            raise SiteError("; ".join(self.errors[:5]))
        return self.times

    def _user(self, session, end, chance):
        time.sleep(chance.random() * THINK_SECONDS)
        while time.monotonic() < end:
            begin = time.monotonic()
            self._open(session, chance.choice(PAGES))
            time.sleep(max(0.0, THINK_SECONDS * (0.5 + chance.random()) - time.monotonic() + begin))

    def _open(self, session, path):
        begin = time.perf_counter()
        answer = session.get(self.site.url + path, timeout=60)
        self.times[path].append(time.perf_counter() - begin)
        if answer.status_code != 200 or "/web/login" in answer.url:
            self.errors.append(f"{path}: HTTP {answer.status_code} {answer.url}")


def _short(value):
    return f"{value:.2f}" if isinstance(value, float) else value


def _git(*arguments):
    done = subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())

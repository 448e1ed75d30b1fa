# SPDX-License-Identifier: LGPL-3.0-or-later
# ruff: noqa: F821
"""Put before every case, in Odoo's shell: a stopwatch and the line that the driver reads."""

import json
import os
import resource
import time

SIZE = int(os.environ.get("BENCH_SIZE", "0"))
env = env(context={**env.context, "tracking_disable": True, "no_reset_password": True})


def megabytes():
    """Return the highest resident memory of this process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def quantile(samples, share):
    """Return the value below which ``share`` of the samples lie."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None


def report(name, **values):
    print("BENCH " + json.dumps({"name": name, "mib": round(megabytes()), **values}))


class Watch:
    """Seconds since it was made, and the laps between."""

    def __init__(self):
        self.begin = self.last = time.perf_counter()
        self.laps = []

    def lap(self):
        now = time.perf_counter()
        self.laps.append(now - self.last)
        self.last = now

    @property
    def seconds(self):
        return time.perf_counter() - self.begin

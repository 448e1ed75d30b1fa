# SPDX-License-Identifier: LGPL-3.0-or-later
# ruff: noqa: F821
"""Import the register of 1,410 units: check, import, import once more (changes nothing)."""

import base64
from pathlib import Path

data = Path(os.environ["BENCH_DATA"])
truth = json.loads((data / "owners_register.truth.json").read_text())
community = env["property.community"].create(
    {"name": "Bench register", "code": "BREG", "company_id": env.company.id}
)
env.cr.commit()


def wizard():
    return env["property.register.import"].create(
        {
            "file": base64.b64encode((data / "owners_register.xlsx").read_bytes()),
            "filename": "owners_register.xlsx",
            "community_id": community.id,
        }
    )


one = wizard()
env.cr.commit()
watch = Watch()
one.action_check()
env.cr.commit()
watch.lap()
one.action_import()
env.cr.commit()
watch.lap()
count = env["property.unit"].search_count([("community_id", "=", community.id)])
assert count == truth["units"], (count, truth["units"])
assert one.error_count == len(truth["bad_rows"]), (one.error_count, truth["bad_rows"])
again = wizard()
again.action_import()
env.cr.commit()
watch.lap()
report(
    "register",
    rows=count,
    seconds=watch.laps[1],
    check_seconds=watch.laps[0],
    again_seconds=watch.laps[2],
)

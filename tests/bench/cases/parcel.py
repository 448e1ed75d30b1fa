# SPDX-License-Identifier: LGPL-3.0-or-later
# ruff: noqa: F821
"""SIZE parcels lie in the table; then single check-ins, 500 in bulk, searches, a night's ladder."""

from datetime import date

SCANS, BULK, SEARCHES, UNITS = 200, 500, 50, 400

community = env["property.community"].create(
    {"name": "Bench parcels", "code": "BPAR", "company_id": env.company.id}
)
building = env["property.building"].create(
    {"name": "1", "code": "1", "community_id": community.id, "floor_count": 100}
)
station = env["property.parcel.station"].create(
    {"name": "Bench", "code": "B", "community_id": community.id}
)
env["property.parcel.slot"].create(
    [{"name": f"A-{n:02}", "station_id": station.id, "capacity": 100} for n in range(40)]
)
carrier = env["property.parcel.carrier"].create(
    {"name": "Bench", "code": "BN", "waybill_prefixes": "BN", "waybill_lengths": "15"}
)
people = env["res.partner"].create(
    [{"name": f"Bench {n}", "phone": f"139{n:08}"} for n in range(UNITS)]
)
units = env["property.unit"].create(
    [
        {"building_id": building.id, "entrance": "1", "floor": 1, "number": f"{1000 + n}"}
        for n in range(UNITS)
    ]
)
env["property.ownership"].create(
    [
        {"unit_id": unit.id, "partner_id": person.id, "start_date": date(2020, 1, 1)}
        for unit, person in zip(units, people, strict=True)
    ]
)
env.cr.commit()
first = units[0].id
env.cr.execute(
    """INSERT INTO property_parcel (name, waybill, carrier_id, community_id, company_id, station_id,
           unit_id, partner_id, phone_tail, kind, size, state, checked_in_at, collected_at,
           closed_at, pickup_code, active, create_uid, create_date, write_uid, write_date)
       SELECT 'B' || n, 'BN9' || lpad(n::text, 12, '0'), %s, %s, %s, %s, %s + n %% %s, %s + n %% %s,
              lpad((n %% 10000)::text, 4, '0'), 'parcel', 'small', 'collected',
              now() - (n %% 700) * interval '1 day', now() - (n %% 700) * interval '1 day',
              now() - (n %% 700) * interval '1 day', (100000 + n %% 900000)::text, true,
              1, now(), 1, now()
         FROM generate_series(1, %s) n""",
    (
        carrier.id, community.id, community.company_id.id, station.id, first, UNITS,
        people[0].id, UNITS, SIZE,
    ),
)  # fmt: skip
env.cr.execute("ANALYZE property_parcel")
env.cr.commit()
Parcel = env["property.parcel"]


def clock(count, act):
    """Return how long each of ``count`` calls took, each with its own commit."""
    watch = Watch()
    for number in range(count):
        env.invalidate_all()
        act(number)
        env.cr.commit()
        watch.lap()
    return watch.laps


def scan(number):
    waybill = f"BN1{number:012}"
    Parcel.desk_scan(station.id, waybill)
    Parcel.desk_check_in(
        {
            "key": f"bench{number}",
            "station_id": station.id,
            "waybill": waybill,
            "unit_id": units[number % UNITS].id,
            "partner_id": people[number % UNITS].id,
        }
    )


scans = clock(SCANS, scan)
rows = [
    {"waybill": f"BN2{n:012}", "addressee": f"1-1-{1000 + n % UNITS}", "size": "small"}
    for n in range(BULK)
]
env.invalidate_all()
watch = Watch()
results = Parcel.desk_bulk(station.id, carrier.id, rows, "bench")
env.cr.commit()
bulk_seconds = watch.seconds
assert all(one["ok"] for one in results), [one for one in results if not one["ok"]][:3]


def search(number):
    found = Parcel.search_fetch(
        [("waybill", "ilike", f"{number * 997 + 1:012}")], ["name", "waybill"], limit=80
    )
    assert found
    assert Parcel.search([("phone_tail", "=", f"{number:04}")], limit=80)
    Parcel.desk_find(station.id, f"1-1-{1000 + number}")


searches = clock(SEARCHES, search)
waiting = Parcel.search_count([("station_id", "=", station.id), ("state", "=", "waiting")])
assert waiting == SCANS + BULK, waiting
report(
    "parcel",
    rows=SIZE,
    check_in_p50=quantile(scans, 0.5),
    check_in_p95=quantile(scans, 0.95),
    bulk_rows=BULK,
    bulk_seconds=bulk_seconds,
    search_p95=quantile(searches, 0.95),
)

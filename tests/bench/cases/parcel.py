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
watch = Watch()
# rows first, indexes after: kept up row by row, those of the trigrams alone take an hour
env.cr.execute(
    """SELECT i.indexdef, i.indexname FROM pg_indexes i
        WHERE i.tablename = 'property_parcel' AND i.indexname NOT IN
              (SELECT conname FROM pg_constraint WHERE conrelid = 'property_parcel'::regclass)"""
)
indexes = env.cr.fetchall()
for _definition, index in indexes:
    env.cr.execute(f'DROP INDEX "{index}"')
env.cr.execute(  # and foreign keys in one go
    """SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE conrelid = 'property_parcel'::regclass AND contype = 'f'"""
)
keys = env.cr.fetchall()
for key, _definition in keys:
    env.cr.execute(f'ALTER TABLE property_parcel DROP CONSTRAINT "{key}"')
env.cr.execute("SET LOCAL synchronous_commit = off")
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
env.cr.execute("SET LOCAL maintenance_work_mem = '512MB'")
for definition, _index in indexes:
    env.cr.execute(definition)
for key, definition in keys:
    env.cr.execute(f'ALTER TABLE property_parcel ADD CONSTRAINT "{key}" {definition}')
env.cr.commit()
env.cr.execute("ANALYZE property_parcel")
env.cr.commit()
fill_seconds = watch.seconds
Parcel = env["property.parcel"]


def clock(count, act):
    """Return how long each of ``count`` calls took, each with its own commit; CPU and queries."""
    watch, cpu, queries = Watch(), time.process_time(), env.cr.sql_log_count
    for number in range(count):
        env.invalidate_all()
        act(number)
        env.cr.commit()
        watch.lap()
    return watch.laps, (time.process_time() - cpu) / count, (env.cr.sql_log_count - queries) / count


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


scan(SCANS)  # the first one fills the caches of the process
env.cr.commit()
scans, scan_cpu, scan_queries = clock(SCANS, scan)
rows = [
    {"waybill": f"BN2{n:012}", "addressee": f"1-1-{1000 + n % UNITS}", "size": "small"}
    for n in range(BULK)
]
env.invalidate_all()
watch, cpu, queries = Watch(), time.process_time(), env.cr.sql_log_count
results = Parcel.desk_bulk(station.id, carrier.id, rows, "bench")
env.cr.commit()
bulk_seconds, bulk_cpu = watch.seconds, time.process_time() - cpu
bulk_queries = env.cr.sql_log_count - queries
assert all(one["ok"] for one in results), [one for one in results if not one["ok"]][:3]


def search(number):
    found = Parcel.search_fetch(
        ["|", ("waybill", "ilike", f"{number * 997 % SIZE + 1:012}"), ("name", "=", "B0")],
        ["name", "waybill"],
        limit=80,
    )
    assert found
    Parcel.name_search(f"{number * 997 % SIZE + 1:06}", limit=8)
    Parcel.desk_trace(station.id, f"{number * 997 % SIZE + 1:06}")
    assert Parcel.search([("phone_tail", "=", f"{number:04}")], limit=80)
    Parcel.desk_find(station.id, f"1-1-{1000 + number}")


searches, search_cpu, search_queries = clock(SEARCHES, search)
waiting = Parcel.search_count([("station_id", "=", station.id), ("state", "=", "waiting")])
assert waiting == SCANS + 1 + BULK, waiting
report(
    "parcel",
    rows=SIZE,
    fill_seconds=fill_seconds,
    check_in_p50=quantile(scans, 0.5),
    check_in_p95=quantile(scans, 0.95),
    check_in_cpu=scan_cpu,
    check_in_queries=scan_queries,
    bulk_rows=BULK,
    bulk_seconds=bulk_seconds,
    bulk_cpu=bulk_cpu,
    bulk_queries=bulk_queries,
    search_p95=quantile(searches, 0.95),
    search_cpu=search_cpu,
    search_queries=search_queries,
)

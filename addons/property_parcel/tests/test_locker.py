# SPDX-License-Identifier: LGPL-3.0-or-later
import json

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from ..rules import signing
from .common import ParcelCommon


@tagged("post_install", "-at_install")
class TestLocker(ParcelCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.env["property.parcel.locker"].create(
            {"name": "North lockers", "code": "L1", "station_id": cls.station.id}
        )
        cls.cells = cls.env["property.parcel.slot"]
        for number in (1, 2):
            cls.cells += cls.make_slot(
                f"L-{number}",
                kind="locker",
                size="medium",
                locker_id=cls.bank.id,
                cell_number=str(number),
            )

    def call(self, body, key="secret", nonce="n1", stamp=None):
        from odoo import fields

        raw = json.dumps(body).encode()
        stamp = stamp or int(fields.Datetime.now().timestamp())
        signature = signing.sign(signing.derive(key, "L1"), stamp, nonce, raw)
        return self.url_open(
            "/property/parcel/v1/locker/L1/events",
            data=raw,
            headers={
                "Content-Type": "application/json",
                "X-Property-Timestamp": str(stamp),
                "X-Property-Nonce": nonce,
                "X-Property-Signature": signature,
            },
        )

    def test_lockers_first(self):
        parcel = self.make_parcel()
        self.assertEqual(parcel.slot_id, self.cells[0])
        command = self.bank.command_ids
        self.assertEqual(command.kind, "assign")
        self.assertEqual(self.make_parcel(2).slot_id, self.cells[1])
        self.assertEqual(self.make_parcel(3).slot_id, self.shelf)
        with self.enter_registry_test_mode():
            cron = self.env.ref("property_parcel.property_parcel_cron_locker")
            cron.method_direct_trigger()
        self.assertEqual(set(self.bank.command_ids.mapped("state")), {"sent"})

    def test_a_stuck_door_is_tried_again_and_given_up(self):
        parcel = self.make_parcel()
        parcel.slot_id.is_usable = False
        command = self.bank.command_ids
        command._try()
        self.assertEqual((command.state, command.tries), ("queued", 1))
        self.assertGreater(command.next_try_at, command.create_date)
        for _number in range(7):
            command._try()
        self.assertEqual(command.state, "failed")
        parcel.slot_id.is_usable = True
        command.action_retry()
        self.assertEqual(command.state, "sent")

    def test_events_are_taken_once(self):
        self.bank.secret = signing.derive("secret", "L1")
        event = {
            "id": "e1", "kind": "deposit", "cell": "1", "waybill": "SF0000000000001",
            "carrier": "sf", "addressee": "1203",
        }  # fmt: skip
        first = self.call(event).json()
        self.assertEqual((first["ok"], first["state"], first["repeated"]), (True, "done", False))
        again = self.call(event, nonce="n2").json()
        self.assertTrue(again["repeated"])
        parcel = self.env["property.parcel"].search([("waybill", "=", "SF0000000000001")])
        self.assertEqual(
            (len(parcel), parcel.slot_id, parcel.unit_id), (1, self.cells[0], self.unit)
        )
        self.call({"id": "e2", "kind": "pickup", "cell": "1"})
        self.assertEqual((parcel.state, parcel.collect_method), ("collected", "locker"))

    def test_unsigned_calls_are_refused(self):
        self.bank.secret = signing.derive("secret", "L1")
        event = {"id": "e1", "kind": "fault", "cell": "1"}
        self.assertEqual(self.call(event, key="other").status_code, 401)
        self.assertEqual(self.call(event, stamp=1000).status_code, 401)
        self.assertFalse(self.bank.event_ids)
        self.assertEqual(self.call(event).status_code, 200)
        self.assertFalse(self.cells[0].is_usable)

    def test_dead_letters_are_replayed(self):
        event = self.bank._simulate("pickup", self.cells[0])
        self.assertEqual(event.state, "dead")
        self.assertIn("empty", event.error)
        parcel = self.make_parcel()
        event.action_replay()
        self.assertEqual((event.state, event.tries, parcel.state), ("done", 2, "collected"))
        unknown = self.bank._simulate("dance", self.cells[0])
        self.assertEqual(unknown.state, "dead")

    def test_timeout(self):
        parcel = self.make_parcel()
        self.bank._simulate("timeout", parcel.slot_id)
        self.assertEqual(parcel.state, "overdue")

    def test_timeout_while_the_addressee_is_away(self):
        today = fields.Date.context_today(self.env.user)
        self.env["property.parcel.hold"].create(
            {
                "community_id": self.community.id,
                "unit_id": self.unit.id,
                "start_date": fields.Date.subtract(today, days=2),
                "end_date": fields.Date.add(today, days=5),
            }
        )
        parcel = self.make_parcel()
        self.bank._simulate("timeout", parcel.slot_id)
        self.assertEqual(parcel.state, "waiting")

    def test_cells_of_the_simulator(self):
        parcel = self.make_parcel()
        cell = parcel.slot_id
        cell.action_simulate_pickup()
        self.assertEqual((parcel.state, parcel.collect_method), ("collected", "locker"))
        with self.assertRaisesRegex(UserError, "empty"):
            cell.action_simulate_pickup()
        cell.action_simulate_fault()
        self.assertFalse(cell.is_usable)
        self.bank.adapter = "json"
        with self.assertRaisesRegex(UserError, "simulated"):
            cell.action_simulate_timeout()

    def test_the_key_is_shown_once_and_not_kept(self):
        action = self.bank.action_new_key()
        key = action["params"]["message"]
        self.assertNotIn(key, self.bank.sudo().secret)
        self.assertEqual(self.bank.sudo().secret, signing.derive(key, "L1"))
        self.bank.action_simulate()
        self.assertEqual(self.bank.event_ids.state, "done")

    def test_a_cell_takes_one(self):
        parcel = self.make_parcel()
        other = self.make_parcel(2, check_in=False)
        with self.assertRaisesRegex(UserError, "taken"):
            other.slot_id = parcel.slot_id

# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date

from psycopg2 import errors

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import SQL, mute_logger


@tagged("post_install", "-at_install")
class TestLifeConcurrency(BaseCase):
    """Two real connections that commit: what one user does while another does the same."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.first_cr = self.registry.cursor()
        self.addCleanup(self.first_cr.close)
        self.first = self._env(self.first_cr)
        env = self.first
        community = env["property.community"].create({"name": "Race Garden", "code": "RACE"})
        building = env["property.building"].create(
            {"name": "1", "code": "1", "community_id": community.id}
        )
        unit = env["property.unit"].create({"building_id": building.id, "number": "101"})
        people = env["res.partner"].create([{"name": "Race A"}, {"name": "Race B"}])
        env["property.ownership"].create({"unit_id": unit.id, "partner_id": people[0].id})
        transfer = env["property.transfer"].create(
            {
                "unit_id": unit.id,
                "effective_date": date(2025, 7, 1),
                "document_waiver": "test",
                "line_ids": [Command.create({"partner_id": people[1].id})],
            }
        )
        transfer.action_check()
        key = env["property.key"].create({"unit_id": unit.id, "number": "R1"})
        env["property.key.move"].create({"key_id": key.id, "kind": "receive", "quantity": 1})
        self.ids = {
            "property.transfer": transfer.ids,
            "property.key": key.ids,
            "property.ownership": [],
            "property.unit": unit.ids,
            "property.building": building.ids,
            "property.community": community.ids,
            "res.partner": (people | community.partner_id).ids,
            "account.analytic.account": community.analytic_account_id.ids,
        }
        self.addCleanup(self._remove)
        self.first_cr.commit()

    def _env(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})

    def _remove(self):
        self.first_cr.rollback()
        with self.registry.cursor() as cr:
            env = self._env(cr)
            unit_ids = self.ids["property.unit"]
            for table in ("property_transfer", "property_ownership"):
                cr.execute(
                    SQL("DELETE FROM %s WHERE unit_id = ANY(%s)", SQL.identifier(table), unit_ids)
                )
            env.invalidate_all()
            for model, ids in self.ids.items():
                if model not in ("property.transfer", "property.ownership"):
                    env[model].browse(ids).unlink()

    def _record(self, env, model):
        return env[model].browse(self.ids[model])

    @mute_logger("odoo.sql_db")
    def test_a_transfer_is_completed_once(self):
        with self.registry.cursor() as second_cr:
            second = self._env(second_cr)
            # the second user has the page open: the snapshot begins before the first is done
            self.assertEqual(self._record(second, "property.transfer").state, "checked")
            self._record(self.first, "property.transfer").action_done()
            self.first_cr.commit()
            with self.assertRaises(errors.SerializationFailure):
                self._record(second, "property.transfer").action_done()
            second_cr.rollback()
            # the server runs the request again, and says what happened
            second.invalidate_all()
            with self.assertRaisesRegex(UserError, "Done now"):
                self._record(second, "property.transfer").action_done()
            second_cr.rollback()
        lines = self._record(self.first, "property.unit").ownership_ids
        self.assertEqual(len(lines), 2)

    @mute_logger("odoo.sql_db")
    def test_owners_changed_in_between_are_noticed(self):
        with self.registry.cursor() as second_cr:
            second = self._env(second_cr)
            self.assertEqual(self._record(second, "property.transfer").state, "checked")
            other = self.first["res.partner"].create({"name": "Race C"})
            self.ids["res.partner"] += other.ids
            self._record(self.first, "property.unit")._set_owners(
                date(2025, 3, 1), [(other, 1, 1, True)]
            )
            self.first_cr.commit()
            with self.assertRaises(errors.SerializationFailure):
                self._record(second, "property.transfer").action_done()
            second_cr.rollback()
            second.invalidate_all()
            with self.assertRaisesRegex(UserError, "changed since"):
                self._record(second, "property.transfer").action_done()
            second_cr.rollback()

    @mute_logger("odoo.sql_db")
    def test_the_last_key_is_issued_once(self):
        def issue(env):
            env["property.key.move"].create(
                {
                    "key_id": self.ids["property.key"][0],
                    "kind": "issue",
                    "partner_id": self.ids["res.partner"][0],
                }
            )

        with self.registry.cursor() as second_cr:
            second = self._env(second_cr)
            self.assertEqual(self._record(second, "property.key").quantity_available, 1)
            issue(self.first)
            self.first.flush_all()
            self.first_cr.commit()
            with self.assertRaises(errors.SerializationFailure):
                issue(second)
            second_cr.rollback()
            second.invalidate_all()
            with self.assertRaisesRegex(UserError, "not so many"):
                issue(second)
            second_cr.rollback()

# SPDX-License-Identifier: LGPL-3.0-or-later
import base64
import io
from datetime import date

from PIL import Image

from odoo.fields import Command

from odoo.addons.property_base.tests.common import PropertyCommon


class WorkorderCommon(PropertyCommon):
    """The estate with a team, a dispatcher and two technicians; Monday to Friday 8 to 17 h."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls.env["resource.calendar"].create(
            {
                "name": "Desk",
                "tz": "Asia/Shanghai",
                "attendance_ids": [
                    Command.create(
                        {
                            "name": "x",
                            "dayofweek": str(day),
                            "hour_from": start,
                            "hour_to": end,
                            "day_period": period,
                        }
                    )
                    for day in range(5)
                    for start, end, period in ((8, 12, "morning"), (13, 17, "afternoon"))
                ],
            }
        )
        cls.community.resource_calendar_id = cls.calendar
        cls.dispatcher = cls.make_user("wo_dispatcher", "property_workorder.group_dispatcher")
        cls.tech_user = cls.make_user("wo_tech", "property_workorder.group_technician")
        cls.tech_user2 = cls.make_user("wo_tech2", "property_workorder.group_technician")
        cls.team = cls.env["property.workorder.team"].create(
            {"name": "Engineering", "leader_id": cls.dispatcher.id, "dispatch": "assign"}
        )
        cls.tech = cls.make_technician(cls.tech_user)
        cls.tech2 = cls.make_technician(cls.tech_user2)
        cls.unit = cls.make_unit()
        cls.make_ownership(cls.unit, cls.owner)
        cls.owner.phone = "13877770001"
        cls.community.manager_id = cls.user_officer
        cls.lamp = cls.env.ref("property_workorder.category_common_light_lamp")
        cls.door = cls.env.ref("property_workorder.category_common_door_entrance")
        cls.tap = cls.env.ref("property_workorder.category_unit_water_tap")

    def run_cron(self, name):
        """Run a scheduled action as the server does."""
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(f"property_workorder.{name}").method_direct_trigger()
        self.env.invalidate_all()

    @classmethod
    def make_technician(cls, user, **vals):
        """Create a technician who is always on duty and holds no certificate."""
        return cls.env["property.technician"].create(
            {
                "user_id": user.id,
                "roster": "always",
                "hourly_cost": 60,
                "team_ids": [Command.set(cls.team.ids)],
                "visibility": "all",
                "skill_ids": [
                    Command.set(
                        cls.env.ref("property_workorder.property_technician_skill_door").ids
                    )
                ],
                **vals,
            }
        )

    @classmethod
    def make_order(cls, user=None, **vals):
        """Register a broken entrance door of building 3, taken by the staff member."""
        env = cls.env(user=user or cls.user_staff)
        return env["property.workorder"].create(
            {
                "category_id": cls.door.id,
                "community_id": cls.community.id,
                "building_id": cls.building.id,
                "team_id": cls.team.id,
                "subject": "Entrance door does not close",
                **vals,
            }
        )

    @classmethod
    def make_photo(cls, size=(40, 30), kind="PNG"):
        """Return a small picture in base64."""
        stream = io.BytesIO()
        Image.new("RGB", size, (200, 30, 30)).save(stream, kind)
        return base64.b64encode(stream.getvalue())

    @classmethod
    def add_photo(cls, order, kind="after"):
        """Attach a photo to an order."""
        return cls.env["property.evidence"].create(
            {
                "res_model": order._name,
                "res_id": order.id,
                "kind": kind,
                "image": cls.make_photo(),
            }
        )

    @classmethod
    def finish(cls, order, user=None):
        """Bring an order to done, with what its category asks for."""
        order = order.with_user(user or cls.tech_user)
        if order.state == "new":
            order.with_user(cls.user_staff).action_accept()
        if order.state == "accepted":
            order.with_user(cls.dispatcher).action_dispatch(cls.tech_user)
        if order.state == "dispatched":
            order.action_start()
        cls.add_photo(order)
        vals = {"result": "Closer changed", "place_cleaned": True}
        if "signature" in order._get_evidence_requirements():
            vals.update(signature=cls.make_photo(), signed_by="Owner")
        order.write(vals)
        order.action_done()
        return order


MONDAY = date(2026, 9, 21)

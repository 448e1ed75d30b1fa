# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date

from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user


class PropertyCommon(TransactionCase):
    """One estate with staff, an owner and a neighbour, and a second company that must stay apart.

    Builders take keyword overrides, use fixed defaults and make nothing but what they say.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context={**cls.env.context, "tracking_disable": True, "no_reset_password": True}
        )
        # one "today" for the tests and for the people in them, at any hour
        cls.env.user.tz = "Asia/Shanghai"
        cls.company = cls.env.company
        cls.community = cls.make_community(name="Test Garden", code="TG")
        cls.other_community = cls.make_community(name="Other Garden", code="OG")
        cls.building = cls.make_building(code="3")
        cls.other_building = cls.make_building(code="1", community=cls.other_community)
        cls.other_company = cls.env["res.company"].create({"name": "Other Property Ltd."})
        cls.foreign_community = cls.make_community(
            name="Foreign Garden", code="FG", company_id=cls.other_company.id
        )
        cls.foreign_building = cls.make_building(code="1", community=cls.foreign_community)
        cls.user_staff = cls.make_user("property_staff", "property_base.group_property_user")
        cls.user_officer = cls.make_user("property_officer", "property_base.group_property_officer")
        cls.user_manager = cls.make_user("property_manager", "property_base.group_property_manager")
        cls.user_owner = cls.make_user("property_owner", "base.group_portal", communities=None)
        cls.user_neighbour = cls.make_user(
            "property_neighbour", "base.group_portal", communities=None
        )
        cls.owner = cls.user_owner.partner_id
        cls.neighbour = cls.user_neighbour.partner_id

    @classmethod
    def make_user(cls, login, groups, communities="own", **vals):
        """Create a user with ``groups`` (comma-separated xml ids).

        :param communities: ``"own"`` assigns the test community, ``None`` assigns none, or records
        """
        user = new_test_user(
            cls.env,
            login=login,
            groups=groups,
            email=f"{login}@example.com",
            tz="Asia/Shanghai",
            **vals,
        )
        if communities == "own":
            communities = cls.community
        if communities:
            user.property_community_ids = [Command.set(communities.ids)]
        return user

    @classmethod
    def make_community(cls, **vals):
        """Create a community of the main company."""
        return cls.env["property.community"].create(
            {"name": "Garden", "code": "G", "company_id": cls.env.company.id, **vals}
        )

    @classmethod
    def make_building(cls, community=None, code="1", **vals):
        """Create a building of ``community`` (default: the test community)."""
        return cls.env["property.building"].create(
            {
                "name": f"Building {code}",
                "code": code,
                "community_id": (community or cls.community).id,
                **vals,
            }
        )

    @classmethod
    def make_unit(cls, number="1203", building=None, **vals):
        """Create a unit of 89.56 m² in entrance 1 on floor 12, without an owner."""
        return cls.env["property.unit"].create(
            {
                "building_id": (building or cls.building).id,
                "entrance": "1",
                "floor": 12,
                "number": number,
                "area_m2": 89.56,
                **vals,
            }
        )

    @classmethod
    def make_partner(cls, name="Wang Fang", **vals):
        """Create a person."""
        return cls.env["res.partner"].create({"name": name, **vals})

    @classmethod
    def make_ownership(cls, unit, partner, **vals):
        """Create one whole ownership from 1 January 2024 on."""
        return cls.env["property.ownership"].create(
            {
                "unit_id": unit.id,
                "partner_id": partner.id,
                "start_date": date(2024, 1, 1),
                **vals,
            }
        )

    @classmethod
    def make_occupancy(cls, unit, partner, **vals):
        """Create a verified family member from 1 January 2024 on."""
        return cls.env["property.occupancy"].create(
            {
                "unit_id": unit.id,
                "partner_id": partner.id,
                "role": "family",
                "start_date": date(2024, 1, 1),
                "verified": True,
                **vals,
            }
        )

    @classmethod
    def make_transfer(cls, unit, holders, **vals):
        """Create a draft sale from 1 July 2025 on.

        :param holders: list of (partner, numerator, denominator)
        """
        return cls.env["property.transfer"].create(
            {
                "unit_id": unit.id,
                "effective_date": date(2025, 7, 1),
                "document_waiver": "Papers seen at the counter",
                "line_ids": [
                    Command.create(
                        {
                            "partner_id": partner.id,
                            "share_numerator": numerator,
                            "share_denominator": denominator,
                        }
                    )
                    for partner, numerator, denominator in holders
                ],
                **vals,
            }
        )

    @classmethod
    def make_key(cls, unit, number="K1", received=2, **vals):
        """Create a key of ``unit`` with ``received`` pieces in stock."""
        key = cls.env["property.key"].create({"unit_id": unit.id, "number": number, **vals})
        if received:
            cls.env["property.key.move"].create(
                {"key_id": key.id, "kind": "receive", "quantity": received}
            )
        return key

    @classmethod
    def make_handover(cls, unit, partner, kind="move_in", **vals):
        """Create a handover of ``unit`` on 1 July 2025 with the standard checklist."""
        return cls.env["property.handover"].create(
            {
                "unit_id": unit.id,
                "partner_id": partner.id,
                "kind": kind,
                "handover_date": date(2025, 7, 1),
                **vals,
            }
        )

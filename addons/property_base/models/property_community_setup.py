# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.fields import Command


class PropertyCommunity(models.Model):
    """Parameters of a community, and the copy of a whole set-up to a new one (BAS-22)."""

    _inherit = "property.community"

    parameter_ids = fields.One2many(
        "property.parameter.effective", "community_id", string="Parameters", copy=False
    )

    def _get_parameter(self, key, phase=None):
        """Return the typed value of a parameter in force in the community.

        Without a community (a form that is not filled in yet) it is the company's value.

        :param key: key of the ``property.parameter``
        :param phase: ``property.phase`` record whose own value comes first, if any
        :return: int (whole number, duration in its unit), Decimal (decimal, percent), bool or str
        :raise UserError: when no installed module defines ``key``
        """
        if len(self) > 1:
            self.ensure_one()
        # sudo: whoever may work in the community needs its limits, residents included
        company = self.sudo().company_id or self.env.company
        return self.env["property.parameter"]._resolve(
            key, company.id, self.id, phase.id if phase else False
        )

    def _set_parameter(self, key, value, phase=None):
        """Give the community (or a phase of it) a value of its own; ``False`` removes it."""
        self.ensure_one()
        parameter = self.env["property.parameter"].search([("key", "=", key)])
        text = str(value) if value is not False and value is not None else False
        return self.env["property.parameter.value"]._set(
            parameter, text, community=self, phase=phase
        )

    @api.model
    def _get_setup_parts(self):
        """Return what can be copied to a new community; other modules append theirs.

        Each part has a method ``_copy_setup_<key>(source)`` that copies it to ``self`` and returns
        the number of things copied. It must change nothing when run a second time.

        :return: list of ``(key, label, help)``
        """
        _ = self.env._
        return [
            ("parameters", _("Parameters"), _("Values that differ from those of the company.")),
            ("phases", _("Phases"), _("Phases and their parameters.")),
            ("staff", _("Staff"), _("Assigned staff and the site manager.")),
            ("calendar", _("Service hours"), _("Opening hours of the service centre.")),
            ("authorities", _("Authorities"), _("Competent authorities and utilities.")),
            ("extra_fields", _("Extra fields"), _("Definitions of extra fields of the units.")),
        ]

    def _copy_setup(self, source, parts=None):
        """Copy the set-up of another community, not its buildings or people.

        :param source: ``property.community`` to copy from
        :param parts: keys of the parts to copy; all of them when not given
        :return: list of ``(label, number of things copied)``
        """
        self.ensure_one()
        result = []
        for key, label, _help in self._get_setup_parts():
            if parts is None or key in parts:
                count = getattr(self, f"_copy_setup_{key}")(source)
                result.append((label, count))
        return result

    def _copy_setup_parameters(self, source):
        return self._copy_setup_parameter_values(source, phases={False: False})

    def _copy_setup_parameter_values(self, source, phases):
        """Copy the values of ``source`` for ``phases`` (dict source phase id -> own phase id)."""
        Value = self.env["property.parameter.value"]
        values = Value.search([("community_id", "=", source.id)])
        count = 0
        for value in values.filtered(lambda value: value.phase_id.id in phases):
            phase = self.env["property.phase"].browse(phases[value.phase_id.id] or [])
            Value._set(value.parameter_id, value.value, community=self, phase=phase)
            count += 1
        return count

    def _copy_setup_phases(self, source):
        known = {phase.code: phase for phase in self.phase_ids}
        mapping = {}
        count = 0
        for phase in source.phase_ids:
            if phase.code not in known:
                known[phase.code] = phase.copy({"community_id": self.id})
                count += 1
            mapping[phase.id] = known[phase.code].id
        return count + self._copy_setup_parameter_values(source, mapping)

    def _copy_setup_staff(self, source):
        missing = source.staff_user_ids - self.staff_user_ids
        if missing:
            self.staff_user_ids = [Command.link(user.id) for user in missing]
        if not self.manager_id:
            self.manager_id = source.manager_id
        return len(missing)

    def _copy_setup_calendar(self, source):
        if source.resource_calendar_id.company_id not in (False, self.company_id):
            return 0
        self.resource_calendar_id = source.resource_calendar_id
        return 1

    def _copy_setup_authorities(self, source):
        authorities = self.env["property.authority"].search(
            [("community_ids", "in", source.ids), ("community_ids", "not in", self.ids)]
        )
        authorities = authorities.filtered(lambda entry: entry.company_id == self.company_id)
        authorities.write({"community_ids": [Command.link(self.id)]})
        return len(authorities)

    def _copy_setup_extra_fields(self, source):
        count = 0
        for field in ("unit_properties_definition", "building_properties_definition"):
            own = self[field] or []
            known = {item["name"] for item in own}
            new = [item for item in source[field] or [] if item["name"] not in known]
            if new:
                self[field] = [*own, *new]
            count += len(new)
        return count

    def action_copy_setup(self):
        """Open the wizard that copies the set-up of this community to another one."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_base.property_community_copy_setup_action"
        )
        action["context"] = {"default_source_id": self.id}
        return action

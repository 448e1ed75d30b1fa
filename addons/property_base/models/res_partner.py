# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..rules import personal as rule
from .masked_char import GuardedChar, MaskedChar, describe_mask

PERSONAL_FIELDS = ("phone", "phone_sanitized", "property_id_number")
# References to a contact that mean no more than that it has a login
LOGIN_REFERENCES = {
    ("property_binding", "partner_id"),
    ("res_users", "partner_id"),
    ("mail_followers", "partner_id"),
    ("mail_notification", "res_partner_id"),
    ("mail_message", "author_id"),
    ("mail_message_res_partner_rel", "res_partner_id"),
    ("mail_presence", "partner_id"),
    ("bus_presence", "partner_id"),
}


class ResPartner(models.Model):
    """People of a community: what they own and occupy, and their personal numbers (BAS-16)."""

    _inherit = "res.partner"

    phone = MaskedChar()
    phone_sanitized = MaskedChar()
    property_phone_search = fields.Char(
        string="Phone (whole or last digits)",
        store=False,
        search="_search_property_phone_search",
        help="Finds a caller by the whole number in any notation, or by its last digits.",
    )
    property_ownership_ids = fields.One2many(
        "property.ownership",
        "partner_id",
        string="Owned units",
        groups="property_base.group_property_user,base.group_portal",
    )
    property_occupancy_ids = fields.One2many(
        "property.occupancy",
        "partner_id",
        string="Occupied units",
        groups="property_base.group_property_user,base.group_portal",
    )
    property_unit_ids = fields.Many2many(
        "property.unit",
        string="Units",
        compute="_compute_property_unit_ids",
        search="_search_property_unit_ids",
        groups="property_base.group_property_user,base.group_portal",
        help="Units that the person owns or occupies today.",
    )
    property_role_summary = fields.Char(
        string="Roles",
        compute="_compute_property_role_summary",
        help="What the person is today.",
        groups="property_base.group_property_user,base.group_portal",
    )
    property_is_resident = fields.Boolean(
        string="Resident",
        compute="_compute_property_is_resident",
        store=True,
        compute_sudo=True,
        help="A person who owns or occupies a unit, or did. The numbers of residents are shown "
        "masked.",
    )
    property_id_type = fields.Selection(
        [
            ("resident_id", "Resident identity card"),
            ("passport", "Passport"),
            ("hk_macao_permit", "Hong Kong or Macao permit"),
            ("taiwan_permit", "Taiwan permit"),
            ("foreigner_permit", "Foreigner's residence permit"),
            ("business_licence", "Business licence"),
            ("other", "Other"),
        ],
        string="Identity document",
        groups="property_base.group_property_user,base.group_portal",
    )
    property_id_number = GuardedChar(
        string="Identity number",
        copy=False,
        groups="property_base.group_property_user,base.group_portal",
        help="Shown masked. Seeing it in full needs a right, and is logged.",
    )
    property_id_tail = fields.Char(
        string="Identity number ends in",
        compute="_compute_property_id_tail",
        store=True,
        readonly=False,
        size=4,
        index="btree_not_null",
        copy=False,
        groups="property_base.group_property_user,base.group_portal",
        help="Last four characters, by which a person is matched with the register. May be kept "
        "alone, without the whole number.",
    )

    def _search_property_phone_search(self, operator, value):
        if operator not in ("ilike", "like", "=", "in") or not value:
            return NotImplemented
        numbers = [value] if isinstance(value, str) else list(value)
        tails = ["".join(filter(str.isdecimal, rule.normalise_phone(item))) for item in numbers]
        return Domain.OR(
            Domain(name, "=like", f"%{tail}")
            for tail in tails
            if len(tail) >= 3
            for name in ("phone", "phone_sanitized")
        )

    def _compute_property_unit_ids(self):
        today = fields.Date.context_today(self)
        for partner in self:
            partner.property_unit_ids = (
                partner.property_ownership_ids._filtered_on(today).unit_id
                | partner.property_occupancy_ids._filtered_on(today).unit_id
            )

    def _search_property_unit_ids(self, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        units = ("unit_id", operator, list(value) if operator == "in" else value)
        current = [("is_current", "=", True), units]
        return [
            "|",
            ("property_ownership_ids", "any", current),
            ("property_occupancy_ids", "any", current),
        ]

    def _compute_property_role_summary(self):
        today = fields.Date.context_today(self)
        roles = dict(
            self.env["property.occupancy"]._fields["role"]._description_selection(self.env)
        )
        for partner in self:
            parts = []
            if partner.property_ownership_ids._filtered_on(today):
                parts.append(roles["owner"])
            stays = partner.property_occupancy_ids._filtered_on(today)
            parts += [
                roles[role]
                for role in ("family", "tenant", "staff")
                if role in stays.mapped("role")
            ]
            partner.property_role_summary = ", ".join(parts)

    @api.depends("property_ownership_ids", "property_occupancy_ids", "is_company")
    def _compute_property_is_resident(self):
        """Once a resident, always one: nobody gets at a number by moving the person out."""
        for partner in self:
            partner.property_is_resident = partner.property_is_resident or bool(
                not partner.is_company
                and (partner.property_ownership_ids or partner.property_occupancy_ids)
            )

    @api.depends("property_id_number")
    def _compute_property_id_tail(self):
        for partner in self:
            if partner.property_id_number or not partner.property_id_tail:
                partner.property_id_tail = rule.id_tail(partner.property_id_number)

    @api.constrains("property_id_type", "property_id_number")
    def _check_property_id_number(self):
        for partner in self:
            if (
                partner.property_id_type == "resident_id"
                and partner.property_id_number
                and not rule.is_valid_resident_id(partner.property_id_number)
            ):
                raise ValidationError(
                    self.env._(
                        "The identity number of %(name)s is not a valid resident identity number: "
                        "18 characters, the last one a check digit. Correct it, or choose another "
                        "kind of document.",
                        name=partner.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._property_clean_personal(vals)
        return super().create(vals_list)

    def write(self, vals):
        """Extend `base`: a masked number never replaces the number."""
        if any(rule.is_masked(vals.get(name)) for name in PERSONAL_FIELDS):
            vals = dict(vals)
            for name in PERSONAL_FIELDS:
                if rule.is_masked(vals.get(name)):
                    self._property_check_mask(name, vals.pop(name))
            if not vals:
                return True
        self._property_clean_personal(vals)
        return super().write(vals)

    def copy_data(self, default=None):
        """Extend `base`: a copy is no resident yet, so it must not carry a masked number."""
        vals_list = super().copy_data(default)
        for partner, vals in zip(self, vals_list, strict=True):
            if partner._property_is_masked_for_user() and "phone" not in (default or {}):
                vals.pop("phone", None)
        return vals_list

    def _property_clean_personal(self, vals):
        if vals.get("property_id_number"):
            vals["property_id_number"] = rule.normalise_id_number(vals["property_id_number"])
        if vals.get("property_id_tail"):
            vals["property_id_tail"] = rule.id_tail(vals["property_id_tail"])

    def _property_check_mask(self, name, masked):
        """Accept a mask that comes back unchanged from a form, refuse any other."""
        # sudo: tells only whether what came back is the mask of the stored number
        for partner in self.sudo():
            if not rule.is_mask_of(masked, partner[name]):
                raise UserError(
                    self.env._(
                        "%(value)s is a masked number and cannot be saved for %(name)s. "
                        "Enter the whole number, or leave the field as it was.",
                        value=masked,
                        name=partner.name,
                    )
                )

    # === PERSONAL DATA === #

    def _property_masked_phone(self):
        """Return the phone as staff may see it: ``138****0001``.

        :return: text, empty when there is no phone
        """
        self.ensure_one()
        # sudo: reads the number only to mask it
        return rule.mask_phone(self.sudo().phone)

    def _property_is_masked_for_user(self):
        """Tell whether the current user gets the personal numbers of this contact masked.

        Everybody who works in the back office does, holders of the right included: they ask for
        a number one by one, and the log knows. Persons see their own data in full.
        """
        self.ensure_one()
        env = self.env
        if env.su or not env.user._is_internal():
            return False
        # sudo: whether a number is masked must not depend on what the user may read
        partner_sudo = self.sudo()
        return partner_sudo.property_is_resident and (self._origin or self) != env.user.partner_id

    def _property_mask_value(self, field_name, value):
        """Return ``value`` as it may leave the server."""
        self.ensure_one()
        if field_name == "property_id_number":
            if self.env.su or (self._origin or self) == self.env.user.partner_id:
                return value
        elif not self._property_is_masked_for_user():
            return value
        # sudo: compares with the stored number, which the user does not get to see
        if not self.id and value != self.sudo()._origin[field_name]:
            same = rule.normalise_phone(value) == rule.normalise_phone(
                self.sudo()._origin[field_name]
            )
            if not same:
                return value  # a number that the user is just typing into a form
        return describe_mask(field_name, value)

    def _property_export_value(self, field_name, value):
        """Return ``value`` as it may be exported; full exports are logged."""
        self.ensure_one()
        masked = self._property_mask_value(field_name, value)
        if masked == value or not self.env.user.has_group("property_base.group_property_privacy"):
            return masked
        self.env["property.personal.data.log"]._log(self, field_name, "export")
        return value

    def _read_group_groupby(self, alias, groupby_spec, query):
        """Extend `orm`: groups would show the numbers of residents in full."""
        self._property_check_aggregate(groupby_spec)
        return super()._read_group_groupby(alias, groupby_spec, query)

    def _read_group_select(self, aggregate_spec, query):
        """Extend `orm`: so would aggregates."""
        if not aggregate_spec.endswith((":count", ":count_distinct")):
            self._property_check_aggregate(aggregate_spec)
        return super()._read_group_select(aggregate_spec, query)

    def _property_check_aggregate(self, spec):
        name = spec.split(":")[0].split(".")[0]
        if name in PERSONAL_FIELDS and not self.env.su and self.env.user._is_internal():
            raise AccessError(self.env._("Contacts cannot be grouped by their personal numbers."))

    def _build_vcard(self):
        """Extend `web`: a card holds the masked phone of a resident."""
        vcard = super()._build_vcard()
        if vcard and self._property_is_masked_for_user():
            for line in vcard.contents.get("tel") or []:
                line.value = self._property_masked_phone()
        return vcard

    def action_property_reveal(self):
        """Open the dialog that shows a number in full and logs it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Show full number"),
            "res_model": "property.personal.data.reveal",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_partner_id": self.id,
                "default_field_name": self.env.context.get("property_reveal_field", "phone"),
            },
        }

    def action_view_property_personal_data_log(self):
        """Open who saw the personal data of this person."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_base.property_personal_data_log_action"
        )
        action["domain"] = [("partner_id", "=", self.id)]
        return action

    def _get_property_references(self):
        """Return where a contact is used beyond its login and its mail.

        :return: sorted list of ``(table, column)``
        """
        self.ensure_one()
        self.env.flush_all()
        found = []
        for table, column in self.env["base.partner.merge.automatic.wizard"]._get_fk_on(
            "res_partner"
        ):
            if (table, column) in LOGIN_REFERENCES or table.startswith("base_partner_merge"):
                continue
            query = SQL(
                "SELECT 1 FROM %s WHERE %s = %s %s LIMIT 1",
                SQL.identifier(table),
                SQL.identifier(column),
                self.id,
                SQL("AND id != %s", self.id) if table == "res_partner" else SQL(),
            )
            if self.env.execute_query(query):
                found.append((table, column))
        return sorted(found)

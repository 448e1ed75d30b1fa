# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

# National short numbers of mainland China: kind -> (name, day number, subject codes)
CHINA_HOTLINES = {
    "police": ("公安 110", "110", ("public_security", "night_noise", "traffic")),
    "fire": ("消防 119", "119", ("fire", "fire_lane")),
    "ambulance": ("急救 120", "120", ("medical",)),
    "health": ("卫生健康热线 12320", "12320", ("epidemic",)),
    "market": ("市场监管 12315", "12315", ("unlicensed_business", "food_safety", "lift_safety")),
    "urban": ("城管热线 12319", "12319", ("illegal_building", "street_stall", "waste")),
    "hotline": ("政务服务便民热线 12345", "12345", ("general",)),
    "power": ("国家电网 95598", "95598", ("power_failure",)),
    "telecom_mobile": ("中国移动 10086", "10086", ("telecom",)),
    "telecom_unicom": ("中国联通 10010", "10010", ("telecom",)),
    "telecom_telecom": ("中国电信 10000", "10000", ("telecom",)),
    "cable_tv": ("广电网络 10099", "10099", ("cable_tv",)),
}


class PropertyAuthority(models.Model):
    """A contact at an authority or utility, for some communities or all of a company (BAS-18)."""

    _name = "property.authority"
    _description = "Authority or utility"
    _inherit = ["mail.thread"]
    _order = "is_company_wide, sequence, name, id"
    _rec_names_search = ["name", "phone_day", "phone_night", "contact_name"]
    _check_company_auto = True

    def _default_community_ids(self):
        """Only managers may make an entry for the whole company."""
        if self.env.su or self.env.user.has_group("property_base.group_property_manager"):
            return False
        return self.env.user.property_community_ids

    name = fields.Char(required=True, tracking=True)
    kind = fields.Selection(
        [
            ("police", "Police"),
            ("fire", "Fire brigade"),
            ("ambulance", "Ambulance"),
            ("urban", "Urban management"),
            ("housing", "Housing office"),
            ("street_office", "Street office"),
            ("neighbourhood", "Neighbourhood committee"),
            ("health", "Health authority"),
            ("market", "Market supervision"),
            ("water", "Water supply"),
            ("power", "Power supply"),
            ("gas", "Gas supply"),
            ("heating", "Heating"),
            ("cable_tv", "Cable TV"),
            ("telecom_mobile", "China Mobile"),
            ("telecom_unicom", "China Unicom"),
            ("telecom_telecom", "China Telecom"),
            ("hotline", "Government hotline"),
            ("other", "Other"),
        ],
        required=True,
        default="other",
        tracking=True,
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    community_ids = fields.Many2many(
        "property.community",
        "property_authority_community_rel",
        "authority_id",
        "community_id",
        string="Communities",
        check_company=True,
        default=lambda self: self._default_community_ids(),
        help="Communities for which it is competent. Empty: every community of the company.",
    )
    is_company_wide = fields.Boolean(
        string="All communities", compute="_compute_is_company_wide", store=True, precompute=True
    )
    subject_ids = fields.Many2many(
        "property.authority.subject",
        "property_authority_subject_rel",
        "authority_id",
        "subject_id",
        string="Competent for",
    )
    contact_name = fields.Char(string="Contact person", tracking=True)
    phone_day = fields.Char(string="Phone by day", tracking=True)
    phone_night = fields.Char(
        string="Phone at night", tracking=True, help="Empty: the number by day answers at night."
    )
    email = fields.Char()
    address = fields.Char()
    is_published = fields.Boolean(
        string="Shown to residents",
        tracking=True,
        help="Residents find it on their portal under useful numbers.",
    )
    note = fields.Text(string="Notes", help="Internal: how to reach them, what they ask for.")

    @api.depends("community_ids")
    def _compute_is_company_wide(self):
        for authority in self:
            authority.is_company_wide = not authority.community_ids

    @api.constrains("is_published", "phone_day", "phone_night", "email", "address")
    def _check_reachable(self):
        for authority in self:
            if authority.is_published and not (
                authority.phone_day or authority.phone_night or authority.email or authority.address
            ):
                raise ValidationError(
                    self.env._(
                        "%(name)s has neither a phone nor an address. Enter one before showing it "
                        "to residents.",
                        name=authority.name,
                    )
                )

    def action_add_hotlines(self):
        """Add the national hotlines of mainland China that the company does not have yet."""
        Authority = self.env["property.authority"]
        known = Authority.with_context(active_test=False).search(
            [("company_id", "=", self.env.company.id), ("is_company_wide", "=", True)]
        )
        subjects = {
            subject.code: subject.id
            for subject in self.env["property.authority.subject"].search([])
        }
        missing = [kind for kind in CHINA_HOTLINES if kind not in set(known.mapped("kind"))]
        if not missing:
            raise UserError(
                self.env._(
                    "The directory of %(company)s has the national hotlines already.",
                    company=self.env.company.name,
                )
            )
        Authority.create(
            [
                {
                    "name": CHINA_HOTLINES[kind][0],
                    "kind": kind,
                    "phone_day": CHINA_HOTLINES[kind][1],
                    "is_published": True,
                    "subject_ids": [
                        fields.Command.set(
                            [subjects[code] for code in CHINA_HOTLINES[kind][2] if code in subjects]
                        )
                    ],
                }
                for kind in missing
            ]
        )
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    @api.model
    def _get_directory_domain(self, community):
        """Return the domain of the authorities that are competent in ``community``."""
        return Domain("company_id", "=", community.company_id.id) & (
            Domain("community_ids", "in", community.ids) | Domain("is_company_wide", "=", True)
        )

    @api.model
    def _find_competent(self, community, subject):
        """Return who is competent for a subject in a community.

        :param community: ``property.community`` record
        :param subject: ``property.authority.subject`` record(s), or the code of one
        :return: ``property.authority`` records, those named for this community before those that
            serve the whole company; empty when the directory has none
        """
        community.ensure_one()
        leaf = (
            Domain("subject_ids.code", "=", subject)
            if isinstance(subject, str)
            else Domain("subject_ids", "in", subject.ids)
        )
        return self.search(self._get_directory_domain(community) & leaf)

    def _phone_at(self, hour):
        """Return the number that answers at an hour of the day.

        :param hour: local hour, 0 to 23; 8 to 17 count as day
        """
        self.ensure_one()
        if 8 <= hour < 18:
            return self.phone_day or self.phone_night
        return self.phone_night or self.phone_day

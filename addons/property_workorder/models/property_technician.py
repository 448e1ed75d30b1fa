# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.fields import Domain


class PropertyTechnicianSkill(models.Model):
    _name = "property.technician.skill"
    _description = "Skill"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    color = fields.Integer()

    _name_uniq = models.UniqueIndex("(name)", "This skill is there already.")


class PropertyCertificateKind(models.Model):
    _name = "property.certificate.kind"
    _description = "Kind of certificate"
    _order = "name, id"

    name = fields.Char(required=True, translate=True, help="Such as low-voltage electrician.")


class PropertyTechnicianCertificate(models.Model):
    """A certificate of a technician with its last valid day."""

    _name = "property.technician.certificate"
    _description = "Certificate"
    _order = "valid_until, id"

    technician_id = fields.Many2one(
        "property.technician", required=True, index=True, ondelete="cascade"
    )
    kind_id = fields.Many2one("property.certificate.kind", required=True, ondelete="restrict")
    number = fields.Char()
    valid_from = fields.Date()
    valid_until = fields.Date(help="Last day. Empty: without end.")
    company_id = fields.Many2one(related="technician_id.company_id", store=True, index=True)

    def _is_valid_on(self, date):
        self.ensure_one()
        return (not self.valid_from or self.valid_from <= date) and (
            not self.valid_until or self.valid_until >= date
        )


class PropertyTechnicianShift(models.Model):
    """When a technician is on duty."""

    _name = "property.technician.shift"
    _description = "Shift"
    _order = "start_at desc, id"

    technician_id = fields.Many2one(
        "property.technician", required=True, index=True, ondelete="cascade"
    )
    start_at = fields.Datetime(required=True)
    end_at = fields.Datetime(required=True)
    note = fields.Char()
    company_id = fields.Many2one(related="technician_id.company_id", store=True, index=True)

    _times_ordered = models.Constraint(
        "CHECK (end_at > start_at)", "A shift ends after it starts. Correct the times."
    )
    _period_excl = models.Constraint(
        "EXCLUDE USING gist (technician_id WITH =, tsrange(start_at, end_at) WITH &&)",
        "This technician has another shift in part of this time.",
    )

    @api.depends("technician_id.name")
    def _compute_display_name(self):
        for shift in self:
            shift.display_name = shift.technician_id.name


class PropertyTechnician(models.Model):
    """What a technician can do, where, and when (WKO-20)."""

    _name = "property.technician"
    _description = "Technician"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(related="user_id.name", store=True)
    user_id = fields.Many2one(
        "res.users", required=True, domain="[('share', '=', False)]", ondelete="restrict"
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    team_ids = fields.Many2many("property.workorder.team", string="Teams", check_company=True)
    skill_ids = fields.Many2many("property.technician.skill", string="Skills")
    certificate_ids = fields.One2many(
        "property.technician.certificate", "technician_id", string="Certificates"
    )
    zone_building_ids = fields.Many2many(
        "property.building", string="Zone", help="Buildings. Empty: the whole community."
    )
    shift_ids = fields.One2many("property.technician.shift", "technician_id", string="Shifts")
    roster = fields.Selection(
        [
            ("hours", "Service hours of the community"),
            ("shift", "By shifts"),
            ("always", "Always reachable"),
        ],
        default="hours",
        required=True,
    )
    max_load = fields.Integer(string="Most open jobs", default=8, help="0: no limit.")
    visibility = fields.Selection(
        [
            ("all", "All of the community"),
            ("zone", "Those of the zone"),
            ("skill", "Those that fit the skills"),
            ("own", "Only those assigned"),
        ],
        default="skill",
        required=True,
        string="Sees jobs to take",
    )
    is_limited = fields.Boolean(
        string="Sees nothing else",
        help="Also in lists and in search he finds only his own requests and those to take. Not "
        "for whoever takes calls or sends others.",
    )
    hourly_cost = fields.Monetary(help="Cost of one hour of work.")
    currency_id = fields.Many2one(related="company_id.currency_id")
    open_count = fields.Integer(string="Open jobs", compute="_compute_open_count")
    is_on_duty = fields.Boolean(string="On duty now", compute="_compute_is_on_duty")
    last_given_at = fields.Datetime(readonly=True, copy=False)

    _user_uniq = models.UniqueIndex(
        "(user_id, company_id)", "This user is a technician of the company already."
    )

    @api.model_create_multi
    def create(self, vals_list):
        technicians = super().create(vals_list)
        self.env.registry.clear_cache()  # the record rule of limited technicians is cached
        return technicians

    def write(self, vals):
        result = super().write(vals)
        limits = {"is_limited", "visibility", "zone_building_ids", "skill_ids", "user_id", "active"}
        if limits & set(vals):
            self.env.registry.clear_cache()  # as above
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()  # as above
        return result

    def _get_limit_domain(self):
        """Return the domain of the free requests that a limited technician finds."""
        self.ensure_one()
        free = Domain("technician_id", "=", False)
        if self.visibility == "zone":
            zone = self.zone_building_ids
            return free & Domain("building_id", "in", [False, *zone.ids]) if zone else free
        if self.visibility == "skill":
            # sudo: which category asks for what is configuration
            categories = self.env["property.workorder.category"].sudo().search([])
            fitting = categories.filtered(
                lambda one: not (one._get_effective("skill_ids") - self.skill_ids)
            )
            return free & Domain("category_id", "in", [False, *fitting.ids])
        return Domain.FALSE

    def _compute_open_count(self):
        counts = dict(
            # sudo: the load of a technician counts jobs that the reader may not see
            self.env["property.workorder"]
            .sudo()
            ._read_group(
                [
                    ("technician_id", "in", self.user_id.ids),
                    ("state", "in", ("dispatched", "in_progress", "paused")),
                ],
                ["technician_id"],
                ["__count"],
            )
        )
        for technician in self:
            technician.open_count = counts.get(technician.user_id, 0)

    def _compute_is_on_duty(self):
        now = fields.Datetime.now()
        for technician in self:
            community = technician.user_id.property_community_ids[:1]
            technician.is_on_duty = technician._is_on_duty(now, community)

    def _is_on_duty(self, now, community):
        """Tell whether the technician works now.

        :param now: naive UTC datetime
        :param community: whose service hours hold for those without shifts
        """
        self.ensure_one()
        if self.roster == "always":
            return True
        if self.roster == "shift":
            return bool(
                self.env["property.technician.shift"].search_count(
                    [
                        ("technician_id", "=", self.id),
                        ("start_at", "<=", now),
                        ("end_at", ">", now),
                    ],
                    limit=1,
                )
            )
        return community._property_is_service_time(now) if community else False

    def _get_missing_certificates(self, kinds, date):
        """Return the names of the certificates needed that are not valid on a day."""
        self.ensure_one()
        valid = self.certificate_ids.filtered(lambda one: one._is_valid_on(date)).kind_id
        return tuple((kinds - valid).mapped("name"))

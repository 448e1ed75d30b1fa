# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class PropertyPost(models.Model):
    """Who serves which buildings, as published to residents (BAS-09, BAS-10)."""

    _name = "property.post"
    _description = "Service Post"
    _inherit = ["property.scope.mixin", "image.mixin", "mail.thread"]
    _order = "community_id, sequence, kind, name, id"

    name = fields.Char(
        compute="_compute_name", store=True, readonly=False, required=True, precompute=True
    )
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("concierge", "Concierge"),
            ("keeper", "Keeper"),
            ("clerk", "Customer service"),
            ("engineer", "Engineer"),
            ("guard_captain", "Guard captain"),
            ("cleaning", "Cleaning lead"),
            ("greening", "Greening lead"),
            ("manager", "Site manager"),
            ("other", "Other"),
        ],
        required=True,
        default="keeper",
        tracking=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="User",
        domain="[('share', '=', False)]",
        index="btree_not_null",
        tracking=True,
        help="Login of the person, when he has one.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        precompute=True,
        help="Contact of the person, for staff without a login.",
    )
    job_title = fields.Char(translate=True, help="As residents shall read it.")
    strengths = fields.Text(
        translate=True,
        help="What the person is good at, languages, experience; shown to residents.",
    )
    phone = fields.Char(
        string="Service phone",
        tracking=True,
        help="Number that residents may call. Use the number of the post, not a private one.",
    )
    building_ids = fields.Many2many(
        "property.building",
        string="Buildings",
        domain="[('community_id', '=', community_id)]",
        help="Buildings that the person answers for. Empty: the whole community.",
    )
    entrance_ids = fields.Many2many(
        "property.entrance",
        string="Entrances",
        domain="[('building_id', 'in', building_ids)]",
        help="Only these entrances of the buildings. Empty: all of them.",
    )
    start_date = fields.Date(
        required=True, default=fields.Date.context_today, tracking=True, help="First day."
    )
    end_date = fields.Date(tracking=True, help="Last day. Empty: until further notice.")
    published = fields.Boolean(
        string="Shown to residents", default=True, tracking=True, help="Listed in the portal."
    )
    is_current = fields.Boolean(compute="_compute_is_current", search="_search_is_current")

    _dates_ordered = models.Constraint(
        "CHECK (end_date IS NULL OR end_date >= start_date)",
        "A post cannot end before it starts. Correct the dates.",
    )

    @api.depends("user_id", "partner_id")
    def _compute_name(self):
        for post in self:
            post.name = post.user_id.name or post.partner_id.name or post.name

    @api.depends("user_id")
    def _compute_partner_id(self):
        for post in self:
            post.partner_id = post.user_id.partner_id or post.partner_id

    @api.depends("start_date", "end_date")
    def _compute_is_current(self):
        today = fields.Date.context_today(self)
        for post in self:
            post.is_current = bool(post.start_date) and post._is_valid_on(today)

    def _search_is_current(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        current = fields.Domain("start_date", "<=", today) & (
            fields.Domain("end_date", "=", False) | fields.Domain("end_date", ">=", today)
        )
        return current if True in value else ~current

    @api.constrains("building_ids", "entrance_ids", "community_id")
    def _check_place(self):
        for post in self:
            strangers = post.building_ids.filtered(
                lambda building, post=post: building.community_id != post.community_id
            )
            if strangers:
                raise ValidationError(
                    self.env._(
                        "%(name)s works in %(community)s, but %(buildings)s is elsewhere. Choose "
                        "buildings of the same community.",
                        name=post.name,
                        community=post.community_id.name,
                        buildings=", ".join(strangers.mapped("name")),
                    )
                )
            if post.entrance_ids.building_id - post.building_ids:
                raise ValidationError(
                    self.env._(
                        "Choose the building of every entrance that %(name)s answers for.",
                        name=post.name,
                    )
                )

    def action_print_poster(self):
        """Print a lobby poster for each building of the post."""
        return self.env.ref("property_base.property_post_report_poster").report_action(
            self, config=False
        )

    def action_print_cards(self):
        """Print a sheet of business cards."""
        return self.env.ref("property_base.property_post_report_card").report_action(
            self, config=False
        )

    def _is_valid_on(self, date):
        self.ensure_one()
        return self.start_date <= date and (not self.end_date or self.end_date >= date)

    @api.model
    def _get_posts_of_unit(self, unit, date=None, kinds=None):
        """Return who serves a unit, the nearest first: entrance, building, community.

        :param unit: property.unit
        :param date: the day asked about, today by default
        :param kinds: only these kinds
        :return: property.post records that are shown to residents
        """
        date = date or fields.Date.context_today(self)
        domain = [
            ("community_id", "=", unit.community_id.id),
            ("published", "=", True),
            ("start_date", "<=", date),
            "|",
            ("end_date", "=", False),
            ("end_date", ">=", date),
            "|",
            ("building_ids", "=", False),
            ("building_ids", "in", unit.building_id.ids),
            "|",
            ("entrance_ids", "=", False),
            ("entrance_ids", "in", unit.entrance_id.ids),
        ]
        if kinds:
            domain.append(("kind", "in", list(kinds)))
        return self.search(domain).sorted(
            lambda post: (not post.entrance_ids, not post.building_ids, post.sequence, post.id)
        )

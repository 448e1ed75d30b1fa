# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import timedelta

from pytz import UTC, timezone

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class PropertyFacilityBooking(models.Model):
    """A reservation of a common facility by a resident (feature 18).

    The database keeps two live bookings of one facility apart.
    """

    _name = "property.facility.booking"
    _description = "Booking of a facility"
    _inherit = [
        "property.flow.mixin",
        "property.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "start_at desc, id desc"

    area_id = fields.Many2one(
        "property.common.area",
        string="Facility",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('is_bookable', '=', True)]",
        tracking=True,
    )
    community_id = fields.Many2one(
        related="area_id.community_id", store=True, index=True, precompute=True, required=False
    )
    unit_id = fields.Many2one(
        "property.unit",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('community_id', '=', community_id)]",
    )
    partner_id = fields.Many2one(
        "res.partner", string="Resident", required=True, ondelete="restrict", tracking=True
    )
    start_at = fields.Datetime(string="From", required=True, index=True, tracking=True)
    end_at = fields.Datetime(string="To", required=True, index=True, tracking=True)
    hours = fields.Float(compute="_compute_hours", digits=(8, 2))
    attendee_count = fields.Integer(string="Persons", default=1)
    purpose = fields.Char()
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(
        string="Price",
        compute="_compute_amount",
        store=True,
        help="Price per hour times the hours; kept as agreed once confirmed.",
    )
    state = fields.Selection(
        [
            ("requested", "Requested"),
            ("confirmed", "Confirmed"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="requested",
        copy=False,
        tracking=True,
        index=True,
    )

    _dates_ordered = models.Constraint(
        "CHECK (end_at > start_at)", "A booking ends after it begins. Correct the times."
    )
    _period_excl = models.Constraint(
        "EXCLUDE USING gist (area_id WITH =, tsrange(start_at, end_at, '[)') WITH &&) "
        "WHERE (state IN ('requested', 'confirmed', 'done'))",
        "The facility is booked already for part of this time. Choose another time.",
    )

    @api.depends("start_at", "end_at")
    def _compute_hours(self):
        for booking in self:
            span = (
                booking.end_at - booking.start_at
                if booking.start_at and booking.end_at
                else timedelta()
            )
            booking.hours = span.total_seconds() / 3600

    @api.depends("start_at", "end_at", "area_id")
    def _compute_amount(self):
        for booking in self:
            if booking.state in ("requested", False):
                price = booking.area_id.hour_price * booking.hours
                currency = booking.currency_id or self.env.company.currency_id
                booking.amount = currency.round(price)

    @api.depends("area_id.name", "partner_id.name")
    def _compute_display_name(self):
        for booking in self:
            parts = (booking.area_id.name, booking.partner_id.name)
            booking.display_name = " – ".join(part for part in parts if part)

    @api.constrains("area_id", "start_at", "end_at", "attendee_count", "unit_id")
    def _check_rules(self):
        for booking in self:
            area = booking.area_id
            if booking.unit_id and booking.unit_id.community_id != area.community_id:
                raise ValidationError(
                    self.env._(
                        "Unit %(unit)s is not in %(community)s, where the facility is.",
                        unit=booking.unit_id.name,
                        community=area.community_id.name,
                    )
                )
            if not area.is_bookable:
                raise ValidationError(
                    self.env._("%(area)s cannot be booked. Choose another.", area=area.name)
                )
            if area.capacity and booking.attendee_count > area.capacity:
                raise ValidationError(
                    self.env._(
                        "%(area)s holds %(capacity)s persons at most.",
                        area=area.name,
                        capacity=area.capacity,
                    )
                )
            if not booking._is_within_hours():
                raise ValidationError(
                    self.env._(
                        "%(area)s is open from %(start)s to %(end)s. Choose a time within it.",
                        area=area.name,
                        start=self._format_hour(area.open_from),
                        end=self._format_hour(area.open_to),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        # pending cancellations first: the insert is judged by the exclusion constraint at once
        self.flush_model(["state", "start_at", "end_at"])
        return super().create(vals_list)

    def _is_within_hours(self):
        zone = timezone(self.community_id.resource_calendar_id.tz or self.env.user.tz or "UTC")
        start, end = (
            UTC.localize(moment).astimezone(zone) for moment in (self.start_at, self.end_at)
        )
        first = start.hour + start.minute / 60
        last = end.hour + end.minute / 60 + 24 * (end.date() - start.date()).days
        return first >= self.area_id.open_from and last <= self.area_id.open_to

    @api.model
    def _format_hour(self, hour):
        return f"{int(hour):02d}:{round(hour % 1 * 60):02d}"

    def action_confirm(self):
        """Confirm the requests; other modules charge the price."""
        self._step(("requested",), "confirmed")
        self._on_confirmed()

    def action_done(self):
        """Close the bookings after the facility was handed back."""
        self._step(("confirmed",), "done")

    def action_cancel(self):
        """Cancel the bookings and free the time."""
        confirmed = self.filtered(lambda booking: booking.state == "confirmed")
        self._step(("requested", "confirmed"), "cancelled")
        confirmed._on_cancelled()

    def _step(self, states, target):
        self._lock_flow()
        wrong = self.filtered(lambda booking: booking.state not in states)
        if wrong:
            raise UserError(
                self.env._(
                    "%(booking)s has moved on already. Reload the page.",
                    booking=wrong[0].display_name,
                )
            )
        self._set_state(target)

    def _on_confirmed(self):
        """Called once when bookings are confirmed; other modules charge the price."""

    def _on_cancelled(self):
        """Called once when confirmed bookings are cancelled; other modules refund the price."""

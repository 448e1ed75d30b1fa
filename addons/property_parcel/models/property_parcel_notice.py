# SPDX-License-Identifier: LGPL-3.0-or-later
import logging

from odoo import api, fields, models

from ..rules import hours
from ..rules.code import spoken

_logger = logging.getLogger(__name__)


class PropertyParcelNotice(models.Model):
    """A word to an addressee: seen in the portal at once, sent after the quiet hours (PAR-10)."""

    _name = "property.parcel.notice"
    _description = "Parcel notice"
    _order = "id desc"

    parcel_id = fields.Many2one("property.parcel", required=True, index=True, ondelete="cascade")
    partner_id = fields.Many2one(
        "res.partner", index="btree_not_null", ondelete="cascade", string="To"
    )
    kind = fields.Selection(
        [
            ("arrival", "Arrival"),
            ("reminder", "Reminder"),
            ("overdue", "Overdue"),
            ("collected", "Handed out"),
            ("returned", "Returned"),
            ("delay", "Delay"),
        ],
        required=True,
    )
    body = fields.Text(required=True)
    state = fields.Selection(
        [("queued", "To send"), ("sent", "Sent"), ("skipped", "Portal only"), ("failed", "Failed")],
        required=True,
        default="queued",
        index=True,
    )
    send_from = fields.Datetime(string="Send from", required=True, default=fields.Datetime.now)
    sent_at = fields.Datetime(string="Sent")
    channels = fields.Char(help="By which ways it went out.")

    @api.model
    def _queue(self, parcels, kind, text=False):
        """Prepare a notice for each parcel with a known addressee; sending follows by itself.

        :param text: body instead of the usual one, for delays
        """
        if not parcels:
            return self.browse()
        now = fields.Datetime.now()
        vals_list, periods = [], {}
        # sudo: notices are written by what happens to the parcel
        for parcel_sudo in parcels.sudo():
            partner_sudo = parcel_sudo.partner_id or parcel_sudo.unit_id.representative_id
            if not partner_sudo:
                continue
            station = parcel_sudo.station_id
            community = parcel_sudo.community_id
            local = hours.after_quiet(
                station._local(now),
                community._get_parameter("parcel_quiet_start_hour"),
                community._get_parameter("parcel_quiet_end_hour"),
            )
            vals_list.append(
                {
                    "parcel_id": parcel_sudo.id,
                    "partner_id": partner_sudo.id,
                    "kind": kind,
                    "body": text
                    or self._get_body(parcel_sudo, kind, partner_sudo)
                    + self._get_period_text(parcel_sudo, kind, partner_sudo, periods),
                    "send_from": station._to_utc(local),
                }
            )
        if kind == "arrival":
            parcels._mark_notified(now)
        notices_sudo = self.sudo().create(vals_list)  # sudo: see above
        if notices_sudo:
            self.env.ref("property_parcel.property_parcel_cron_notice").sudo()._trigger()
        return notices_sudo

    @api.model
    def _get_period_text(self, parcel, kind, partner, periods):
        """Return what a special period adds to an arrival.

        :param periods: community -> period, filled by the first parcel of each
        """
        if kind != "arrival":
            return ""
        community = parcel.community_id
        if community not in periods:
            periods[community] = parcel.env["property.parcel.special.period"]._get_current(
                community
            )
        text = periods[community].with_context(lang=partner.lang or self.env.user.lang).notice_text
        return f"\n{text}" if text else ""

    @api.model
    def _get_body(self, parcel, kind, partner):
        """Return the text of a notice in the language of the addressee (hook)."""
        env = self.with_context(lang=partner.lang or self.env.user.lang).env
        parcel = parcel.with_env(env)
        station = parcel.station_id
        place = " ".join(part for part in (station.name, station.location) if part)
        names = {
            "carrier": parcel.carrier_id.name,
            "tail": (parcel.waybill or "")[-4:],
            "place": place,
            "code": spoken(parcel.pickup_code or ""),
            "slot": parcel.slot_id.name or "-",
            "hours": station._get_next_slot_text() or env._("any time"),
            "days": parcel.waiting_days,
        }
        if kind in ("reminder", "overdue"):
            lines = [
                env._(
                    "Your parcel from %(carrier)s (…%(tail)s) has waited %(days)s days at "
                    "%(place)s. Pick-up code %(code)s, place %(slot)s, hours: %(hours)s.",
                    **names,
                )
            ]
        elif kind == "collected":
            lines = [env._("Your parcel from %(carrier)s (…%(tail)s) was handed out.", **names)]
        elif kind == "returned":
            lines = [
                env._("Your parcel from %(carrier)s (…%(tail)s) went back to the carrier.", **names)
            ]
        else:
            lines = [
                env._(
                    "A parcel from %(carrier)s (…%(tail)s) is here for you at %(place)s. Pick-up "
                    "code %(code)s, place %(slot)s, hours: %(hours)s.",
                    **names,
                )
            ]
        if parcel.cod_amount and not parcel.cod_collected_at and kind != "collected":
            amount = parcel.currency_id.format(parcel.cod_amount)
            lines.append(env._("%(amount)s is due on delivery.", amount=amount))
        if kind == "arrival":
            if parcel.all_clear_at:
                lines.append(env._("It came from a region of risk, was disinfected and cleared."))
            if station.conduct:
                lines.append(station.conduct)
        return "\n".join(lines)

    @api.model
    def _cron_send(self):
        """Send what is due; one bad address stops nothing else."""
        due = self.search(
            [("state", "=", "queued"), ("send_from", "<=", fields.Datetime.now())],
            order="id",
            limit=500,
        )
        for notice in due:
            try:
                with self.env.cr.savepoint():
                    notice._send()
            except Exception:
                _logger.exception("Parcel notice %s was not sent", notice.id)
                notice.write({"state": "failed"})
        if due:
            remaining = self.search_count([("state", "=", "queued")], limit=1000)
            self.env["ir.cron"]._commit_progress(len(due), remaining=remaining)

    def _send(self):
        self.ensure_one()
        parcel = self.parcel_id
        if self.kind in ("arrival", "reminder", "overdue") and parcel.state not in (
            "waiting",
            "overdue",
        ):
            self.write({"state": "skipped"})  # fetched in the quiet hours
            return
        ways = []
        if self.partner_id.email:
            spoken_env = self.with_context(lang=self.partner_id.lang or self.env.lang).env
            place = parcel.with_env(spoken_env).station_id.name
            subject = spoken_env._("Your parcel at %(place)s", place=place)
            self.env["mail.mail"].create(
                {
                    "subject": subject,
                    "body_html": self.env["ir.qweb"]._render(
                        "property_parcel.notice_mail", {"notice": self}
                    ),
                    "email_to": self.partner_id.email_formatted,
                    "email_from": parcel.company_id.email_formatted
                    or self.env.user.email_formatted,
                    "auto_delete": True,
                }
            )
            ways.append("mail")
        if self._send_sms():
            ways.append("sms")
        self.write(
            {
                "state": "sent" if ways else "skipped",
                "sent_at": fields.Datetime.now(),
                "channels": ", ".join(ways),
            }
        )

    def _send_sms(self):
        """Send the text by SMS or another messenger (hook).

        :return: True when it was handed over
        """
        return False

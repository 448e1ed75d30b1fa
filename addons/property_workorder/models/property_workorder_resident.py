# SPDX-License-Identifier: LGPL-3.0-or-later
import base64
import binascii
import io
from datetime import timedelta

from PIL import Image, UnidentifiedImageError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import html2plaintext

from .property_workorder import OPEN_STATES

LIVE_KINDS = ("repair", "incident", "service")


class PropertyWorkorder(models.Model):
    """What a resident sees and does: report, follow, urge, rate, reopen (WKO-27)."""

    _inherit = "property.workorder"

    # === PHOTOS === #

    def _check_photo(self, image):
        """Return a photo in base64 if it is one and not too large.

        :param image: base64 text or bytes
        :raise UserError: too large, or no picture
        """
        limit = int(self.env["property.parameter"]._get("workorder_photo_megabytes"))
        if len(image or "") > limit * 1024 * 1024 * 4 // 3 + 4:
            raise UserError(
                self.env._(
                    "A photo may have at most %(limit)s MB. Send a smaller one.", limit=limit
                )
            )
        try:
            raw = base64.b64decode(image or b"", validate=True)
            Image.open(io.BytesIO(raw)).verify()
        except (
            binascii.Error,
            ValueError,
            UnidentifiedImageError,
            OSError,
            SyntaxError,
            # a small file that unpacks to thousands of megapixels
            Image.DecompressionBombError,
        ):
            raise UserError(
                self.env._("This file is no picture. Send a JPEG, PNG or WebP photo.")
            ) from None
        return base64.b64encode(raw)

    def _add_photos(self, photos, kind="defect"):
        """Attach photos of a resident.

        :param photos: list of (name, base64)
        """
        self.ensure_one()
        self.env["property.evidence"].create(
            [
                {
                    "res_model": self._name,
                    "res_id": self.id,
                    "kind": kind,
                    "name": name,
                    "image": self._check_photo(image),
                }
                for name, image in photos
            ]
        )

    # === RIGHTS === #

    @api.model
    def _get_resident_domain(self, user):
        """Return the domain of the orders that a resident may see today.

        Rights end with the ownership or occupancy; what was reported without a unit stays with
        whoever reported it. Owners also see the repairs in their unit that others reported since
        they own it.
        """
        own = Domain("partner_id", "=", user.partner_id.id)
        resident = Domain("unit_id.resident_user_ids", "in", user.ids)
        owner = self.env["property.unit"]._get_held_domain(
            user, "unit_id", "registered_at", owners_only=True
        )
        return (
            (Domain("unit_id", "=", False) & own)
            | (Domain("unit_id", "!=", False) & resident & own)
            | (owner & Domain("kind", "in", LIVE_KINDS))
        )

    # === URGING, RATING, REOPENING === #

    def _urge(self, text=""):
        """Count that the resident presses, and tell whoever can help (催单).

        :raise UserError: when it is closed, or urged minutes ago
        """
        self.ensure_one()
        self._lock_flow()
        self._require_state(*OPEN_STATES)
        now = fields.Datetime.now()
        wait = int(self.community_id._get_parameter("workorder_urge_minutes"))
        if self.last_urged_at and now < self.last_urged_at + timedelta(minutes=wait):
            raise UserError(
                self.env._("You have just urged us. We have told those in charge already.")
            )
        self.write({"urged_count": self.urged_count + 1, "last_urged_at": now})
        users = self._get_urge_users()
        for user in users:
            self.activity_schedule(
                "property_workorder.property_workorder_activity_urged",
                user_id=user.id,
                summary=self.env._(
                    "Urged %(count)s times: %(order)s", count=self.urged_count, order=self.name
                ),
                note=text or False,
            )
        self.message_post(
            body=self.env._("The resident urges: %(text)s", text=text)
            if text
            else self.env._("The resident urges."),
            subtype_id=self.env.ref("property_workorder.property_workorder_mt_resident").id,
        )

    def _get_urge_users(self):
        """Return who is told: whoever works on it and the receiver, from the third time on also
        the leader and the site manager.
        """
        self.ensure_one()
        users = self.technician_id | self.receiver_id
        if not users or self.urged_count >= 3:
            users |= self.team_id.leader_id | self.community_id.manager_id
        return users - self.complained_user_ids

    def _rate(self, stars, feedback=""):
        """Store the rating of the resident; a bad one opens the case again (WKO-09).

        :param stars: 1 to 5
        """
        self.ensure_one()
        if stars not in range(1, 6):
            raise UserError(self.env._("Choose one to five stars."))
        self._lock_flow()
        self._require_state("done", "closed")
        # sudo: ratings belong to nobody, the right to rate was checked by the caller
        order_sudo = self.sudo()
        rating = order_sudo.rating_ids.filtered(
            lambda one: one.partner_id == self.env.user.partner_id and not one.consumed
        )[:1]
        if not rating:
            token = order_sudo._rating_get_access_token(self.env.user.partner_id)
            rating = order_sudo.rating_ids.filtered(lambda one: one.access_token == token)[:1] or (
                # sudo: as above
                self.env["rating.rating"].sudo().search([("access_token", "=", token)], limit=1)
            )
        order_sudo.rating_apply(stars, rating=rating, feedback=feedback or None)
        if stars <= int(self.community_id._get_parameter("workorder_reopen_stars")):
            order_sudo.satisfaction = "dissatisfied"
            order_sudo.action_reopen(
                self.env._(
                    "Rated with %(stars)s of 5 stars. %(feedback)s",
                    stars=stars,
                    feedback=feedback or "",
                )
            )
            order_sudo.satisfaction = "dissatisfied"
        else:
            order_sudo.satisfaction = "satisfied"
            if order_sudo.state == "done":
                order_sudo.action_close()

    def _reopen_by_resident(self, text):
        """The resident is not satisfied.

        :raise UserError: without words, or too long ago
        """
        self.ensure_one()
        if not (text or "").strip():
            raise UserError(self.env._("Say what is not right yet."))
        days = int(self.community_id._get_parameter("workorder_reopen_days"))
        end = self.closed_at or self.resolved_at
        if end and fields.Datetime.now() > end + timedelta(days=days):
            raise UserError(
                self.env._(
                    "This case was closed more than %(days)s days ago. Report it anew, please.",
                    days=days,
                )
            )
        self.action_reopen(text.strip())
        self.satisfaction = "dissatisfied"

    def _get_timeline(self):
        """Return what has happened, in words that a resident understands.

        :return: list of dicts ``moment``, ``title``, ``text``, ``tone``, the latest first
        """
        self.ensure_one()
        events = [(self.registered_at, self.env._("We have your request"), "", "info")]
        if self.accepted_at:
            name = self.receiver_id.name or ""
            events.append(
                (self.accepted_at, self.env._("%(name)s takes care of it", name=name), "", "info")
            )
        for step in self.assignment_ids.filtered(lambda one: one.kind not in ("nobody", "return")):
            events.append(
                (
                    step.decided_at,
                    self.env._("%(name)s is on the way", name=step.user_id.name)
                    if step.kind != "help"
                    else self.env._("%(name)s comes to help", name=step.user_id.name),
                    "",
                    "info",
                )
            )
        if self.attended_at:
            events.append((self.attended_at, self.env._("Work has begun"), "", "info"))
        reasons = dict(
            self.env["property.workorder.pause"]._fields["reason"]._description_selection(self.env)
        )
        for pause in self.pause_ids:
            events.append(
                (
                    pause.start_at,
                    self.env._("Work is interrupted"),
                    reasons[pause.reason],
                    "warning",
                )
            )
            if pause.end_at and self.state not in ("cancelled", "closed"):
                events.append((pause.end_at, self.env._("Work goes on"), "", "info"))
        if self.resolved_at:
            text = html2plaintext(self.result or "").strip()
            events.append((self.resolved_at, self.env._("Done"), text, "success"))
        if self.closed_at:
            events.append((self.closed_at, self.env._("Closed"), "", "success"))
        for message in self.message_ids.filtered(self._is_for_resident).sorted("id"):
            author = message.author_id
            title = (
                self.env._("You wrote")
                if author and author == self.partner_id
                else self.env._("Message from the service centre")
            )
            text = html2plaintext(message.body or "").strip()
            if rating := message.rating_ids[:1]:
                title = self.env._("You rated")
                text = "\n".join(filter(None, ["★" * int(rating.rating), rating.feedback]))
            events.append((message.date, title, text, "message"))
        if self.state == "cancelled":
            events.append(
                (self.write_date, self.env._("Cancelled"), self.cancel_reason or "", "muted")
            )
        return [
            {"moment": self._local(moment), "title": title, "text": text, "tone": tone}
            # of two in the same second the later one comes first
            for moment, title, text, tone in sorted(
                reversed(events), key=lambda one: one[0], reverse=True
            )
        ]

    def _is_for_resident(self, message):
        """Tell whether a message is one between the resident and us, and not among the staff."""
        self.ensure_one()
        if message.subtype_id == self.env.ref("property_workorder.property_workorder_mt_resident"):
            return True
        # a letter that was sent to him or by him, from the chatter or by mail
        return message.subtype_id == self.env.ref("mail.mt_comment") and bool(
            self.partner_id & (message.partner_ids | message.author_id)
        )

    # === DUPLICATES === #

    def _find_similar(self):
        """Return open requests that are probably about the same thing.

        Same unit or, for common parts, same building, the same category or its neighbours, within
        the days of the parameter.
        """
        self.ensure_one()
        if not self.community_id:
            return self.browse()
        days = int(self.community_id._get_parameter("workorder_similar_days"))
        since = (self.registered_at or fields.Datetime.now()) - timedelta(days=days)
        domain = Domain("community_id", "=", self.community_id.id)
        domain &= Domain("state", "in", OPEN_STATES) & Domain("registered_at", ">=", since)
        domain &= Domain("id", "!=", self._origin.id or 0)
        domain &= Domain("kind", "=", self.kind)
        if self.unit_id:
            place = Domain("unit_id", "=", self.unit_id.id)
        elif self.building_id:
            place = Domain("building_id", "=", self.building_id.id) & Domain("unit_id", "=", False)
            if self.entrance_id:
                place &= Domain("entrance_id", "in", [False, self.entrance_id.id])
        else:
            place = Domain("building_id", "=", False)
        domain &= place
        if self.category_id:
            family = self.category_id.parent_id or self.category_id
            domain &= Domain("category_id", "child_of", family.id)
        return self.search(domain, limit=20)

    def action_view_similar(self):
        """Open the requests that may be about the same thing."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_workorder.property_workorder_action"
        )
        action["domain"] = [("id", "in", self._find_similar().ids)]
        action["context"] = {}
        return action

    def action_mark_duplicate(self):
        """Link the request to the oldest similar one; it is closed together with that."""
        for order in self:
            first = order._find_similar().sorted("registered_at")[:1]
            if not first:
                raise UserError(
                    self.env._("No open request about the same place and category was found.")
                )
            order.duplicate_of_id = first.duplicate_of_id or first
            order.duplicate_of_id.message_post(
                body=self.env._("%(order)s is about the same.", order=order.display_name)
            )
            order.urged_count and first._touch()
        return True

    def _touch(self):
        """Extension point: another request about this one came in."""

    def _close_as_duplicate(self, original):
        now = fields.Datetime.now()
        for order in self:
            order.result = original.result
            order._labour_stop(now)
            order.pause_ids.filtered(lambda pause: not pause.end_at).end_at = now
            order._set_state(
                "closed",
                resolved_at=now,
                closed_at=now,
                accepted_at=order.accepted_at or now,
                attended_at=order.attended_at or now,
            )
            if order.partner_id:
                order._tell_resident(
                    order._for_resident().env._(
                        "Your request %(number)s has been dealt with together with %(other)s.",
                        number=order.name,
                        other=original.name,
                    )
                )
        self._recompute_clocks()

    # === MAIL === #

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Extend `mail`: a mail becomes a request of the sender's unit."""
        values = dict(custom_values or {})
        partner = self.env["res.partner"].browse(msg_dict.get("author_id") or False).exists()
        # sudo: the mail gateway has no user whose rights could be asked
        units = partner.sudo().property_unit_ids if partner else self.env["property.unit"]
        # a mail to the alias of a community is about a unit there
        fitting = units.filtered(
            lambda unit: (
                unit.community_id.company_id.id
                == self.env["property.community"]
                .sudo()  # sudo: as above
                .browse(values.get("community_id") or unit.community_id.id)
                .company_id.id
            )
        )
        if fitting:
            values["unit_id"] = fitting[:1].id
            values["community_id"] = fitting[:1].community_id.id
        values.setdefault("channel", "mail")
        values.update(
            {
                "subject": (msg_dict.get("subject") or self.env._("Mail without a subject"))[:120],
                "description": msg_dict.get("body"),
                "partner_id": partner.id,
                "caller_name": partner.name or msg_dict.get("email_from"),
                "receiver_id": False,
            }
        )
        return super().message_new(msg_dict, custom_values=values)

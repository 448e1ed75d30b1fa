# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, models


class ReportPostPoster(models.AbstractModel):
    """Lobby poster of a concierge or keeper, one page for each building served (BAS-09)."""

    _name = "report.property_base.report_post_poster"
    _description = "Lobby poster"

    @api.model
    def _get_report_values(self, docids, data=None):
        posts = self.env["property.post"].browse(docids)
        buildings = posts.building_ids
        places = self.env["property.place"]._find_or_create(buildings) if buildings else {}
        return {
            "doc_ids": docids,
            "doc_model": "property.post",
            "docs": posts,
            "place_urls": {key: place.url for key, place in places.items()},
        }


class ReportPostCard(models.AbstractModel):
    """Business cards, ten on a sheet, with the contact as QR code (BAS-09)."""

    _name = "report.property_base.report_post_card"
    _description = "Business card"

    @api.model
    def _get_report_values(self, docids, data=None):
        posts = self.env["property.post"].browse(docids)
        return {
            "doc_ids": docids,
            "doc_model": "property.post",
            "docs": posts,
            "vcards": {post.id: self._get_vcard(post) for post in posts},
        }

    @api.model
    def _get_vcard(self, post):
        """:return: vCard 3.0 (RFC 2426) that a phone offers to save after the scan"""
        fields = {
            "FN": post.name,
            "ORG": f"{post.company_id.name};{post.community_id.name}",
            "TITLE": post.job_title or "",
            "TEL;TYPE=WORK": post.phone or post.community_id._get_service_phone(),
        }
        lines = [
            f"{key}:{self._escape(value) if key != 'ORG' else value}"
            for key, value in fields.items()
            if value
        ]
        name = f"N:{self._escape(post.name)};;;;"
        return "\r\n".join(["BEGIN:VCARD", "VERSION:3.0", name, *lines, "END:VCARD"])

    @api.model
    def _escape(self, text):
        for char in ("\\", ";", ","):
            text = text.replace(char, f"\\{char}")
        return text.replace("\n", " ")

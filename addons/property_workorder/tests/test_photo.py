# SPDX-License-Identifier: LGPL-3.0-or-later
import base64
import io
import struct
import zlib

from PIL import Image

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from .common import WorkorderCommon

MEGABYTE = 1024 * 1024


def bomb(side):
    """Return a PNG of a few kilobytes that says it has side times side pixels."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data))
            + kind
            + data
            + struct.pack(">I", zlib.crc32(kind + data) & 0xFFFFFFFF)
        )

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * (side // 8 + 1) * 8)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def heavy(megabytes):
    """Return a real JPEG with so much behind its end mark, as some cameras write."""
    stream = io.BytesIO()
    Image.new("RGB", (640, 480), (90, 120, 160)).save(stream, "JPEG")
    return stream.getvalue() + b"\0" * (megabytes * MEGABYTE)


@tagged("post_install", "-at_install")
class TestPhoto(WorkorderCommon, HttpCase):
    """What is no photo, or too much of one, has an answer everywhere (bad input)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_owner.password = "wo_owner_1"

    def setUp(self):
        super().setUp()
        self.order = self.make_order(unit_id=self.unit.id, partner_id=self.owner.id)
        self.order.action_accept()

    def post(self, path, photo, **data):
        page = self.url_open("/my/requests/new").text
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        return self.url_open(
            path, data={"csrf_token": token, **data}, files=[("photos", photo)], timeout=60
        )

    def test_forty_megabytes_from_the_portal(self):
        self.authenticate(self.user_owner.login, "wo_owner_1")
        photo = ("big.jpg", heavy(40), "image/jpeg")
        page = self.post(f"/my/requests/{self.order.id}/message", photo, text="Look")
        self.assertEqual(page.status_code, 200)
        self.assertIn("15 MB", page.text)
        self.assertFalse(self.order.evidence_ids)
        page = self.post(
            "/my/requests/new",
            photo,
            unit=self.unit.id,
            category=self.tap.id,
            description="Kept for the second try",
            phone="13800138000",
        )
        self.assertIn("15 MB", page.text)
        self.assertIn("Kept for the second try", page.text)

    def test_forty_megabytes_from_the_phone_of_a_technician(self):
        image = base64.b64encode(heavy(40)).decode()
        with self.assertRaisesRegex(UserError, "15 MB"):
            self.order.with_user(self.tech_user).technician_photo("k", "after", image)
        self.assertFalse(self.order.evidence_ids)

    def test_a_small_file_that_unpacks_to_gigabytes(self):
        image = base64.b64encode(bomb(60000))
        self.assertLess(len(image), 200_000)
        with self.assertRaisesRegex(UserError, "no picture"):
            self.order._check_photo(image)

    def test_what_is_no_picture(self):
        for raw in (b"", b"MZ not a picture", b"%PDF-1.4", b"<svg xmlns='x'/>", b"\xff\xd8\xff"):
            with self.subTest(raw=raw), self.assertRaisesRegex(UserError, "no picture"):
                self.order._check_photo(base64.b64encode(raw))

    def test_the_phone_sends_twice_and_one_is_stored(self):
        order = self.order.with_user(self.tech_user)
        for _turn in range(2):
            order.technician_photo("7-1-abc", "before", self.make_photo())
        order.technician_photo("7-2-abc", "before", self.make_photo())
        self.assertEqual(len(self.order.evidence_ids), 2)
        self.assertFalse(any(self.order.evidence_ids.mapped("name")))

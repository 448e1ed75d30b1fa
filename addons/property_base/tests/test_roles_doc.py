# SPDX-License-Identifier: LGPL-3.0-or-later
import importlib.util
import re
from pathlib import Path

from odoo.tests import TransactionCase, tagged

ROOT = Path(__file__).resolve().parents[3]


@tagged("post_install", "-at_install")
class TestRolesDoc(TransactionCase):
    """docs/roles.md says what the database does, for every addon of the suite that is installed."""

    def setUp(self):
        super().setUp()
        self.document = ROOT / "docs" / "roles.md"
        if not self.document.is_file():
            self.skipTest("The addon stands outside its repository, without docs/roles.md.")
        spec = importlib.util.spec_from_file_location("roles", ROOT / "tools" / "roles.py")
        self.roles = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.roles)

    def written(self):
        parts = re.split(r"^## (\w+)$", self.document.read_text("utf-8"), flags=re.MULTILINE)
        return dict(zip(parts[1::2], (part.strip() for part in parts[2::2]), strict=True))

    def test_document_is_the_database(self):
        written = self.written()
        for addon, text in self.roles.sections(self.env).items():
            with self.subTest(addon=addon):
                expected = text.split("\n", 1)[1].strip()
                self.assertIn(addon, written, "Run: make -s shell < tools/roles.py")
                self.assertEqual(
                    written[addon].splitlines(),
                    expected.splitlines(),
                    "Rights and docs/roles.md differ. Look whether the change is meant, then run: "
                    "make -s shell < tools/roles.py > docs/roles.md",
                )

    def test_a_changed_right_is_noticed(self):
        before = self.roles.sections(self.env)["property_base"]
        self.env.ref("property_base.access_property_unit_user").perm_unlink = True
        self.env.ref("property_base.property_unit_rule_staff").domain_force = "[(1, '=', 1)]"
        after = self.roles.sections(self.env)["property_base"]
        changed = set(after.splitlines()) - set(before.splitlines())
        self.assertTrue(any("`property.unit`" in line and "RWD" in line for line in changed))
        self.assertTrue(any("[(1, '=', 1)]" in line and "user" in line for line in changed))

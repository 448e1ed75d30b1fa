# SPDX-License-Identifier: LGPL-3.0-or-later
# ruff: noqa: F821
"""Give the first company its country, currency, language and time zone: China's unless told.

Must run before "account" is installed: the chart of accounts follows the company's country at
that moment.
"""

import os

country = env["res.country"].search([("code", "=", os.environ.get("SUITE_COUNTRY", "CN"))])
country.ensure_one()
country.currency_id.active = True
env.company.write({"country_id": country.id, "currency_id": country.currency_id.id})
language = os.environ.get("SUITE_LANGUAGE", "zh_CN")
env["res.lang"]._activate_lang(language)
# what is installed already has no texts in that language yet
env["ir.module.module"].search([("state", "=", "installed")])._update_translations([language])
env.company.partner_id.lang = language
zone = os.environ.get("SUITE_TIMEZONE", "Asia/Shanghai")
# scheduled actions run as OdooBot: their day is the day of the people they work for
(env.ref("base.user_admin") | env.ref("base.user_root")).tz = zone
env.cr.commit()

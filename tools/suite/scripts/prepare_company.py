# SPDX-License-Identifier: LGPL-3.0-or-later
# ruff: noqa: F821
"""Make the first company Chinese. Must run before "account" is installed: the chart of accounts
follows the company's country at that moment."""

currency = env.ref("base.CNY")
currency.active = True
env.company.write({"country_id": env.ref("base.cn").id, "currency_id": currency.id})
env["res.lang"]._activate_lang("zh_CN")
env.ref("base.user_admin").tz = "Asia/Shanghai"
env.cr.commit()

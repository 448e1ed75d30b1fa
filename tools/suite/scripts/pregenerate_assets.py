# SPDX-License-Identifier: LGPL-3.0-or-later
# ruff: noqa: F821
"""Compile the asset bundles into the database."""

env["ir.qweb"]._pregenerate_assets_bundles()
env.cr.commit()

# SPDX-License-Identifier: LGPL-3.0-or-later
{
    "name": "Property Fees and Work Orders",
    "summary": "Invoices of paid services after sign-off, in Odoo's accounting",
    "version": "19.0.1.0.0",
    "category": "Real Estate/Property",
    "author": "Property Suite contributors",
    "license": "LGPL-3",
    "depends": ["property_fees", "property_workorder"],
    "data": ["views/property_workorder_views.xml", "views/portal_templates.xml"],
    "auto_install": True,
}

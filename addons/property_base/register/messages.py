# SPDX-License-Identifier: LGPL-3.0-or-later
"""What each code of the register's rules says, and what to do about it."""

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

# what a column holds -> its name
FIELD_LABELS = {
    "building": _lt("Building"),
    "entrance": _lt("Entrance"),
    "floor": _lt("Floor"),
    "number": _lt("Room number"),
    "address": _lt("Address (building, entrance, room)"),
    "usage": _lt("Use"),
    "area": _lt("Area (m²)"),
    "inner_area": _lt("Inner area (m²)"),
    "owner": _lt("Owner's name"),
    "co_owner": _lt("Co-owners"),
    "share": _lt("Shares"),
    "phone": _lt("Phone"),
    "id_number": _lt("Identity number"),
    "delivery_date": _lt("Delivered on"),
    "state": _lt("State of the unit"),
    "note": _lt("Remark"),
    "price": _lt("Fee price"),
    "parking_space": _lt("Parking space"),
    "plate": _lt("Plate"),
}

# code -> (what is wrong, what to do)
FILE_MESSAGES = {
    "file_empty": (
        _lt("The file %(filename)s is empty."),
        _lt("Save the workbook again in Excel or WPS and choose it once more."),
    ),
    "file_too_big": (
        _lt("The file has %(size)s MB; up to %(limit)s MB can be imported."),
        _lt("Remove pictures and old sheets, or split the file by building."),
    ),
    "not_a_workbook": (
        _lt("This file is not an Excel workbook."),
        _lt("Open it in Excel or WPS and save it as an Excel workbook (.xlsx)."),
    ),
    "disguised_file": (
        _lt("The file %(filename)s is a web page or a document with the name of a workbook."),
        _lt("Open it in Excel or WPS and save it as an Excel workbook (.xlsx)."),
    ),
    "file_damaged": (
        _lt("The file %(filename)s is damaged and cannot be opened."),
        _lt("Copy or download it again, open it in Excel or WPS, repair it and save it as .xlsx."),
    ),
    "archive_too_big": (
        _lt("The workbook unpacks to %(size)s MB; up to %(limit)s MB can be read."),
        _lt("Copy the register into a new workbook without formats and pictures, or split it."),
    ),
    "unsafe_xml": (
        _lt("The part %(part)s of the file holds declarations that no Excel workbook has."),
        _lt("Do not open this file elsewhere. Ask its sender for a workbook saved by Excel."),
    ),
    "password_protected": (
        _lt("The workbook is protected by a password."),
        _lt("Open it, remove the password (File > Info > Protect Workbook), save, import again."),
    ),
    "binary_workbook": (
        _lt("The workbook is in the binary format .xlsb."),
        _lt("Open it in Excel and save it as an Excel workbook (.xlsx)."),
    ),
    "old_format": (
        _lt("The workbook is in the old format .xls."),
        _lt("Open it in Excel or WPS and save it as an Excel workbook (.xlsx)."),
    ),
    "old_format_unreadable": (
        _lt("The file %(filename)s is an old Office document that holds no readable workbook."),
        _lt("Open it in Excel or WPS and save it as an Excel workbook (.xlsx)."),
    ),
    "text_undecodable": (
        _lt("The text file %(filename)s is neither UTF-8 nor GBK."),
        _lt("Open it in Excel or WPS and save it as an Excel workbook (.xlsx)."),
    ),
    "too_many_rows": (
        _lt("Sheet %(sheet)s brings the file over %(limit)s rows, the most that one import takes."),
        _lt("Split the file by building and import one part after the other."),
    ),
    "too_many_sheets": (
        _lt("The workbook has %(count)s sheets; up to %(limit)s can be read."),
        _lt("Put the buildings on fewer sheets, or split the file."),
    ),
    "no_sheet": (
        _lt("The workbook has no sheet with cells."),
        _lt("Choose the workbook that holds the register."),
    ),
    "no_register_sheet": (
        _lt("No sheet of the workbook looks like a register (%(sheets)s)."),
        _lt(
            "The sheet needs a row of headers such as 楼栋, 单元, 房号, 建筑面积, 业主姓名, or "
            "Building, Entrance, Room, Area, Owner."
        ),
    ),
}

SHEET_MESSAGES = {
    "sheet_empty": (_lt("The sheet is empty."), _lt("Nothing to do.")),
    "sheet_hidden": (
        _lt("The sheet is hidden and was not read."),
        _lt("Unhide it in Excel if it belongs to the register."),
    ),
    "sheet_ignored": (
        _lt("The sheet has no row of headers and was taken for notes."),
        _lt("Nothing to do, unless it holds units: then add the headers."),
    ),
    "column_missing": (
        _lt("No column of the sheet is known as %(field)s, so its rows cannot be read."),
        _lt("Choose the column under Columns, or add its header to the sheet."),
    ),
    "header_twice": (
        _lt("The header %(label)s stands twice; the first column counts."),
        _lt("Choose another column under Columns if the second one is right."),
    ),
    "field_twice": (
        _lt("Two columns of the sheet are read as %(field)s."),
        _lt("Under Columns, leave one of them unread."),
    ),
    "column_ignored": (
        _lt("The column %(label)s is not read."),
        _lt("Nothing to do, or say under Columns what it holds."),
    ),
}

ROW_MESSAGES = {
    "building_missing": (
        _lt("The row names no building."),
        _lt("Enter the building, for example 3 or 3栋."),
    ),
    "number_missing": (
        _lt("The row names no room."),
        _lt("Enter the room number, for example 1203."),
    ),
    "address_unreadable": (
        _lt("Building and room cannot be told from this address."),
        _lt("Write it like 3-1-1203 or 3栋1单元1203室."),
    ),
    "cell_is_date": (
        _lt("Excel has turned this cell into a date."),
        _lt("Format the column as text and enter the value again."),
    ),
    "area_missing": (
        _lt("The area is missing."),
        _lt("Enter the area in square metres by the property certificate."),
    ),
    "area_not_number": (
        _lt("The area is not a number."),
        _lt("Enter the area in square metres, for example 89.64."),
    ),
    "area_not_positive": (
        _lt("The area is not more than zero."),
        _lt("Enter the area in square metres by the property certificate."),
    ),
    "area_too_big": (
        _lt("The area is more than %(limit)s m²."),
        _lt("Check the decimal point."),
    ),
    "inner_area_exceeds": (
        _lt("The inner area is larger than the area of %(area)s m²."),
        _lt("Correct or swap the two areas."),
    ),
    "phone_too_short": (
        _lt("The phone number has only %(count)s digits."),
        _lt("Enter the whole number, or leave the cell empty."),
    ),
    "phone_invalid": (
        _lt("This is no phone number."),
        _lt("Enter a mobile number of 11 digits or a landline with area code, or nothing."),
    ),
    "phone_masked": (
        _lt("The phone number is masked; the owner was taken without it."),
        _lt("Enter the whole number and import again."),
    ),
    "phone_extra": (
        _lt("There are more phone numbers than owners; the first ones count."),
        _lt("Enter the other numbers on the contact."),
    ),
    "id_invalid": (
        _lt("This is no identity number: its check digit or its characters are wrong."),
        _lt("Enter the last four characters or the whole number, or leave the cell empty."),
    ),
    "date_not_date": (
        _lt("This is no date."),
        _lt("Enter it as 2019-04-15 or 2019年4月15日, or leave the cell empty."),
    ),
    "date_not_exist": (
        _lt("This day does not exist."),
        _lt("Correct month and day, or leave the cell empty."),
    ),
    "date_out_of_range": (
        _lt("The date is too far in the past or in the future."),
        _lt("Correct the year, or leave the cell empty."),
    ),
    "usage_unknown": (
        _lt("This use is not known; the unit was taken as Other."),
        _lt("Enter 住宅, 商铺, 办公 or 储藏 (dwelling, shop, office, storage)."),
    ),
    "floor_invalid": (
        _lt("The floor cannot be read; it was taken from the room number."),
        _lt("Enter a number, negative for basements."),
    ),
    "share_invalid": (
        _lt("This is no share."),
        _lt("Enter it as 1/2 or 50%%, or leave it out for equal shares."),
    ),
    "shares_not_one": (
        _lt("The shares add up to %(total)s instead of 1."),
        _lt("Correct the shares, or leave them out for equal shares."),
    ),
    "shares_count": (
        _lt("There are %(count)s shares for %(owners)s owners."),
        _lt("Enter one share for each owner, or leave them out for equal shares."),
    ),
    "text_too_long": (
        _lt("The text has %(count)s characters; up to %(limit)s fit."),
        _lt("Shorten it."),
    ),
    "error_value": (
        _lt("The cell shows an error of Excel."),
        _lt("Correct the formula, or enter the value itself."),
    ),
    "formula_no_value": (
        _lt("The cell holds a formula whose result was not saved."),
        _lt("Open the workbook in Excel, save it, and import again; or enter the value."),
    ),
    "owner_missing": (
        _lt("There is a phone or an identity number, but no owner's name."),
        _lt("Enter the owner's name and import again."),
    ),
    "owner_of_refused_row": (
        _lt("This owner belongs to the unit above, which was refused."),
        _lt("Correct the unit above and import again."),
    ),
    "duplicate_conflict": (
        _lt("Unit %(unit)s stands already in row %(first_row)s of sheet %(first_sheet)s."),
        _lt("The first row was taken. Find out which one is right and delete the other."),
    ),
    "row_repeated": (
        _lt("The row repeats row %(first_row)s of sheet %(first_sheet)s."),
        _lt("Nothing to do."),
    ),
    "row_merged": (
        _lt(
            "The row repeats unit %(unit)s of row %(first_row)s with more cars, spaces or prices; "
            "both were taken."
        ),
        _lt("Nothing to do."),
    ),
    "same_person": (
        _lt(
            "The owner has the name and the ID ending of the owner in row %(first_row)s of sheet "
            "%(first_sheet)s, but another phone; they were taken as two people."
        ),
        _lt("If they are one person, merge the two contacts."),
    ),
}

REGISTER_MESSAGES = {
    "owner_conflict": (
        _lt("Unit %(unit)s belongs to %(registered)s in the register; the file says %(told)s."),
        _lt("The owner was left. Record the change with a transfer of ownership."),
    ),
    "unsold_conflict": (
        _lt("Unit %(unit)s belongs to %(registered)s in the register; the file says unsold."),
        _lt("The owner was left. Correct the file, or record a transfer of ownership."),
    ),
    "share_conflict": (
        _lt("The shares of unit %(unit)s differ: %(registered)s in the register, %(told)s here."),
        _lt("The shares were left. Record the change with a transfer of ownership."),
    ),
    "future_owner": (
        _lt("Unit %(unit)s has an ownership that begins later, so no owner was added now."),
        _lt("Check the ownerships of the unit."),
    ),
    "phone_differs": (
        _lt("%(owner)s has another phone number in the register."),
        _lt("The number was left. Change it on the contact if the file is right."),
    ),
    "unit_archived": (
        _lt("Unit %(unit)s is archived, so nothing was changed."),
        _lt("Restore the unit if it still exists, then import again."),
    ),
    "row_failed": (
        _lt("Unit %(unit)s could not be saved: %(reason)s"),
        _lt("Correct the row, or the record that the message names, and import again."),
    ),
    "sibling_refused": (_lt("%(message)s"), _lt("%(remedy)s")),
}

MESSAGES = FILE_MESSAGES | SHEET_MESSAGES | ROW_MESSAGES | REGISTER_MESSAGES


def translate(env, text):
    """Return a lazy text in the language of ``env``."""
    return text._translate(env.lang or "en_US")


def describe(env, code, params):
    """Return what is wrong and what to do, in the language of ``env``.

    :param params: values that the text names; a missing one shows as a dash
    """
    message, remedy = (translate(env, text) for text in MESSAGES[code])
    values = _Params(params)
    if values.get("field") in FIELD_LABELS:
        values["field"] = translate(env, FIELD_LABELS[values["field"]])
    return message % values, remedy % values


class _Params(dict):
    def __missing__(self, key):
        return "–"

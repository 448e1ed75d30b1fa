# SPDX-License-Identifier: LGPL-3.0-or-later
"""Take the file out of what a channel sends: plain, gzip or zip, with limits on its size."""

import gzip
import io
import zipfile
import zlib

from .errors import RuleError

# a day of 200,000 payments is about 80 MB as text
LIMIT = 128 * 1024 * 1024
MEMBERS = 20
CHUNK = 1024 * 1024


def unpack(data: bytes, limit: int = LIMIT) -> list[tuple[str, bytes]]:
    """Return (name, content) of the text files in an upload; a plain file has an empty name.

    What is inside is counted while it is taken out, so that a small archive which claims to be
    harmless cannot fill the memory.

    :param limit: bytes that all files together may have
    :raise RuleError: ``empty_file``, ``broken_archive``, ``archive_too_large``,
        ``archive_encrypted``, ``archive_without_file``
    """
    if not data:
        raise RuleError("empty_file")
    if data[:2] == b"\x1f\x8b":
        return [("", _gunzip(data, limit))]
    if data[:2] != b"PK":
        if len(data) > limit:
            raise RuleError("archive_too_large", limit=limit)
        return [("", data)]
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _members(archive, limit)
    except (
        zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError,
    ) as error:  # fmt: skip
        if isinstance(error, RuleError):
            raise
        raise RuleError("broken_archive") from None


def _gunzip(data: bytes, limit: int) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            return _read(stream, limit)
    except (OSError, EOFError, zlib.error):
        raise RuleError("broken_archive") from None


def _members(archive: zipfile.ZipFile, limit: int) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    infos = [one for one in archive.infolist() if not one.is_dir()]
    if len(infos) > MEMBERS:
        raise RuleError("archive_too_large", limit=limit)
    for info in infos:
        if info.flag_bits & 0x1:
            raise RuleError("archive_encrypted")
        name = _name(info)
        if not name.lower().endswith((".csv", ".txt")):
            continue
        with archive.open(info) as stream:
            content = _read(stream, limit)
        limit -= len(content)
        found.append((name, content))
    if not found:
        raise RuleError("archive_without_file")
    return found


def _name(info: zipfile.ZipInfo) -> str:
    """Return the name of a member; Chinese tools write it in GBK without saying so."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return info.filename


def _read(stream: io.BufferedIOBase, limit: int) -> bytes:
    parts, size = [], 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > limit:
            raise RuleError("archive_too_large", limit=limit)
        parts.append(chunk)
    return b"".join(parts)

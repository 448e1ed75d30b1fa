# SPDX-License-Identifier: LGPL-3.0-or-later
"""Signed calls between the suite and a locker bank: HMAC-SHA256 over time, number and body."""

import hashlib
import hmac
import json

TOLERANCE = 300
_LABEL = b"property-locker-v1:"


def derive(key: str, device: str) -> str:
    """Return what both sides sign with. The key itself is not kept: this cannot be turned back."""
    return hmac.new(key.encode(), _LABEL + device.encode(), hashlib.sha256).hexdigest()


def canonical(body: object) -> str:
    """Return one spelling of a JSON body."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sign(secret: str, timestamp: int, nonce: str, body: bytes) -> str:
    """Return the signature of a call."""
    head = f"{timestamp}\n{nonce}\n".encode()
    return hmac.new(secret.encode(), head + body, hashlib.sha256).hexdigest()


def problem(secret: str, timestamp: str, nonce: str, body: bytes, signature: str, now: int) -> str:
    """Return why a call is refused, or ``""``: ``unsigned``, ``stale`` or ``wrong``."""
    if not (secret and timestamp and nonce and signature) or not timestamp.isdecimal():
        return "unsigned"
    wanted = sign(secret, int(timestamp), nonce, body)
    if not hmac.compare_digest(wanted.encode(), signature.strip().lower().encode()):
        return "wrong"
    return "stale" if abs(now - int(timestamp)) > TOLERANCE else ""


def retry_delay(tries: int) -> int:
    """Return the seconds until the next try: 30 s doubled each time, at most an hour."""
    return min(3600, 30 * 2 ** max(0, tries - 1))

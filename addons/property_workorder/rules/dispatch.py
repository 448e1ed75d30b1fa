# SPDX-License-Identifier: LGPL-3.0-or-later
"""Who gets a job: duty, zone, skill, certificate, load; with the reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Candidate:
    """What is known of a technician at the moment of the decision.

    :param key: identifies the technician
    :param on_duty: whether the roster has him at work now
    :param in_zone: the place of the job is in his zone, or he has none
    :param missing_skills: names of skills that the job needs and he has not
    :param missing_certificates: names of certificates needed and not valid today
    :param open_load: jobs that he has not finished
    :param max_load: how many he may have, 0 for no limit
    :param last_given: rank of the last job given, larger is more recent; breaks ties in turn
    """

    key: int
    on_duty: bool = True
    in_zone: bool = True
    missing_skills: tuple[str, ...] = ()
    missing_certificates: tuple[str, ...] = ()
    open_load: int = 0
    max_load: int = 0
    last_given: int = 0


@dataclass(frozen=True)
class Choice:
    """The decision.

    :param key: the technician, or nothing when nobody can
    :param reasons: (code, details) why he was taken
    :param refused: (key, code, detail) why others were not
    """

    key: int | None
    reasons: tuple[tuple[str, str], ...]
    refused: tuple[tuple[int, str, str], ...]


def refusal(candidate: Candidate, urgent: bool = False) -> tuple[str, str] | None:
    """Return why a technician cannot take a job, or nothing.

    :param urgent: an emergency may exceed the load and leave the zone; never skill or certificate
    """
    if not candidate.on_duty:
        return ("off_duty", "")
    if candidate.missing_certificates:
        return ("certificate", ", ".join(candidate.missing_certificates))
    if candidate.missing_skills:
        return ("skill", ", ".join(candidate.missing_skills))
    if not urgent and not candidate.in_zone:
        return ("zone", "")
    if not urgent and candidate.max_load and candidate.open_load >= candidate.max_load:
        return ("load", str(candidate.open_load))
    return None


def choose(candidates: tuple[Candidate, ...], urgent: bool = False) -> Choice:
    """Return who takes the job.

    Among those who can, the one in his zone, then with the fewest open jobs, then the one whose
    last job was given longest ago, then the lowest key.
    """
    refused, able = [], []
    for candidate in candidates:
        why = refusal(candidate, urgent)
        if why:
            refused.append((candidate.key, *why))
        else:
            able.append(candidate)
    if not able:
        return Choice(None, (), tuple(refused))
    best = min(able, key=lambda one: (not one.in_zone, one.open_load, one.last_given, one.key))
    reasons = [("on_duty", ""), ("zone" if best.in_zone else "other_zone", "")]
    reasons.append(("load", str(best.open_load)))
    rivals = [
        one
        for one in able
        if one is not best and (one.in_zone, one.open_load) == (best.in_zone, best.open_load)
    ]
    if rivals:
        reasons.append(("turn", str(len(rivals) + 1)))
    return Choice(best.key, tuple(reasons), tuple(refused))

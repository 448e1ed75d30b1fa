# SPDX-License-Identifier: LGPL-3.0-or-later
"""Progress on standard error, plain messages, and child processes that cannot hang silently."""

import contextlib
import os
import re
import selectors
import subprocess
import sys
import time
from pathlib import Path

HEARTBEAT_SECONDS = 15
TAIL_LINES = 25

_ODOO_PROGRESS = re.compile(r"Loading module (\S+) \((\d+)/(\d+)\)")
_PIP_PROGRESS = re.compile(r"^(?:Collecting|Downloading|Installing collected packages:) ?(\S*)")
_APT_PROGRESS = re.compile(r"^(?:Get:\d+ \S+|Setting up|Unpacking|Selecting)\s+(\S+ ?\S*)")


class SuiteError(Exception):
    """Something that the user has to know and can mend; the message says how."""


def describe_progress(line):
    """Return a few words for a line of output that tells how far a step is, else None."""
    if match := _ODOO_PROGRESS.search(line):
        return f"module {match[2]} of {match[3]}: {match[1]}"
    if match := _PIP_PROGRESS.match(line):
        return match[1] or "installing"
    if match := _APT_PROGRESS.match(line):
        return match[1].strip()
    return None


class Console:
    """Says what is going on, with the elapsed time, on standard error."""

    def __init__(self, stream=None, quiet=False, clock=time.monotonic):
        self.stream = stream or sys.stderr
        self.quiet = quiet
        self.clock = clock
        self.started = clock()
        self.live = self.stream.isatty()
        self._detail_shown = False

    def say(self, text="", force=False):
        if self.quiet and not force:
            return
        self._clear()
        print(text, file=self.stream, flush=True)

    def warn(self, text):
        self.say(f"warning: {text}", force=True)

    def detail(self, text):
        """A passing remark: rewritten in place on a terminal, a line of its own elsewhere."""
        if self.quiet:
            return
        if self.live:
            print(f"\r\033[K    {text[:100]}", end="", file=self.stream, flush=True)
            self._detail_shown = True
        else:
            print(f"    {text}", file=self.stream, flush=True)

    def _clear(self):
        if self._detail_shown:
            print("\r\033[K", end="", file=self.stream)
            self._detail_shown = False

    @contextlib.contextmanager
    def step(self, title):
        begin = self.clock()
        self.say(f"[{begin - self.started:6.1f} s] {title} ...")
        yield
        self.say(f"             done in {self.clock() - begin:.1f} s")

    def run(self, command, log, *, env=None, cwd=None, stdin=None, check=True, what=None):
        """Run a command with its output in ``log``; show how far it is, and its end if it fails.

        :param list command: the program and its arguments.
        :param Path log: file that receives everything it prints.
        :param bytes stdin: what it reads, nothing by default.
        :param str what: what was tried, for the message when it fails.
        :return: the exit code.
        :raise SuiteError: when it fails and ``check`` is set.
        """
        log = Path(log)
        log.parent.mkdir(parents=True, exist_ok=True)
        command = [str(part) for part in command]
        with log.open("wb") as out:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=env,
                cwd=cwd,
            )
            try:
                if stdin:
                    with contextlib.suppress(BrokenPipeError):
                        process.stdin.write(stdin)
                        process.stdin.close()
                self._follow(process, out)
                code = process.wait()
            except BaseException:
                process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(10)
                process.kill()
                raise
        if check and code:
            raise SuiteError(
                f"{what or Path(command[0]).name} failed (exit code {code}).\n"
                f"{tail(log)}\nThe whole output is in {log}"
            )
        return code

    def _follow(self, process, out):
        selector = selectors.DefaultSelector()
        selector.register(process.stdout, selectors.EVENT_READ)
        fd = process.stdout.fileno()
        begin = last = self.clock()
        state, rest = "", b""
        while True:
            if selector.select(timeout=1):
                chunk = os.read(fd, 65536)
                if not chunk:
                    return
                out.write(chunk)
                out.flush()
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    state = describe_progress(line.decode(errors="replace")) or state
            now = self.clock()
            if now - last >= (1 if self.live else HEARTBEAT_SECONDS):
                last = now
                self.detail(f"{now - begin:.0f} s {state}".rstrip())


def tail(path, lines=TAIL_LINES):
    """Return the last lines of a file, indented."""
    try:
        text = Path(path).read_text(errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join("    " + line for line in text[-lines:])

# SPDX-License-Identifier: LGPL-3.0-or-later
"""Print HTML documents to PDF with a headless Chromium, using the standard library only.

The browser is driven over its debugging pipe (JSON messages separated by a zero byte), so one
start serves any number of documents and no port is opened. It gets no network and runs no script.
"""

import base64
import contextlib
import fcntl
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass

EXECUTABLES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MM_PER_INCH = 25.4
_READ_SIZE = 1 << 20
# The debugging pipe is read from fd 3 and written to fd 4. The shell also lifts the address space
# limit that Odoo sets on its workers: below some 20 GB of address space Chromium prints nothing.
_LAUNCHER = 'ulimit -S -v "$(ulimit -H -v)"; exec "$@" 3<&0 4>&1 </dev/null >&2'


class PdfError(Exception):
    """The browser cannot print.

    :ivar code: ``missing`` (no executable), ``sandbox``, ``busy``, ``timeout`` or ``failed``
    """

    def __init__(self, code, detail=""):
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class PrintOptions:
    """Paper and running parts of one document; lengths in millimetres, turned if landscape.

    :ivar tagged: write the structure and the outline into the file, which makes it accessible; a
        file that is joined with others loses both and is joined twice as fast without
    """

    width: float
    height: float
    margin_top: float = 0
    margin_right: float = 0
    margin_bottom: float = 0
    margin_left: float = 0
    scale: float = 1
    header: str = ""
    footer: str = ""
    tagged: bool = True

    def as_command(self):
        """:return: parameters of ``Page.printToPDF``, lengths in inches"""
        running = bool(self.header or self.footer)
        return {
            "paperWidth": self.width / MM_PER_INCH,
            "paperHeight": self.height / MM_PER_INCH,
            "marginTop": self.margin_top / MM_PER_INCH,
            "marginRight": self.margin_right / MM_PER_INCH,
            "marginBottom": self.margin_bottom / MM_PER_INCH,
            "marginLeft": self.margin_left / MM_PER_INCH,
            "scale": self.scale,
            "printBackground": True,
            "preferCSSPageSize": False,
            "displayHeaderFooter": running,
            # an empty template would make the browser print its own date and title
            "headerTemplate": self.header or "<span></span>",
            "footerTemplate": self.footer or "<span></span>",
            "generateTaggedPDF": self.tagged,
            "generateDocumentOutline": self.tagged,
            "transferMode": "ReturnAsBase64",
        }


def find_executable():
    """:return: path of a Chromium, or None"""
    for name in EXECUTABLES:
        path = shutil.which(name)
        if path:
            return path
    return None


@contextlib.contextmanager
def slot(limit, timeout, folder=None):
    """Hold one of ``limit`` places shared by all processes of this user on the machine.

    :param limit: how many browsers may run at once
    :param timeout: seconds to wait for a place
    :raise PdfError: ``busy`` when none became free in time
    """
    folder = folder or tempfile.gettempdir()
    deadline = time.monotonic() + timeout
    while True:
        for index in range(limit):
            path = os.path.join(folder, f".property_pdf_{os.getuid()}_{index}.lock")
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(handle)
                continue
            try:
                yield index
                return
            finally:
                os.close(handle)
        if time.monotonic() > deadline:
            raise PdfError("busy", f"{limit} browsers are printing")
        time.sleep(0.05)


class Browser:
    """A running headless Chromium; use it as a context manager.

    :param executable: path of the browser
    :param timeout: seconds that one document may take
    :param no_sandbox: run without the browser's sandbox; needed by root, who has none
    """

    def __init__(self, executable=None, timeout=60, no_sandbox=False):
        self.executable = executable or find_executable()
        if not self.executable:
            raise PdfError("missing")
        self.timeout = timeout
        self.no_sandbox = no_sandbox or os.geteuid() == 0
        self._folder = None
        self._process = None
        self._buffer = b""
        self._last_id = 0
        self._session = None

    def __enter__(self):
        self._folder = tempfile.mkdtemp(prefix="property_pdf_")
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_exc):
        self.close()

    def _start(self):
        command = [
            self.executable,
            "--headless",
            "--remote-debugging-pipe",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--no-default-browser-check",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-breakpad",
            "--disable-crash-reporter",
            "--disable-default-apps",
            "--disable-extensions",
            "--disable-sync",
            "--disable-features=Translate,OptimizationHints,MediaRouter,DialMediaRouteProvider",
            "--metrics-recording-only",
            "--mute-audio",
            "--font-render-hinting=none",
            "--accept-lang=zh-CN",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={self._folder}/profile",
        ]
        if self.no_sandbox:
            command.append("--no-sandbox")
        environment = {
            key: os.environ[key] for key in ("PATH", "LANG", "LC_ALL", "TZ") if key in os.environ
        }
        environment |= {
            "HOME": self._folder,
            "TMPDIR": self._folder,
            "XDG_CONFIG_HOME": f"{self._folder}/config",
            "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME", f"{self._folder}/cache"),
        }
        self._log = open(f"{self._folder}/log", "w+b")  # noqa: SIM115 (closed in close())
        self._process = subprocess.Popen(  # noqa: S603 (fixed command, no shell text from outside)
            ["/bin/sh", "-c", _LAUNCHER, "sh", *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=environment,
            cwd=self._folder,
            start_new_session=True,
        )
        os.set_blocking(self._process.stdin.fileno(), False)
        os.set_blocking(self._process.stdout.fileno(), False)
        deadline = time.monotonic() + self.timeout
        target = self._call("Target.createTarget", {"url": "about:blank"}, deadline)
        attached = self._call(
            "Target.attachToTarget", {"targetId": target["targetId"], "flatten": True}, deadline
        )
        self._session = attached["sessionId"]
        self._call("Emulation.setScriptExecutionDisabled", {"value": True}, deadline)
        self._call("Emulation.setEmulatedMedia", {"media": "print"}, deadline)
        self._call("Page.enable", {}, deadline)
        tree = self._call("Page.getFrameTree", {}, deadline)
        self._frame = tree["frameTree"]["frame"]["id"]

    def close(self):
        """End the browser with all its children and remove what it wrote."""
        if self._process:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            for stream in (self._process.stdin, self._process.stdout, self._log):
                with contextlib.suppress(OSError):
                    stream.close()
            self._process = None
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def measure(self, html, width):
        """Lay a document out and measure the elements that carry ``data-pdf-measure``.

        :param width: layout width in CSS pixels
        :return: heights in CSS pixels in document order
        """
        deadline = time.monotonic() + self.timeout
        self._load(html, deadline, width)
        result = self._call(
            "Runtime.evaluate",
            {
                "expression": "Array.from(document.querySelectorAll('[data-pdf-measure]'),"
                " e => e.getBoundingClientRect().height)",
                "returnByValue": True,
            },
            deadline,
        )
        return result["result"]["value"]

    def print(self, html, options):
        """:return: the document as PDF, bytes"""
        deadline = time.monotonic() + self.timeout
        self._load(html, deadline)
        result = self._call("Page.printToPDF", options.as_command(), deadline)
        return base64.b64decode(result["data"])

    def _load(self, html, deadline, width=None):
        if width:
            self._call(
                "Emulation.setDeviceMetricsOverride",
                {"width": round(width), "height": 1000, "deviceScaleFactor": 1, "mobile": False},
                deadline,
            )
        else:
            self._call("Emulation.clearDeviceMetricsOverride", {}, deadline)
        self._call("Page.setDocumentContent", {"frameId": self._frame, "html": html}, deadline)
        self._call(
            "Runtime.evaluate",
            {
                "expression": "Promise.all([document.fonts.ready,"
                " ...Array.from(document.images, i => i.decode().catch(() => 0))]).then(() => 1)",
                "awaitPromise": True,
                "returnByValue": True,
            },
            deadline,
        )

    # --- the debugging pipe ---

    def _call(self, method, params, deadline):
        self._last_id += 1
        message = {"id": self._last_id, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        self._send(json.dumps(message).encode() + b"\0", deadline)
        while True:
            answer = self._receive(deadline)
            if answer.get("id") != self._last_id:
                continue
            if "error" in answer:
                raise PdfError("failed", f"{method}: {answer['error'].get('message')}")
            return answer["result"]

    def _send(self, data, deadline):
        handle = self._process.stdin.fileno()
        view = memoryview(data)
        while view:
            self._wait([], [handle], deadline)
            try:
                view = view[os.write(handle, view[:65536]) :]
            except BlockingIOError:
                continue
            except BrokenPipeError:
                self._died()

    def _receive(self, deadline):
        handle = self._process.stdout.fileno()
        chunks = [self._buffer]
        while b"\0" not in chunks[-1]:
            self._wait([handle], [], deadline)
            chunk = os.read(handle, _READ_SIZE)
            if not chunk:
                self._died()
            chunks.append(chunk)
        message, self._buffer = b"".join(chunks).split(b"\0", 1)
        return json.loads(message)

    def _wait(self, readers, writers, deadline):
        ready = select.select(readers, writers, [], max(0, deadline - time.monotonic()))
        if not any(ready):
            raise PdfError("timeout", f"{self.timeout} s")

    def _died(self):
        self._process.wait()
        self._log.seek(0)
        log = self._log.read().decode(errors="replace")
        code = "sandbox" if "No usable sandbox" in log or "setuid sandbox" in log else "failed"
        raise PdfError(code, log[-1500:])

"""Debian's chromium, driven through its own protocol: pages opened from files, keys pressed, what it says read back."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"),
    *("--remote-debugging-port=0", "--remote-allow-origins=*", "--hide-scrollbars"),
)


class Page:
    """One tab."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket
        self.number = 0
        self.events: list[dict[str, Any]] = []
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Sends one command and waits for its answer; events on the way are kept."""
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") == self.number:
                assert "error" not in message, message
                return dict(message["result"])
            self.events.append(message)

    def open(self, file: Path, width: int = 1200, height: int = 900) -> None:
        """Opens a file in a window of this size and waits until it is there."""
        self.events.clear()
        is_phone = width < 600
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=is_phone
        )
        self.call("Page.navigate", url=file.resolve().as_uri())
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self.events.append(json.loads(self.socket.recv()))

    def ask(self, expression: str) -> Any:
        """The value of a JavaScript expression."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def press(self, key: str, text: str = "") -> None:
        """A key, with the text it types."""
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, text=text)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key)

    def type(self, text: str) -> None:
        """Types into what has the focus."""
        self.call("Input.insertText", text=text)

    def complaints(self) -> list[str]:
        """What the browser logged: errors of scripts, refused styles and scripts, files not found."""
        kinds = ("Log.entryAdded", "Runtime.exceptionThrown")
        return [json.dumps(event["params"]) for event in self.events if event["method"] in kinds]

    def addresses(self) -> list[str]:
        """Everything the page asked for."""
        asked = (event for event in self.events if event["method"] == "Network.requestWillBeSent")
        return [event["params"]["request"]["url"] for event in asked]

    def screenshot(self, file: Path) -> None:
        """What is seen now, as a PNG."""
        file.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))


@contextmanager
def browser() -> Iterator[Page]:
    """A fresh browser's tab; skips the test, with the reason, where there is no chromium or no websocket client."""
    if CHROMIUM is None:
        pytest.skip("there is no chromium to drive")
    websocket = pytest.importorskip("websocket", reason="websocket-client is not installed")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "about:blank"], stderr=subprocess.PIPE, text=True
        )
        try:
            assert process.stderr is not None
            address = next((line.split()[-1] for line in process.stderr if "DevTools listening on" in line), None)
            if address is None:
                pytest.skip("chromium does not start here")
            port = address.split(":")[2].split("/")[0]
            page = Page(_tab(websocket, address, port))
            yield page
            page.socket.close()
        finally:
            process.kill()
            process.wait()
            assert process.stderr is not None
            process.stderr.close()


def _tab(websocket: Any, address: str, port: str) -> Any:
    """The connection to a new tab."""
    first = websocket.create_connection(address, timeout=60)
    first.send(json.dumps({"id": 1, "method": "Target.createTarget", "params": {"url": "about:blank"}}))
    message: dict[str, Any] = {}
    while message.get("id") != 1:
        message = json.loads(first.recv())
    first.close()
    return websocket.create_connection(
        f"ws://127.0.0.1:{port}/devtools/page/{message['result']['targetId']}", timeout=60
    )

# SPDX-License-Identifier: Apache-2.0
"""
Programs that read what purelbtool writes: Chromium for pages, and a terminal (pyte).

Both are told a report and give what a reader would see; what a report must not do in them, such
as loading something, asking, or moving the cursor, goes into `problems`.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

WAIT_SECONDS = 120

# What a page is, once its scripts ran.
LOOK = """JSON.stringify({
    text: document.documentElement.textContent,
    values: Array.from(document.querySelectorAll("*"), (e) => Array.from(e.attributes, (a) => a.value)).flat(),
    elements: Array.from(new Set(Array.from(document.querySelectorAll("*"), (e) => e.localName))),
    handlers: Array.from(document.querySelectorAll("*"), (e) => Array.from(e.attributes, (a) => a.name)).flat()
        .filter((name) => name.startsWith("on")),
    links: Array.from(document.querySelectorAll("[href], [src], [action]"), (e) => e.href || e.src || e.action)
        .filter((link) => typeof link !== "string" || !/^(file:[^?]*)?(#|$)|^https:/.test(link)),
    obeyed: window.PWNED === undefined ? "" : "the page ran what a name says",
})"""


def browser_path():
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if shutil.which(name):
            return shutil.which(name)
    return None


class Browser:
    """One Chromium without a screen, which is talked to over a pair of pipes."""

    def __init__(self):
        self.profile = tempfile.mkdtemp()
        to_read, self.to = os.pipe()
        self.back, to_write = os.pipe()
        # The browser reads its descriptor 3 and writes its descriptor 4.
        script = f'exec 3<&{to_read} 4>&{to_write} && exec "$@"'
        self.process = subprocess.Popen(
            ["bash", "-c", script, "browser", browser_path(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
             "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
             f"--user-data-dir={self.profile}", "--remote-debugging-pipe", "about:blank"],
            pass_fds=(to_read, to_write), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(to_write)
        self.buffer, self.number, self.events = b"", 0, []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network"):
            self.ask(f"{domain}.enable")

    session = None

    def message(self):
        """The next message of the browser."""
        while b"\0" not in self.buffer:
            more = os.read(self.back, 1 << 16)
            if not more:
                raise RuntimeError("the browser is gone")
            self.buffer += more
        one, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(one)

    def ask(self, method, **params):
        self.number += 1
        text = {"id": self.number, "method": method, "params": params}
        if self.session:
            text["sessionId"] = self.session
        os.write(self.to, json.dumps(text).encode() + b"\0")
        while True:
            answer = self.message()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def see(self, page):
        """What the page with this text looks like: see LOOK; and what it did that a report never does."""
        problems = []
        with tempfile.NamedTemporaryFile("w", suffix=".html", encoding="utf-8") as file:
            file.write(page)
            file.flush()
            self.events = []
            self.ask("Page.navigate", url=f"file://{file.name}")
            while not any(event.get("method") in ("Page.loadEventFired", "Page.javascriptDialogOpening") for event in self.events):
                self.events.append(self.message())
            if any(event.get("method") == "Page.javascriptDialogOpening" for event in self.events):
                self.ask("Page.handleJavaScriptDialog", accept=False)
                problems.append("the page opens a dialog")
            seen = json.loads(self.ask("Runtime.evaluate", expression=LOOK, returnByValue=True)["result"]["value"])
            for event in self.events:
                if event.get("method") == "Network.requestWillBeSent":
                    url = event["params"]["request"]["url"]
                    if url != f"file://{file.name}" and not url.startswith("data:"):
                        problems.append(f"the page loads {url[:100]}")
                elif event.get("method") == "Runtime.exceptionThrown":
                    problems.append(f"a script of the page fails: {str(event['params'])[:300]}")
        if seen["handlers"]:
            problems.append(f"attributes of the input: {seen['handlers']}")
        if seen["links"]:
            problems.append(f"links of the input: {seen['links'][:3]}")
        if seen["obeyed"]:
            problems.append(seen["obeyed"])
        return seen, problems

    def close(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)


def terminal():
    """pyte, the terminal of Debian's python3-pyte, or None."""
    sys.path.append("/usr/lib/python3/dist-packages")
    try:
        import pyte
    except ImportError:
        return None
    return pyte


def on_terminal(pyte, text):
    """The lines that a terminal shows after it was sent the text, and what it did besides showing them."""
    lines = text.split("\n")
    screen = pyte.Screen(max(map(len, lines)) + 1, len(lines) + 1)
    modes = set(screen.mode)
    pyte.Stream(screen).feed(text.replace("\n", "\r\n"))
    problems = []
    if screen.title or screen.icon_name:
        problems.append(f"the terminal got a title: {screen.title}{screen.icon_name}")
    if set(screen.mode) != modes:
        problems.append(f"the terminal is in other modes: {screen.mode}")
    if (screen.cursor.y, screen.cursor.x) != (len(lines) - 1, len(lines[-1])):
        problems.append(f"the cursor is elsewhere: line {screen.cursor.y}")
    return [line.rstrip() for line in screen.display[:len(lines)]], problems

"""A class of 50 on one machine: what a lesson costs the server, and how long students wait.

Run with `python -m tests.load.class_room`. Each student is a WebSocket as the browser's: it runs the page and, time and
again, the fragments that want it, joins, answers, and sees the reveal. The server is the app as it is.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from tests.browser.server import ROOT, serve, without_database

WATCH_S = 20.0
"""For how long the class only waits, to measure what that costs."""


@dataclass
class Visitor:
    """One connection, with what its page shows."""

    url: str
    query: str
    socket: object = None
    page_hash: str = ""
    widgets: dict = field(default_factory=dict)
    buttons: dict = field(default_factory=dict)
    texts: list = field(default_factory=list)
    inputs: dict = field(default_factory=dict)
    repeats: dict = field(default_factory=dict)
    n_bytes: int = 0
    n_runs: int = 0
    finished: asyncio.Event = field(default_factory=asyncio.Event)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def come(self) -> None:
        """Open the page."""
        self.socket = await websockets.connect(
            self.url.replace("http", "ws") + "/_stcore/stream", subprotocols=["streamlit"], max_size=None
        )
        self.reader = asyncio.create_task(self._read())
        await self.run()

    async def run(self, fragment: str = "", pressed: str | None = None) -> None:
        """Run the page, or one of its fragments, and wait for its end."""
        message = BackMsg()
        ask = message.rerun_script
        ask.query_string, ask.page_script_hash, ask.fragment_id = self.query, self.page_hash, fragment
        if not self.page_hash:
            ask.page_name = "class"
        states = [WidgetState(id=key, string_value=text) for key, text in self.widgets.items()]
        if pressed is not None:
            states.append(WidgetState(id=pressed, trigger_value=True))
        ask.widget_states.widgets.extend(states)
        async with self.turn:  # as a browser, which waits for one run before it asks for the next
            if not fragment:
                self._forget()
            self.finished.clear()
            await self.socket.send(message.SerializeToString())
            await asyncio.wait_for(self.finished.wait(), 60)

    async def press(self, name: str) -> float:
        """Press a button by its key's end or label; return how long its run took."""
        began = time.perf_counter()
        async with self.turn:  # behind a run that draws the button
            pass
        found = [found for key, found in self.buttons.items() if name in key]
        if not found:
            raise LookupError(f"No button {name} among {sorted(self.buttons)}; the page says {self.texts}.")
        widget, fragment = found[0]
        await self.run(fragment, widget)
        return time.perf_counter() - began

    async def _read(self) -> None:
        async for data in self.socket:
            self.n_bytes += len(data)
            message = ForwardMsg()
            message.ParseFromString(data)
            kind = message.WhichOneof("type")
            if kind == "navigation":
                pages = message.navigation.app_pages
                self.page_hash = next(page.page_script_hash for page in pages if page.url_pathname == "class")
            elif kind == "delta":
                self._take(message.delta)
            elif kind == "auto_rerun":
                self._repeat(message.auto_rerun.fragment_id, message.auto_rerun.interval)
            elif kind == "script_finished" and message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                self._forget()  # the whole page comes now
            elif kind == "script_finished":
                self.n_runs += 1
                self.finished.set()
                self.changed.set()

    def _forget(self) -> None:
        self.repeats.clear()
        self.buttons.clear()
        self.texts.clear()

    def _take(self, delta: object) -> None:
        element = delta.new_element
        kind = element.WhichOneof("type")
        if kind == "button":
            self.buttons[f"{element.button.id} {element.button.label}"] = (element.button.id, delta.fragment_id)
        elif kind == "text_input":
            self.inputs[element.text_input.id] = element.text_input
        elif kind == "markdown":
            self.texts.append(element.markdown.body)
        elif kind == "alert":
            self.texts.append(element.alert.body)
        elif kind == "html":
            self.texts.append(element.html.body)

    def _repeat(self, fragment: str, interval: float) -> None:
        async def again() -> None:
            while True:
                await asyncio.sleep(interval)
                if self.repeats.get(fragment) is not asyncio.current_task():
                    return  # the page that wanted it is gone
                await self.run(fragment)

        if fragment not in self.repeats:
            self.repeats[fragment] = asyncio.create_task(again())

    async def wait_for(self, text: str, limit_s: float = 60.0) -> float:
        """Wait until the page shows a text; return when it did."""
        deadline = time.perf_counter() + limit_s
        while not any(text in shown for shown in self.texts):
            self.changed.clear()
            await asyncio.wait_for(self.changed.wait(), max(deadline - time.perf_counter(), 0.01))
        return time.perf_counter()

    async def go(self) -> None:
        """Close the page."""
        self.repeats.clear()
        await self.socket.close()


async def teach(url: str, pid: int, n_students: int) -> dict[str, float]:
    """Hold a lesson; return what it cost."""
    process = psutil.Process(pid)
    teacher = Visitor(url, "lang=en")
    await teacher.come()
    await teacher.press("classroom.open")
    code = next(text for text in teacher.texts if 'class="class-code' in text).split(">")[1].split("<")[0]
    students = [Visitor(url, f"room={code}&lang=en") for _ in range(n_students)]
    began, cpu = time.perf_counter(), _cpu(process)

    async def join(number: int, student: Visitor) -> None:
        await student.come()
        for key in student.inputs:
            student.widgets[key] = f"student {number}" if "classroom.name" in key else code
        await student.press("classroom.join" if any("classroom.join" in key for key in student.buttons) else "Join")
        student.widgets.clear()

    await asyncio.gather(*(join(k, student) for k, student in enumerate(students)))
    figures = {"join: until all are in, s": time.perf_counter() - began, "join: CPU, s": _cpu(process) - cpu}

    cpu, n_bytes, began = _cpu(process), sum(s.n_bytes for s in students), time.perf_counter()
    await asyncio.sleep(WATCH_S)
    waited = time.perf_counter() - began
    figures["waiting: share of one core, %"] = 100 * (_cpu(process) - cpu) / waited
    figures["waiting: bytes a student a second"] = (sum(s.n_bytes for s in students) - n_bytes) / n_students / waited

    await teacher.press("class.start")
    began, cpu = time.perf_counter(), _cpu(process)
    seen = await asyncio.gather(*(student.wait_for('class="class-strip"') for student in students))
    figures["new task: the last student sees it after, s"] = max(seen) - began
    figures["new task: CPU, s"] = _cpu(process) - cpu

    async def answer(number: int, student: Visitor) -> list[float]:
        took = []
        for item in range(20):
            took.append(await student.press(f"class.class.{(number + item) % 5}"))
            await asyncio.sleep(0.5 + (number % 10) / 10)  # a quick class
        return took

    began, cpu = time.perf_counter(), _cpu(process)
    waits = await asyncio.gather(*(answer(k, student) for k, student in enumerate(students)))
    took = sorted(one for of_a_student in waits for one in of_a_student)
    figures["answers: median wait, ms"] = 1000 * statistics.median(took)
    figures["answers: 95 of 100 within, ms"] = 1000 * took[int(0.95 * len(took))]
    figures["answers: the longest wait, ms"] = 1000 * took[-1]
    figures["answers: share of one core, %"] = 100 * (_cpu(process) - cpu) / (time.perf_counter() - began)

    began = time.perf_counter()
    await teacher.press("class.reveal")
    seen = await asyncio.gather(*(student.wait_for('class="class-strips') for student in students))
    figures["reveal: the last student sees it after, s"] = max(seen) - began
    figures["memory, MB"] = process.memory_info().rss / 1e6
    for visitor in (teacher, *students):
        await visitor.go()
    return figures


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=50)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as cache, serve(ROOT / "app.py", without_database(Path(cache))) as server:
        figures = asyncio.run(teach(server.url, server.pid, options.students))
    print(json.dumps({name: round(value, 2) for name, value in figures.items()}, indent=2))  # noqa: T201


if __name__ == "__main__":
    main()

"""Two servers of the app behind a real nginx: visitors stay where they are, and a killed one's page goes on."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path
from types import ModuleType

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from ecgmodel.records.sources.sample_files import make_watch_file
from tests.browser.conftest import visitor_page
from tests.browser.server import ROOT, find_free_port
from tests.browser.steps import wait_until_still

PATIENCE_S = 40
LET_IN = ("localhost", "127.0.0.1", "ecg.school.example")
PAINTED = ".ecg[data-paints]"

NOTE_RUN = """
() => new MutationObserver(() => {
  const { testConnectionState, testScriptState } = document.querySelector("[data-testid=stApp]").dataset;
  if (testConnectionState === "CONNECTED" && testScriptState === "running") document.documentElement.dataset.ran = "";
}).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-test-script-state"] })
"""
"""Marks the document once a server runs its page."""


def load_replicas() -> ModuleType:
    """Return `deploy/replicas.py`, which is in no package."""
    spec = importlib.util.spec_from_file_location("replicas", ROOT / "deploy" / "replicas.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def need_nginx() -> None:
    """Install nginx under `CI=true` where apt can; a skip on a laptop, and where there is neither."""
    if load_replicas().find_nginx() is not None:
        return
    if shutil.which("apt-get") is None or not os.environ.get("CI"):
        pytest.skip("There is no nginx on this machine (Debian: apt-get install nginx-light).")
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "nginx-light"]):
        subprocess.run([*as_root, "apt-get", *arguments], check=True)


@dataclass(frozen=True, slots=True)
class Hall:
    """The replicas while they run."""

    url: str
    log: Path

    def pid(self, replica: int) -> int:
        """Return the process that a replica is now."""
        return int(re.findall(rf"replica {replica} is process (\d+)", self.log.read_text("utf-8"))[-1])


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """Both replicas, with one folder of runs and no database."""
    need_nginx()
    folder = tmp_path_factory.mktemp("hall")
    port, log = find_free_port(), folder / "log"
    env = {name: value for name, value in os.environ.items() if name not in ("ECG_DATA_DIR", "ECG_SVDB_DIR")}
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "deploy" / "replicas.py"), "--replicas", "2", "--port", str(port)],
            env=env | {"ECG_RUNS_DIR": str(folder / "runs"), "STREAMLIT_SERVER_ALLOWED_HOSTS": " ".join(LET_IN)},
            stdout=sink,
            stderr=sink,
        )
        try:
            hall = Hall(f"http://127.0.0.1:{port}", log)
            for replica in (1, 2):
                wait_for_replica(hall, replica)
            yield hall
        finally:
            process.terminate()
            process.wait(30)
    assert "Traceback" not in log.read_text("utf-8")
    for replica in (1, 2):
        with pytest.raises(ProcessLookupError):
            os.kill(hall.pid(replica), 0)


def wait_for_replica(hall: Hall, replica: int) -> None:
    """Wait until nginx finds a replica answering."""
    deadline = time.monotonic() + PATIENCE_S
    while answering_replica(hall, replica) != replica:
        assert time.monotonic() < deadline, hall.log.read_text("utf-8")
        time.sleep(0.1)  # between two looks at processes that tell nobody when they are ready


def answering_replica(hall: Hall, replica: int) -> int | None:
    """Return which replica answers one who was with `replica`."""
    asked = urllib.request.Request(f"{hall.url}/_stcore/health", headers={"Cookie": f"ecg_replica={replica}"})
    try:
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return given_replica(answer) or replica
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return None


def given_replica(answer: HTTPResponse) -> int | None:
    """Return the replica that an answer puts into the cookie; `None` where it leaves that as it is."""
    cookies = [cookie for cookie in answer.headers.get_all("Set-Cookie", ()) if cookie.startswith("ecg_replica=")]
    if not cookies:
        return None
    (cookie,) = cookies
    assert cookie.endswith("; Path=/; HttpOnly; SameSite=Lax")
    return int(cookie.split(";")[0].split("=")[1])


def replica_of(page: Page) -> int:
    """Return the replica in the visitor's cookie."""
    (value,) = [cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "ecg_replica"]
    return int(value)


@pytest.mark.faults(
    what="a replica of the app behind nginx is killed",
    holds="its visitor's page goes on with another at the same record and time; uploads work",
)
def test_a_killed_replica_s_visitor_goes_on_with_the_other(hall: Hall, chromium: BrowserContext) -> None:
    """The page connects to it by itself, at its record and time; uploads work there, also when the first is back."""
    with visitor_page(chromium) as page:
        page.goto(f"{hall.url}/?record=simulated-mixed&t=40&lang=en&replica=2")
        expect(page.locator(PAINTED).first).to_have_attribute("data-start", "40.000")
        wait_until_still(page)
        assert replica_of(page) == 2
        page.evaluate(NOTE_RUN)
        os.kill(hall.pid(2), signal.SIGKILL)
        expect(page.locator("html[data-ran]")).to_be_attached()
        wait_until_still(page)
        assert replica_of(page) == 1
        page.get_by_role("link", name="Predict", exact=True).click()
        expect(page.locator(f"{PAINTED}[data-record='simulated-mixed']").first).to_be_visible()
        expect(page).to_have_url(re.compile(r"[?&]t=40"))
        wait_for_replica(hall, 2)
        # Back, it gets nothing of what the visitor has with the other one: files go where the session is.
        page.get_by_role("link", name="Upload", exact=True).click()
        file = {"name": "mine.csv", "mimeType": "text/csv", "buffer": make_watch_file().data}
        page.locator("[data-testid=stFileUploaderDropzoneInput]").first.set_input_files(file)
        expect(page.locator('[data-record="upload: mine.csv"] li[data-row]').first).to_be_attached()
        assert replica_of(page) == 1


def test_new_visitors_are_divided_and_stay(hall: Hall) -> None:
    """Those without a cookie, or with a false one, get one; those with one keep it; a link can say which."""
    wait_for_replica(hall, 2)
    got = set()
    for cookie in ("", "ecg_replica=77", "ecg_replica=", "ecg_replica=1,2"):
        for _ in range(4):
            asked = urllib.request.Request(f"{hall.url}/", headers={"Cookie": cookie} if cookie else {})
            with urllib.request.urlopen(asked, timeout=10) as answer:
                got.add(given_replica(answer))
    assert got == {1, 2}
    for replica in (1, 2):
        assert answering_replica(hall, replica) == replica
        with urllib.request.urlopen(f"{hall.url}/?replica={replica}", timeout=10) as answer:
            assert given_replica(answer) == replica


def test_names_that_are_let_in(hall: Hall) -> None:
    """nginx passes on by what name it was asked; a replica answers to those that are let in, and to no other."""
    wait_for_replica(hall, 1)
    for name in (*LET_IN, f"{LET_IN[-1]}:8500"):
        with urllib.request.urlopen(
            urllib.request.Request(f"{hall.url}/", headers={"Host": name}), timeout=10
        ) as answer:
            assert answer.status == 200
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(urllib.request.Request(f"{hall.url}/", headers={"Host": "evil.example"}), timeout=10)


def test_on_a_network_every_name_is_let_in_unless_some_are_named() -> None:
    """A replica listens on this machine alone; it would refuse the address by which a class finds nginx."""
    replicas = load_replicas()
    assert replicas.let_in("127.0.0.1") == {}
    assert replicas.let_in("0.0.0.0") == {"STREAMLIT_SERVER_ALLOWED_HOSTS": "*"}


def test_a_class_comes_in_through_nginx(hall: Hall, many_visitors: Browser) -> None:
    """Whoever types the code of a room that another process holds is led there; it says who reaches the app."""
    with page_of_its_own(many_visitors) as teacher, page_of_its_own(many_visitors) as student:
        teacher.goto(f"{hall.url}/class?lang=en&replica=2")
        teacher.get_by_role("button", name="Open a room").click()
        code = teacher.locator(".class-code").inner_text()
        expect(teacher.get_by_text("Only this machine reaches the app so far")).to_be_visible()
        student.goto(f"{hall.url}/class?lang=en&replica=1")
        join(student, code)
        way = student.get_by_role("link", name=f"Go to room {code}").get_attribute("href")
        student.goto(f"{hall.url}/{way}")
        expect(student.get_by_role("textbox", name="Code of the room")).to_have_value(code)
        join(student, code)
        expect(teacher.get_by_text("1 student is in")).to_be_visible()
        assert (replica_of(teacher), replica_of(student)) == (2, 2)


def join(student: Page, code: str) -> None:
    student.get_by_role("textbox", name="Code of the room").fill(code)
    student.get_by_role("textbox", name="A name for this lesson").fill("Ada")
    student.get_by_role("button", name="Join", exact=True).click()


@contextmanager
def page_of_its_own(browser: Browser) -> Iterator[Page]:
    """Open a page that shares no cookies with another."""
    context = browser.new_context(locale="en-US")
    yield context.new_page()
    context.close()


def test_the_container_holds_what_it_starts() -> None:
    """Every path that is copied is there, all that the app imports is among them, and its command is understood."""
    lines = (ROOT / "deploy" / "Containerfile").read_text("utf-8").splitlines()
    copied = {line.split()[1] for line in lines if line.startswith("COPY ")}
    assert {name for name in copied if not (ROOT / name).exists()} == set()
    assert copied >= {"app.py", "pages", "ecgmodel", "assets", "deploy", ".streamlit", "requirements.txt"}
    (command,) = [json.loads(line.removeprefix("CMD ")) for line in lines if line.startswith("CMD ")]
    assert (ROOT / command[1]).is_file()
    assert load_replicas().parse_options(command[2:]).address == "0.0.0.0"


def test_what_starts_them_says_what_is_missing(tmp_path: Path) -> None:
    """Without nginx there is a sentence and exit code 2."""
    done = subprocess.run(
        [sys.executable, "-c", "import sys; sys.path.insert(0, 'deploy'); import replicas\n"
         "replicas.find_nginx = lambda: None; sys.exit(replicas.main([]))"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "apt-get install nginx-light" in done.stderr

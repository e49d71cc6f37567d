"""A visitor's own file in a real browser: dropped, understood, changed, stopped, taken home."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from ecgmodel.records.sources.simulated import SimulationPlan, simulate_record
from tests.browser.axe import find_barriers
from tests.browser.server import Server
from tests.browser.steps import save_file

CSV = Path(__file__).parents[1] / "data" / "csv"
SLOW_MS = 60_000


@pytest.fixture
def upload(page: Page, embedded_app_server: Server) -> Page:
    """The Upload page on a first visit, with its sample drawn."""
    page.goto(embedded_app_server.url)
    expect(page.locator("[data-paints]")).to_be_visible(timeout=SLOW_MS)
    page.get_by_role("link", name="Upload", exact=True).click()
    expect(page.get_by_text("What I understood")).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_test_id("stMain").get_by_text("watch.csv")).to_be_visible(timeout=SLOW_MS)
    return page


def drop(page: Page, *names: str | Path) -> None:
    files = [str(name if isinstance(name, Path) else CSV / name) for name in names]
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(files)


def sees(page: Page, text: str) -> None:
    expect(page.get_by_text(text).first).to_be_visible(timeout=SLOW_MS)


def download(page: Page, label: str) -> bytes:
    return Path(save_file(page, label).path()).read_bytes()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("apple-de.csv", "511.562 Hz"),
        ("polar.txt", "130 Hz"),
        ("opensignals.txt", "1000 Hz"),
        ("wfdb-atr.zip", "360 Hz"),
    ],
)
def test_a_dropped_file_becomes_a_labelled_trace(upload: Page, name: str, says: str):
    """Its rate is read, its trace painted, and it is the record in use."""
    drop(upload, name)
    sees(upload, f"upload: {name}")
    sees(upload, says)
    expect(upload.locator("[data-paints]")).to_be_visible(timeout=SLOW_MS)
    sees(upload, "Not a medical device")


def test_question_guess_and_downloads(upload: Page):
    """Bare numbers ask for their rate; another rate redraws the trace; the table that comes home says so."""
    upload.get_by_role("button", name="Bare numbers").click()
    sees(upload, "how many are they, in Hz?")
    upload.get_by_label("Another, in Hz").fill("360")
    upload.get_by_label("Another, in Hz").press("Enter")
    sees(upload, "1:00 long")
    expect(upload.locator("[data-paints]")).to_be_visible(timeout=SLOW_MS)
    rate = upload.get_by_label("Sampling rate (Hz)")
    rate.fill("180")
    rate.press("Enter")
    sees(upload, "2:00 long")
    assert find_barriers(upload) == {}
    table = download(upload, "Beats as CSV").decode()
    lines = table.splitlines()
    assert lines[0].startswith("# Not a medical device")
    assert lines[1] == "# plain, 180 Hz"
    rows = list(csv.DictReader(lines[2:]))
    assert len(rows) > 50
    assert all(abs(sum(float(row[f"p_{name}"]) for name in "NLRAV") - 1) < 1e-4 for row in rows)


def test_record_and_report_come_home(upload: Page):
    """The WFDB record is whole, and the report is one page of HTML that says what it is not."""
    drop(upload, "samsung.csv")
    sees(upload, "upload: samsung.csv")
    with zipfile.ZipFile(io.BytesIO(download(upload, "WFDB record"))) as archive:
        assert sorted(archive.namelist()) == ["README.txt", "samsung.atr", "samsung.dat", "samsung.hea"]
    report = download(upload, "Report to print").decode()
    assert report.startswith("<!doctype html>")
    assert "Not a medical device" in report
    assert "<svg" in report
    assert len(download(upload, "Labels (.atr)")) > 4


def test_a_bad_file_takes_nothing_away(upload: Page, tmp_path: Path):
    """A PDF that is called .csv is refused in a sentence, and the file before it is a click away."""
    drop(upload, "samsung.csv")
    sees(upload, "upload: samsung.csv")
    (tmp_path / "scan.csv").write_bytes(b"%PDF-1.7\n1 0 obj\n")
    drop(upload, tmp_path / "scan.csv")
    sees(upload, "PDF document")
    expect(upload.locator("[data-paints]")).to_have_count(0)
    upload.get_by_role("button", name="Show samsung.csv again").click()
    sees(upload, "upload: samsung.csv")
    expect(upload.locator("[data-paints]")).to_be_visible(timeout=SLOW_MS)


def test_long_work_can_be_stopped(upload: Page, tmp_path: Path):
    """A long file shows a bar; Stop stops it, and Go on brings the labels."""
    record = simulate_record(SimulationPlan(duration_s=1800.0, fs=250.0), seed=1)
    values = np.tile(record.lead(), 6)
    path = tmp_path / "long.csv"
    path.write_text("# Sample Rate: 250 Hz\necg [mV]\n" + "\n".join(f"{value:.3f}" for value in values.tolist()) + "\n")
    drop(upload, path)
    upload.get_by_role("button", name="Stop", exact=True).click(timeout=SLOW_MS)
    sees(upload, "Stopped.")
    upload.get_by_role("button", name="Go on").click()
    sees(upload, "3:00:00 long")
    expect(upload.locator("[data-paints]")).to_be_visible(timeout=SLOW_MS)


def test_nothing_of_it_is_left(upload: Page, embedded_app_server: Server):
    """The address holds no name of a file, and after a new visit the file is gone."""
    drop(upload, "samsung.csv")
    sees(upload, "upload: samsung.csv")
    assert "samsung" not in upload.url
    upload.goto(embedded_app_server.url)
    expect(upload.locator("[data-paints]")).to_be_visible(timeout=SLOW_MS)
    expect(upload.get_by_text("samsung")).to_have_count(0)


def test_labels_by_hand(upload: Page):
    """On the upload, a beat is labelled in the trace, and the change can be taken back and taken home."""
    drop(upload, "apple-en.csv")
    sees(upload, "upload: apple-en.csv")
    upload.get_by_role("link", name="Annotate", exact=True).click()
    upload.get_by_test_id("stSelectbox").filter(has_text="Start from").locator("input").click(timeout=SLOW_MS)
    upload.get_by_role("option", name="R peaks, not labelled").click()
    upload.get_by_role("button", name="Annotate this record").click()
    sees(upload, "0 changes")
    upload.locator("[data-name=labelV]").click()
    sees(upload, "1 change")
    table = download(upload, "My labels as CSV").decode()
    assert next(csv.DictReader(table.splitlines()[2:]))["class"] == "V"
    upload.get_by_role("button", name="Undo").click()
    sees(upload, "0 changes")

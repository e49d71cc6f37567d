"""A class room with two visitors: a teacher at a desk, a student with a telephone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from ecgmodel.classroom.addresses import find_own_addresses
from tests.browser.axe import find_barriers
from tests.browser.conftest import is_outside
from tests.browser.server import ROOT, Server, serve, without_database

TELEPHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "locale": "zh-CN"}
DESK = {"viewport": {"width": 1360, "height": 900}, "locale": "en-US"}
N_BEATS = 20


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app as for a class, listening on every address of this machine."""
    env = without_database(tmp_path_factory.mktemp("cache")) | {"STREAMLIT_SERVER_ADDRESS": "0.0.0.0"}
    with serve(ROOT / "app.py", env, own_address=True) as server:
        yield server


@contextmanager
def visitor(browser: Browser, options: dict[str, object]) -> Iterator[Page]:
    """Open a page in a context of its own; script errors and requests to other machines fail the test."""
    faults: list[str] = []
    context = browser.new_context(**options)
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda asked: faults.append(asked.url) if is_outside(asked.url) else None)
    yield page
    context.close()
    assert faults == []


def open_room(teacher: Page, server: Server) -> str:
    teacher.goto(f"{server.url}/class?lang=en")
    teacher.get_by_role("button", name="Open a room").click()
    code = teacher.locator(".class-code")
    expect(code).to_be_visible()
    return code.inner_text()


def test_a_lesson_from_the_code_to_the_kappa(many_visitors: Browser, server: Server):
    """A student comes by the link, in Chinese, names 20 beats by touch; teacher and student read one agreement.

    Both load their pages anew in between, and are where they were. Behind the closing the room is gone.
    """
    with visitor(many_visitors, DESK) as teacher, visitor(many_visitors, TELEPHONE) as student:
        code = open_room(teacher, server)
        query = f"room={code}&lang=en"
        if find_own_addresses():
            link = teacher.get_by_test_id("stCode").inner_text()
            assert urlsplit(link).hostname in find_own_addresses()
            assert parse_qs(urlsplit(link).query) == {"room": [code], "lang": ["en"]}
            expect(teacher.get_by_role("img", name="QR code of the address")).to_be_visible()
            query = urlsplit(link).query
        student.goto(f"{server.url}/class?{query.replace('lang=en', 'lang=zh')}")
        student.get_by_role("textbox", name="本节课使用的名字").fill("<i>李雷</i>")
        student.get_by_role("button", name="加入", exact=True).tap()
        expect(student.get_by_text("你已进入课堂")).to_be_visible()
        expect(teacher.get_by_text("1 student is in")).to_be_visible()
        expect(teacher.get_by_text("<i>李雷</i>", exact=True)).to_be_visible()

        teacher.get_by_role("button", name="Begin").click()
        answers = student.locator(".st-key-class_answers button")
        for k in range(N_BEATS):
            if k == 7:
                student.reload()  # as a telephone does with a page that was put aside
            expect(student.get_by_text(f"{k + 1} / {N_BEATS}", exact=True)).to_be_visible()
            if k == 0:
                assert find_barriers(student) == {}
                assert find_barriers(teacher) == {}
                expect(student.get_by_role("img", name="四秒心电图")).to_be_visible()
                for box in (answers.nth(4).bounding_box(), answers.first.bounding_box()):
                    assert box["height"] >= 44
                    assert box["y"] + box["height"] <= 844, "a button is below the screen"
            answers.nth(0 if k % 2 else 4).tap()
        expect(student.get_by_text("已全部提交")).to_be_visible()
        expect(teacher.get_by_text("1 of 1")).to_be_visible()
        expect(teacher.get_by_role("img", name="20 answers have come in")).to_be_visible()

        teacher.reload()
        teacher.get_by_role("button", name="Reveal").click()
        expect(teacher.get_by_role("heading", name="Experts, model and class")).to_be_visible()
        expect(student.get_by_role("heading", name="专家、模型与全班")).to_be_visible()
        shown = [page.get_by_test_id("stMetric").filter(has_text=text) for page, text in _both(teacher, student)]
        values = [part.get_by_test_id("stMetricValue").inner_text() for part in shown]
        assert values[0] == values[1]
        assert values[0].endswith(f"/{N_BEATS}")

        teacher.get_by_role("button", name="Next").click()
        teacher.get_by_role("button", name="Close the room").click()
        teacher.get_by_role("button", name="Close it now").click()
        expect(student.get_by_text("课堂已关闭")).to_be_visible()
        student.reload()
        expect(student.get_by_role("textbox", name="课堂代码")).to_have_value("")


def _both(teacher: Page, student: Page) -> tuple[tuple[Page, str], tuple[Page, str]]:
    return (teacher, "Class (majority) and the experts"), (student, "全班（多数）与专家")

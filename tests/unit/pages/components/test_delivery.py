"""Packets by address: what a browser may keep, who can fetch, and for how long."""

import gc
import gzip
from types import SimpleNamespace

import numpy as np
import pytest
import streamlit as st

from pages.components import delivery
from pages.components.packets import join_code, pack
from tests.event_loop import run


@pytest.fixture
def served(monkeypatch):
    monkeypatch.setattr(delivery, "_shelf", delivery._Shelf())
    monkeypatch.setattr(st, "session_state", {})
    delivery.routes()


def mount(packet, private):
    """Return what the element is sent."""
    sent = {}
    delivery.send(lambda key, data: sent.update(data=data), "some", packet, private=private)
    return sent["data"]


def fetch(url, encoding="gzip"):
    name = url.rpartition("/")[2]
    request = SimpleNamespace(path_params={"name": name}, headers={"accept-encoding": encoding})
    return run(delivery._answer(request))


PACKET = pack({"name": "x"}, {"samples": np.arange(4000, dtype=np.int16)})


def test_a_packet_travels_by_an_address_that_is_kept_for_good(served):
    """The message names the content; a browser that has it never asks again."""
    data = mount(PACKET, private=False)
    assert data == {"id": PACKET.id, "url": f"/packets/{PACKET.id}"}
    answer = fetch(data["url"])
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert gzip.decompress(answer.body) == PACKET.data
    assert fetch(data["url"], encoding="").body == PACKET.data


def test_what_a_visitor_brought_is_kept_nowhere(served):
    """A visitor's own recording lies in no cache of a browser, also where another visitor's is the same."""
    shared, own = mount(PACKET, private=False), mount(PACKET, private=True)
    assert fetch(own["url"]).headers["cache-control"] == "private, no-store"
    assert fetch(shared["url"]).headers["cache-control"].startswith("public")


def test_a_packet_goes_with_its_last_session(served):
    """Sessions hold what their pages showed; with the last of them the packet is gone, and so is its address."""
    url = mount(PACKET, private=True)["url"]
    assert fetch(url).status_code == 200
    st.session_state.clear()
    gc.collect()
    assert fetch(url).status_code == 404


def test_a_session_holds_a_bounded_number_of_bytes(served, monkeypatch):
    """A visitor who looks at many records holds the newest."""
    monkeypatch.setattr(delivery, "HELD_BYTES", 100_000)
    urls = [mount(pack({"n": n}, {"x": np.zeros(2000, np.float32)}), private=False)["url"] for n in range(30)]
    gc.collect()
    answered = [fetch(url).status_code == 200 for url in urls]
    assert answered == [False] * 18 + [True] * 12


def test_fifty_visitors_hold_one_packet(served, monkeypatch):
    """Who looks at the same record holds the same bytes."""
    held = set()
    for _ in range(50):
        monkeypatch.setattr(st, "session_state", {})
        mount(pack({"name": "x"}, {"samples": np.arange(4000, dtype=np.int16)}), private=False)
        held |= {id(parcel) for parcel in st.session_state[delivery._HELD].values()}
    assert len(held) == 1


def test_code_travels_by_address_too(served):
    """An element's message carries a line; what it loads is the module, for good."""
    stub = join_code(("shared/words.js",))
    url = stub.split('"')[1]
    assert len(stub) < 300
    assert "const fill" in gzip.decompress(fetch(url).body).decode()
    assert fetch(url).headers["content-type"].startswith("text/javascript")


def test_without_such_a_server_messages_carry_the_bytes():
    """A script that another server runs works as before."""
    sent = {}
    assert not delivery.is_open()
    delivery.send(lambda key, data: sent.update(data=data), "some", PACKET, private=False)
    assert sent["data"] == PACKET.data
    assert "const fill" in join_code(("shared/words.js",))

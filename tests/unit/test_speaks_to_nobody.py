"""The app and the library speak to no other machine, and no other machine reaches the app."""

from __future__ import annotations

import ipaddress
import os
import subprocess
import sys
from pathlib import Path

import psutil

from tests.browser.server import ROOT, serve, without_database
from tests.no_network.sitecustomize import NOTES


def test_the_app_listens_on_this_machine_alone(tmp_path: Path):
    """As the README starts it, the app takes no connection from the network, and asks no host for its own address."""
    notes = tmp_path / "asked"
    with serve(ROOT / "app.py", without_database(tmp_path) | {NOTES: str(notes)}, own_address=True) as server:
        sockets = psutil.Process(server.pid).net_connections(kind="tcp")
        listening = {connection.laddr.ip for connection in sockets if connection.status == psutil.CONN_LISTEN}
        assert listening
        assert all(ipaddress.ip_address(address).is_loopback for address in listening)
    assert not notes.exists() or notes.read_text() == ""


def test_the_app_asks_nobody_where_a_class_comes_in(tmp_path: Path):
    """Open to a network, it finds its own addresses without asking any host."""
    notes = tmp_path / "asked"
    env = without_database(tmp_path) | {NOTES: str(notes), "STREAMLIT_SERVER_ADDRESS": "0.0.0.0"}
    with serve(ROOT / "app.py", env, own_address=True) as server:
        said = server.log.read_text(encoding="utf-8")
    assert not notes.exists() or notes.read_text() == ""
    assert "External URL" not in said


def test_an_origin_from_elsewhere_is_judged_here():
    """Whether a connection from a page of another host is let in is decided without asking anybody."""
    code = (
        "from pages.server.own_addresses import ask_nobody\n"
        "from streamlit.web.server.server_util import is_url_from_allowed_origins\n"
        "from tests.no_network.sitecustomize import attempts\n"
        "ask_nobody()\n"
        "assert not is_url_from_allowed_origins('http://class.example')\n"
        "assert attempts == []\n"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, check=True, capture_output=True)


def test_serving_a_network_leaves_no_mark_of_the_machine(tmp_path: Path):
    """ONNX Runtime writes no device id and opens no file of its own under the user's folders."""
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    environment |= {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / ".cache"), "LOCALAPPDATA": str(tmp_path)}
    code = (
        "from ecgmodel.network.model_file import open_shipped_model\n"
        "from ecgmodel.network.serving import Classifier\n"
        "Classifier(open_shipped_model('paper-gru'))\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []

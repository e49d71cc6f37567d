"""Under which address a class finds this machine."""

import ipaddress
import subprocess
import sys

import pytest

from ecgmodel.classroom.addresses import find_own_addresses, own_replica
from ecgmodel.classroom.names import find_replica
from ecgmodel.classroom.rooms import Rooms
from pages.classroom.invitation import draw_qr, find_reach

OWN = ("192.168.1.20", "10.0.0.4")


def test_own_addresses_are_those_of_the_system():
    """What is found are addresses of interfaces, no loopback; on Linux the routing table knows each as local."""
    found = find_own_addresses()
    assert not any(ipaddress.ip_address(address).is_loopback for address in found)
    if sys.platform == "linux":
        with open("/proc/net/fib_trie", encoding="ascii") as table:
            known = table.read()
        assert all(f"|-- {address}\n" in known for address in found)


def test_a_machine_without_a_network_has_none(monkeypatch):
    """Nothing is found, and nothing fails, where there are no interfaces."""
    monkeypatch.setattr("socket.if_nameindex", list)
    if sys.platform in ("linux", "darwin"):
        assert find_own_addresses() == ()


@pytest.mark.parametrize(
    ("url", "listens", "hosts"),
    [
        ("http://localhost:8501/class", "0.0.0.0", ("192.168.1.20:8501", "10.0.0.4:8501")),
        ("http://127.0.0.1:8501/class", "", ("192.168.1.20:8501", "10.0.0.4:8501")),
        ("http://localhost:8501/class", "localhost", ()),
        ("http://localhost:8501/class", "192.168.1.20", ("192.168.1.20:8501",)),
        ("http://192.168.7.7:9000/class", "0.0.0.0", ("192.168.7.7:9000",)),
        ("https://ecg.example.edu/lab/class", "localhost", ("ecg.example.edu",)),
        ("", "0.0.0.0", ("192.168.1.20:8501", "10.0.0.4:8501")),
    ],
)
def test_the_address_of_a_class(url, listens, hosts):
    """The teacher's own address where others can use it, else this machine's in its network; none behind localhost."""
    assert find_reach(url, listens, 8501, OWN).hosts == hosts


def test_the_folder_of_the_app_stays():
    """An app that is served below a path, and by TLS, is reached so."""
    reach = find_reach("https://ecg.example.edu/lab/class", "", 8501, OWN)
    assert (reach.scheme, reach.folder) == ("https", "/lab")


def test_segno_is_loaded_by_teachers_alone():
    """No page pays for the QR code before a room is opened."""
    code = "import sys, pages.classroom.teacher; assert 'segno' not in sys.modules"
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, capture_output=True)


def test_a_qr_code_is_a_drawing():
    """It is black on white SVG, and another one for another address."""
    one, two = (
        draw_qr("http://192.168.1.20:8501/class?room=BCDFG"),
        draw_qr("http://192.168.1.20:8501/class?room=BCDFH"),
    )
    assert one.startswith("<svg")
    assert one != two


def test_a_code_names_the_process_that_holds_its_room():
    """Whoever types a code at another process's door is told where the room is; alone, a code says nothing."""
    codes = [Rooms(replica=number).open().code for number in (1, 2, 3)]
    assert [find_replica(code) for code in codes] == [1, 2, 3]
    assert find_replica("BCDF") is None
    assert find_replica("1CDFG") is None
    assert len({Rooms().open().code[0] for _ in range(200)}) > 5


@pytest.mark.parametrize(("value", "number"), [("2", 2), ("", None), ("x", None), ("0", None)])
def test_a_process_knows_its_number(monkeypatch, value, number):
    """`deploy/replicas.py` tells it; whatever else stands there is none."""
    monkeypatch.setenv("ECG_REPLICA", value)
    assert own_replica() == number

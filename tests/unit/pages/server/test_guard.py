"""Whom the server answers, and what it takes in."""

from types import SimpleNamespace

import pytest
from streamlit import config

from pages.server import guard
from tests.event_loop import run


@pytest.fixture
def options(monkeypatch):
    values = {"server.allowedHosts": [], "server.address": "localhost"}
    read = config.get_option
    monkeypatch.setattr(config, "get_option", lambda key: values[key] if key in values else read(key))
    return values


def ask(path="/", method="GET", **headers):
    """Return the status and headers of an answer, and what it says."""
    sent = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"through"})

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "path": path,
        "method": method,
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    run(guard.Guard(app)(scope, None, send))
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"].decode()


@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1:1234", "[::1]:8501", "LOCALHOST"])
def test_a_local_server_answers_to_this_machine(options, host):
    """A server that listens here alone is reached by the names of this machine."""
    assert ask(host=host)[0] == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "evil.example:8501", "", "[::1", "a@b"])
def test_a_name_that_points_here_is_refused(options, host):
    """DNS rebinding: a stranger's name that points to this machine gets one sentence and nothing of the app."""
    status, _, said = ask(host=host)
    assert status == 403
    assert "--server.allowedHosts" in said


def test_a_class_reaches_the_server_by_any_name(options):
    """With one setting, `--server.address 0.0.0.0`, the server answers by whatever name it is reached."""
    options["server.address"] = "0.0.0.0"
    assert ask(host="192.168.1.20:8501")[0] == 200


def test_allowed_hosts_are_those_that_are_set(options):
    """`server.allowedHosts` holds for pages and files as it does for Streamlit's own connection."""
    options["server.allowedHosts"] = ["*.example.org"]
    assert ask(host="ecg.example.org")[0] == 200
    assert ask(host="example.com")[0] == 403


def test_answers_carry_a_policy_without_other_hosts(options):
    """What a browser may load comes from this server alone; nobody else frames the app."""
    policy = ask(host="localhost:8501")[1][b"content-security-policy"].decode()
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'self'"
    assert rules["frame-ancestors"] == "'self'"
    assert "http" not in policy
    assert "*" not in policy
    assert rules["connect-src"].endswith("ws://localhost:8501 wss://localhost:8501")


def test_metrics_are_closed_unless_asked_for(options, monkeypatch):
    """What the server counts of its visitors is nobody's business unless whoever runs it says so."""
    assert ask("/_stcore/metrics", host="localhost")[0] == 404
    monkeypatch.setenv("ECG_METRICS", "1")
    assert ask("/_stcore/metrics", host="localhost")[0] == 200


@pytest.fixture
def files(monkeypatch):
    storage = {}
    manager = SimpleNamespace(uploaded_file_mgr=SimpleNamespace(file_storage=storage))
    monkeypatch.setattr(guard.runtime, "exists", lambda: True)
    monkeypatch.setattr(guard.runtime, "get_instance", lambda: manager)
    monkeypatch.setattr(guard, "VISITOR_UPLOAD_BYTES", 1_000_000)
    monkeypatch.setattr(guard, "UPLOAD_BYTES", 1_500_000)
    return storage


def upload(length, session="mine"):
    return ask(f"/_stcore/upload_file/{session}/1", "PUT", **{"host": "localhost", "content-length": length})


def test_a_visitor_uploads_so_much_and_no_more(options, files):
    """Files of one visitor are bounded together; the sentence says by how much."""
    files["mine"] = {"0": SimpleNamespace(data=bytes(600_000))}
    assert upload("400000")[0] == 200
    status, _, said = upload("400001")
    assert status == 413
    assert "1 MB" in said


def test_all_visitors_share_a_bound(options, files):
    """A visitor who has room is refused while everybody's files fill the server, and told to try again."""
    files["theirs"] = {"0": SimpleNamespace(data=bytes(1_000_000))}
    assert upload("500000")[0] == 200
    assert upload("500001")[0] == 503


@pytest.mark.parametrize("length", ["", "-1", "1e9", "9" * 40])
def test_an_upload_says_how_long_it_is(options, files, length):
    """What may be of any length is not begun."""
    assert upload(length)[0] == 411

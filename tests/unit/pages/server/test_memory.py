"""What departed visitors held is let go without another visitor."""

import weakref
from types import SimpleNamespace

from streamlit.runtime.memory_session_storage import MemorySessionStorage

from pages.server import memory


class Session:
    def __init__(self, name: str) -> None:
        self.id = name


def test_sessions_whose_time_is_over_are_let_go(monkeypatch):
    """A stored session past its time is freed by the sweep, and one that may still come back stays."""
    over, fresh = MemorySessionStorage(ttl_seconds=0), MemorySessionStorage(ttl_seconds=120)
    for storage, left in ((over, set()), (fresh, {"visitor"})):
        session = Session("visitor")
        held = weakref.ref(session)
        storage.save(SimpleNamespace(session=session))
        del session
        manager = SimpleNamespace(_session_storage=storage, list_sessions=storage.list)
        monkeypatch.setattr(memory.runtime, "exists", lambda: True)
        monkeypatch.setattr(memory.runtime, "get_instance", lambda m=manager: SimpleNamespace(_session_mgr=m))
        assert memory.forget_departed() == left
        assert (held() is not None) == bool(left)

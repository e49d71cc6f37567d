"""Where this machine is found: said by the machine itself, and by no other."""

from __future__ import annotations

from streamlit import net_util

from ecgmodel.classroom.addresses import find_own_addresses


def ask_nobody() -> None:
    """Keep Streamlit from asking a host of Amazon's for this machine's address.

    It would compare the answer with the origin of connections from elsewhere. At its start, before it reads any of our
    code, `browser.serverAddress` in `.streamlit/config.toml` keeps it from asking.
    """
    net_util.get_internal_ip = lambda: next(iter(find_own_addresses()), None)
    net_util.get_external_ip = lambda: None

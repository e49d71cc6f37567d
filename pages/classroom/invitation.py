"""What a teacher shows a class: the code, a QR of the address, and what to do where nobody else can reach this app."""

from __future__ import annotations

import io
from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode, urlsplit

import streamlit as st

from ecgmodel.classroom.addresses import find_own_addresses, front_address, own_replica
from ecgmodel.figures.beat_strip import as_image
from pages.session import choices
from pages.ui.text import t

LOOPBACK = ("localhost", "127.0.0.1", "::1")
EVERYWHERE = ("", "0.0.0.0", "::")  # nosec B104: recognised, not listened on

_HOST = "classroom.host"


@dataclass(frozen=True, slots=True)
class Reach:
    """Under which addresses the app is reached.

    Attributes
    ----------
    hosts : tuple of str
        With port, as in "192.168.1.20:8501", the likeliest first; empty where only this machine reaches it.
    is_open : bool
        Whether the app listens to other machines.
    scheme, folder : str
        What stands before and behind the host: "http", and the path of the app without its page.
    """

    hosts: tuple[str, ...]
    is_open: bool
    scheme: str
    folder: str


def find_reach(url: str, listens: str, port: int, own: tuple[str, ...]) -> Reach:
    """Return how a class reaches the app.

    Parameters
    ----------
    url : str
        By which the teacher has it open.
    listens : str
        Where the app listens, or what stands in front of it; "" is every address of the machine.
    port : int
        The setting `server.port`.
    own : tuple of str
        Addresses of this machine in its networks.
    """
    parts = urlsplit(url)
    scheme, folder = parts.scheme or "http", parts.path.rpartition("/")[0]
    if parts.hostname and parts.hostname not in (*LOOPBACK, *EVERYWHERE):
        return Reach((parts.netloc,), True, scheme, folder)
    if listens in LOOPBACK:
        return Reach((), False, scheme, folder)
    at = parts.port or port
    hosts = own if listens in EVERYWHERE else (listens,)
    return Reach(tuple(f"{host}:{at}" for host in hosts), True, scheme, folder)


def show_invitation(code: str) -> None:
    """Show how to join."""
    st.html(f'<div class="class-code" aria-label="{escape(t("Code of the room"))}">{escape(code)}</div>')
    reach = find_reach(
        st.context.url or "",
        front_address() or st.get_option("server.address") or "",
        int(st.get_option("server.port")),
        find_own_addresses(),
    )
    if not reach.hosts and reach.is_open:
        st.warning(t("This machine is in no network. Join that of the class, and load this page again."))
        return
    if not reach.hosts:
        show_how_to_open()
        return
    host = reach.hosts[0]
    if len(reach.hosts) > 1:
        host = st.selectbox(
            t("Address of this machine"),
            reach.hosts,
            key=_HOST,
            help=t(
                "If the telephones cannot reach this address, try another of these: one of them is in their network."
            ),
        )
    query = urlencode({"room": code, "lang": choices.language()} | _replica())
    link = f"{reach.scheme}://{host}{reach.folder}/class?{query}"
    st.html(f'<div class="class-qr">{as_image(draw_qr(link), t("QR code of the address"))}</div>')
    st.code(link, language=None, wrap_lines=True)


def _replica() -> dict[str, str]:
    """Return what brings a class to the process that holds its room, where there are several (`deploy/`)."""
    number = own_replica()
    return {} if number is None else {"replica": str(number)}


def draw_qr(text: str) -> str:
    """Return a QR code as SVG, dark on white in every theme."""
    import segno  # nobody but a teacher needs it

    drawn = io.BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(drawn, kind="svg", scale=8, border=3, dark="#000000", light="#ffffff", xmldecl=False)
    return drawn.getvalue().decode()


def show_how_to_open() -> None:
    """Say how a class gets in where the app listens on this machine alone."""
    st.warning(
        t("Only this machine reaches the app so far. To let a class in, start it again with this setting:"),
        icon=":material/wifi_off:",
    )
    st.code("streamlit run app.py --server.address 0.0.0.0", language="sh", wrap_lines=True)
    st.caption(
        t(
            "Or set `address` under `[server]` in `.streamlit/config.toml`. Meanwhile you can try the room in another "
            "tab."
        )
    )

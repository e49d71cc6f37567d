"""What the server does at its start and at its end, before the first and after the last visitor."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import streamlit as st


@asynccontextmanager
async def live(app: st.App) -> AsyncIterator[dict[str, object]]:
    """Go on with interrupted trainings while the first browser is still loading; end the training cluster with the app.

    A run that is being trained at the end waits, and the next start goes on from its last whole epoch.
    """
    from starlette.concurrency import run_in_threadpool

    from pages.server import memory

    memory.limit_arenas()
    Thread(target=_begin, name="begin", daemon=True).start()
    sweeper = asyncio.create_task(memory.sweep())
    yield {}
    sweeper.cancel()
    await run_in_threadpool(_end)


def _begin() -> None:
    from pages.caches.start import begin

    begin()


def _end() -> None:
    if "pages.caches.trainings" in sys.modules:
        from pages.caches.trainings import job_queue  # waits where another thread is still importing it

        job_queue().close()

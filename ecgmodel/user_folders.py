"""The folders of this user for what is kept from one start to the next, where each system has them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import platformdirs

from ecgmodel.errors import EcgModelError


def user_cache() -> Path:
    """Return the folder for what can be had again; it need not exist yet.

    Raises
    ------
    EcgModelError
        Where the system knows no home of this user, as in a container that runs under a number.
    """
    return _home_to(platformdirs.user_cache_dir)


def user_data() -> Path:
    """Return the folder for what the user made; as `user_cache`."""
    return _home_to(platformdirs.user_data_dir)


def _home_to(find: Callable[..., str]) -> Path:
    try:
        return Path(find("ecgmodel", appauthor=False))
    except RuntimeError as error:
        raise EcgModelError(
            "This user has no home folder. Name one that can be written in the variable HOME."
        ) from error

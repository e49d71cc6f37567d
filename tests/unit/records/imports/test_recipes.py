"""A recipe applied to another file: what fits is taken, what does not is named."""

from __future__ import annotations

import pytest

from ecgmodel.errors import ImportFileError
from ecgmodel.records.imports.recipes import fit_recipe, read_link, write_link
from ecgmodel.records.imports.understanding import ImportSettings

TABLE = "\n".join(["time;ecg", *(f"{4 * i / 1000:.3f};{(i % 200 < 6) * 1.0:.2f}" for i in range(2000))]).encode()
BARE = "\n".join(f"{(i % 200 < 6) * 1.0 + i % 3 / 100:.2f}" for i in range(2000)).encode()


@pytest.mark.parametrize(
    "settings",
    [
        ImportSettings(fs=250.0),
        ImportSettings(leads=("导联", "b"), flip=True),
        ImportSettings(delimiter=";", decimal=","),
    ],
)
def test_a_link_holds_the_whole_recipe(settings: ImportSettings) -> None:
    link = write_link(settings)
    assert link.isascii()
    assert not set(link) & set("&=?/#+ ")
    assert read_link(link) == settings


@pytest.mark.parametrize("text", ["", "x", "!!!", "AAAA", write_link(ImportSettings(fs=250.0))[:9]])
def test_what_is_no_link_is_refused(text: str) -> None:
    with pytest.raises(ImportFileError):
        read_link(text)


def test_what_fits_is_taken() -> None:
    recipe = ImportSettings(fs=250.0, unit="mV")
    fitted = fit_recipe({"x.txt": BARE}, recipe)
    assert fitted.settings == recipe
    assert fitted.misfits == ()


def test_what_does_not_fit_is_named() -> None:
    """A column that the file does not have, and a rate that it contradicts, are left out with their reasons."""
    fitted = fit_recipe({"x.csv": TABLE}, ImportSettings(leads=("V9",), fs=500.0, unit="uV"))
    assert fitted.settings == ImportSettings(unit="uV")
    said = [str(misfit) for misfit in fitted.misfits]
    assert len(said) == 2
    assert "no column 'V9'" in said[0]
    assert "500 Hz, and the file itself says 250 Hz" in said[1]

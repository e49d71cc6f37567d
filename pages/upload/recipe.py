"""The recipe of a file: saved, shared as a link, and applied to another file, with what does not fit."""

from __future__ import annotations

import streamlit as st

from ecgmodel.errors import EcgModelError
from ecgmodel.records.imports.recipes import fit_recipe, read_link, write_link
from ecgmodel.records.imports.understanding import ImportSettings
from pages.session import address, visitor
from pages.ui.text import error_text, plain, t
from pages.upload.session import Upload, current_upload, take_files, use_settings

_LINKED = "recipe"


def take_linked_recipe() -> None:
    """Take the recipe that a new address carries; it waits for the next file."""
    text = address.take_asked("recipe")
    if text is None:
        return
    try:
        visitor.own("upload")[_LINKED] = read_link(text)
    except EcgModelError as error:
        address.add_problem(error)


def take_with_recipe(files: dict[str, bytes]) -> None:
    """Take new files, with the recipe of a link where one waits."""
    recipe: ImportSettings | None = visitor.own("upload").get(_LINKED)
    if recipe is None:
        take_files(files)
        return
    try:
        fitted = fit_recipe(files, recipe)
    except EcgModelError:
        take_files(files)  # which says why
        return
    if take_files(files, fitted.settings):
        current_upload().misfits = fitted.misfits


def show_linked_recipe() -> None:
    """Say that a recipe waits for the next file."""
    if visitor.own("upload").get(_LINKED) is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(t(":material/rule_settings: The recipe of your link is applied to the files that you drop."))
        st.button(t("Forget it"), type="tertiary", on_click=_forget, key="upload.recipe.forget")


def _forget() -> None:
    visitor.own("upload").pop(_LINKED, None)


def show_recipe(upload: Upload) -> None:
    """Offer the recipe as a file and as a link, and take one that was saved."""
    made = upload.settings != ImportSettings()
    with st.popover(t("Recipe"), type="tertiary", icon=":material/rule_settings:"):
        st.caption(t("What you set by hand for this file, as JSON, to apply it to the next one."))
        st.download_button(
            t("Save recipe"),
            upload.settings.to_json(),
            file_name="ecg-recipe.json",
            mime="application/json",
            icon=":material/save:",
            on_click="ignore",
            disabled=not made,
        )
        if made:
            st.caption(t("Or share this link: whoever opens it reads files in the same way."))
            st.code(f"{(st.context.url or '').split('?')[0]}?recipe={write_link(upload.settings)}", language=None)
        st.file_uploader(
            t("A recipe that was saved here"),
            type="json",
            key="upload.recipe",
            on_change=_take_recipe,
            args=("upload.recipe",),
        )


def show_misfits(upload: Upload) -> None:
    """Say in what a recipe does not fit the file."""
    for misfit in upload.misfits:
        st.warning(
            t("The recipe does not fit here: {reason}", reason=plain(error_text(misfit))),
            icon=":material/rule_settings:",
        )


def _take_recipe(key: str) -> None:
    file = st.session_state[key]
    upload = current_upload()
    if file is None or upload is None:
        return
    try:
        fitted = fit_recipe(upload.files, ImportSettings.from_json(file.getvalue().decode("utf-8", errors="replace")))
    except EcgModelError as error:
        upload.problem = error
        return
    use_settings(lambda _: fitted.settings)
    upload.misfits = fitted.misfits

"""The sample files for the import, and what is understood of them: the same for every visitor."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ecgmodel.records.imports.files import sniff_files
from ecgmodel.records.imports.understanding import ImportSettings, Understanding
from ecgmodel.records.sources.sample_files import SampleFile, make_plain_file, make_strap_file, make_watch_file

SAMPLES: dict[str, Callable[[], SampleFile]] = {
    "watch": make_watch_file,
    "strap": make_strap_file,
    "plain": make_plain_file,
}


@st.cache_resource(max_entries=len(SAMPLES), show_spinner=False)
def sample_file(kind: str) -> SampleFile:
    """Return one of the files."""
    return SAMPLES[kind]()


@st.cache_resource(max_entries=len(SAMPLES), show_spinner=False)
def understand_sample(kind: str) -> Understanding:
    """Return what the import understands of one of the files, before anything is set by hand."""
    sample = sample_file(kind)
    return sniff_files({sample.name: sample.data}, ImportSettings())

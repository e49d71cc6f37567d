"""Where the course's claims come from: papers and standards, cited beside the claim and listed below the chapter."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from pages.ui.text import t


@dataclass(frozen=True, slots=True)
class Publication:
    """A publication.

    Attributes
    ----------
    short : str
        As it is cited in the text.
    full : str
        Title and place, in the language of the publication.
    url : str
    """

    short: str
    full: str
    url: str


def _doi(short: str, full: str, doi: str) -> Publication:
    return Publication(short, full, f"https://doi.org/{doi}")


SOURCES = {
    "oh": _doi(
        "Oh et al. 2018",
        "Automated diagnosis of arrhythmia using combination of CNN and LSTM techniques with variable length heart "
        "beats. Comput Biol Med 102:278–287",
        "10.1016/j.compbiomed.2018.06.002",
    ),
    "kligfield": _doi(
        "Kligfield et al. 2007",
        "Recommendations for the standardization and interpretation of the electrocardiogram, part I: the "
        "electrocardiogram and its technology. Circulation 115(10):1306–1324",
        "10.1161/CIRCULATIONAHA.106.180200",
    ),
    "surawicz": _doi(
        "Surawicz et al. 2009",
        "AHA/ACCF/HRS recommendations for the standardization and interpretation of the electrocardiogram, part III: "
        "intraventricular conduction disturbances. Circulation 119(10):e235–e240",
        "10.1161/CIRCULATIONAHA.108.191095",
    ),
    "moody": _doi(
        "Moody & Mark 2001",
        "The impact of the MIT-BIH Arrhythmia Database. IEEE Eng Med Biol Mag 20(3):45–50",
        "10.1109/51.932724",
    ),
    "bengio": _doi(
        "Bengio et al. 1994",
        "Learning long-term dependencies with gradient descent is difficult. IEEE Trans Neural Netw 5(2):157–166",
        "10.1109/72.279181",
    ),
    "pascanu": Publication(
        "Pascanu et al. 2013",
        "On the difficulty of training recurrent neural networks. ICML, PMLR 28(3):1310–1318",
        "https://arxiv.org/abs/1211.5063",
    ),
    "hochreiter": _doi(
        "Hochreiter & Schmidhuber 1997",
        "Long short-term memory. Neural Comput 9(8):1735–1780",
        "10.1162/neco.1997.9.8.1735",
    ),
    "gers": _doi(
        "Gers et al. 2000",
        "Learning to forget: continual prediction with LSTM. Neural Comput 12(10):2451–2471",
        "10.1162/089976600300015015",
    ),
    "cho": _doi(
        "Cho et al. 2014",
        "Learning phrase representations using RNN encoder–decoder for statistical machine translation. "
        "EMNLP, 1724–1734",
        "10.3115/v1/D14-1179",
    ),
    "chung": Publication(
        "Chung et al. 2014",
        "Empirical evaluation of gated recurrent neural networks on sequence modeling. arXiv 1412.3555",
        "https://arxiv.org/abs/1412.3555",
    ),
    "greff": _doi(
        "Greff et al. 2017",
        "LSTM: a search space odyssey. IEEE Trans Neural Netw Learn Syst 28(10):2222–2232",
        "10.1109/TNNLS.2016.2582924",
    ),
    "weiss": _doi(
        "Weiss et al. 2018",
        "On the practical computational power of finite precision RNNs for language recognition. ACL (2), 740–745",
        "10.18653/v1/P18-2117",
    ),
    "waibel": _doi(
        "Waibel et al. 1989",
        "Phoneme recognition using time-delay neural networks. IEEE Trans Acoust Speech Signal Process 37(3):328–339",
        "10.1109/29.21701",
    ),
    "keras": Publication("Keras", "Keras 3 API documentation: GRU layer, LSTM layer", "https://keras.io/api/layers/"),
    "dechazal": _doi(
        "de Chazal et al. 2004",
        "Automatic classification of heartbeats using ECG morphology and heartbeat interval features. "
        "IEEE Trans Biomed Eng 51(7):1196–1206",
        "10.1109/TBME.2004.827359",
    ),
}
"""By the name under which a chapter cites it."""


def cite(name: str) -> str:
    """Return a citation as a Markdown link."""
    source = SOURCES[name]
    return f"[{source.short}]({source.url})"


def show_sources(names: tuple[str, ...]) -> None:
    """List the sources of a chapter."""
    listed = " · ".join(f"{cite(name)}: {SOURCES[name].full}." for name in names)
    st.caption(f"**{t('Sources')}** {listed}")

"""The publications that the course cites, as libraries and publishers list them."""

import pytest

from pages.learn.sources import SOURCES

LISTED = {
    "oh": (2018, "Comput Biol Med 102:278–287", "10.1016/j.compbiomed.2018.06.002"),
    "kligfield": (2007, "Circulation 115(10):1306–1324", "10.1161/CIRCULATIONAHA.106.180200"),
    "surawicz": (2009, "Circulation 119(10):e235–e240", "10.1161/CIRCULATIONAHA.108.191095"),
    "moody": (2001, "IEEE Eng Med Biol Mag 20(3):45–50", "10.1109/51.932724"),
    "bengio": (1994, "IEEE Trans Neural Netw 5(2):157–166", "10.1109/72.279181"),
    "pascanu": (2013, "PMLR 28(3):1310–1318", "arxiv.org/abs/1211.5063"),
    "hochreiter": (1997, "Neural Comput 9(8):1735–1780", "10.1162/neco.1997.9.8.1735"),
    "gers": (2000, "Neural Comput 12(10):2451–2471", "10.1162/089976600300015015"),
    "cho": (2014, "EMNLP, 1724–1734", "10.3115/v1/D14-1179"),
    "chung": (2014, "arXiv 1412.3555", "arxiv.org/abs/1412.3555"),
    "greff": (2017, "IEEE Trans Neural Netw Learn Syst 28(10):2222–2232", "10.1109/TNNLS.2016.2582924"),
    "weiss": (2018, "ACL (2), 740–745", "10.18653/v1/P18-2117"),
    "waibel": (1989, "IEEE Trans Acoust Speech Signal Process 37(3):328–339", "10.1109/29.21701"),
    "dechazal": (2004, "IEEE Trans Biomed Eng 51(7):1196–1206", "10.1109/TBME.2004.827359"),
}
"""Year, place and identifier, looked up in other works' reference lists; Keras has only its address."""


@pytest.mark.parametrize("name", LISTED)
def test_year_place_and_identifier(name):
    """A citation has the year, the volume with its pages, and the identifier under which others list the work."""
    year, place, identifier = LISTED[name]
    assert SOURCES[name].short.endswith(f" {year}")
    assert SOURCES[name].full.endswith(place)
    assert SOURCES[name].url.endswith(identifier)


def test_no_other_is_cited():
    """Every publication of the course is looked up here."""
    assert SOURCES.keys() - LISTED.keys() == {"keras"}

"""Lead codes of SCP-ECG (EN 1064, table of section 3), which DICOM and ISO/IEEE 11073 took over."""

from __future__ import annotations

_FIRST = (
    "I II V1 V2 V3 V4 V5 V6 V7 V2R V3R V4R V5R V6R V7R X Y Z CC5 CM5 LA RA LL fI fE fC fA fM fF fH"
).split()  # codes 1 to 30
_LATER = "III aVR aVL aVF -aVR V8 V9 V8R V9R D A J".split()  # codes 61 to 72

LEAD_OF_CODE = dict(enumerate(_FIRST, start=1)) | dict(enumerate(_LATER, start=61))

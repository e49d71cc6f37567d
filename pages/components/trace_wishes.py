"""What a page wishes a trace to show, and what the visitor has done there since.

The browser and the page both move the trace and select beats. A wish of the page has a number, so that the browser
follows each once, and a report of the browser that the page could not know of yet is no wish.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class View:
    """The stretch of time that a trace shows, in seconds from the start of the record."""

    start_s: float
    window_s: float


@dataclass(frozen=True, slots=True)
class Wish:
    """What one trace was asked for, kept in the session from run to run.

    Attributes
    ----------
    number : int
        Raised with each new wish of the page, so that the browser moves once for each.
    view : View
        The last wish.
    passed : View
        The view that counts as unchanged.
    report : View or None
        The visitor's view as the browser last reported it.
    """

    number: int
    view: View
    passed: View
    report: View | None


@dataclass(frozen=True, slots=True)
class Selection:
    """The selected beat of one trace, kept in the session from run to run.

    Attributes
    ----------
    number : int
        Raised where the page selects another beat than the visitor, so that the browser follows once.
    record : str
    sample : int or None
        Its R peak, as the browser knows it.
    """

    number: int
    record: str
    sample: int | None

    def taken(self, sample: int) -> Selection:
        """Return the selection after the visitor selected a beat in the browser."""
        return replace(self, sample=sample)


def next_wish(before: Wish | None, view: View, reported: dict | None) -> Wish:
    """Return what to show after a page passed `view` and the browser's last report is `reported`."""
    if before is None:
        return Wish(number=1, view=view, passed=view, report=None)
    report = before.report
    if reported is None and report is not None:  # the trace that reported it went with its page; this is another
        return Wish(before.number + 1, view, view, None)
    if reported is not None and reported["wish"] == before.number:
        report = View(reported["start_s"], reported["window_s"])
    if report != before.report and view in (before.passed, report):
        # The page could not know of this report before it passed its view, and takes it over from now on.
        return Wish(before.number, before.view, report, report)
    if view == before.passed:
        return Wish(before.number, before.view, view, report)
    return Wish(before.number + 1, view, view, None)


def current_view(wish: Wish) -> View:
    """Return what a trace shows: what the visitor made of the last wish, else the wish itself."""
    return wish.report or wish.view


def next_selection(before: Selection | None, record: str, sample: int | None) -> Selection:
    """Return the selection of a trace whose page passed `sample`."""
    if before is not None and (before.record, before.sample) == (record, sample):
        return before
    return Selection(1 if before is None else before.number + 1, record, sample)

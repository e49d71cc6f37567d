"""What axe-core finds on a page as it stands."""

from __future__ import annotations

from importlib import resources

from playwright.sync_api import Page

_AXE = resources.files("axe_playwright_python") / "axe.min.js"
_GRAVE = ("serious", "critical")

_FIND = """
() => axe.run(document, { preload: false, resultTypes: ["violations"] }).then(({ violations }) => violations.map(
  ({ id, impact, nodes }) => [id, impact, nodes.map((node) => `${node.html.slice(0, 160)} ${node.failureSummary}`)]
))
"""

# Of what fades in, the contrast is that of the moment. What moves for ever, as a spinner, is not waited for.
_RESTS = """
() => document.getAnimations().every(
  ({ playState, effect }) => playState !== "running" || effect.getComputedTiming().endTime === Infinity
)
"""


def find_barriers(page: Page) -> dict[str, list[str]]:
    """Return what axe-core calls serious or critical once nothing fades, by its name: the elements that have it."""
    page.wait_for_function(_RESTS)
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE.read_text(encoding="utf-8"))
    return {name: nodes for name, impact, nodes in page.evaluate(_FIND) if impact in _GRAVE}

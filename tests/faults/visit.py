"""Visit pages of the app in Streamlit's own harness, in this process's environment: `python -m tests.faults.visit`.

Prints JSON: for each page its exceptions, and how many letters of Chinese it shows.
"""

from __future__ import annotations

import json
import sys

from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from tests.app.screen import APP, all_words, come_in_by


def main(pages: list[str]) -> None:
    """Visit each page as a new visitor."""
    initialise = PagesManager.__init__

    def initialise_as_a_server(self: PagesManager, *arguments: object, **options: object) -> None:
        initialise(self, *arguments, **options)
        PagesManager.uses_pages_directory = False

    PagesManager.__init__ = initialise_as_a_server
    seen = {}
    for page in pages:
        app = AppTest.from_file(str(APP), default_timeout=120)
        app.query_params["lang"] = "zh"
        if page != "records":
            come_in_by(app, page)
        app.run()
        chinese = sum("\u4e00" <= letter <= "\u9fff" for letter in all_words(app))
        seen[page] = {"exceptions": [error.message for error in app.exception], "chinese": chinese}
    sys.stdout.write(json.dumps(seen))


if __name__ == "__main__":
    main(sys.argv[1:])

"""ECG beats. Run with `streamlit run app.py`: the server finds here what it serves, and each run of a page begins here.

The imports are where they are needed, since the server would otherwise read all the app before it can serve.
"""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

if get_script_run_ctx(suppress_warning=True) is None:
    from starlette.middleware import Middleware
    from streamlit.runtime.pages_manager import PagesManager

    from pages.components import delivery
    from pages.server.guard import Guard
    from pages.server.life import live
    from pages.server.own_addresses import ask_nobody
    from pages.ui.document import DocumentHead

    # Or Streamlit takes the folder `pages` for its own kind of pages until `st.navigation` has run once, and tells the
    # first visitor who comes by the address of a page that there is no such page.
    PagesManager.uses_pages_directory = False
    ask_nobody()
    layers = [Middleware(Guard), Middleware(DocumentHead)]
    app = st.App(__file__, routes=delivery.routes(), middleware=layers, lifespan=live)
else:
    from pages.ui import course
    from pages.ui.frame import show_page

    def course_chapters() -> tuple[course.CourseChapter, ...]:
        """Return the chapters of the course for a page whose room must not import that of the course."""
        from pages.learn import for_class

        return for_class.course_chapters()

    course.offer(course_chapters)
    show_page()

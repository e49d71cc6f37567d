"""One file a page; `app.py` puts them behind `st.navigation`."""

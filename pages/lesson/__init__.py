"""The lesson without a server: the course and the cell as files that any browser opens."""

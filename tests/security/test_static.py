"""What can be read off the code and off an audit's answer."""

import json
import subprocess
import sys

from tests.browser.server import ROOT
from tests.security.audit import judge


def test_bandit_has_nothing_to_say():
    """No finding of medium or high severity; what is none says why, at its line."""
    command = [sys.executable, "-m", "bandit", "-q", "-r", "ecgmodel", "pages", "app.py", "-ll"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stdout


def test_a_known_hole_fails_and_a_missing_list_does_not():
    """An audit without a network says so; one that finds something fails."""
    hole = {"id": "CVE-1", "fix_versions": ["2.0"]}
    packages = [{"name": "a", "version": "1.0", "vulns": [hole]}, {"name": "b", "skip_reason": "not found"}]
    lines, code = judge(json.dumps({"dependencies": packages}))
    assert code == 1
    assert lines == ["a 1.0: CVE-1, mended in 2.0", "1 packages checked, 1 not known to the list."]
    assert judge(json.dumps({"dependencies": [{"name": "a", "version": "1.0", "vulns": []}]}))[1] == 0
    assert judge("") == (["The list of known holes cannot be reached; nothing was checked."], 0)

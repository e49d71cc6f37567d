"""`python -m tests.security.audit`: known holes in the packages that are installed here.

The list of them is on the network. Where it cannot be reached, that is said, and nothing fails: a machine without a
network shall be able to run all checks.
"""

from __future__ import annotations

import json
import subprocess
import sys

LIMIT_S = 120.0


def main() -> int:
    """Return 1 where a package has a known hole."""
    command = [sys.executable, "-m", "pip_audit", "--local", "--format", "json", "--progress-spinner", "off"]
    try:
        ended = subprocess.run(
            [*command, "--timeout", "5"], capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return _say(f"The list of known holes did not come within {LIMIT_S:g} s; nothing was checked.", 0)
    lines, code = judge(ended.stdout)
    return _say("\n".join(lines), code)


def judge(text: str) -> tuple[list[str], int]:
    """Return what to say of an answer of pip-audit, and the exit code."""
    try:
        packages = json.loads(text)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return ["The list of known holes cannot be reached; nothing was checked."], 0
    unknown = [package["name"] for package in packages if "vulns" not in package]
    holes = [_describe(package, hole) for package in packages for hole in package.get("vulns", ())]
    lines = [*holes, f"{len(packages) - len(unknown)} packages checked, {len(unknown)} not known to the list."]
    return lines, 1 if holes else 0


def _describe(package: dict, hole: dict) -> str:
    mended = ", ".join(hole["fix_versions"]) or "no version"
    return f"{package['name']} {package['version']}: {hole['id']}, mended in {mended}"


def _say(text: str, code: int) -> int:
    sys.stdout.write(f"{text}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())

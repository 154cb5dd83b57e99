"""The systemd units are what systemd itself takes."""

import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = Path(__file__).parents[2] / "deploy" / "systemd"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not on this machine")
@pytest.mark.parametrize("name", ["vostochny-run.service", "vostochny-run.timer"])
def test_unit_is_valid(name, tmp_path):
    # The command is not installed where the tests run, so that one finding is kept out.
    for unit in UNITS.iterdir():
        text = unit.read_text().replace("/opt/vostochny/run", "/bin/true")
        (tmp_path / unit.name).write_text(text)
    found = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", tmp_path / name], capture_output=True, text=True, timeout=60
    )
    assert (found.returncode, found.stderr) == (0, "")

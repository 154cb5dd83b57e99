"""The systemd units are what systemd itself takes."""

import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = Path(__file__).parents[2] / "deploy" / "systemd"
EXPOSED = 25  # tenths; systemd calls up to 2.5 of 10 well protected

pytestmark = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not on this machine")


@pytest.fixture
def units(tmp_path: Path) -> Path:
    # The command is not installed where the tests run, so that one finding is kept out.
    for unit in UNITS.iterdir():
        (tmp_path / unit.name).write_text(unit.read_text().replace("/opt/vostochny/run", "/bin/true"))
    return tmp_path


@pytest.mark.parametrize("name", sorted(unit.name for unit in UNITS.iterdir()))
def test_unit_is_valid(name, units):
    found = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", units / name], capture_output=True, text=True, timeout=60
    )
    assert (found.returncode, found.stderr) == (0, "")


@pytest.mark.parametrize("name", sorted(unit.name for unit in UNITS.glob("*.service")))
def test_service_is_shut_in(name, units):
    command = ["systemd-analyze", "security", "--offline=yes", f"--threshold={EXPOSED}", units / name]
    found = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert found.returncode == 0, found.stdout

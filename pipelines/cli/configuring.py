"""The commands that tell how the program is set up."""

from __future__ import annotations

import click
from rich.text import Text

from pipelines.cli.common import columns_table, console


@click.group()
def config() -> None:
    """Tell how the program is set up: by the environment and by a file."""


@config.command("show")
def show_config() -> None:
    """Show every setting and who has set it. Secrets and the passwords in addresses are left out."""
    from connectors.settings import (
        SETTINGS,
        Settings,
        config_file,
        default_config_file,
        given,
        shown,
        unknown_variables,
    )

    path = config_file()
    console.print(Text(f"file  {path or f'none; {default_config_file()} would be read'}"))
    found = given()
    settings = Settings.of(found)
    table = columns_table("setting", "value", "set by")
    for setting in SETTINGS:
        by = found[setting.key].where if setting.key in found else "default"
        table.add_row(*map(Text, (setting.key, shown(settings, setting), by)))
    console.print(table)
    for name in unknown_variables():
        console.print(Text(f"{name} is no setting of this program"))

"""The command that takes data along: export."""

from __future__ import annotations

import sys

import click

from pipelines.cli.common import demo_option, errors, prefix_of, running
from pipelines.cli.searching import filter_options, filters_of, refuse_unknown
from schemas.failures import Failure

KINDS = ("statements", "articles", "entries", "feeds", "feed-states", "dead-letters")


@click.command()
@click.argument("text", default="")
@click.option("--what", type=click.Choice(KINDS), default="statements", show_default=True, help="Of which index.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["parquet", "csv", "jsonl"]),
    help="Default: as the file's name ends; jsonl on standard output.",
)
@click.option("-o", "--output", "path", default="-", metavar="FILE", help="Default: standard output, as is '-'.")
@filter_options
@click.option("--schema", is_flag=True, help="Print what the columns of every index mean, and no data.")
@demo_option
def export(text, what, form, path, schema, demo, **given) -> None:
    """Write statements, or what else is indexed, as a table: all of them, or those with the words of TEXT.

    Words and filters are those of `search`. The columns are described in docs/schema.md.
    """
    if schema:
        from schemas.columns import as_markdown

        click.echo(as_markdown(), nl=False)
        return
    from connectors.elasticsearch.client import connect
    from connectors.elasticsearch.indices import Indices
    from pipelines.exporting import export, form_of

    form = form or ("jsonl" if path == "-" else form_of(path))
    if form == "parquet" and path == "-" and sys.stdout.isatty():
        raise Failure("bad_format", "parquet is not for a terminal: name a file with -o, or choose csv or jsonl")
    filters = filters_of(given)
    number = export(
        connect(running()),
        Indices(prefix_of(demo)),
        path,
        what=what,
        form=form,
        filters=filters,
        text=text,
        nothing=lambda: refuse_unknown(filters),
    )
    errors.print(f"{number} {what}" + (f" in {path}" if path != "-" else ""), highlight=False)

"""Commands that look things up: search, desk, dashboards."""

from __future__ import annotations

import os
import sys

import click

from pipelines.cli.common import codebook_option, console, demo_option, errors, iso_date, prefix_of, running
from schemas.failures import Failure


def filter_options(command):
    """What statements, or other documents, are narrowed to; `filters_of` reads it."""
    for option in (
        click.option("--to", "until", default="", metavar="DATE", callback=iso_date, help="The last."),
        click.option(
            "--from", "since", default="", metavar="DATE", callback=iso_date, help="The first day of publication."
        ),
        click.option("--language", "languages", multiple=True, help="The article's (ISO 639-1)."),
        click.option("--outlet", "outlets", multiple=True, help="Id or name of an outlet."),
        click.option("--country", "countries", multiple=True, help="The outlet's (ISO 3166-1)."),
        click.option("--bloc", "blocs", multiple=True, help="The outlet's: rok, dprk, russia, west and so on."),
        click.option("--stance", "stances", multiple=True, help="critical, sceptical, supportive or neutral."),
        click.option("--actor", "--speaker", "actors", multiple=True, help="Id or any name of a speaker."),
        click.option(
            "--category",
            "categories",
            multiple=True,
            help="An id of the codebook; may be given several times, like those below.",
        ),
    ):
        command = option(command)
    return command


def filters_of(given):
    """The values of `filter_options` as Filters."""
    from connectors.elasticsearch.filters import Filters

    return Filters(**given)


@click.command()
@click.argument("text", default="")
@filter_options
@click.option("--size", default=10, show_default=True, help="Statements to show.")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)
@demo_option
def search(text, size, form, demo, **given) -> None:
    """Find statements by words in Korean, Russian or English, whatever their inflection."""
    from connectors.elasticsearch.client import connect
    from connectors.elasticsearch.indices import Indices
    from connectors.elasticsearch.search import format_results, search

    results = search(connect(running()), Indices(prefix_of(demo)), text, size=size, **given)
    if not results.total:
        refuse_unknown(filters_of(given))
    width = console.width if sys.stdout.isatty() else int(os.environ.get("COLUMNS", 120))
    click.echo(format_results(results, form, width=width, color=sys.stdout.isatty()))


def refuse_unknown(filters) -> None:
    """Tell a misspelt filter from one that nothing fits; what another codebook coded was found before."""
    from schemas.codebook import load_codebook
    from schemas.outlets import BLOCS

    codebook = load_codebook()
    for option, given, known in (
        ("--category", filters.categories, [category.id for category in codebook.categories]),
        ("--bloc", filters.blocs, BLOCS),
        ("--stance", filters.stances, [stance.id for stance in codebook.stances]),
    ):
        for value in given:
            if value not in known:
                raise Failure("bad_query", f"nothing has {option} {value!r}; there are {', '.join(known)}")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", default=8050, show_default=True, help="0 for any free one.")
@click.option(
    "--token",
    default="",
    help="What readers must know; needed off loopback. Better set as desk.token: others see options.",
)
@codebook_option
@demo_option
def desk(host, port, token, codebook, demo) -> None:
    """Serve the desk page: live panels, each number open to its statements. Ends with Ctrl-C."""
    from connectors.elasticsearch.client import connect
    from connectors.elasticsearch.indices import Indices
    from dashboards.desk.server import serve
    from schemas.codebook import load_codebook

    settings = running()
    client, indices, token = connect(settings), Indices(prefix_of(demo)), token or settings.desk_token
    indices.ensure(client)
    since = "now-4y/y" if demo else "now-90d"  # the sample news begin in 2023
    book = load_codebook(codebook)
    serve(client, indices, host=host, port=port, token=token, since=since, codebook=book, ready=click.echo)


@click.group()
def dashboards() -> None:
    """The same panels for Kibana."""


language_option = click.option("--language", type=click.Choice(["en", "ru", "ko"]), default="en", show_default=True)


@dashboards.command()
@language_option
@demo_option
def export(language, demo) -> None:
    """Print the dashboards as NDJSON, to be imported into a Kibana 8.12 to 9."""
    from dashboards.kibana import export

    click.echo(export(prefix=prefix_of(demo), language=language), nl=False)


@dashboards.command()
@click.argument("url")
@click.option("--space", default="", help="Id of the Kibana space. Default: the default one.")
@click.option(
    "--api-key",
    default="",
    help="Encoded, as Elasticsearch gives it. Better set as kibana.api_key: others see options.",
)
@click.option("--ca-certs", default="", help="PEM file of the CA of Kibana's certificate.")
@language_option
@demo_option
def install(url, space, api_key, ca_certs, language, demo) -> None:
    """Put the dashboards into the Kibana at URL, in place of older ones."""
    from connectors.settings import Settings
    from dashboards.kibana import install

    api_key = api_key or Settings.from_env().kibana_api_key
    number = install(url, space=space, api_key=api_key, prefix=prefix_of(demo), language=language, ca_certs=ca_certs)
    errors.print(f"{number} objects installed")

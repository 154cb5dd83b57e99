"""Commands that code texts and judge the coding: analyse, evaluate, annotate."""

from __future__ import annotations

import json
from pathlib import Path

import click

from pipelines.cli.common import codebook_option, demo_option, errors, prefix_of, running
from schemas.failures import Failure


@click.command()
@codebook_option
@click.option("--explain", is_flag=True, help="Say of each statement why it was coded so.")
@click.option("--format", "form", type=click.Choice(["json", "text"]), default="json", show_default=True)
@click.argument("documents", type=click.File(encoding="utf-8"), default="-")
def analyse(codebook, explain, form, documents) -> None:
    """Code texts: JSON lines with "id" and "text" in and out, or what was coded and why as text."""
    from pipelines.coding import Coder
    from pipelines.coding.analyse import analyse
    from pipelines.explaining import as_text
    from schemas.codebook import load_codebook

    book = load_codebook(codebook)
    failed = 0
    try:
        for coded in analyse(documents, Coder(book), explain=explain or form == "text"):
            wrong = coded.startswith('{"error"')
            failed += wrong
            click.echo(coded if wrong or form == "json" else as_text(json.loads(coded), book) + "\n")
    except UnicodeDecodeError as problem:
        raise Failure("bad_document", f"the documents are not UTF-8 text: {problem}; convert them first") from None
    if failed:
        raise Failure("bad_document", f'{failed} lines could not be coded: each has an "error" in its place')


@click.command()
@click.option("--pred", type=click.File(encoding="utf-8"), help="What `vostochny analyse` printed; default: code now.")
@click.option("--second", multiple=True, type=click.File(encoding="utf-8"), help="A second coder's documents.")
@codebook_option
@click.option("--json", "as_json", is_flag=True, help="All figures as JSON.")
@click.argument("gold", nargs=-1, required=True, type=click.File(encoding="utf-8"))
def evaluate(pred, second, codebook, as_json, gold) -> None:
    """Compare the coding of GOLD, documents coded by hand, with the program's and a second coder's."""
    from pipelines.coding import Coder
    from pipelines.evaluation import evaluate, predict, read_coded, read_predictions
    from pipelines.evaluation.report import as_text
    from schemas.codebook import load_codebook

    book = load_codebook(codebook)
    coded = [document for file in gold for document in read_coded(file, file.name)]
    other = [document for file in second for document in read_coded(file, file.name)]
    program = read_predictions(pred, pred.name) if pred else predict(coded, Coder(book))
    found = evaluate(coded, program, other, codebook=book)
    click.echo(found.as_json() if as_json else as_text(found))


@click.command()
@click.option("--sample", "size", type=click.IntRange(1), metavar="N", help="Write a sheet of N random statements.")
@click.option("--read", "reading", is_flag=True, help="Read a filled sheet; prints what `evaluate` takes.")
@click.option("--seed", default=0, show_default=True, help="The same seed draws the same statements.")
@click.option("--lang", default="", help="Only articles in this language (ISO 639-1).")
@click.option("--blind", is_flag=True, help="Hide the speaker that was found.")
@click.option("--semicolon", is_flag=True, help="Columns parted by semicolons, as Excel wants it in much of Europe.")
@codebook_option
@demo_option
@click.argument("sheet", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("documents", required=False, type=click.File(encoding="utf-8"))
def annotate(size, reading, seed, lang, blind, semicolon, codebook, demo, sheet, documents) -> None:
    """Have a person code statements too: write SHEET (.csv or .jsonl) to be filled in, or read it back.

    Statements come from DOCUMENTS (JSON lines as for `analyse`), or from the index where there are none. Give the
    same DOCUMENTS when you read the sheet.
    """
    from connectors.elasticsearch import sampling
    from connectors.elasticsearch.client import connect
    from connectors.elasticsearch.indices import Indices
    from pipelines.annotation import (
        coded,
        coded_documents,
        document_ids,
        read_documents,
        read_sheet,
        sample,
        write_sheet,
    )
    from pipelines.coding import Coder
    from schemas.actors import load_actors
    from schemas.codebook import load_codebook

    if bool(size) == reading:
        raise click.UsageError("say either --sample N or --read")
    book = load_codebook(codebook)
    given = read_documents(documents, documents.name) if documents else None
    indices = Indices(prefix_of(demo))
    if reading:
        answers = read_sheet(sheet.read_bytes(), book)
        if given is None:
            given = sampling.read_documents(connect(running()), indices, document_ids(answers))
        for document in coded_documents(answers, given, load_actors()):
            click.echo(json.dumps(document, ensure_ascii=False))
        errors.print(f"{len(answers)} coded statements")
        return
    if sheet.exists():
        raise Failure("sheet_exists", f"{sheet} is there already, perhaps filled in; move it away or name another")
    if given is None:
        found = sampling.sample_documents(connect(running()), indices, size, seed=seed, language=lang)
    else:
        found = coded(given, Coder(book))
    items = sample(found, size, seed=seed, language=lang)
    form = "jsonl" if sheet.suffix == ".jsonl" else "csv"
    sheet.write_bytes(write_sheet(items, book, form=form, blind=blind, delimiter=";" if semicolon else ","))
    errors.print(f"{sheet}: {len(items)} statements")

"""Speed and memory of coding, by language: `python -m benchmarks.coding [FILE.jsonl …] [--seconds N]`.

Codes relevant documents (JSON lines with `text`, `title`, `lang`, `published`) on one core, gate and everything
included, and prints characters a second, the time to load, and the memory of the worker. Without files: the sample
news of `demo/articles` and the coded documents of `tests/gold`.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from pipelines.coding import Coder
from pipelines.coding.analyse import analyse_document

ROOT = Path(__file__).parent.parent


def sample_documents() -> Iterator[dict[str, Any]]:
    """The project's own texts."""
    truth = yaml.safe_load((ROOT / "demo" / "truth.yaml").read_text(encoding="utf-8"))["articles"]
    for name, entry in truth.items():
        path = ROOT / "demo" / "articles" / f"{name}.md"
        if path.exists():
            _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
            yield {"text": body.strip(), "title": str(yaml.safe_load(head)["title"]), "lang": entry["language"]}
    for path in sorted((ROOT / "tests" / "gold").glob("*.jsonl")):
        yield from map(json.loads, path.read_text(encoding="utf-8").splitlines())


def measure(documents: list[dict[str, Any]], seconds: float) -> dict[str, dict[str, float]]:
    """Characters a second by language, over relevant documents, each language for at least `seconds`."""
    start = time.perf_counter()
    coder = Coder()
    loaded = time.perf_counter() - start
    by_language: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for document in documents:
        by_language[document["lang"]].append(document)
    result = {}
    for language, found in sorted(by_language.items()):
        start = time.perf_counter()
        relevant = [document for document in found if analyse_document(coder, document)["relevant"]]
        warm = time.perf_counter() - start
        characters = sum(len(document["text"]) for document in relevant)
        rounds = 0
        start = time.perf_counter()
        while relevant and (elapsed := time.perf_counter() - start) < seconds:
            for document in relevant:
                analyse_document(coder, document)
            rounds += 1
        elapsed = time.perf_counter() - start
        result[language] = {
            "documents": len(relevant),
            "characters": characters,
            "characters_per_second": round(rounds * characters / elapsed) if relevant else 0,
            "first_pass_seconds": round(warm, 2),
            "load_seconds": round(loaded, 2),
            "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--seconds", type=float, default=3.0)
    options = parser.parse_args()
    if options.files:
        lines = (line for path in options.files for line in path.read_text(encoding="utf-8").splitlines())
        documents = [json.loads(line) for line in lines if line.strip()]
    else:
        documents = list(sample_documents())
    for language, figures in measure(documents, options.seconds).items():
        print(language, json.dumps(figures))


if __name__ == "__main__":
    main()

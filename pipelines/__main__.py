"""`python -m pipelines` is the `vostochny` command."""

from pipelines.cli import main

main()

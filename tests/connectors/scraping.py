"""What Prometheus would read at an address."""

from __future__ import annotations

from collections import Counter

import urllib3
from prometheus_client.parser import text_string_to_metric_families


class Scraped:
    """The samples of one scrape, by name."""

    def __init__(self, address: str) -> None:
        answer = urllib3.request("GET", address, retries=False, timeout=10)
        assert answer.status == 200
        families = list(text_string_to_metric_families(answer.data.decode()))
        self.types = {family.name: family.type for family in families}
        self._samples = [sample for family in families for sample in family.samples]

    def sum(self, name: str, **labels: str) -> float:
        """The sum over all samples of a name with these labels; there must be one."""
        found = [each for each in self._samples if each.name == name and labels.items() <= each.labels.items()]
        assert found, f"no {name} with {labels}"
        return sum(sample.value for sample in found)

    def by(self, name: str, label: str) -> Counter[str]:
        """The sums by the values of a label."""
        sums: Counter[str] = Counter()
        for sample in self._samples:
            if sample.name == name:
                sums[sample.labels[label]] += round(sample.value)
        return sums

    def has(self, name: str) -> bool:
        """Whether there is a sample of a name, or a histogram."""
        return bool({name, f"{name}_count"} & self.names())

    def names(self) -> set[str]:
        return {sample.name for sample in self._samples}

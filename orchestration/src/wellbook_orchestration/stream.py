"""The stream's services, asked by their own metrics: how far they have come, and what they have yet to read."""

import os
import re
from collections import defaultdict
from dataclasses import dataclass, field

import dagster as dg
import requests
from pydantic import Field

from wellbook_orchestration import settings

#: A service that takes longer is as good as down; a sensor must not wait for it.
ANSWER_WITHIN_SECONDS = 2.0
#: A page of metrics is some tens of kilobytes.
LARGEST_PAGE = 4 * 1024 * 1024

_SAMPLE = re.compile(r"^(?P<name>[a-zA-Z_:][\w:]*)(?:\{(?P<labels>[^}]*)\})? (?P<value>\S+)$")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


class Unreachable(Exception):
    """A service's metrics cannot be read."""


@dataclass(frozen=True)
class Sample:
    """One figure of a page of metrics."""

    name: str
    labels: dict[str, str]
    value: float


@dataclass(frozen=True)
class TopicFigures:
    """What the services say of one topic."""

    #: Records written since its writer was started.
    produced: int | None = None
    #: Records committed and not yet read, by consumer group.
    lag: dict[str, int] = field(default_factory=dict)


def parse(page: str) -> list[Sample]:
    """The samples of a page of metrics in Prometheus' text format."""
    matches = (_SAMPLE.match(line) for line in page.splitlines())
    return [
        Sample(match["name"], dict(_LABEL.findall(match["labels"] or "")), float(match["value"]))
        for match in matches
        if match
    ]


class Stream(dg.ConfigurableResource):
    """The services' admin ports."""

    #: Address by service, such as http://127.0.0.1:9103.
    admin: dict[str, str] = Field(default_factory=dict)
    #: In front of every topic's name in this installation.
    topic_prefix: str = ""

    def samples(self, service: str) -> list[Sample]:
        """What a service says of itself.

        Raises `Unreachable` where it does not say it in time.
        """
        address = self.admin.get(service)
        if address is None:
            raise Unreachable(
                f"WELLBOOK_ADMIN names no address of the {service}: set it, such as {service}=127.0.0.1:9103"
            )
        try:
            with requests.get(f"{address}/metrics", timeout=ANSWER_WITHIN_SECONDS, stream=True) as response:
                response.raise_for_status()
                page = response.raw.read(LARGEST_PAGE, decode_content=True)
        except (requests.RequestException, OSError) as error:
            raise Unreachable(
                f"the {service} does not answer at {address}/metrics: {type(error).__name__};"
                " `wellbook status` shows how it does"
            ) from None
        return parse(page.decode("utf-8", "replace"))

    def lag(self) -> int:
        """Records that validator and sink have yet to read: what stands between the raw topic and staging.

        Raises `Unreachable` where either does not answer, or does not know yet.
        """
        return sum(self._lag_of(service) for service in ("validator", "sink"))

    def _lag_of(self, service: str) -> int:
        lags = [sample.value for sample in self.samples(service) if sample.name == "gl_consumer_lag_records"]
        if not lags:
            raise Unreachable(f"the {service} does not know yet how far it is behind")
        return int(sum(lags))

    def topics(self) -> dict[str, TopicFigures]:
        """Figures by topic, its name without the prefix, of all services that answer."""
        produced: dict[str, int] = {}
        lag: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for service in self.admin:
            try:
                samples = self.samples(service)
            except Unreachable:
                continue
            for sample in samples:
                topic = sample.labels.get("topic", "").removeprefix(self.topic_prefix)
                if sample.name == "gl_records_produced_total":
                    produced[topic] = produced.get(topic, 0) + int(sample.value)
                elif sample.name == "gl_consumer_lag_records":
                    lag[topic][sample.labels.get("group", service)] += int(sample.value)
        return {topic: TopicFigures(produced.get(topic), dict(lag.get(topic, {}))) for topic in {*produced, *lag}}


def from_environment() -> Stream:
    """The services that WELLBOOK_ADMIN names."""
    return Stream(admin=settings.admin_addresses(), topic_prefix=os.environ.get("TOPIC_PREFIX", ""))

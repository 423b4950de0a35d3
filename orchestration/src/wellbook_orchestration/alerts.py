"""Who hears of failures: the log always, a webhook where one is set."""

import logging
import os
from dataclasses import dataclass
from typing import Any

import dagster as dg
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from wellbook_orchestration import settings

#: A webhook that takes longer is as good as down; the sensor looks at other runs meanwhile.
ANSWER_WITHIN_SECONDS = 5.0
#: Tries after the first, 1, 2 and 4 seconds apart.
TRIES = 3
#: What a message may hold: chat services cut at some thousand characters.
LONGEST = 2_000


@dataclass(frozen=True)
class Alert:
    """A run that failed, or a look that found something wrong."""

    job: str
    #: Nothing where no run failed.
    run_id: str | None
    #: What failed and why, by step.
    reasons: list[str]
    #: Page of the run, or of what looked; nothing where WELLBOOK_DAGSTER is not set.
    page: str | None
    partition: str | None

    @property
    def text(self) -> str:
        """For people."""
        of = f" of {self.partition}" if self.partition else ""
        lines = [f"{self.job}{of} failed.", *self.reasons, *filter(None, [self.page])]
        return "\n".join(lines)[:LONGEST]

    def json(self) -> dict[str, Any]:
        """For programs; `text` is what Slack, Mattermost and the like show."""
        return {
            "text": self.text,
            "job": self.job,
            "run_id": self.run_id,
            "partition": self.partition,
            "reasons": self.reasons,
            "url": self.page,
        }


def of(context: dg.RunFailureSensorContext) -> Alert:
    """What is to be said of a failed run."""
    run = context.dagster_run
    reasons = [_reason(event) for event in context.get_step_failure_events()]
    return Alert(
        job=run.job_name,
        run_id=run.run_id,
        reasons=reasons or [context.failure_event.message or "it gave no reason"],
        page=_page(f"runs/{run.run_id}"),
        partition=run.tags.get("dagster/partition"),
    )


def of_look(sensor: str, reasons: list[str]) -> Alert:
    """What is to be said where a sensor itself found something wrong."""
    return Alert(job=sensor, run_id=None, reasons=reasons, page=_page("automation"), partition=None)


def _page(path: str) -> str | None:
    base = os.environ.get("WELLBOOK_DAGSTER")
    return f"{base.rstrip('/')}/{path}" if base else None


def _reason(event: dg.DagsterEvent) -> str:
    data = event.step_failure_data
    step = event.step_key or "run"
    if data.user_failure_data and data.user_failure_data.description:
        return f"{step}: {data.user_failure_data.description}"
    error = data.error
    while error is not None and error.cause is not None:
        error = error.cause
    said = " ".join(error.message.split()) if error else "it gave no reason"
    if lost_database(event):
        return f"{step}: Postgres was away ({said}); marts that were not reached stay as they were"
    return f"{step}: {said}"


def lost_database(event: dg.DagsterEvent) -> bool:
    """Whether a step failed because Dagster's own storage was away, which is on the server of the ledger."""
    error = event.step_failure_data.error
    while error is not None:
        if error.cls_name == "OperationalError":
            return True
        error = error.cause
    return False


def send(alert: Alert, log: logging.Logger) -> None:
    """Tells the log, and the webhook where one is set; says so where it cannot be reached."""
    log.error(alert.text)
    webhook = settings.secret("WELLBOOK_ALERT_WEBHOOK")
    if not webhook:
        return
    again = Retry(
        total=TRIES, backoff_factor=1, status_forcelist=(429, 500, 502, 503, 504), allowed_methods=None, redirect=0
    )
    with requests.Session() as session:
        session.mount("http://", HTTPAdapter(max_retries=again))
        session.mount("https://", HTTPAdapter(max_retries=again))
        try:
            session.post(webhook, json=alert.json(), timeout=ANSWER_WITHIN_SECONDS).raise_for_status()
        except requests.RequestException as error:
            # The address is a secret, and an error of this library names it.
            whose = f"for run {alert.run_id}" if alert.run_id else f"of {alert.job}"
            log.error(f"the alert {whose} did not reach WELLBOOK_ALERT_WEBHOOK: {type(error).__name__}")

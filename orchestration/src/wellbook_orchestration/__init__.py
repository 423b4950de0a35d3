"""Wellbook's assets from Kafka to report in one graph.

| module | does |
|---|---|
| `settings` | what the environment says, and where the project's folders are |
| `instance`, `serve`, `__main__` | Dagster's database, home and processes |
| `ledger`, `stream`, `program` | the resources: staging in Postgres, the services' metrics, the `wellbook` command |
| `topics` | topics and staging tables, observed |
| `prices`, `marts`, `reports` | what is made: real prices, dbt's models, close packages |
| `proof`, `rebuild` | what proves it: `wellbook verify`, full refreshes that are compared |
| `checks` | what must hold in staging before a mart is built |
| `jobs`, `schedules`, `sensors`, `alerts` | when it is made, and who hears of failures |
| `definitions` | all of it, put together |
"""

import warnings

# The pinned release has what is used here; a newer one is tried before it is taken.
warnings.filterwarnings("ignore", message=".* is currently in beta")

# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # Stream health
# How far the ledger has come, what was refused, and how fast entries arrived.

# %% tags=["parameters"]
company = "1000"
period = "2025-10"

# %%
from reporting import explore

books = explore.Books.open(company, period)
books.head("Stream health")

# %% [markdown]
# ## Position
# Records that the sink has read of each topic.

# %%
books.show(books.facts.position)

# %% [markdown]
# ## Seals
# By simulated month: entries and lines that were sealed. A gap in the sequence would be a lost seal.

# %%
seals = books.seals()
books.show(seals)
assert not books.whole(seals, "missing"), "seals are missing"

# %% [markdown]
# ## Quarantine
# Entries refused since the run began, by stage and reason. They are in no statement.

# %%
books.show(books.facts.rejected)

# %% [markdown]
# ## Entries of the period by source
# How long from entry to staging is not shown: history is streamed faster than it happened.

# %%
entries = books.entries_by_source()
books.show(entries)
assert books.whole(entries, "debit") == books.whole(entries, "credit"), "debits do not equal credits"

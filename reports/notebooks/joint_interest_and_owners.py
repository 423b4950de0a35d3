# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # Joint interest and owners
# Who was billed, who pays, and what owners are owed. How to read it: docs/operating-statements.md.

# %% tags=["parameters"]
company = "1000"
period = "2025-10"

# %%
from reporting import charts, explore

books = explore.Books.open(company, period)
books.head("Joint interest and owners")

# %% [markdown]
# ## Bills of the period
# Cost positive; all bearers together are the whole cost.

# %%
jib = books.joint_interest()
books.show(jib)
assert books.whole(jib, "share_amount") == books.subledgers()["joint_gross"][0], "bearers do not come to the whole cost"

# %% [markdown]
# ## Receivable by age
# At the end of the period; owed positive.

# %%
ageing = books.receivable_ageing()
books.show(ageing)

# %% [markdown]
# ## Netted from revenue checks
# Bills that were taken from what an owner was owed, in the period.

# %%
netting = books.netting()
books.show(netting)

# %% [markdown]
# ## What owners are owed
# By account, rolled forward over the period; owed positive.

# %%
balances = books.owner_balances()
books.show(balances)

# %% [markdown]
# ## Authorisations for expenditure
# At 8/8 at the end of the period.

# %%
afe = books.authorisations()
books.show(afe)
books.draw(charts.cost_against_budget(afe, books.currency))

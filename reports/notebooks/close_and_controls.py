# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # Close and controls
# The statements of the period and the totals that must agree. How to read them: docs/statements.md.

# %% tags=["parameters"]
company = "1000"
period = "2025-10"

# %%
from reporting import charts, explore

books = explore.Books.open(company, period)
books.head("Close and controls")

# %% [markdown]
# ## Controls
# Each reaches one figure by two ways.

# %%
package = books.package()
books.show(explore.controls(package.controls))
assert all(control.holds for control in package.controls), "a control does not agree"

# %% [markdown]
# ## Income statement

# %%
books.show(books.statement(package.income))

# %% [markdown]
# ## Balance sheet

# %%
books.show(books.statement(package.sheet))

# %% [markdown]
# ## Cash flow statement

# %%
books.show(books.statement(package.cash))

# %% [markdown]
# ## The year so far

# %%
books.draw(charts.result_by_month(package.months, books.currency))
books.draw(charts.cash_by_month(package.months, books.currency))

# %% [markdown]
# ## Accounts on the unusual side

# %%
books.show(package.trial_balance.filter("is_against_normal_side"))

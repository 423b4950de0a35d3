# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # Lease operating performance
# What wells earn and cost, on both month bases, and how they decline. How to read it: docs/operating-statements.md.

# %% tags=["parameters"]
company = "1000"
period = "2025-10"

# %%
from reporting import charts, explore

books = explore.Books.open(company, period)
books.head("Lease operating performance")

# %% [markdown]
# ## Operating result by basin
# Accounting month: ties to the income statement. Income positive, cost negative.

# %%
los = books.lease_operating_statement()
books.show(explore.by(los, ["basin"], ["amount", "gross_amount"]))
books.draw(charts.result_by_basin(los, books.currency))

# %% [markdown]
# ## The same month by both bases
# PRODUCTION counts what belongs to the month's production, whenever it was booked. Never add the two.

# %%
produced = books.lease_operating_statement("PRODUCTION")
books.show(explore.beside(los, produced, "los_line", "amount", "ACCOUNTING", "PRODUCTION"))

# %% [markdown]
# ## Per BOE by month
# 6 MCF of gas or 42 gallons of liquids to one barrel; empty where nothing was sold.

# %%
months = books.months()
books.show(months)
books.draw(charts.per_boe_by_month(months, books.currency))

# %% [markdown]
# ## Wells that earn least
# Netback of the period, accounting month.

# %%
books.show(books.weakest_wells())

# %% [markdown]
# ## Production against the decline of the reserves
# At 8/8. A variance below zero: the wells made less than their reserves promised.

# %%
decline = books.decline()
books.show(decline)
books.draw(explore.lines(decline, "production_month", "boe", None, "BOE at 8/8 by month of production"))

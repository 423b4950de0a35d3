# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # Revenue and prices
# What each product fetched beside its benchmark, who earned it, what is held, and whether severance tax is what the
# statute asks. How to read it: docs/operating-statements.md.

# %% tags=["parameters"]
company = "1000"
period = "2025-10"

# %%
from reporting import explore

books = explore.Books.open(company, period)
books.head("Revenue and prices")

# %% [markdown]
# ## Realised price against benchmark
# By month of production, the company's own share of all basins. Below zero: it fetched less than its benchmark.

# %%
prices = books.realised_prices()
books.show(prices.tail(36))
books.draw(
    explore.lines(prices, "production_month", "realised_price", "product", "Realised price by unit: BBL, MCF, GAL")
)

# %% [markdown]
# ## Owners of the period
# Credits to the owner positive; tax and deducts positive as they are taken off. The company's own interest is one.

# %%
owners = books.owner_revenue()
books.show(owners)
assert books.whole(owners, "net_amount") == books.whole(owners, "gross_amount") - books.whole(
    owners, "tax_amount"
) - books.whole(owners, "deduct_amount"), "net is not gross less tax and deducts"

# %% [markdown]
# ## Held in suspense
# As the ledger stands, by age.

# %%
books.show(books.suspense())

# %% [markdown]
# ## Severance tax
# Posted beside what the statute makes of it, by tax code, for the sales of the month.

# %%
severance = books.severance()
books.show(severance)
assert not books.whole(severance, "lines_off_statute"), "lines miss the statute"

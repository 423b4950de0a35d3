-- The ledger's marts without dbt: what somebody would write who needs each once. Plain tables, no indexes, companies alone
-- (no consolidation), built whole. `{seeds}` is the schema of the layouts.
drop schema if exists by_hand cascade;
create schema by_hand;

create table by_hand.journal_lines as
select
    entry.company_code, entry.ledger, entry.fiscal_year, entry.fiscal_period,
    entry.fiscal_year * 100 + entry.fiscal_period as period_key,
    entry.posting_date, entry.entry_number, line.line_number, entry.entry_id, entry.document_type, entry.source,
    entry.transaction_type, line.account_code, line.side,
    case when line.side = 'DEBIT' then line.functional_amount else 0::numeric(18, 2) end as debit,
    case when line.side = 'CREDIT' then line.functional_amount else 0::numeric(18, 2) end as credit,
    (case when line.side = 'DEBIT' then line.functional_amount else -line.functional_amount end)::numeric(18, 2)
        as net_amount,
    entry.functional_currency,
    (case when line.side = 'DEBIT' then line.amount else -line.amount end)::numeric(18, 2) as currency_amount,
    entry.currency, coalesce(line.production_month, entry.production_month) as production_month, line.product,
    line.quantity, line.unit_of_measure, line.unit_price, line.base_amount, line.rate, line.decimal_interest,
    line.cost_center, line.well_id, line.lease_id, line.afe_number, line.jib_code, line.billed_account_code,
    line.owner_id, line.interest_type, line.suspense_code, line.tax_code, line.counterparty_id, line.partner_company,
    line.clears_entry_id, entry.reverses_entry_id, entry.adjusts_entry_id, entry.intercompany_group_id,
    entry.document_date, entry.due_date, entry.source_document, entry.entered_at, entry.source_partition,
    entry.source_offset
from staging.journal_entry as entry
inner join staging.journal_line as line
    on entry.posting_date = line.posting_date and entry.entry_id = line.entry_id;

create table by_hand.movement as
select
    company_code, period_key, account_code, transaction_type, document_type = 'CLS' as is_closing,
    sum(debit) as debit, sum(credit) as credit, sum(net_amount) as net_amount
from by_hand.journal_lines
group by company_code, period_key, account_code, transaction_type, document_type = 'CLS';

create table by_hand.account as
select distinct on (account_code)
    account_code, account_type, statement_line, cash_flow_class, is_postable
from staging.account
order by account_code, effective_date desc;

create table by_hand.period as
select company.company_code, years.y * 100 + p as period_key, years.y as fiscal_year, p as fiscal_period
from (select distinct company_code from by_hand.movement) as company
cross join (select min(period_key) / 100 as low, max(period_key) / 100 as high, max(period_key) as last_key
            from by_hand.movement) as bounds
cross join lateral generate_series(bounds.low, bounds.high) as years (y)
cross join generate_series(0, 13) as p
where years.y * 100 + p <= bounds.last_key;

create table by_hand.general_ledger_by_period as
select
    company_code, account_code, period_key, closing_balance - movement as opening_balance, debit, credit,
    closing_balance
from (
    select
        period.company_code, account.account_code, period.period_key, coalesce(moved.debit, 0) as debit,
        coalesce(moved.credit, 0) as credit, coalesce(moved.net_amount, 0) as movement,
        sum(coalesce(moved.net_amount, 0)) over (
            partition by period.company_code, account.account_code order by period.period_key
        ) as closing_balance
    from by_hand.period
    cross join by_hand.account
    left join (
        select company_code, period_key, account_code, sum(debit) as debit, sum(credit) as credit,
            sum(net_amount) as net_amount
        from by_hand.movement group by company_code, period_key, account_code
    ) as moved using (company_code, period_key, account_code)
    where account.is_postable or exists (select from by_hand.movement as m where m.account_code = account.account_code)
) as balance;

create table by_hand.trial_balance as
select
    company_code, period_key, account_code, opening_balance, debit, credit, closing_balance,
    greatest(closing_balance, 0) as debit_balance, greatest(-closing_balance, 0) as credit_balance
from by_hand.general_ledger_by_period;

create table by_hand.income_statement as
with line_period as (
    select
        period.company_code, period.period_key, layout.line_order, layout.section,
        coalesce(moved.amount, 0) as amount,
        sum(coalesce(moved.amount, 0)) over (
            partition by period.company_code, layout.line_order, period.fiscal_year order by period.period_key
        ) as year_amount
    from by_hand.period
    cross join {seeds}.income_statement_layout as layout
    left join (
        select
            movement.company_code, movement.period_key,
            coalesce(line.line_order, (select line_order from {seeds}.income_statement_layout where statement_line = '*'))
                as line_order,
            sum(movement.net_amount) as amount
        from by_hand.movement
        inner join by_hand.account using (account_code)
        left join {seeds}.income_statement_layout as line
            on line.line_type = 'LINE' and line.statement_line = account.statement_line
        where account.account_type in ('REVENUE', 'EXPENSE') and not movement.is_closing
        group by 1, 2, 3
    ) as moved
        on
            moved.company_code = period.company_code and moved.period_key = period.period_key
            and moved.line_order = layout.line_order
    where layout.line_type = 'LINE'
)

select
    part.company_code, part.period_key, layout.line_order,
    sum(case when layout.positive_side = 'DEBIT' then part.amount else -part.amount end) as amount,
    sum(case when layout.positive_side = 'DEBIT' then part.year_amount else -part.year_amount end)
        as year_to_date_amount
from {seeds}.income_statement_layout as layout
inner join line_period as part
    on
        part.line_order = layout.line_order
        or (layout.line_type = 'TOTAL' and part.section = any(string_to_array(layout.total_of, '|')))
where part.period_key % 100 > 0
group by part.company_code, part.period_key, layout.line_order;

create table by_hand.balance_sheet as
with movement as (
    select
        movement.company_code, movement.period_key,
        case
            when account.account_type in ('REVENUE', 'EXPENSE') then 0
            else coalesce(line.line_order, (select line_order from {seeds}.balance_sheet_layout where statement_line = '*'))
        end as line_order,
        sum(movement.net_amount) as amount
    from by_hand.movement
    inner join by_hand.account using (account_code)
    left join {seeds}.balance_sheet_layout as line
        on
            line.line_type = 'LINE' and line.account_type = account.account_type
            and line.statement_line = account.statement_line
    group by 1, 2, 3
),

balance as (
    select
        period.company_code, period.period_key, line.line_order,
        sum(coalesce(movement.amount, 0)) over (
            partition by period.company_code, line.line_order order by period.period_key
        ) as ever,
        sum(coalesce(movement.amount, 0)) over (
            partition by period.company_code, line.line_order, period.fiscal_year order by period.period_key
        ) as this_year
    from by_hand.period
    cross join (
        select line_order from {seeds}.balance_sheet_layout where line_type = 'LINE' and account_type <> 'RESULT'
        union all
        select 0
    ) as line
    left join movement
        on
            movement.company_code = period.company_code and movement.period_key = period.period_key
            and movement.line_order = line.line_order
),

line_balance as (
    select
        balance.company_code, balance.period_key, layout.line_order, layout.section,
        case
            when layout.account_type <> 'RESULT' then balance.ever
            when layout.statement_line = 'Current year' then balance.this_year
            else balance.ever - balance.this_year
        end as amount
    from {seeds}.balance_sheet_layout as layout
    inner join balance
        on balance.line_order = case when layout.account_type = 'RESULT' then 0 else layout.line_order end
    where layout.line_type = 'LINE'
)

select
    part.company_code, part.period_key, layout.line_order,
    sum(case when layout.positive_side = 'DEBIT' then part.amount else -part.amount end) as amount
from {seeds}.balance_sheet_layout as layout
inner join line_balance as part
    on
        part.line_order = layout.line_order
        or (layout.line_type = 'TOTAL' and part.section = any(string_to_array(layout.total_of, '|')))
group by part.company_code, part.period_key, layout.line_order;

create table by_hand.cash_flow_statement as
with chosen as (
    select distinct on (moved.company_code, moved.account_code, moved.transaction_type)
        moved.company_code, moved.account_code, moved.transaction_type,
        account.account_type in ('REVENUE', 'EXPENSE') as is_result,
        coalesce(mapping.cash_flow_class, account.cash_flow_class) as cash_flow_class, mapping.cash_flow_line
    from by_hand.movement as moved
    inner join by_hand.account using (account_code)
    left join {seeds}.cash_flow_mapping as mapping
        on
            coalesce(mapping.account_code, moved.account_code) = moved.account_code
            and coalesce(mapping.statement_line, account.statement_line) = account.statement_line
            and coalesce(mapping.transaction_type, moved.transaction_type) = moved.transaction_type
            and coalesce(mapping.company_code, moved.company_code) = moved.company_code
    order by
        moved.company_code, moved.account_code, moved.transaction_type, mapping.account_code is null,
        mapping.statement_line is null, mapping.transaction_type is null, mapping.company_code is null
),

named as (
    select
        moved.company_code, moved.period_key, chosen.is_result, chosen.cash_flow_class, -moved.net_amount as amount,
        coalesce(chosen.cash_flow_line, case chosen.cash_flow_class
            when 'INVESTING' then 'Other investing' when 'FINANCING' then 'Other financing'
            when 'NON_CASH' then 'Other non-cash' else 'Other operating'
        end) as cash_flow_line
    from by_hand.movement as moved
    inner join chosen using (company_code, account_code, transaction_type)
    where not moved.is_closing
),

placed as (
    select
        company_code, period_key, amount,
        case
            when cash_flow_class = 'CASH' then 'Cash' when is_result then 'Net income' else cash_flow_line
        end as cash_flow_line
    from named
    union all
    select
        company_code, period_key, -amount,
        case when cash_flow_line = 'Dry holes' then 'Dry holes added back' else 'Other non-cash' end
    from named where is_result and cash_flow_class in ('INVESTING', 'FINANCING')
    union all
    select company_code, period_key, amount, cash_flow_line
    from named where is_result and cash_flow_class in ('INVESTING', 'FINANCING')
),

summed as (
    select company_code, period_key, cash_flow_line, sum(amount) as amount
    from placed group by company_code, period_key, cash_flow_line
),

line_period as (
    select
        period.company_code, period.period_key, layout.line_order, layout.section, coalesce(summed.amount, 0) as amount,
        sum(coalesce(summed.amount, 0)) over (
            partition by period.company_code, layout.line_order, period.fiscal_year order by period.period_key
        ) as year_amount
    from by_hand.period
    cross join {seeds}.cash_flow_layout as layout
    left join summed
        on
            summed.company_code = period.company_code and summed.period_key = period.period_key
            and summed.cash_flow_line = layout.cash_flow_line
    where layout.line_type = 'LINE' and period.fiscal_period > 0
),

cash as (
    select
        period.company_code, period.period_key, period.fiscal_year, period.fiscal_period,
        -coalesce(summed.amount, 0) as movement,
        -sum(coalesce(summed.amount, 0)) over (partition by period.company_code order by period.period_key) as closing
    from by_hand.period
    left join summed
        on
            summed.company_code = period.company_code and summed.period_key = period.period_key
            and summed.cash_flow_line = 'Cash'
)

select
    part.company_code, part.period_key, layout.line_order, sum(part.amount) as amount,
    sum(part.year_amount) as year_to_date_amount
from {seeds}.cash_flow_layout as layout
inner join line_period as part
    on
        part.line_order = layout.line_order
        or (layout.line_type = 'TOTAL' and part.section = any(string_to_array(layout.total_of, '|')))
group by part.company_code, part.period_key, layout.line_order
union all
select
    cash.company_code, cash.period_key, layout.line_order,
    case when layout.line_type = 'OPENING_CASH' then cash.closing - cash.movement else cash.closing end,
    case when layout.line_type = 'OPENING_CASH' then year_begin.closing else cash.closing end
from cash
inner join {seeds}.cash_flow_layout as layout on layout.line_type in ('OPENING_CASH', 'CLOSING_CASH')
inner join cash as year_begin
    on
        year_begin.company_code = cash.company_code and year_begin.fiscal_year = cash.fiscal_year
        and year_begin.fiscal_period = 0
where cash.fiscal_period > 0;

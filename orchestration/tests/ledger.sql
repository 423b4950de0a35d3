-- A ledger that fits on a screen: one company, two periods, three sealed batches of an entry each, the last one rejected.
insert into staging.run
values ('6c9a0767-a9fc-4516-9f16-b9b029576f35', 42, '2025-01-01', 30, 1, '{}', 'test', repeat('0', 64), '[]', '0', now(), 0);
insert into staging.run_anchor
values ('6c9a0767-a9fc-4516-9f16-b9b029576f35', 1, '2025-01-31', now(), 1, 30);
insert into staging.company values ('1000', '2024-01-01', 'Operator', 'OPERATOR', 'USD', 1000000, 0);
insert into staging.account values
('101.000', '2024-01-01', 'Cash', 'ASSET', 'DEBIT', 'Cash', 'CASH', null, '{}', true, 0),
('600.000', '2024-01-01', 'Oil sales', 'REVENUE', 'CREDIT', 'Revenue', 'OPERATING', null, '{}', true, 1);
insert into staging.period
(company_code, fiscal_year, fiscal_period, start_date, end_date, opens_at, soft_closes_at, closes_at, source_offset) values
('1000', 2024, 12, '2024-12-01', '2024-12-31', '2024-10-27', '2025-01-10', '2025-01-18', 0),
('1000', 2025, 1, '2025-01-01', '2025-01-31', '2024-11-27', '2025-02-10', '2025-02-20', 1),
('1000', 2025, 2, '2025-02-01', '2025-02-28', '2024-12-28', '2025-03-10', '2025-03-19', 2);
select staging.ensure_journal_line_partitions('2025-01-01', '2025-02-01');
insert into staging.batch_seal
select
    number, window_start, window_start + interval '20 days', true, 1, 2, repeat('0', 64), 0, 0, repeat('0', 64), repeat('0', 64),
    case number when 0 then repeat('0', 64) else 'chain ' || number - 1 end, 'chain ' || number,
    now() - interval '1 hour', number, now() - interval '1 hour'
from (
    select number, timestamptz '2025-01-01 00:00Z' + number * interval '20 days' as window_start
    from generate_series(0, 2) as number
) as batch;
insert into staging.journal_entry (
    entry_id, chain_id, ce_id, entry_number, entered_at, validated_at, source_offset, batch, batch_index, source_partition,
    posting_date, document_date, fiscal_year, fiscal_period, total_debit, total_credit, company_code, ledger, document_type,
    source, transaction_type, description, currency, functional_currency, created_by
)
select
    id, id, id, number + 1, posting_date, now(), number, number, 0, 0, posting_date, posting_date, 2025,
    extract(month from posting_date), 100, 100, '1000', 'PRIMARY', 'STD', 'REV', 'OIL_SALE', 'Oil sold', 'USD', 'USD', 'test'
from (values
    ('00000000-0000-7000-8000-000000000000'::uuid, 0, date '2025-01-05'),
    ('00000000-0000-7000-8000-000000000001'::uuid, 1, date '2025-02-05')
) as entry (id, number, posting_date);
insert into staging.journal_line (entry_id, posting_date, line_number, amount, functional_amount, account_code, side)
select entry.entry_id, entry.posting_date, line.number, 100, 100, line.account_code, line.side
from staging.journal_entry as entry
cross join (values (1, '101.000', 'DEBIT'), (2, '600.000', 'CREDIT')) as line (number, account_code, side);
insert into staging.rejected_entry (
    stage, source_partition, source_offset, reason, detail, dl_topic, dl_partition, dl_offset, dl_timestamp, dl_attempt, batch,
    batch_index, headers, rejected_at
) values ('validator', 0, 0, 'unbalanced', 'test', 'gl.journal-entry.raw.v1', 0, 2, now(), 1, 2, 0, '[]', now());
insert into staging.ingest_offset
select 'gl.journal-entry.validated.v1', partition, case partition when 0 then 2 else 0 end, '6c9a0767-a9fc-4516-9f16-b9b029576f35'
from generate_series(0, 5) as partition;

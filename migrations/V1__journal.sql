-- The journal as it was validated, the records that were not, and how far each topic has been loaded.
-- Money is numeric(18,2), quantities numeric(18,3), prices numeric(18,6), interests numeric(9,8), rates numeric(18,8).

CREATE SCHEMA staging;
COMMENT ON SCHEMA staging IS
    'What the topics hold, row for row. Written by the sink alone; read by the API, dbt and verify.';

CREATE TABLE staging.journal_entry (
    -- Fixed-width columns first: no padding between them.
    entry_id              uuid           NOT NULL,
    chain_id              uuid           NOT NULL,
    ce_id                 uuid           NOT NULL,
    reverses_entry_id     uuid,
    adjusts_entry_id      uuid,
    intercompany_group_id uuid,
    entry_number          bigint         NOT NULL,
    entered_at            timestamptz    NOT NULL,
    validated_at          timestamptz    NOT NULL,
    loaded_at             timestamptz    NOT NULL DEFAULT now(),
    source_offset         bigint         NOT NULL,
    batch                 bigint         NOT NULL,
    batch_index           integer        NOT NULL,
    source_partition      integer        NOT NULL,
    posting_date          date           NOT NULL,
    document_date         date           NOT NULL,
    due_date              date,
    production_month      date,
    auto_reverse_on       date,
    fiscal_year           integer        NOT NULL,
    fiscal_period         integer        NOT NULL,
    total_debit           numeric(18, 2) NOT NULL,
    total_credit          numeric(18, 2) NOT NULL,
    fx_rate               numeric(18, 8),
    company_code          text           NOT NULL,
    ledger                text           NOT NULL,
    document_type         text           NOT NULL,
    source                text           NOT NULL,
    transaction_type      text           NOT NULL,
    description           text           NOT NULL,
    currency              text           NOT NULL,
    functional_currency   text           NOT NULL,
    created_by            text           NOT NULL,
    approved_by           text,
    source_document       text,
    CONSTRAINT journal_entry_pkey PRIMARY KEY (entry_id),
    CONSTRAINT journal_entry_balances CHECK (total_debit = total_credit)
);

-- Dates rise with the order of loading, so a few kilobytes answer for a range of them, at next to no cost to the load.
CREATE INDEX journal_entry_posting_date_brin ON staging.journal_entry
    USING brin (posting_date) WITH (pages_per_range = 32, autosummarize = on);

COMMENT ON TABLE staging.journal_entry IS 'One validated journal entry (document). Its lines are in staging.journal_line.';
COMMENT ON COLUMN staging.journal_entry.entry_id IS 'Id of the document; rises with entered_at.';
COMMENT ON COLUMN staging.journal_entry.chain_id IS 'Root of the reversal chain or the intercompany group, else entry_id: the record key.';
COMMENT ON COLUMN staging.journal_entry.ce_id IS 'Id of the submission (CloudEvents id), unique per submission.';
COMMENT ON COLUMN staging.journal_entry.reverses_entry_id IS 'The entry that this one mirrors.';
COMMENT ON COLUMN staging.journal_entry.adjusts_entry_id IS 'The entry that this one corrects.';
COMMENT ON COLUMN staging.journal_entry.intercompany_group_id IS 'Ties the entries of several companies together.';
COMMENT ON COLUMN staging.journal_entry.entry_number IS 'Gapless per company_code and fiscal_year, from 1.';
COMMENT ON COLUMN staging.journal_entry.entered_at IS 'When it was entered: simulated time.';
COMMENT ON COLUMN staging.journal_entry.validated_at IS 'When it was validated: wall clock (timestamp of the validated record).';
COMMENT ON COLUMN staging.journal_entry.loaded_at IS 'When it was loaded: wall clock (start of the loading transaction).';
COMMENT ON COLUMN staging.journal_entry.source_offset IS 'Offset on the validated topic, within source_partition.';
COMMENT ON COLUMN staging.journal_entry.batch IS 'Sequence of the batch: staging.batch_seal.sequence.';
COMMENT ON COLUMN staging.journal_entry.batch_index IS 'Place in the batch, from 0.';
COMMENT ON COLUMN staging.journal_entry.source_partition IS 'Partition of the validated topic.';
COMMENT ON COLUMN staging.journal_entry.posting_date IS 'The day it counts.';
COMMENT ON COLUMN staging.journal_entry.document_date IS 'The day on the document behind it.';
COMMENT ON COLUMN staging.journal_entry.due_date IS 'When it falls due.';
COMMENT ON COLUMN staging.journal_entry.production_month IS 'First day of the month of production.';
COMMENT ON COLUMN staging.journal_entry.auto_reverse_on IS 'The day on which this accrual will be reversed.';
COMMENT ON COLUMN staging.journal_entry.fiscal_year IS 'Calendar year of the posting date.';
COMMENT ON COLUMN staging.journal_entry.fiscal_period IS '0 opening, 1 to 12, 13 adjusting.';
COMMENT ON COLUMN staging.journal_entry.total_debit IS 'Sum of the debit lines, in currency, never negative.';
COMMENT ON COLUMN staging.journal_entry.total_credit IS 'Sum of the credit lines, in currency; equals total_debit.';
COMMENT ON COLUMN staging.journal_entry.fx_rate IS 'Units of functional_currency for one unit of currency; null where the two are the same.';
COMMENT ON COLUMN staging.journal_entry.company_code IS 'The company whose books these are: staging.company.';
COMMENT ON COLUMN staging.journal_entry.ledger IS 'The book within the company.';
COMMENT ON COLUMN staging.journal_entry.document_type IS 'STD, ACR accrual, RVS reversal, ADJ adjusting, CLS closing, OPN opening.';
COMMENT ON COLUMN staging.journal_entry.source IS 'Subledger: PRD, REV, AP, AR, JIB, PAY, DDA, ARO, CAP, HDG, TAX, IC, INV, TRE, MAN.';
COMMENT ON COLUMN staging.journal_entry.transaction_type IS 'The template that made it.';
COMMENT ON COLUMN staging.journal_entry.description IS 'What it is, for people.';
COMMENT ON COLUMN staging.journal_entry.currency IS 'ISO 4217 currency of amount.';
COMMENT ON COLUMN staging.journal_entry.functional_currency IS 'ISO 4217 currency of functional_amount: that of the company''s books.';
COMMENT ON COLUMN staging.journal_entry.created_by IS 'Who or what entered it.';
COMMENT ON COLUMN staging.journal_entry.approved_by IS 'Who approved it.';
COMMENT ON COLUMN staging.journal_entry.source_document IS 'Number of the invoice, ticket, statement or check behind it.';

CREATE TABLE staging.journal_line (
    entry_id            uuid           NOT NULL,
    clears_entry_id     uuid,
    posting_date        date           NOT NULL,
    line_number         integer        NOT NULL,
    production_month    date,
    amount              numeric(18, 2) NOT NULL,
    functional_amount   numeric(18, 2) NOT NULL,
    quantity            numeric(18, 3),
    unit_price          numeric(18, 6),
    heat_factor         numeric(18, 8),
    base_amount         numeric(18, 2),
    rate                numeric(18, 8),
    decimal_interest    numeric(9, 8),
    account_code        text           NOT NULL,
    side                text           NOT NULL,
    unit_of_measure     text,
    product             text,
    cost_center         text,
    well_id             text,
    lease_id            text,
    afe_number          text,
    jib_code            text,
    billed_account_code text,
    owner_id            text,
    interest_type       text,
    suspense_code       text,
    tax_code            text,
    counterparty_id     text,
    partner_company     text,
    text                text,
    CONSTRAINT journal_line_pkey PRIMARY KEY (posting_date, entry_id, line_number),
    CONSTRAINT journal_line_amount_positive CHECK (amount > 0),
    CONSTRAINT journal_line_side CHECK (side IN ('DEBIT', 'CREDIT'))
) PARTITION BY RANGE (posting_date);

COMMENT ON TABLE staging.journal_line IS
    'One line of a journal entry. Partitioned by month of posting_date; join to journal_entry on entry_id and posting_date.';
COMMENT ON COLUMN staging.journal_line.entry_id IS 'The entry: staging.journal_entry.';
COMMENT ON COLUMN staging.journal_line.clears_entry_id IS 'The entry whose open item this line clears.';
COMMENT ON COLUMN staging.journal_line.posting_date IS 'Posting date of the entry.';
COMMENT ON COLUMN staging.journal_line.line_number IS 'From 1, without gaps.';
COMMENT ON COLUMN staging.journal_line.production_month IS 'First day of the month of production, where it differs from the entry''s.';
COMMENT ON COLUMN staging.journal_line.amount IS 'In the entry''s currency, always positive; side gives the sign.';
COMMENT ON COLUMN staging.journal_line.functional_amount IS 'In the company''s functional currency, never negative; side gives the sign.';
COMMENT ON COLUMN staging.journal_line.quantity IS 'Volume or count, in unit_of_measure.';
COMMENT ON COLUMN staging.journal_line.unit_price IS 'Price of one unit_of_measure, in the entry''s currency, signed.';
COMMENT ON COLUMN staging.journal_line.heat_factor IS 'MMBtu in one MCF.';
COMMENT ON COLUMN staging.journal_line.base_amount IS 'What rate was applied to, in the entry''s currency.';
COMMENT ON COLUMN staging.journal_line.rate IS 'The rate that was applied: a fraction, not per cent.';
COMMENT ON COLUMN staging.journal_line.decimal_interest IS 'Share of the owner or partner: a fraction of 1.';
COMMENT ON COLUMN staging.journal_line.account_code IS 'NNN.SSS: staging.account.';
COMMENT ON COLUMN staging.journal_line.side IS 'DEBIT or CREDIT.';
COMMENT ON COLUMN staging.journal_line.unit_of_measure IS 'Unit of quantity: BBL, MCF, GAL, HR …';
COMMENT ON COLUMN staging.journal_line.product IS 'OIL, GAS, NGL, WTR.';
COMMENT ON COLUMN staging.journal_line.cost_center IS 'staging.cost_center.';
COMMENT ON COLUMN staging.journal_line.well_id IS 'API-14: staging.well.';
COMMENT ON COLUMN staging.journal_line.lease_id IS 'staging.lease.';
COMMENT ON COLUMN staging.journal_line.afe_number IS 'Authorisation for expenditure: staging.afe.';
COMMENT ON COLUMN staging.journal_line.jib_code IS 'Joint interest billing deck: staging.jib_deck.';
COMMENT ON COLUMN staging.journal_line.billed_account_code IS 'The account whose cost a joint interest billing line bills.';
COMMENT ON COLUMN staging.journal_line.owner_id IS 'Owner paid or owed: staging.owner.';
COMMENT ON COLUMN staging.journal_line.interest_type IS 'WI working, RI royalty, ORRI overriding royalty.';
COMMENT ON COLUMN staging.journal_line.suspense_code IS 'Why the money is held.';
COMMENT ON COLUMN staging.journal_line.tax_code IS 'Tax that the line accrues or remits: staging.tax_rate.';
COMMENT ON COLUMN staging.journal_line.counterparty_id IS 'Vendor, purchaser or partner: staging.counterparty.';
COMMENT ON COLUMN staging.journal_line.partner_company IS 'The other company of an intercompany pair.';
COMMENT ON COLUMN staging.journal_line.text IS 'Free text.';

CREATE TABLE staging.journal_line_default PARTITION OF staging.journal_line DEFAULT;
COMMENT ON TABLE staging.journal_line_default IS
    'Lines of months that have no partition. Should be empty: rows here mean that partitions were not made ahead.';

CREATE FUNCTION staging.ensure_journal_line_partitions(first_month date, last_month date)
RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog
AS $$
DECLARE
    month_start date := date_trunc('month', first_month)::date;
    month_next  date;
    partition   text;
    made        integer := 0;
BEGIN
    IF last_month > first_month + interval '50 years' THEN
        RAISE EXCEPTION 'refusing to make partitions from % to %: more than 50 years', first_month, last_month
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- One at a time: two loaders may want the same month.
    PERFORM pg_advisory_xact_lock(hashtext('staging.ensure_journal_line_partitions'));
    WHILE month_start <= last_month LOOP
        month_next := (month_start + interval '1 month')::date;
        partition := 'journal_line_' || to_char(month_start, 'YYYY_MM');
        IF to_regclass('staging.' || partition) IS NULL THEN
            IF EXISTS (SELECT FROM staging.journal_line_default AS line
                       WHERE line.posting_date >= month_start AND line.posting_date < month_next) THEN
                RAISE WARNING 'journal_line_default holds lines of %: no partition made for that month', month_start;
            ELSE
                -- Attached, not created in place: readers of the other months are not locked out.
                EXECUTE format('CREATE TABLE staging.%I (LIKE staging.journal_line INCLUDING ALL)', partition);
                EXECUTE format(
                    'ALTER TABLE staging.journal_line ATTACH PARTITION staging.%I FOR VALUES FROM (%L) TO (%L)',
                    partition, month_start, month_next);
                made := made + 1;
            END IF;
        END IF;
        month_start := month_next;
    END LOOP;
    RETURN made;
END
$$;
COMMENT ON FUNCTION staging.ensure_journal_line_partitions(date, date) IS
    'Makes the month partitions of journal_line from one month to another, both included; returns how many were made.';

CREATE TABLE staging.rejected_entry (
    stage            text        NOT NULL,
    source_partition integer     NOT NULL,
    source_offset    bigint      NOT NULL,
    reason           text        NOT NULL,
    detail           text        NOT NULL,
    dl_topic         text        NOT NULL,
    dl_partition     integer     NOT NULL,
    dl_offset        bigint      NOT NULL,
    dl_timestamp     timestamptz NOT NULL,
    dl_attempt       integer     NOT NULL,
    ce_id            uuid,
    batch            bigint,
    batch_index      integer,
    key              bytea,
    value            bytea,
    headers          jsonb       NOT NULL,
    rejected_at      timestamptz NOT NULL,
    loaded_at        timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT rejected_entry_pkey PRIMARY KEY (stage, source_partition, source_offset),
    CONSTRAINT rejected_entry_stage CHECK (stage IN ('validator', 'sink'))
);
COMMENT ON TABLE staging.rejected_entry IS
    'One rejected submission, byte for byte: by the validator (loaded from the dead-letter topic), or by these tables themselves (stage sink).';
COMMENT ON COLUMN staging.rejected_entry.stage IS 'Who rejected it: validator or sink.';
COMMENT ON COLUMN staging.rejected_entry.source_partition IS 'Partition of the record it was loaded from: of the dead-letter topic for stage validator, of the validated topic for stage sink.';
COMMENT ON COLUMN staging.rejected_entry.source_offset IS 'Offset of the record it was loaded from, within source_partition.';
COMMENT ON COLUMN staging.rejected_entry.reason IS 'Stable reason code; for stage sink the SQLSTATE and name of the constraint or condition.';
COMMENT ON COLUMN staging.rejected_entry.detail IS 'What was seen, for people.';
COMMENT ON COLUMN staging.rejected_entry.dl_topic IS 'Topic of the rejected record.';
COMMENT ON COLUMN staging.rejected_entry.dl_partition IS 'Partition of the rejected record.';
COMMENT ON COLUMN staging.rejected_entry.dl_offset IS 'Offset of the rejected record.';
COMMENT ON COLUMN staging.rejected_entry.dl_timestamp IS 'Timestamp of the rejected record: wall clock.';
COMMENT ON COLUMN staging.rejected_entry.dl_attempt IS 'Which attempt was rejected, from 1.';
COMMENT ON COLUMN staging.rejected_entry.ce_id IS 'Id of the submission; null where the record carried none.';
COMMENT ON COLUMN staging.rejected_entry.batch IS 'Sequence of the batch; null where the record carried none.';
COMMENT ON COLUMN staging.rejected_entry.batch_index IS 'Place in the batch, from 0; null where the record carried none.';
COMMENT ON COLUMN staging.rejected_entry.key IS 'Record key, byte for byte.';
COMMENT ON COLUMN staging.rejected_entry.value IS 'Record value, byte for byte, with its frame.';
COMMENT ON COLUMN staging.rejected_entry.headers IS 'Record headers: array of [name, text], or [name, {"base64": …}] where the value is no text.';
COMMENT ON COLUMN staging.rejected_entry.rejected_at IS 'When it was rejected: wall clock.';
COMMENT ON COLUMN staging.rejected_entry.loaded_at IS 'When it was loaded: wall clock (start of the loading transaction).';

-- The run that these tables belong to, its seals, and how far each topic has been loaded.

CREATE TABLE staging.ingest_offset (
    topic       text        NOT NULL,
    partition   integer     NOT NULL,
    next_offset bigint      NOT NULL,
    incarnation uuid        NOT NULL,
    updated_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT ingest_offset_pkey PRIMARY KEY (topic, partition),
    CONSTRAINT ingest_offset_not_negative CHECK (next_offset >= 0)
) WITH (fillfactor = 50); -- room on the page for the updates of every load
COMMENT ON TABLE staging.ingest_offset IS
    'How far each partition is loaded. Moves in the transaction that loads the rows: these numbers, not a consumer group, are the truth.';
COMMENT ON COLUMN staging.ingest_offset.topic IS 'Topic, without the prefix of the installation.';
COMMENT ON COLUMN staging.ingest_offset.partition IS 'Partition.';
COMMENT ON COLUMN staging.ingest_offset.next_offset IS 'Offset to read next: the last record loaded or passed, plus 1.';
COMMENT ON COLUMN staging.ingest_offset.incarnation IS 'The run whose topics these are: staging.run.';
COMMENT ON COLUMN staging.ingest_offset.updated_at IS 'When it last moved: wall clock.';

CREATE TABLE staging.run (
    incarnation       uuid        NOT NULL,
    random_seed       bigint      NOT NULL,
    start_date        date        NOT NULL,
    historical_days   integer     NOT NULL,
    scale             integer     NOT NULL,
    fault_rates       jsonb       NOT NULL,
    price_source      text        NOT NULL,
    price_digest      text        NOT NULL,
    prices            jsonb       NOT NULL,
    simulator_version text        NOT NULL,
    created_at        timestamptz NOT NULL,
    source_offset     bigint      NOT NULL,
    loaded_at         timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT run_pkey PRIMARY KEY (incarnation)
);
COMMENT ON TABLE staging.run IS 'The genesis: the settings from which the whole ledger follows.';
COMMENT ON COLUMN staging.run.incarnation IS 'Random; tells two runs with the same settings apart.';
COMMENT ON COLUMN staging.run.random_seed IS 'Seed of every random number.';
COMMENT ON COLUMN staging.run.start_date IS 'First day of the ledger.';
COMMENT ON COLUMN staging.run.historical_days IS 'Days of history before the live ledger.';
COMMENT ON COLUMN staging.run.scale IS 'Multiplies wells and entries.';
COMMENT ON COLUMN staging.run.fault_rates IS 'Planted faults for each good entry: object of reason code to decimal text.';
COMMENT ON COLUMN staging.run.price_source IS 'Where the price table is from.';
COMMENT ON COLUMN staging.run.price_digest IS 'BLAKE3 of the price table, 64 hexadecimal digits.';
COMMENT ON COLUMN staging.run.prices IS 'The price table: array of {series, price_date, price}, price as decimal text in US dollars for one unit.';
COMMENT ON COLUMN staging.run.simulator_version IS 'Version of the simulator.';
COMMENT ON COLUMN staging.run.created_at IS 'When the run began: wall clock.';
COMMENT ON COLUMN staging.run.source_offset IS 'Offset on the run topic.';

CREATE TABLE staging.run_anchor (
    incarnation      uuid           NOT NULL,
    source_offset    bigint         NOT NULL,
    simulated        timestamptz    NOT NULL,
    wall             timestamptz    NOT NULL,
    speed            numeric(18, 8) NOT NULL,
    interval_seconds integer        NOT NULL,
    loaded_at        timestamptz    NOT NULL DEFAULT now(),
    CONSTRAINT run_anchor_pkey PRIMARY KEY (incarnation, source_offset)
);
COMMENT ON TABLE staging.run_anchor IS 'Where simulated time was tied to the wall clock; the newest holds.';
COMMENT ON COLUMN staging.run_anchor.incarnation IS 'The run: staging.run.';
COMMENT ON COLUMN staging.run_anchor.source_offset IS 'Offset on the run topic.';
COMMENT ON COLUMN staging.run_anchor.simulated IS 'Simulated time at the anchor.';
COMMENT ON COLUMN staging.run_anchor.wall IS 'Wall clock at the anchor.';
COMMENT ON COLUMN staging.run_anchor.speed IS 'Simulated seconds for one second of wall clock.';
COMMENT ON COLUMN staging.run_anchor.interval_seconds IS 'Wall clock seconds of a live batch window.';

CREATE TABLE staging.batch_seal (
    sequence        bigint      NOT NULL,
    window_start    timestamptz NOT NULL,
    window_end      timestamptz NOT NULL,
    is_history      boolean     NOT NULL,
    good_entries    bigint      NOT NULL,
    good_lines      bigint      NOT NULL,
    good_digest     text        NOT NULL,
    planted_entries bigint      NOT NULL,
    planted_lines   bigint      NOT NULL,
    planted_digest  text        NOT NULL,
    running_digest  text        NOT NULL,
    previous        text        NOT NULL,
    chain           text        NOT NULL,
    sealed_at       timestamptz NOT NULL,
    source_offset   bigint      NOT NULL,
    loaded_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT batch_seal_pkey PRIMARY KEY (sequence)
);
COMMENT ON TABLE staging.batch_seal IS 'What the producer says a batch of submissions held, chained to the batch before.';
COMMENT ON COLUMN staging.batch_seal.sequence IS 'Gapless from 0: the batch column of entries.';
COMMENT ON COLUMN staging.batch_seal.window_start IS 'Start of the window of simulated time, inclusive.';
COMMENT ON COLUMN staging.batch_seal.window_end IS 'End of the window of simulated time, exclusive.';
COMMENT ON COLUMN staging.batch_seal.is_history IS 'Whether the window lies before the first anchor.';
COMMENT ON COLUMN staging.batch_seal.good_entries IS 'Good submissions in the batch.';
COMMENT ON COLUMN staging.batch_seal.good_lines IS 'Their lines.';
COMMENT ON COLUMN staging.batch_seal.good_digest IS 'Their digest, 64 hexadecimal digits.';
COMMENT ON COLUMN staging.batch_seal.planted_entries IS 'Planted faults in the batch.';
COMMENT ON COLUMN staging.batch_seal.planted_lines IS 'Their lines.';
COMMENT ON COLUMN staging.batch_seal.planted_digest IS 'Their digest, 64 hexadecimal digits.';
COMMENT ON COLUMN staging.batch_seal.running_digest IS 'Digest of all good submissions since the run began, this batch included.';
COMMENT ON COLUMN staging.batch_seal.previous IS 'chain of the seal before; 64 zeros for the first.';
COMMENT ON COLUMN staging.batch_seal.chain IS 'BLAKE3 over previous and all that the seal says, 64 hexadecimal digits.';
COMMENT ON COLUMN staging.batch_seal.sealed_at IS 'When the seal was written: wall clock.';
COMMENT ON COLUMN staging.batch_seal.source_offset IS 'Offset on the seal topic.';

CREATE TABLE staging.batch_control_total (
    sequence     bigint         NOT NULL,
    kind         text           NOT NULL,
    company_code text           NOT NULL,
    currency     text           NOT NULL,
    debit        numeric(38, 2) NOT NULL,
    credit       numeric(38, 2) NOT NULL,
    CONSTRAINT batch_control_total_pkey PRIMARY KEY (sequence, kind, company_code, currency),
    CONSTRAINT batch_control_total_kind CHECK (kind IN ('good', 'planted'))
);
COMMENT ON TABLE staging.batch_control_total IS 'Debits and credits of a batch by company and currency, as its seal says.';
COMMENT ON COLUMN staging.batch_control_total.sequence IS 'The batch: staging.batch_seal.';
COMMENT ON COLUMN staging.batch_control_total.kind IS 'good submissions or planted faults.';
COMMENT ON COLUMN staging.batch_control_total.company_code IS 'Company.';
COMMENT ON COLUMN staging.batch_control_total.currency IS 'ISO 4217 currency of the amounts.';
COMMENT ON COLUMN staging.batch_control_total.debit IS 'Sum of the debit lines, never negative.';
COMMENT ON COLUMN staging.batch_control_total.credit IS 'Sum of the credit lines, never negative.';

CREATE TABLE staging.batch_entry_number (
    sequence     bigint  NOT NULL,
    company_code text    NOT NULL,
    fiscal_year  integer NOT NULL,
    first_number bigint  NOT NULL,
    last_number  bigint  NOT NULL,
    numbers      bigint  NOT NULL,
    CONSTRAINT batch_entry_number_pkey PRIMARY KEY (sequence, company_code, fiscal_year)
);
COMMENT ON TABLE staging.batch_entry_number IS 'Entry numbers of a batch by company and fiscal year, over its good submissions.';
COMMENT ON COLUMN staging.batch_entry_number.sequence IS 'The batch: staging.batch_seal.';
COMMENT ON COLUMN staging.batch_entry_number.company_code IS 'Company.';
COMMENT ON COLUMN staging.batch_entry_number.fiscal_year IS 'Fiscal year.';
COMMENT ON COLUMN staging.batch_entry_number.first_number IS 'Lowest entry number.';
COMMENT ON COLUMN staging.batch_entry_number.last_number IS 'Highest entry number.';
COMMENT ON COLUMN staging.batch_entry_number.numbers IS 'How many; gapless where it equals last_number − first_number + 1.';

-- The master records, a table for each reference topic, keyed by id and effective date. A record, once published, is
-- never altered: a change is a new record, and the newest effective one holds.

CREATE TABLE staging.company (
    company_code        text           NOT NULL,
    effective_date      date           NOT NULL,
    name                text           NOT NULL,
    role                text           NOT NULL,
    functional_currency text           NOT NULL,
    approval_limit      numeric(18, 2) NOT NULL,
    source_offset       bigint         NOT NULL,
    loaded_at           timestamptz    NOT NULL DEFAULT now(),
    CONSTRAINT company_pkey PRIMARY KEY (company_code, effective_date)
);
COMMENT ON TABLE staging.company IS 'A company of the group.';
COMMENT ON COLUMN staging.company.company_code IS 'Four characters.';
COMMENT ON COLUMN staging.company.effective_date IS 'First day on which the record holds.';
COMMENT ON COLUMN staging.company.name IS 'Legal name.';
COMMENT ON COLUMN staging.company.role IS 'OPERATOR, NON_OPERATOR, MIDSTREAM.';
COMMENT ON COLUMN staging.company.functional_currency IS 'ISO 4217 currency of its books.';
COMMENT ON COLUMN staging.company.approval_limit IS 'Total debit, in functional currency, above which an entry needs approval.';
COMMENT ON COLUMN staging.company.source_offset IS 'Offset on the reference topic.';
COMMENT ON COLUMN staging.company.loaded_at IS 'When it was loaded: wall clock.';

CREATE TABLE staging.account (
    account_code        text        NOT NULL,
    effective_date      date        NOT NULL,
    name                text        NOT NULL,
    account_type        text        NOT NULL,
    normal_side         text        NOT NULL,
    statement_line      text        NOT NULL,
    cash_flow_class     text        NOT NULL,
    los_line            text,
    required_dimensions text[]      NOT NULL,
    is_postable         boolean     NOT NULL,
    source_offset       bigint      NOT NULL,
    loaded_at           timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT account_pkey PRIMARY KEY (account_code, effective_date)
);
COMMENT ON TABLE staging.account IS 'An account of the chart.';
COMMENT ON COLUMN staging.account.account_code IS 'NNN.SSS.';
COMMENT ON COLUMN staging.account.effective_date IS 'First day on which the record holds.';
COMMENT ON COLUMN staging.account.name IS 'Name.';
COMMENT ON COLUMN staging.account.account_type IS 'ASSET, LIABILITY, EQUITY, REVENUE, EXPENSE.';
COMMENT ON COLUMN staging.account.normal_side IS 'The side on which it normally stands: DEBIT or CREDIT.';
COMMENT ON COLUMN staging.account.statement_line IS 'Line of the balance sheet or income statement.';
COMMENT ON COLUMN staging.account.cash_flow_class IS 'CASH, OPERATING, INVESTING, FINANCING, NON_CASH.';
COMMENT ON COLUMN staging.account.los_line IS 'Line of the lease operating statement.';
COMMENT ON COLUMN staging.account.required_dimensions IS 'What each line on it must carry.';
COMMENT ON COLUMN staging.account.is_postable IS 'Whether entries may post to it.';
COMMENT ON COLUMN staging.account.source_offset IS 'Offset on the reference topic.';
COMMENT ON COLUMN staging.account.loaded_at IS 'When it was loaded: wall clock.';

CREATE TABLE staging.period (
    company_code   text        NOT NULL,
    fiscal_year    integer     NOT NULL,
    fiscal_period  integer     NOT NULL,
    start_date     date        NOT NULL,
    end_date       date        NOT NULL,
    opens_at       timestamptz NOT NULL,
    soft_closes_at timestamptz NOT NULL,
    closes_at      timestamptz NOT NULL,
    source_offset  bigint      NOT NULL,
    loaded_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT period_pkey PRIMARY KEY (company_code, fiscal_year, fiscal_period)
);
COMMENT ON TABLE staging.period IS 'A fiscal period of a company and its close calendar.';
COMMENT ON COLUMN staging.period.company_code IS 'staging.company.';
COMMENT ON COLUMN staging.period.fiscal_year IS 'Calendar year.';
COMMENT ON COLUMN staging.period.fiscal_period IS '0 opening, 1 to 12, 13 adjusting.';
COMMENT ON COLUMN staging.period.start_date IS 'First posting date.';
COMMENT ON COLUMN staging.period.end_date IS 'Last posting date, included.';
COMMENT ON COLUMN staging.period.opens_at IS 'Entries entered before this are too early: simulated time.';
COMMENT ON COLUMN staging.period.soft_closes_at IS 'From here on only adjusting and closing entries: simulated time.';
COMMENT ON COLUMN staging.period.closes_at IS 'From here on nothing: simulated time.';
COMMENT ON COLUMN staging.period.source_offset IS 'Offset on the reference topic.';
COMMENT ON COLUMN staging.period.loaded_at IS 'When it was loaded: wall clock.';

CREATE TABLE staging.well (
    well_id               text          NOT NULL,
    effective_date        date          NOT NULL,
    name                  text          NOT NULL,
    lease_id              text          NOT NULL,
    company_code          text          NOT NULL,
    state                 text          NOT NULL,
    county                text          NOT NULL,
    basin                 text          NOT NULL,
    primary_product       text          NOT NULL,
    first_production_date date          NOT NULL,
    working_interest      numeric(9, 8) NOT NULL,
    net_revenue_interest  numeric(9, 8) NOT NULL,
    status                text          NOT NULL,
    source_offset         bigint        NOT NULL,
    loaded_at             timestamptz   NOT NULL DEFAULT now(),
    CONSTRAINT well_pkey PRIMARY KEY (well_id, effective_date)
);
COMMENT ON TABLE staging.well IS 'A well.';
COMMENT ON COLUMN staging.well.well_id IS 'API-14: state (2), county (3), unique (5), sidetrack (2), event (2).';
COMMENT ON COLUMN staging.well.effective_date IS 'First day on which the record holds.';
COMMENT ON COLUMN staging.well.name IS 'Name.';
COMMENT ON COLUMN staging.well.lease_id IS 'staging.lease.';
COMMENT ON COLUMN staging.well.company_code IS 'Company in whose books it is.';
COMMENT ON COLUMN staging.well.state IS 'Postal code of the state.';
COMMENT ON COLUMN staging.well.county IS 'County or parish.';
COMMENT ON COLUMN staging.well.basin IS 'Basin.';
COMMENT ON COLUMN staging.well.primary_product IS 'OIL, GAS, NGL, WTR.';
COMMENT ON COLUMN staging.well.first_production_date IS 'First day of production.';
COMMENT ON COLUMN staging.well.working_interest IS 'The company''s working interest: a fraction of 1.';
COMMENT ON COLUMN staging.well.net_revenue_interest IS 'The company''s net revenue interest: a fraction of 1.';
COMMENT ON COLUMN staging.well.status IS 'PRODUCING, SHUT_IN, PLUGGED …';
COMMENT ON COLUMN staging.well.source_offset IS 'Offset on the reference topic.';
COMMENT ON COLUMN staging.well.loaded_at IS 'When it was loaded: wall clock.';

CREATE TABLE staging.lease (
    lease_id       text          NOT NULL,
    effective_date date          NOT NULL,
    name           text          NOT NULL,
    company_code   text          NOT NULL,
    state          text          NOT NULL,
    county         text          NOT NULL,
    basin          text          NOT NULL,
    royalty_rate   numeric(9, 8) NOT NULL,
    source_offset  bigint        NOT NULL,
    loaded_at      timestamptz   NOT NULL DEFAULT now(),
    CONSTRAINT lease_pkey PRIMARY KEY (lease_id, effective_date)
);
COMMENT ON TABLE staging.lease IS 'A lease.';
COMMENT ON COLUMN staging.lease.lease_id IS 'Lease number.';
COMMENT ON COLUMN staging.lease.effective_date IS 'First day on which the record holds.';
COMMENT ON COLUMN staging.lease.name IS 'Name.';
COMMENT ON COLUMN staging.lease.company_code IS 'Company in whose books it is.';
COMMENT ON COLUMN staging.lease.state IS 'Postal code of the state.';
COMMENT ON COLUMN staging.lease.county IS 'County or parish.';
COMMENT ON COLUMN staging.lease.basin IS 'Basin.';
COMMENT ON COLUMN staging.lease.royalty_rate IS 'Share of production that goes to the lessor: a fraction of 1.';
COMMENT ON COLUMN staging.lease.source_offset IS 'Offset on the reference topic.';
COMMENT ON COLUMN staging.lease.loaded_at IS 'When it was loaded: wall clock.';

CREATE TABLE staging.owner (
    owner_id        text           NOT NULL,
    effective_date  date           NOT NULL,
    name            text           NOT NULL,
    owner_type      text           NOT NULL,
    state           text           NOT NULL,
    minimum_payment numeric(18, 2) NOT NULL,
    suspense_code   text,
    is_tax_exempt   boolean        NOT NULL,
    source_offset   bigint         NOT NULL,
    loaded_at       timestamptz    NOT NULL DEFAULT now(),
    CONSTRAINT owner_pkey PRIMARY KEY (owner_id, effective_date)
);
COMMENT ON TABLE staging.owner IS 'An owner of revenue.';
COMMENT ON COLUMN staging.owner.owner_id IS 'Owner number.';
COMMENT ON COLUMN staging.owner.effective_date IS 'First day on which the record holds.';
COMMENT ON COLUMN staging.owner.name IS 'Name.';
COMMENT ON COLUMN staging.owner.owner_type IS 'INDIVIDUAL, TRUST, COMPANY, STATE, FEDERAL …';
COMMENT ON COLUMN staging.owner.state IS 'Postal code of the state of residence.';
COMMENT ON COLUMN staging.owner.minimum_payment IS 'Smallest balance that is paid out, in US dollars.';
COMMENT ON COLUMN staging.owner.suspense_code IS 'Why payments are held, where they are.';
COMMENT ON COLUMN staging.owner.is_tax_exempt IS 'Whether the share bears no severance tax.';
COMMENT ON COLUMN staging.owner.source_offset IS 'Offset on the reference topic.';
COMMENT ON COLUMN staging.owner.loaded_at IS 'When it was loaded: wall clock.';

CREATE TABLE staging.counterparty (
    counterparty_id    text        NOT NULL,
    effective_date     date        NOT NULL,
    name               text        NOT NULL,
    counterparty_type  text        NOT NULL,
    payment_terms_days integer     NOT NULL,
    currency           text        NOT NULL,
    owner_id           text,
    source_offset      bigint      NOT NULL,
    loaded_at          timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT counterparty_pkey PRIMARY KEY (counterparty_id, effective_date)
);
COMMENT ON TABLE staging.counterparty IS 'A vendor, purchaser, partner, tax authority or bank.';
COMMENT ON COLUMN staging.counterparty.counterparty_id IS 'Number.';
COMMENT ON COLUMN staging.counterparty.effective_date IS 'First day on which the record holds.';
COMMENT ON COLUMN staging.counterparty.name IS 'Name.';
COMMENT ON COLUMN staging.counterparty.counterparty_type IS 'VENDOR, PURCHASER, PARTNER, TAX_AUTHORITY, BANK.';
COMMENT ON COLUMN staging.counterparty.payment_terms_days IS 'Days between document and payment.';
COMMENT ON COLUMN staging.counterparty.currency IS 'ISO 4217 currency of its documents.';
COMMENT ON COLUMN staging.counterparty.owner_id IS 'Owner number of a partner who also takes revenue.';
COMMENT ON COLUMN staging.counterparty.source_offset IS 'Offset on the reference topic.';
COMMENT ON COLUMN staging.counterparty.loaded_at IS 'When it was loaded: wall clock.';

CREATE TABLE staging.owner_deck (
    well_id          text          NOT NULL,
    product          text          NOT NULL,
    effective_date   date          NOT NULL,
    interest_number  integer       NOT NULL,
    owner_id         text          NOT NULL,
    interest_type    text          NOT NULL,
    decimal_interest numeric(9, 8) NOT NULL,
    source_offset    bigint        NOT NULL,
    loaded_at        timestamptz   NOT NULL DEFAULT now(),
    CONSTRAINT owner_deck_pkey PRIMARY KEY (well_id, product, effective_date, interest_number)
);
COMMENT ON TABLE staging.owner_deck IS 'One owner''s share in the deck of a well''s product. The interests of a deck sum to 1.';
COMMENT ON COLUMN staging.owner_deck.well_id IS 'API-14: staging.well.';
COMMENT ON COLUMN staging.owner_deck.product IS 'OIL, GAS, NGL, WTR.';
COMMENT ON COLUMN staging.owner_deck.effective_date IS 'First production day on which the deck holds.';
COMMENT ON COLUMN staging.owner_deck.interest_number IS 'Place of the share in the deck, from 1.';
COMMENT ON COLUMN staging.owner_deck.owner_id IS 'staging.owner.';
COMMENT ON COLUMN staging.owner_deck.interest_type IS 'WI working, RI royalty, ORRI overriding royalty.';
COMMENT ON COLUMN staging.owner_deck.decimal_interest IS 'Share: a fraction of 1.';
COMMENT ON COLUMN staging.owner_deck.source_offset IS 'Offset on the reference topic.';
COMMENT ON COLUMN staging.owner_deck.loaded_at IS 'When it was loaded: wall clock.';

CREATE TABLE staging.jib_deck (
    jib_code           text          NOT NULL,
    effective_date     date          NOT NULL,
    share_number       integer       NOT NULL,
    company_code       text          NOT NULL,
    lease_id           text          NOT NULL,
    counterparty_id    text,
    share_company_code text,
    working_interest   numeric(9, 8) NOT NULL,
    source_offset      bigint        NOT NULL,
    loaded_at          timestamptz   NOT NULL DEFAULT now(),
    CONSTRAINT jib_deck_pkey PRIMARY KEY (jib_code, effective_date, share_number)
);
COMMENT ON TABLE staging.jib_deck IS 'One share in a joint interest billing deck. The shares of a deck sum to 1.';
COMMENT ON COLUMN staging.jib_deck.jib_code IS 'Deck number.';
COMMENT ON COLUMN staging.jib_deck.effective_date IS 'First day on which the deck holds.';
COMMENT ON COLUMN staging.jib_deck.share_number IS 'Place of the share in the deck, from 1.';
COMMENT ON COLUMN staging.jib_deck.company_code IS 'Operator.';
COMMENT ON COLUMN staging.jib_deck.lease_id IS 'Lease whose wells it covers.';
COMMENT ON COLUMN staging.jib_deck.counterparty_id IS 'Partner who bears the share; null for the operator''s own.';
COMMENT ON COLUMN staging.jib_deck.share_company_code IS 'Company that bears the share, where it is of the group.';
COMMENT ON COLUMN staging.jib_deck.working_interest IS 'Share of cost: a fraction of 1.';
COMMENT ON COLUMN staging.jib_deck.source_offset IS 'Offset on the reference topic.';
COMMENT ON COLUMN staging.jib_deck.loaded_at IS 'When it was loaded: wall clock.';

CREATE TABLE staging.afe (
    afe_number     text           NOT NULL,
    effective_date date           NOT NULL,
    company_code   text           NOT NULL,
    well_id        text,
    description    text           NOT NULL,
    budget         numeric(18, 2) NOT NULL,
    supplement     integer        NOT NULL,
    status         text           NOT NULL,
    source_offset  bigint         NOT NULL,
    loaded_at      timestamptz    NOT NULL DEFAULT now(),
    CONSTRAINT afe_pkey PRIMARY KEY (afe_number, effective_date)
);
COMMENT ON TABLE staging.afe IS 'An authorisation for expenditure; a supplement is a record of its own.';
COMMENT ON COLUMN staging.afe.afe_number IS 'Number.';
COMMENT ON COLUMN staging.afe.effective_date IS 'First day on which the record holds.';
COMMENT ON COLUMN staging.afe.company_code IS 'Operator.';
COMMENT ON COLUMN staging.afe.well_id IS 'Well.';
COMMENT ON COLUMN staging.afe.description IS 'What for.';
COMMENT ON COLUMN staging.afe.budget IS 'Budget at 8/8, in the company''s functional currency.';
COMMENT ON COLUMN staging.afe.supplement IS '0 for the original, then 1, 2 …';
COMMENT ON COLUMN staging.afe.status IS 'OPEN or CLOSED.';
COMMENT ON COLUMN staging.afe.source_offset IS 'Offset on the reference topic.';
COMMENT ON COLUMN staging.afe.loaded_at IS 'When it was loaded: wall clock.';

CREATE TABLE staging.cost_center (
    cost_center    text        NOT NULL,
    effective_date date        NOT NULL,
    company_code   text        NOT NULL,
    name           text        NOT NULL,
    source_offset  bigint      NOT NULL,
    loaded_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT cost_center_pkey PRIMARY KEY (cost_center, effective_date)
);
COMMENT ON TABLE staging.cost_center IS 'A cost centre.';
COMMENT ON COLUMN staging.cost_center.cost_center IS 'Code.';
COMMENT ON COLUMN staging.cost_center.effective_date IS 'First day on which the record holds.';
COMMENT ON COLUMN staging.cost_center.company_code IS 'Company.';
COMMENT ON COLUMN staging.cost_center.name IS 'Name.';
COMMENT ON COLUMN staging.cost_center.source_offset IS 'Offset on the reference topic.';
COMMENT ON COLUMN staging.cost_center.loaded_at IS 'When it was loaded: wall clock.';

CREATE TABLE staging.tax_rate (
    tax_code       text           NOT NULL,
    effective_date date           NOT NULL,
    state          text           NOT NULL,
    product        text           NOT NULL,
    rate           numeric(18, 8) NOT NULL,
    rate_per_unit  numeric(18, 6) NOT NULL,
    due_months     integer        NOT NULL,
    due_day        integer        NOT NULL,
    statute        text           NOT NULL,
    source_offset  bigint         NOT NULL,
    loaded_at      timestamptz    NOT NULL DEFAULT now(),
    CONSTRAINT tax_rate_pkey PRIMARY KEY (tax_code, effective_date)
);
COMMENT ON TABLE staging.tax_rate IS 'A tax rate by statute.';
COMMENT ON COLUMN staging.tax_rate.tax_code IS 'Code, such as TX-OIL-SEV.';
COMMENT ON COLUMN staging.tax_rate.effective_date IS 'First production day on which the rate holds.';
COMMENT ON COLUMN staging.tax_rate.state IS 'Postal code of the state.';
COMMENT ON COLUMN staging.tax_rate.product IS 'Product taxed: OIL, GAS, NGL, WTR.';
COMMENT ON COLUMN staging.tax_rate.rate IS 'Share of taxable value: a fraction, not per cent.';
COMMENT ON COLUMN staging.tax_rate.rate_per_unit IS 'Fixed amount for one unit of volume, in US dollars.';
COMMENT ON COLUMN staging.tax_rate.due_months IS 'Months after the production month in which it is due.';
COMMENT ON COLUMN staging.tax_rate.due_day IS 'Day of that month.';
COMMENT ON COLUMN staging.tax_rate.statute IS 'The law or agency page.';
COMMENT ON COLUMN staging.tax_rate.source_offset IS 'Offset on the reference topic.';
COMMENT ON COLUMN staging.tax_rate.loaded_at IS 'When it was loaded: wall clock.';

CREATE TABLE staging.production (
    well_id          text           NOT NULL,
    product          text           NOT NULL,
    production_month date           NOT NULL,
    revision         integer        NOT NULL,
    volume           numeric(18, 3) NOT NULL,
    unit_of_measure  text           NOT NULL,
    source_offset    bigint         NOT NULL,
    loaded_at        timestamptz    NOT NULL DEFAULT now(),
    CONSTRAINT production_pkey PRIMARY KEY (well_id, product, production_month, revision)
);
COMMENT ON TABLE staging.production IS 'What a well produced in a month; a revision is a record of its own, and the highest holds.';
COMMENT ON COLUMN staging.production.well_id IS 'API-14: staging.well.';
COMMENT ON COLUMN staging.production.product IS 'OIL, GAS, NGL, WTR.';
COMMENT ON COLUMN staging.production.production_month IS 'First day of the month.';
COMMENT ON COLUMN staging.production.revision IS '0 as first reported, then 1, 2 …';
COMMENT ON COLUMN staging.production.volume IS 'Gross (8/8) volume, in unit_of_measure.';
COMMENT ON COLUMN staging.production.unit_of_measure IS 'BBL, MCF, GAL.';
COMMENT ON COLUMN staging.production.source_offset IS 'Offset on the reference topic.';
COMMENT ON COLUMN staging.production.loaded_at IS 'When it was loaded: wall clock.';

CREATE TABLE staging.reserve (
    well_id          text           NOT NULL,
    product          text           NOT NULL,
    effective_date   date           NOT NULL,
    proved_developed numeric(18, 3) NOT NULL,
    proved           numeric(18, 3) NOT NULL,
    unit_of_measure  text           NOT NULL,
    source_offset    bigint         NOT NULL,
    loaded_at        timestamptz    NOT NULL DEFAULT now(),
    CONSTRAINT reserve_pkey PRIMARY KEY (well_id, product, effective_date)
);
COMMENT ON TABLE staging.reserve IS 'What is left to produce, by estimate.';
COMMENT ON COLUMN staging.reserve.well_id IS 'API-14: staging.well.';
COMMENT ON COLUMN staging.reserve.product IS 'OIL, GAS, NGL, WTR.';
COMMENT ON COLUMN staging.reserve.effective_date IS 'Date of the estimate.';
COMMENT ON COLUMN staging.reserve.proved_developed IS 'Proved developed reserves, gross (8/8), in unit_of_measure.';
COMMENT ON COLUMN staging.reserve.proved IS 'All proved reserves, gross (8/8), in unit_of_measure.';
COMMENT ON COLUMN staging.reserve.unit_of_measure IS 'BBL, MCF, GAL.';
COMMENT ON COLUMN staging.reserve.source_offset IS 'Offset on the reference topic.';
COMMENT ON COLUMN staging.reserve.loaded_at IS 'When it was loaded: wall clock.';

CREATE TABLE staging.market_price (
    series          text           NOT NULL,
    price_date      date           NOT NULL,
    price_source    text           NOT NULL,
    revision        integer        NOT NULL,
    price           numeric(18, 6) NOT NULL,
    unit_of_measure text           NOT NULL,
    currency        text           NOT NULL,
    source_offset   bigint         NOT NULL,
    loaded_at       timestamptz    NOT NULL DEFAULT now(),
    CONSTRAINT market_price_pkey PRIMARY KEY (series, price_date, price_source, revision)
);
COMMENT ON TABLE staging.market_price IS 'A market price; a revision is a record of its own, and the highest holds.';
COMMENT ON COLUMN staging.market_price.series IS 'Series, such as WTI or HENRY_HUB.';
COMMENT ON COLUMN staging.market_price.price_date IS 'Day, or the first of the month for a monthly mean.';
COMMENT ON COLUMN staging.market_price.price_source IS 'Where it is from.';
COMMENT ON COLUMN staging.market_price.revision IS '0 as first published, then 1, 2 …';
COMMENT ON COLUMN staging.market_price.price IS 'Price of one unit_of_measure in currency, signed.';
COMMENT ON COLUMN staging.market_price.unit_of_measure IS 'BBL, MMBTU, GAL.';
COMMENT ON COLUMN staging.market_price.currency IS 'ISO 4217 currency.';
COMMENT ON COLUMN staging.market_price.source_offset IS 'Offset on the reference topic.';
COMMENT ON COLUMN staging.market_price.loaded_at IS 'When it was loaded: wall clock.';

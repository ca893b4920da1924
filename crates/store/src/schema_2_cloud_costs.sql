-- Version 2: the ledger of the clouds' bills.
--
-- `cloud_costs` is what is published. Amounts are exact decimal numbers as text (cost = gross + credits), a month
-- counts from January of year 0, an instant is microseconds since 1970 (null = a file did not say).
-- Texts are in the row, and the key is the published order: reading and publishing need no sorting.

CREATE TABLE cloud_costs (
    provider        TEXT NOT NULL,
    service         TEXT NOT NULL,
    month           INTEGER NOT NULL,
    cost            TEXT NOT NULL,
    currency        TEXT NOT NULL,
    account         TEXT NOT NULL,
    charge_category TEXT NOT NULL,
    gross           TEXT NOT NULL,
    credits         TEXT NOT NULL,
    settled         INTEGER NOT NULL,
    observed_at     INTEGER,
    source          TEXT NOT NULL,
    PRIMARY KEY (month, provider, account, service, charge_category, currency)
) WITHOUT ROWID;

-- What providers were last asked, also where they bill nothing. Rows of CSV files are not in here.
CREATE TABLE cloud_month (
    month           INTEGER NOT NULL,
    provider        TEXT NOT NULL,
    account         TEXT NOT NULL,
    observed_at     INTEGER NOT NULL,
    source          TEXT NOT NULL,
    seen_generation INTEGER NOT NULL,
    PRIMARY KEY (month, provider, account)
) WITHOUT ROWID;

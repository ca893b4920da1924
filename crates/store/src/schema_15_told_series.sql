-- Version 15: what monitoring systems were told of totals, which must not fall. Labels and series are JSON.

CREATE TABLE told_series (
    audience TEXT NOT NULL,
    family   TEXT NOT NULL,
    labels   TEXT NOT NULL,
    told_at  INTEGER NOT NULL,
    series   TEXT NOT NULL,
    PRIMARY KEY (audience, family, labels)
) WITHOUT ROWID;

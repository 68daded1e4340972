-- A way in. holder and leased_until say which process works it.
CREATE TABLE source (
    name         TEXT    PRIMARY KEY,
    state        TEXT    NOT NULL DEFAULT 'stopped',
    fault        TEXT    NOT NULL DEFAULT '',
    detail       TEXT    NOT NULL DEFAULT '',
    next_at      INTEGER NOT NULL DEFAULT 0,
    state_at     INTEGER NOT NULL DEFAULT 0,
    seen_at      INTEGER NOT NULL DEFAULT 0,
    arrived_at   INTEGER NOT NULL DEFAULT 0,
    holder       TEXT    NOT NULL DEFAULT '',
    leased_until INTEGER NOT NULL DEFAULT 0,
    wakes        INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- A part of a source that counts its items by itself.
CREATE TABLE place (
    id        INTEGER PRIMARY KEY,
    source    TEXT    NOT NULL REFERENCES source (name),
    folder    TEXT    NOT NULL,
    epoch     INTEGER NOT NULL,
    last      INTEGER NOT NULL,
    baseline  INTEGER NOT NULL,
    handled   INTEGER NOT NULL,
    retired   INTEGER NOT NULL DEFAULT 0,
    present   INTEGER NOT NULL DEFAULT 0,
    census_at INTEGER NOT NULL DEFAULT 0,
    UNIQUE (source, folder, epoch)
) STRICT;

-- Every item that was seen, and what became of it. due_at is 0 when it needs no
-- further attempt.
CREATE TABLE ledger (
    id           INTEGER PRIMARY KEY,
    place        INTEGER NOT NULL REFERENCES place (id),
    source       TEXT    NOT NULL,
    item         INTEGER NOT NULL,
    key          TEXT    NOT NULL,
    outcome      TEXT    NOT NULL,
    reason       TEXT    NOT NULL,
    submission   INTEGER REFERENCES submission (id),
    proposal     INTEGER NOT NULL,
    received_at  INTEGER NOT NULL,
    size         INTEGER NOT NULL,
    tries        INTEGER NOT NULL,
    due_at       INTEGER NOT NULL,
    insisted     INTEGER NOT NULL DEFAULT 0,
    reclassified INTEGER NOT NULL DEFAULT 0,
    UNIQUE (place, item, key)
) STRICT;
CREATE INDEX ledger_outcome ON ledger (source, outcome, id);
CREATE INDEX ledger_due ON ledger (place, due_at) WHERE due_at <> 0;
CREATE INDEX ledger_submission ON ledger (submission);

CREATE TABLE ledger_tally (
    source  TEXT    NOT NULL,
    outcome TEXT    NOT NULL,
    count   INTEGER NOT NULL,
    PRIMARY KEY (source, outcome)
) STRICT, WITHOUT ROWID;

-- Items at or below a position that a census found without a row.
CREATE TABLE missing (
    place INTEGER NOT NULL REFERENCES place (id),
    item  INTEGER NOT NULL,
    PRIMARY KEY (place, item)
) STRICT, WITHOUT ROWID;

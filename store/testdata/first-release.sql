-- The database as the first release made it, with one proposal in it. Never changed.

CREATE TABLE forum (
    id          INTEGER PRIMARY KEY,
    prefix      TEXT    NOT NULL,
    year        INTEGER NOT NULL,
    plan_year   INTEGER NOT NULL,
    name        TEXT    NOT NULL,
    opens       INTEGER NOT NULL,
    closes      INTEGER NOT NULL,
    current     INTEGER NOT NULL,
    next_number INTEGER NOT NULL DEFAULT 1,
    UNIQUE (prefix, year)
) STRICT;

CREATE TABLE priority (
    forum    INTEGER NOT NULL REFERENCES forum (id),
    code     TEXT    NOT NULL,
    position INTEGER NOT NULL,
    short    TEXT    NOT NULL,
    title    TEXT    NOT NULL,
    label    TEXT    NOT NULL,
    gloss    TEXT    NOT NULL,
    keywords TEXT    NOT NULL,
    retired  INTEGER NOT NULL,
    PRIMARY KEY (forum, code)
) STRICT;

CREATE TABLE reason (
    forum    INTEGER NOT NULL REFERENCES forum (id),
    code     TEXT    NOT NULL,
    position INTEGER NOT NULL,
    title    TEXT    NOT NULL,
    gloss    TEXT    NOT NULL,
    PRIMARY KEY (forum, code)
) STRICT;

CREATE TABLE participant (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL
) STRICT;

CREATE TABLE address (
    id          INTEGER PRIMARY KEY,
    kind        TEXT    NOT NULL,
    value       TEXT    NOT NULL,
    shown       TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    participant INTEGER NOT NULL REFERENCES participant (id),
    UNIQUE (value, kind)
) STRICT;
CREATE INDEX address_participant ON address (participant);

CREATE TABLE raw (
    id    INTEGER PRIMARY KEY,
    hash  BLOB    NOT NULL UNIQUE,
    size  INTEGER NOT NULL,
    refs  INTEGER NOT NULL,
    bytes BLOB
) STRICT;

CREATE TABLE submission (
    id           INTEGER PRIMARY KEY,
    source       TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    judged       TEXT    NOT NULL DEFAULT '',
    external_id  TEXT    NOT NULL,
    content_hash BLOB    NOT NULL UNIQUE,
    address      INTEGER REFERENCES address (id),
    sender_name  TEXT    NOT NULL,
    sender_shown TEXT    NOT NULL,
    forwarded    TEXT    NOT NULL,
    answers      TEXT    NOT NULL,
    mentions     TEXT    NOT NULL,
    revises      TEXT    NOT NULL,
    subject      TEXT    NOT NULL,
    body         TEXT    NOT NULL,
    ranges       TEXT    NOT NULL,
    sent_at      INTEGER NOT NULL,
    received_at  INTEGER NOT NULL,
    raw          INTEGER REFERENCES raw (id),
    fault        TEXT    NOT NULL
) STRICT;
CREATE INDEX submission_external ON submission (external_id) WHERE external_id <> '';

CREATE TABLE answer (
    external_id TEXT    NOT NULL,
    submission  INTEGER NOT NULL REFERENCES submission (id),
    PRIMARY KEY (external_id, submission)
) STRICT, WITHOUT ROWID;
CREATE INDEX answer_submission ON answer (submission);

CREATE TABLE attachment (
    id          INTEGER PRIMARY KEY,
    submission  INTEGER NOT NULL REFERENCES submission (id),
    position    INTEGER NOT NULL,
    name        TEXT    NOT NULL,
    type        TEXT    NOT NULL,
    role        TEXT    NOT NULL,
    content_id  TEXT    NOT NULL,
    size        INTEGER NOT NULL,
    hash        BLOB    NOT NULL,
    data        INTEGER REFERENCES raw (id),
    start       INTEGER NOT NULL,
    length      INTEGER NOT NULL,
    encoding    TEXT    NOT NULL
) STRICT;
CREATE INDEX attachment_submission ON attachment (submission, position);

CREATE TABLE transcript (
    attachment INTEGER PRIMARY KEY REFERENCES attachment (id),
    body       TEXT    NOT NULL,
    staff      INTEGER NOT NULL,
    at         INTEGER NOT NULL
) STRICT;

CREATE TABLE proposal (
    id           INTEGER PRIMARY KEY,
    forum        INTEGER NOT NULL REFERENCES forum (id),
    number       INTEGER NOT NULL,
    version      INTEGER NOT NULL,
    state        TEXT    NOT NULL,
    priority     TEXT    NOT NULL,
    second       TEXT    NOT NULL DEFAULT '',
    reason       TEXT    NOT NULL,
    reason_text  TEXT    NOT NULL,
    outcome      TEXT    NOT NULL DEFAULT '',
    channel      TEXT    NOT NULL,
    address      INTEGER NOT NULL REFERENCES address (id),
    subject      TEXT    NOT NULL,
    snippet      TEXT    NOT NULL,
    received_at  INTEGER NOT NULL,
    changed_at   INTEGER NOT NULL,
    decided_at   INTEGER NOT NULL,
    decided_by   INTEGER NOT NULL,
    quiet_at     INTEGER NOT NULL DEFAULT 0,
    submissions  INTEGER NOT NULL,
    attachments  INTEGER NOT NULL,
    late         INTEGER NOT NULL,
    changed      INTEGER NOT NULL,
    UNIQUE (forum, number)
) STRICT;
CREATE INDEX proposal_state ON proposal (forum, state, id);
CREATE INDEX proposal_channel ON proposal (forum, channel, state, id);
CREATE INDEX proposal_priority ON proposal (forum, priority, id) WHERE priority <> '';
CREATE INDEX proposal_channel_priority ON proposal (forum, channel, priority, id) WHERE priority <> '';
CREATE INDEX proposal_changed ON proposal (forum, id) WHERE changed = 1;
CREATE INDEX proposal_channel_changed ON proposal (forum, channel, id) WHERE changed = 1;
CREATE INDEX proposal_address ON proposal (address, id);

CREATE TABLE proposal_submission (
    proposal   INTEGER NOT NULL REFERENCES proposal (id),
    submission INTEGER NOT NULL REFERENCES submission (id),
    start      INTEGER NOT NULL DEFAULT 0,
    stop       INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (proposal, submission, start)
) STRICT, WITHOUT ROWID;
CREATE INDEX proposal_submission_submission ON proposal_submission (submission);

CREATE TABLE tally (
    forum    INTEGER NOT NULL REFERENCES forum (id),
    channel  TEXT    NOT NULL,
    state    TEXT    NOT NULL,
    priority TEXT    NOT NULL,
    changed  INTEGER NOT NULL,
    count    INTEGER NOT NULL,
    PRIMARY KEY (forum, channel, state, priority, changed)
) STRICT, WITHOUT ROWID;

CREATE TABLE entry (
    id         INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL,
    staff      INTEGER NOT NULL,
    token      INTEGER NOT NULL,
    kind       TEXT    NOT NULL,
    proposal   INTEGER NOT NULL,
    submission INTEGER NOT NULL,
    object     TEXT    NOT NULL,
    channel    TEXT    NOT NULL,
    before     TEXT    NOT NULL,
    after      TEXT    NOT NULL,
    batch      INTEGER NOT NULL DEFAULT 0,
    undoes     INTEGER NOT NULL
) STRICT;
CREATE INDEX entry_proposal ON entry (proposal, id);
CREATE INDEX entry_staff ON entry (staff, id) WHERE staff <> 0;
CREATE UNIQUE INDEX entry_undoes ON entry (undoes) WHERE undoes <> 0;
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

CREATE TABLE missing (
    place INTEGER NOT NULL REFERENCES place (id),
    item  INTEGER NOT NULL,
    PRIMARY KEY (place, item)
) STRICT, WITHOUT ROWID;
CREATE TABLE staff (
    id       INTEGER PRIMARY KEY,
    name     TEXT    NOT NULL,
    folded   TEXT    NOT NULL UNIQUE,
    role     TEXT    NOT NULL,
    language TEXT    NOT NULL,
    disabled INTEGER NOT NULL,
    added_at INTEGER NOT NULL,
    seen_at  INTEGER NOT NULL,
    password TEXT    NOT NULL
) STRICT;

CREATE TABLE session (
    hash       BLOB    PRIMARY KEY,
    staff      INTEGER NOT NULL REFERENCES staff (id),
    started_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_staff ON session (staff);

CREATE TABLE invitation (
    hash       BLOB    PRIMARY KEY,
    staff      INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE token (
    id         INTEGER PRIMARY KEY,
    name       TEXT    NOT NULL,
    hash       BLOB    NOT NULL UNIQUE,
    role       TEXT    NOT NULL,
    staff      INTEGER NOT NULL REFERENCES staff (id),
    added_at   INTEGER NOT NULL,
    used_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER NOT NULL
) STRICT;
CREATE VIRTUAL TABLE search USING fts5 (
    body, content = '', contentless_delete = 1, tokenize = 'ascii'
);

INSERT INTO search (search, rank) VALUES ('automerge', 16);
INSERT INTO search (search, rank) VALUES ('crisismerge', 64);

CREATE TABLE word (
    stem TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
PRAGMA user_version = 4;
INSERT INTO forum VALUES (1, 'USL', 2020, 2021, 'Forum Perangkat Daerah', 1583020800000, 1585699200000, 1, 2);
INSERT INTO priority VALUES (1, 'P1', 1, 'MODAL', 'Permodalan', '', '', 'modal', 0);
INSERT INTO participant VALUES (1, 'Ibu Marni');
INSERT INTO address VALUES (1, 'email', 'marni@example.id', 'Marni@example.id', 'Ibu Marni', 1);
INSERT INTO raw VALUES (1, x'11', 20, 1, CAST('Mohon tambahan modal' AS BLOB));
INSERT INTO submission VALUES (1, 'email/forum', 'message', '', 'a@example.id', x'22', 1, 'Ibu Marni', 'Marni@example.id', '', '', '', '', 'Modal', 'Mohon tambahan modal', '', 0, 1584410400000, 1, '');
INSERT INTO proposal (id, forum, number, version, state, priority, reason, reason_text, channel, address, subject, snippet, received_at, changed_at, decided_at, decided_by, submissions, attachments, late, changed)
VALUES (26581744026419201, 1, 1, 2, 'tagged', 'P1', '', '', 'email', 1, 'Modal', 'Mohon tambahan modal', 1584410400000, 1584410400000, 1584414000000, 0, 1, 0, 0, 0);
INSERT INTO proposal_submission VALUES (26581744026419201, 1, 0, 0);
INSERT INTO tally VALUES (1, 'email', 'tagged', 'P1', 0, 1);
INSERT INTO entry VALUES (1, 1584410400000, 0, 0, 'opened', 26581744026419201, 1, '', 'email', '', '{"state":"new"}', 0, 0);
INSERT INTO entry VALUES (2, 1584414000000, 0, 0, 'decided', 26581744026419201, 0, '', '', '{"state":"new"}', '{"state":"tagged","priority":"P1","decided_at":1584414000000}', 0, 0);
INSERT INTO source (name) VALUES ('email/forum');
INSERT INTO place (id, source, folder, epoch, last, baseline, handled) VALUES (1, 'email/forum', 'INBOX', 7, 1, 0, 0);
INSERT INTO ledger (id, place, source, item, key, outcome, reason, submission, proposal, received_at, size, tries, due_at)
VALUES (1, 1, 'email/forum', 1, '', 'proposal', '', 1, 26581744026419201, 1584410400000, 20, 0, 0);
INSERT INTO ledger_tally VALUES ('email/forum', 'proposal', 1);
INSERT INTO search (rowid, body) VALUES (26581744026419201, 'usl2020n0001 modal mohon tambah modal');

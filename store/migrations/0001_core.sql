-- Times are UTC milliseconds, 0 where unknown. Codes are words of the program;
-- empty text stands for "none", so that columns compare without IS NULL.

-- One round of consultation. current is 1 for the round that is configured.
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

-- Addresses are aliases: merging two participants moves rows here.
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

-- Bytes as they arrived, once each: here when they are few, in the file that
-- the hash names when they are many (bytes is NULL then).
CREATE TABLE raw (
    id    INTEGER PRIMARY KEY,
    hash  BLOB    NOT NULL UNIQUE,
    size  INTEGER NOT NULL,
    refs  INTEGER NOT NULL,
    bytes BLOB
) STRICT;

-- One item as it arrived. kind is what the channel found, judged what staff made
-- of it. What could not be read may have no address.
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

-- External ids that a submission answers, for parents that arrive after their answers.
CREATE TABLE answer (
    external_id TEXT    NOT NULL,
    submission  INTEGER NOT NULL REFERENCES submission (id),
    PRIMARY KEY (external_id, submission)
) STRICT, WITHOUT ROWID;
CREATE INDEX answer_submission ON answer (submission);

-- Bytes of an attachment are a blob of their own, or a part of the submission's raw source.
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

-- What a person wrote down of a voice note or a scan.
CREATE TABLE transcript (
    attachment INTEGER PRIMARY KEY REFERENCES attachment (id),
    body       TEXT    NOT NULL,
    staff      INTEGER NOT NULL,
    at         INTEGER NOT NULL
) STRICT;

-- The id is the proposal's place in every list: the second in which its first
-- submission was received, then its number (see proposalID). So each list is an
-- index that ends in the id, one column is a cursor, and search rows are in the same order.
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

-- Which proposal holds which submission. start and stop are the range of its
-- text that belongs to the proposal; stop 0 is all of it.
CREATE TABLE proposal_submission (
    proposal   INTEGER NOT NULL REFERENCES proposal (id),
    submission INTEGER NOT NULL REFERENCES submission (id),
    start      INTEGER NOT NULL DEFAULT 0,
    stop       INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (proposal, submission, start)
) STRICT, WITHOUT ROWID;
CREATE INDEX proposal_submission_submission ON proposal_submission (submission);

-- Counters that every screen shows: kept by the transactions that change what they count.
CREATE TABLE tally (
    forum    INTEGER NOT NULL REFERENCES forum (id),
    channel  TEXT    NOT NULL,
    state    TEXT    NOT NULL,
    priority TEXT    NOT NULL,
    changed  INTEGER NOT NULL,
    count    INTEGER NOT NULL,
    PRIMARY KEY (forum, channel, state, priority, changed)
) STRICT, WITHOUT ROWID;

-- Who did what to what. Append-only; ids and codes, never a participant's words.
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

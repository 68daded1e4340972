-- What chats bring. submission.chat is JSON (intake.Chat), empty for mail.

-- Messages of one person in one room that belong together by the rules of
-- intake/burst.go, whether or not they make a proposal. last_at is the newest.
CREATE TABLE burst (
    id          INTEGER PRIMARY KEY,
    source      TEXT    NOT NULL,
    room        TEXT    NOT NULL,
    participant INTEGER NOT NULL REFERENCES participant (id),
    last_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX burst_participant ON burst (participant, source, room, last_at);

ALTER TABLE submission ADD COLUMN chat TEXT NOT NULL DEFAULT '';
ALTER TABLE submission ADD COLUMN burst INTEGER NOT NULL DEFAULT 0;
CREATE INDEX submission_burst ON submission (burst, received_at) WHERE burst <> 0;

-- Bytes that come after their submission. state is empty when they are here,
-- 'waiting' while they are to be fetched at due_at, 'gone' when the far side has
-- given them up. source is whose channel fetches them.
ALTER TABLE attachment ADD COLUMN state TEXT NOT NULL DEFAULT '';
ALTER TABLE attachment ADD COLUMN source TEXT NOT NULL DEFAULT '';
ALTER TABLE attachment ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE attachment ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attachment ADD COLUMN due_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attachment ADD COLUMN duration INTEGER NOT NULL DEFAULT 0;
CREATE INDEX attachment_absent ON attachment (source, state, due_at) WHERE state <> '';

-- The account that a source is linked to: JSON (intake.Account), or empty. link
-- is what a person last did about it, 'linked' or 'unlinked', who and when.
ALTER TABLE source ADD COLUMN account TEXT NOT NULL DEFAULT '';
ALTER TABLE source ADD COLUMN link TEXT NOT NULL DEFAULT '';
ALTER TABLE source ADD COLUMN link_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE source ADD COLUMN link_at INTEGER NOT NULL DEFAULT 0;

-- Pairs of addresses that staff said are not one person's.
CREATE TABLE apart (
    one   INTEGER NOT NULL REFERENCES address (id),
    other INTEGER NOT NULL REFERENCES address (id),
    PRIMARY KEY (one, other)
) STRICT, WITHOUT ROWID;

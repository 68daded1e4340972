-- Which entries tell of a participant: merged with another, or taken apart again.
CREATE TABLE participant_entry (
    participant INTEGER NOT NULL REFERENCES participant (id),
    entry       INTEGER NOT NULL REFERENCES entry (id),
    PRIMARY KEY (participant, entry)
) STRICT, WITHOUT ROWID;

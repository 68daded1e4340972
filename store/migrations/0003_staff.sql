-- Persons who may sign in, their sessions, links by which they choose a
-- password, and tokens for programs. Of what its holder alone knows only the
-- SHA-256 is here; of passwords an argon2id hash.
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

-- staff is 0 for the link that sets the service up.
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

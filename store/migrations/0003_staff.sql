-- Persons who may sign in, their sessions, and tokens for programs.
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
    staff      INTEGER NOT NULL,
    data       BLOB    NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_staff ON session (staff);
CREATE INDEX session_expiry ON session (expires_at);

CREATE TABLE token (
    id         INTEGER PRIMARY KEY,
    name       TEXT    NOT NULL,
    hash       BLOB    NOT NULL UNIQUE,
    role       TEXT    NOT NULL,
    staff      INTEGER NOT NULL,
    added_at   INTEGER NOT NULL,
    used_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER NOT NULL
) STRICT;

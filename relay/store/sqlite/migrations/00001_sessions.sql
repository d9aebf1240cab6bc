-- +goose Up

CREATE TABLE sessions (
    num           INTEGER PRIMARY KEY, -- in order of creation
    id            TEXT    NOT NULL UNIQUE,
    site          TEXT    NOT NULL,
    secret_hash   BLOB    NOT NULL,
    salt          BLOB    NOT NULL,
    created       INTEGER NOT NULL,
    continues     TEXT    NOT NULL,
    continued_by  TEXT    NOT NULL DEFAULT '',
    last_seq      INTEGER NOT NULL DEFAULT 0,
    hash          BLOB    NOT NULL,
    state         BLOB,
    ended         INTEGER NOT NULL DEFAULT 0,
    last_time     INTEGER NOT NULL,
    end_reason    TEXT    NOT NULL DEFAULT '',
    start_url     TEXT    NOT NULL,
    participants  TEXT    NOT NULL DEFAULT '[]'
);
CREATE INDEX sessions_site ON sessions (site, num);
CREATE INDEX sessions_live ON sessions (num) WHERE ended = 0;

CREATE TABLE streams (
    session       INTEGER NOT NULL,
    ordinal       INTEGER NOT NULL,
    stream        TEXT    NOT NULL,
    client_index  INTEGER NOT NULL,
    tab           TEXT    NOT NULL,
    received      INTEGER NOT NULL,
    clock_offset  INTEGER NOT NULL,
    url           TEXT    NOT NULL,
    ip            TEXT    NOT NULL,
    agent         TEXT    NOT NULL,
    width         INTEGER NOT NULL,
    height        INTEGER NOT NULL,
    device        TEXT    NOT NULL,
    policy        TEXT    NOT NULL,
    recorder      TEXT    NOT NULL,
    last          INTEGER NOT NULL, -- without what waits in the inbox: an append need not touch this row
    PRIMARY KEY (session, ordinal),
    UNIQUE (session, stream)
) WITHOUT ROWID;

-- Durable batches without numbers in the log.
CREATE TABLE inbox (
    id            INTEGER PRIMARY KEY,
    session       INTEGER NOT NULL,
    ordinal       INTEGER NOT NULL, -- the stream's
    first         INTEGER NOT NULL,
    count         INTEGER NOT NULL,
    received      INTEGER NOT NULL,
    lines         BLOB    NOT NULL
);
CREATE INDEX inbox_session ON inbox (session);

-- Entries of the log, as many in a row as were numbered together. Not WITHOUT ROWID: such a table moves
-- every blob over a quarter of a page to pages of its own.
CREATE TABLE entries (
    session       INTEGER NOT NULL,
    first_seq     INTEGER NOT NULL,
    last_seq      INTEGER NOT NULL,
    lines         BLOB    NOT NULL  -- compressed with zstd
);
CREATE UNIQUE INDEX entries_session ON entries (session, last_seq);

-- One row that is written to find out whether writing works.
CREATE TABLE probe (
    id            INTEGER PRIMARY KEY CHECK (id = 1),
    at            INTEGER NOT NULL
);
INSERT INTO probe (id, at) VALUES (1, 0);

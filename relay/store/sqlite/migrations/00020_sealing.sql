-- +goose Up

ALTER TABLE sessions ADD COLUMN sealed INTEGER NOT NULL DEFAULT 0; -- 1 when its document is in parts
CREATE INDEX sessions_unsealed ON sessions (id) WHERE ended = 1 AND sealed = 0;

-- What a list is ordered by: the time of creation, and the number where two have the same.
ALTER TABLE sessions ADD COLUMN place INTEGER GENERATED ALWAYS AS (created * 1048576 + num % 1048576) VIRTUAL;
CREATE UNIQUE INDEX sessions_place ON sessions (place);
CREATE INDEX sessions_site_place ON sessions (site, place);
DROP INDEX sessions_site;

-- A finished session.
CREATE TABLE documents (
    session       INTEGER PRIMARY KEY,
    leaf          INTEGER NOT NULL UNIQUE, -- its place in the tree
    hashes        BLOB    NOT NULL,        -- the first 8 bytes of each entry's hash
    policies      TEXT    NOT NULL,
    streams       BLOB    NOT NULL         -- where each stream stopped, for recorders that come back; compressed with zstd
);

-- Its entries in their compact form.
CREATE TABLE parts (
    session       INTEGER NOT NULL,
    first_seq     INTEGER NOT NULL,
    last_seq      INTEGER NOT NULL,
    content       BLOB    NOT NULL
);
CREATE UNIQUE INDEX parts_session ON parts (session, last_seq);

-- The hashes of the RFC 6962 tree, in the order in which they are computed.
CREATE TABLE tree (
    id            INTEGER PRIMARY KEY,
    hash          BLOB    NOT NULL
);

CREATE TABLE leaves (
    id            INTEGER PRIMARY KEY CHECK (id = 1),
    size          INTEGER NOT NULL
);
INSERT INTO leaves (id, size) VALUES (1, 0);

-- The newest checkpoint.
CREATE TABLE checkpoint (
    id            INTEGER PRIMARY KEY CHECK (id = 1),
    size          INTEGER NOT NULL,
    note          BLOB    NOT NULL
);

-- How far something has been done.
CREATE TABLE marks (
    name          TEXT    PRIMARY KEY,
    at            INTEGER NOT NULL
);

-- +goose Up

ALTER TABLE sessions ADD COLUMN erased INTEGER NOT NULL DEFAULT 0; -- when, 0 while it is there
ALTER TABLE sessions ADD COLUMN held   INTEGER NOT NULL DEFAULT 0; -- since when, 0 when it is not
CREATE INDEX sessions_expiry ON sessions (site, last_time) WHERE sealed = 1 AND erased = 0;

CREATE TABLE tombstones (
    session       INTEGER PRIMARY KEY,
    note          BLOB    NOT NULL,
    leaf          INTEGER NOT NULL, -- the session's
    own           INTEGER NOT NULL, -- the tombstone's
    streams       BLOB    NOT NULL  -- as in documents: random ids and numbers
);

CREATE TABLE access (
    site          TEXT    NOT NULL,
    day           TEXT    NOT NULL,
    seq           INTEGER NOT NULL,
    entry         BLOB    NOT NULL,
    hash          BLOB    NOT NULL,
    PRIMARY KEY (site, day, seq)
) WITHOUT ROWID;

CREATE TABLE access_days (
    site          TEXT    NOT NULL,
    day           TEXT    NOT NULL,
    leaf          INTEGER,          -- its place in the tree, once the day is over
    PRIMARY KEY (site, day)
) WITHOUT ROWID;
CREATE INDEX access_days_open ON access_days (day) WHERE leaf IS NULL;

-- Pages that are free are filled with zeros here, and given back.
CREATE TABLE blank (
    id            INTEGER PRIMARY KEY,
    zeros         BLOB    NOT NULL
);

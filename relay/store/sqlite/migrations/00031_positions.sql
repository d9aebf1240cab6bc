-- +goose Up

-- Streams, and when each was first known.
CREATE TABLE live_streams (
    site          TEXT    NOT NULL,
    destination   TEXT    NOT NULL,
    since         INTEGER NOT NULL,
    PRIMARY KEY (site, destination)
);

-- How far a session's entries have come to a stream.
CREATE TABLE positions (
    site          TEXT    NOT NULL,
    destination   TEXT    NOT NULL,
    session       TEXT    NOT NULL,
    seq           INTEGER NOT NULL,
    lease         TEXT    NOT NULL,
    lease_until   INTEGER NOT NULL,
    PRIMARY KEY (session, site, destination)
);
CREATE INDEX sessions_created ON sessions (site, created);

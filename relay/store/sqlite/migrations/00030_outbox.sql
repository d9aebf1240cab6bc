-- +goose Up

-- What goes to the sites' destinations, and what went.
CREATE TABLE deliveries (
    id            TEXT    NOT NULL PRIMARY KEY, -- UUIDv7: its order is that of making
    site          TEXT    NOT NULL,
    destination   TEXT    NOT NULL,
    session       TEXT    NOT NULL, -- the id: the row outlives the session's
    began         INTEGER NOT NULL,
    kind          TEXT    NOT NULL,
    state         TEXT    NOT NULL,
    made          INTEGER NOT NULL,
    since         INTEGER NOT NULL,
    attempts      INTEGER NOT NULL,
    next_at       INTEGER NOT NULL, -- of a leased one, when the lease ends
    lease         TEXT    NOT NULL,
    last_error    TEXT    NOT NULL
);
CREATE INDEX deliveries_waiting ON deliveries (site, destination, next_at) WHERE state = 'waiting';
CREATE INDEX deliveries_dead ON deliveries (site, destination, made) WHERE state = 'dead';
CREATE INDEX deliveries_session ON deliveries (session);
CREATE INDEX deliveries_site ON deliveries (site, id);

-- Destinations that said they want nothing more.
CREATE TABLE disabled (
    site          TEXT    NOT NULL,
    destination   TEXT    NOT NULL,
    at            INTEGER NOT NULL,
    PRIMARY KEY (site, destination)
);

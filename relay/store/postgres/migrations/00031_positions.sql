-- +goose Up

-- Streams, and when each was first known.
CREATE TABLE live_streams (
    site          text COLLATE "C" NOT NULL,
    destination   text COLLATE "C" NOT NULL,
    since         bigint   NOT NULL,
    PRIMARY KEY (site, destination)
);

-- How far a session's entries have come to a stream.
CREATE TABLE positions (
    session_id    text COLLATE "C" NOT NULL,
    site          text COLLATE "C" NOT NULL,
    destination   text COLLATE "C" NOT NULL,
    seq           bigint   NOT NULL,
    lease         text     NOT NULL,
    lease_until   bigint   NOT NULL, -- by the database's clock
    PRIMARY KEY (session_id, site, destination)
) WITH (fillfactor = 80);

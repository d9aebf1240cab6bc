-- +goose Up

CREATE TABLE tombstones (
    session_id    text COLLATE "C" PRIMARY KEY,
    note          bytea    NOT NULL,
    leaf          bigint   NOT NULL, -- the session's
    own           bigint   NOT NULL, -- the tombstone's
    streams       bytea    NOT NULL  -- as in documents: random ids and numbers
);

CREATE INDEX sessions_expiry ON sessions (site, last_time) WHERE sealed AND erased = 0;

-- Whether something was erased that may still be in the files.
CREATE TABLE traces (
    id            integer     PRIMARY KEY CHECK (id = 1),
    erased        bigint      NOT NULL,                      -- how often something was
    cleaned       bigint      NOT NULL,                      -- how often something had been when the files were cleaned
    rest          timestamptz NOT NULL DEFAULT '-infinity'   -- not before
);
INSERT INTO traces (id, erased, cleaned) VALUES (1, 0, 0);

-- ANALYZE keeps samples of what columns have. Erasing could not take them out of there, so it gets none of what tells
-- something of a session.
ALTER TABLE sessions
    ALTER COLUMN secret_hash SET STATISTICS 0, ALTER COLUMN salt SET STATISTICS 0, ALTER COLUMN hash SET STATISTICS 0,
    ALTER COLUMN state SET STATISTICS 0, ALTER COLUMN end_reason SET STATISTICS 0, ALTER COLUMN start_url SET STATISTICS 0,
    ALTER COLUMN participants SET STATISTICS 0;
ALTER TABLE streams
    ALTER COLUMN frame SET STATISTICS 0, ALTER COLUMN url SET STATISTICS 0, ALTER COLUMN ip SET STATISTICS 0,
    ALTER COLUMN agent SET STATISTICS 0, ALTER COLUMN person SET STATISTICS 0, ALTER COLUMN secret_hash SET STATISTICS 0;
ALTER TABLE inbox ALTER COLUMN lines SET STATISTICS 0;
ALTER TABLE entries ALTER COLUMN lines SET STATISTICS 0;
ALTER TABLE participants ALTER COLUMN who SET STATISTICS 0;
ALTER TABLE requests ALTER COLUMN key SET STATISTICS 0, ALTER COLUMN digest SET STATISTICS 0;
ALTER TABLE documents ALTER COLUMN hashes SET STATISTICS 0, ALTER COLUMN policies SET STATISTICS 0;
ALTER TABLE parts ALTER COLUMN content SET STATISTICS 0;

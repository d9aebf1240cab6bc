-- +goose Up

-- Who a participant's token says is at the stream's page, as JSON; empty where no token opened it. A page with a
-- token has a secret of its own for the tickets of its frames.
ALTER TABLE streams ADD COLUMN person TEXT NOT NULL DEFAULT '';
ALTER TABLE streams ADD COLUMN secret_hash BLOB NOT NULL DEFAULT x'';

-- The app's back end has said that the session is over; it ends with the next numbering.
ALTER TABLE sessions ADD COLUMN closing INTEGER NOT NULL DEFAULT 0;

-- The participants whom the relay has given a number.
CREATE TABLE participants (
    session       INTEGER NOT NULL,
    client_index  INTEGER NOT NULL,
    who           TEXT    NOT NULL, -- keyed hash of the app's id, empty for one without
    PRIMARY KEY (session, client_index)
) WITHOUT ROWID;
CREATE UNIQUE INDEX participants_who ON participants (session, who) WHERE who <> '';

-- What was done for requests with an idempotency key.
CREATE TABLE requests (
    scope         TEXT    NOT NULL,
    key           TEXT    NOT NULL,
    digest        BLOB    NOT NULL,
    at            INTEGER NOT NULL,
    session       TEXT    NOT NULL,
    number        INTEGER NOT NULL, -- of the first event, or the participant's
    PRIMARY KEY (scope, key)
) WITHOUT ROWID;
CREATE INDEX requests_at ON requests (at);

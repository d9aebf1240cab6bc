-- +goose Up

-- By which to tell that all relays have the same keys.
CREATE TABLE fingerprints (
    name          text COLLATE "C" PRIMARY KEY,
    fingerprint   text     NOT NULL
);

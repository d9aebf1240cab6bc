-- +goose Up

-- A connection of the stream was opened and has not ended in order. It lasts over an end of the relay.
ALTER TABLE streams ADD COLUMN connected INTEGER NOT NULL DEFAULT 0;

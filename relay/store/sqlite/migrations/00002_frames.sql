-- +goose Up

-- The origin of the frame whose tickets opened the stream, empty where the session's secret did.
ALTER TABLE streams ADD COLUMN frame TEXT NOT NULL DEFAULT '';

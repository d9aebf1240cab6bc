-- +goose Up

-- The recorders that relays over this store were built with: pages may still have the script of an earlier one.
CREATE TABLE recorder_files (
    name          TEXT    NOT NULL PRIMARY KEY, -- with its content's hash
    since         INTEGER NOT NULL,             -- when a relay that has it was started last
    packed        BLOB    NOT NULL
);

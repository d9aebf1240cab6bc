-- +goose Up

-- By which words the sealed sessions are found: numbers of package words, which tell nothing by themselves. A table of our
-- own and no full-text engine: it is the same on every store, it gives sessions in the order of lists without sorting,
-- and a row that is deleted is gone, while an engine's index keeps words of deleted texts until it is merged.
CREATE TABLE words (
    word          INTEGER NOT NULL,
    place         INTEGER NOT NULL, -- of the session
    PRIMARY KEY (word, place)
) WITHOUT ROWID;

ALTER TABLE documents ADD COLUMN words INTEGER NOT NULL DEFAULT 0; -- how many
CREATE INDEX sessions_hot ON sessions (site, place) WHERE sealed = 0;

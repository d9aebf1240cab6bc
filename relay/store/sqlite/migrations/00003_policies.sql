-- +goose Up

-- Every policy that a site's pages were given: an entry says by which digest it was masked.
CREATE TABLE policies (
    digest        TEXT    NOT NULL,
    site          TEXT    NOT NULL,
    since         INTEGER NOT NULL,
    compiled      BLOB    NOT NULL,
    PRIMARY KEY (digest, site)
) WITHOUT ROWID;

-- +goose Up

-- The API keys of each site, as they were when the configuration was read last: what changes is noted in the access log.
CREATE TABLE keys (
    site          TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    digest        TEXT    NOT NULL,
    PRIMARY KEY (site, name)
) WITHOUT ROWID;

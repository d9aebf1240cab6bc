-- +goose Up

-- The API keys of each site, as they were when the configuration was read last: what changes is noted in the access log.
CREATE TABLE keys (
    site          text COLLATE "C" NOT NULL,
    name          text COLLATE "C" NOT NULL,
    digest        text     NOT NULL,
    PRIMARY KEY (site, name)
);

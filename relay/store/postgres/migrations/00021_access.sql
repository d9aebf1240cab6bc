-- +goose Up

CREATE TABLE access (
    site          text COLLATE "C" NOT NULL,
    day           text COLLATE "C" NOT NULL,
    seq           bigint   NOT NULL,
    entry         bytea    NOT NULL,
    hash          bytea    NOT NULL,
    PRIMARY KEY (site, day, seq)
);

CREATE TABLE access_days (
    site          text COLLATE "C" NOT NULL,
    day           text COLLATE "C" NOT NULL,
    leaf          bigint,            -- its place in the tree, once the day is over
    PRIMARY KEY (site, day)
);
CREATE INDEX access_days_open ON access_days (site, day) WHERE leaf IS NULL;

-- The last entry of each site. Who appends one locks this row first.
CREATE TABLE access_chains (
    site          text COLLATE "C" PRIMARY KEY,
    day           text COLLATE "C" NOT NULL,
    seq           bigint   NOT NULL,
    hash          bytea    NOT NULL
) WITH (fillfactor = 50);

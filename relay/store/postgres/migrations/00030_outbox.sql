-- +goose Up

-- What goes to the sites' destinations, and what went. A row outlives its session's.
CREATE TABLE deliveries (
    session_id    text COLLATE "C" NOT NULL,
    id            text COLLATE "C" NOT NULL, -- UUIDv7: its order is that of making
    site          text COLLATE "C" NOT NULL,
    destination   text COLLATE "C" NOT NULL,
    began         bigint   NOT NULL,
    kind          text     NOT NULL,
    state         text     NOT NULL,
    made          bigint   NOT NULL,
    since         bigint   NOT NULL,
    attempts      bigint   NOT NULL,
    next_at       bigint   NOT NULL, -- by the database's clock; of a leased one, when the lease ends
    lease         text     NOT NULL,
    last_error    text     NOT NULL,
    PRIMARY KEY (session_id, id)
) WITH (fillfactor = 80);
CREATE INDEX deliveries_waiting ON deliveries (site, destination, next_at) WHERE state = 'waiting';
CREATE INDEX deliveries_dead ON deliveries (site, destination, made) WHERE state = 'dead';
CREATE INDEX deliveries_id ON deliveries (id);
CREATE INDEX deliveries_site ON deliveries (site, id);

-- Destinations that said they want nothing more.
CREATE TABLE disabled (
    site          text COLLATE "C" NOT NULL,
    destination   text COLLATE "C" NOT NULL,
    at            bigint   NOT NULL,
    PRIMARY KEY (site, destination)
);

-- +goose Up

-- Every primary key begins with the session, so that a distributed PostgreSQL can split the tables by it. What a write
-- needs of a session it reads after it has locked the session's row. Keys are compared by their bytes: an order that is the
-- same on every server.
CREATE TABLE sessions (
    session_id    text COLLATE "C" PRIMARY KEY,
    site          text COLLATE "C" NOT NULL,
    secret_hash   bytea    NOT NULL,
    salt          bytea    NOT NULL,
    created       bigint   NOT NULL,
    continues     text     NOT NULL,
    continued_by  text     NOT NULL DEFAULT '',
    last_seq      bigint   NOT NULL DEFAULT 0,
    hash          bytea    NOT NULL,
    state         bytea,
    ended         boolean  NOT NULL DEFAULT false,
    last_time     bigint   NOT NULL,
    end_reason    text     NOT NULL DEFAULT '',
    start_url     text     NOT NULL,
    participants  text     NOT NULL DEFAULT '[]'
) WITH (fillfactor = 80); -- numbering changes a row again and again: leave it room on its page
CREATE INDEX sessions_created ON sessions (created, session_id);
CREATE INDEX sessions_site ON sessions (site, created, session_id);
CREATE INDEX sessions_live ON sessions (created, session_id) WHERE NOT ended;

CREATE TABLE streams (
    session_id    text COLLATE "C" NOT NULL,
    ordinal       bigint   NOT NULL,
    stream        text COLLATE "C" NOT NULL,
    frame         text     NOT NULL,
    client_index  bigint   NOT NULL,
    tab           text     NOT NULL,
    received      bigint   NOT NULL,
    clock_offset  bigint   NOT NULL,
    url           text     NOT NULL,
    ip            text     NOT NULL,
    agent         text     NOT NULL,
    width         bigint   NOT NULL,
    height        bigint   NOT NULL,
    device        text     NOT NULL,
    policy        text     NOT NULL,
    recorder      text     NOT NULL,
    last          bigint   NOT NULL, -- without what waits in the inbox: an append need not touch this row
    PRIMARY KEY (session_id, ordinal),
    UNIQUE (session_id, stream)
) WITH (fillfactor = 80);

-- Durable batches without numbers in the log. The key is what makes an event come once.
CREATE TABLE inbox (
    session_id    text COLLATE "C" NOT NULL,
    ordinal       bigint      NOT NULL, -- the stream's
    first         bigint      NOT NULL,
    count         bigint      NOT NULL,
    received      bigint      NOT NULL, -- the relay's clock
    arrived       timestamptz NOT NULL DEFAULT clock_timestamp(), -- the one clock that all relays share
    lines         bytea       NOT NULL, -- compressed with zstd
    PRIMARY KEY (session_id, ordinal, first)
) WITH (autovacuum_vacuum_scale_factor = 0.02); -- every row goes after about a second
ALTER TABLE inbox ALTER COLUMN lines SET STORAGE EXTERNAL;

-- Entries of the log, as many in a row as were numbered together.
CREATE TABLE entries (
    session_id    text COLLATE "C" NOT NULL,
    first_seq     bigint   NOT NULL,
    last_seq      bigint   NOT NULL,
    lines         bytea    NOT NULL, -- compressed with zstd
    PRIMARY KEY (session_id, last_seq)
);
ALTER TABLE entries ALTER COLUMN lines SET STORAGE EXTERNAL;

-- Who numbers a session that has not ended. It holds as long as the relay is heard of.
CREATE TABLE leases (
    session_id    text COLLATE "C" PRIMARY KEY,
    relay         text COLLATE "C" NOT NULL
);
CREATE INDEX leases_relay ON leases (relay);

-- Streams as a relay saw them last. A stream is live while the relay that says so is heard of.
CREATE TABLE presence (
    session_id    text COLLATE "C" NOT NULL,
    stream        text COLLATE "C" NOT NULL,
    relay         text COLLATE "C" NOT NULL,
    live          boolean  NOT NULL,
    seen          bigint   NOT NULL, -- the relay's clock
    PRIMARY KEY (session_id, stream)
) WITH (fillfactor = 80);

-- The relays that are there, or were.
CREATE TABLE relays (
    id            text COLLATE "C" PRIMARY KEY,
    since         bigint      NOT NULL, -- from then on some relay was always there, by the relay's clock
    at            bigint      NOT NULL, -- the relay's clock at the last sign of life
    beat          timestamptz NOT NULL  -- the database's clock at that moment
);

-- A row of each relay that it writes to find out whether writing works.
CREATE TABLE probes (
    relay         text COLLATE "C" PRIMARY KEY,
    at            bigint   NOT NULL
);

CREATE TABLE policies (
    digest        text COLLATE "C" NOT NULL,
    site          text COLLATE "C" NOT NULL,
    since         bigint   NOT NULL,
    compiled      bytea    NOT NULL,
    PRIMARY KEY (digest, site)
);

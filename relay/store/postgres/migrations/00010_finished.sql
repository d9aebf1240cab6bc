-- +goose Up

ALTER TABLE sessions
    ADD COLUMN closing boolean NOT NULL DEFAULT false, -- the app's back end has said that it is over; it ends with the next numbering
    ADD COLUMN sealed  boolean NOT NULL DEFAULT false, -- its document is in parts
    ADD COLUMN erased  bigint  NOT NULL DEFAULT 0,     -- when, 0 while it is there
    ADD COLUMN held    bigint  NOT NULL DEFAULT 0;     -- since when, 0 when it is not
CREATE INDEX sessions_closing ON sessions (session_id) WHERE closing AND NOT ended;
CREATE INDEX sessions_unsealed ON sessions (session_id) WHERE ended AND NOT sealed;
CREATE INDEX sessions_hot ON sessions (site, created, session_id) WHERE NOT sealed;

-- Who a participant's token says is at the stream's page, as JSON; empty where no token opened it. A page with a
-- token has a secret of its own for the tickets of its frames.
ALTER TABLE streams
    ADD COLUMN person      text  NOT NULL DEFAULT '',
    ADD COLUMN secret_hash bytea NOT NULL DEFAULT '';

-- The participants whom a relay has given a number.
CREATE TABLE participants (
    session_id    text COLLATE "C" NOT NULL,
    client_index  bigint   NOT NULL,
    who           text COLLATE "C" NOT NULL, -- keyed hash of the app's id, empty for one without
    PRIMARY KEY (session_id, client_index)
);
CREATE UNIQUE INDEX participants_who ON participants (session_id, who) WHERE who <> '';

-- What was done for requests with an idempotency key.
CREATE TABLE requests (
    scope         text COLLATE "C" NOT NULL,
    key           text COLLATE "C" NOT NULL,
    digest        bytea    NOT NULL,
    at            bigint   NOT NULL,
    session_id    text COLLATE "C" NOT NULL,
    number        bigint   NOT NULL, -- of the first event, or the participant's
    PRIMARY KEY (scope, key)
);
CREATE INDEX requests_at ON requests (at);
CREATE INDEX requests_session ON requests (session_id);

-- A finished session.
CREATE TABLE documents (
    session_id    text COLLATE "C" PRIMARY KEY,
    leaf          bigint   NOT NULL, -- its place in the tree
    hashes        bytea    NOT NULL, -- the first 8 bytes of each entry's hash
    policies      text     NOT NULL,
    streams       bytea    NOT NULL, -- where each stream stopped, for recorders that come back; compressed with zstd
    words         integer  NOT NULL  -- how many
);
CREATE INDEX documents_leaf ON documents (leaf);
ALTER TABLE documents ALTER COLUMN hashes SET STORAGE EXTERNAL;

-- Its entries in their compact form.
CREATE TABLE parts (
    session_id    text COLLATE "C" NOT NULL,
    first_seq     bigint   NOT NULL,
    last_seq      bigint   NOT NULL,
    content       bytea    NOT NULL,
    PRIMARY KEY (session_id, last_seq)
);
ALTER TABLE parts ALTER COLUMN content SET STORAGE EXTERNAL;

-- By which words the sealed sessions are found: numbers of package words, which tell nothing by themselves. A table of our
-- own and no full-text index: it is the same on every store, and it gives sessions in the order of lists without sorting.
CREATE TABLE words (
    word          bigint   NOT NULL,
    created       bigint   NOT NULL, -- the session's
    session_id    text COLLATE "C" NOT NULL,
    PRIMARY KEY (word, created, session_id)
);

-- The hashes of the RFC 6962 tree, in the order in which they are computed. There is one tree for all relays.
CREATE TABLE tree (
    id            bigint   PRIMARY KEY,
    hash          bytea    NOT NULL
);

-- Who appends a leaf locks this row first.
CREATE TABLE leaves (
    id            integer  PRIMARY KEY CHECK (id = 1),
    size          bigint   NOT NULL
);
INSERT INTO leaves (id, size) VALUES (1, 0);

-- The newest checkpoint.
CREATE TABLE checkpoint (
    id            integer  PRIMARY KEY CHECK (id = 1),
    size          bigint   NOT NULL,
    note          bytea    NOT NULL
);

-- How far something has been done.
CREATE TABLE marks (
    name          text COLLATE "C" PRIMARY KEY,
    at            bigint   NOT NULL
);

package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// minVersion is PostgreSQL 15.
	minVersion = 150000
	// connectWithin bounds the try of one host, where the address does not say otherwise.
	connectWithin = 5 * time.Second
	// lockWithin bounds the wait for a session's row. Another relay holds it for one transaction, and for longer only
	// when its standby or the relay itself is in trouble.
	lockWithin = "5s"
	// idleWithin bounds how long a relay that was stopped in the middle of a transaction keeps the rows of its sessions.
	idleWithin = "5s"
)

// warned is where a connection keeps the last warning of its server. The goroutine that uses the connection alone
// touches it.
const warned = "cotrail.warned"

// errAddress tells no more: the address has a password in it, and a parser's error could quote it.
var errAddress = errors.New("the store's address, or one of its parameters, cannot be read; it should be postgres://USER:PASSWORD@HOST:PORT/DATABASE, with special characters of the password as %XX")

// connect makes the pools. They connect when they are used.
func (s *Store) connect(ctx context.Context, o Options) error {
	for _, pool := range []struct {
		to          **pgxpool.Pool
		connections int32
		edit        func(*pgxpool.Config)
	}{
		{&s.writing, int32(len(s.writers)), func(c *pgxpool.Config) { c.AfterConnect = readBack }},
		{&s.reading, readConnections, func(*pgxpool.Config) {}},
		{&s.noting, noteConnections, func(c *pgxpool.Config) { c.ConnConfig.RuntimeParams["synchronous_commit"] = "off" }},
	} {
		c, err := configure(o.URL, pool.connections)
		if err != nil {
			return err
		}
		pool.edit(c)
		if *pool.to, err = pgxpool.NewWithConfig(ctx, c); err != nil {
			return fmt.Errorf("connect to the database: %w", err)
		}
	}
	return nil
}

// disconnect closes the pools that there are.
func (s *Store) disconnect() {
	for _, pool := range []*pgxpool.Pool{s.writing, s.reading, s.noting} {
		if pool != nil {
			pool.Close()
		}
	}
}

func configure(url string, connections int32) (*pgxpool.Config, error) {
	c, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errAddress
	}
	c.MaxConns, c.MinConns = connections, 0
	conn := c.ConnConfig
	if conn.ConnectTimeout == 0 {
		conn.ConnectTimeout = connectWithin
	}
	if conn.ValidateConnect == nil { // of several hosts only the primary will do, also when the address does not say so
		conn.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	conn.RuntimeParams["application_name"] = "cotrail"
	conn.RuntimeParams["lock_timeout"] = lockWithin
	conn.RuntimeParams["idle_in_transaction_session_timeout"] = idleWithin
	conn.OnNotice = func(c *pgconn.PgConn, n *pgconn.Notice) {
		if n.SeverityUnlocalized == "WARNING" {
			c.CustomData()[warned] = n
		}
	}
	return c, nil
}

// readBack refuses a connection on which a commit would not be durable. Every connection is asked: after a failover it
// is another server.
func readBack(ctx context.Context, conn *pgx.Conn) error {
	var version int
	var synchronous, fsync, pages, encoding string
	err := conn.QueryRow(ctx, `SELECT current_setting('server_version_num')::int, current_setting('synchronous_commit'),
		current_setting('fsync'), current_setting('full_page_writes'), current_setting('server_encoding')`).
		Scan(&version, &synchronous, &fsync, &pages, &encoding)
	switch {
	case err != nil:
		return fmt.Errorf("read the server's settings: %w", err)
	case version < minVersion:
		return fmt.Errorf("the server is PostgreSQL %d; the relay needs 15 or later", version/10000)
	case synchronous == "off", synchronous == "local":
		return fmt.Errorf("synchronous_commit is %s: what was acknowledged could be lost; set it to on for the relay's role", synchronous)
	case fsync != "on":
		return fmt.Errorf("fsync is %s: what was acknowledged could be lost", fsync)
	case pages != "on":
		return fmt.Errorf("full_page_writes is %s: what was acknowledged could be lost", pages)
	case encoding != "UTF8":
		return fmt.Errorf("the database's encoding is %s, not UTF8", encoding)
	}
	return nil
}

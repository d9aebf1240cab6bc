package sqlite

import (
	"context"
	"database/sql"
	"fmt"
)

// statements are those of the writer, prepared once.
type statements struct {
	session, streams, inbox         *sql.Stmt
	create, join, offset, continued *sql.Stmt
	receive, handled, progress      *sql.Stmt
	entries, numbered               *sql.Stmt
	policy, probe                   *sql.Stmt
	sealing                         sealingStatements
	erasing                         erasingStatements
}

func (s *statements) prepare(ctx context.Context, conn *sql.Conn) error {
	err := prepareAll(ctx, conn, map[string]**sql.Stmt{
		`SELECT num, site, secret_hash, last_seq, ended, continued_by, sealed FROM sessions WHERE id = ?`:        &s.session,
		`SELECT ordinal, stream, frame, tab, clock_offset, last FROM streams WHERE session = ? ORDER BY ordinal`: &s.streams,
		`SELECT id, ordinal, first + count - 1 FROM inbox WHERE session = ?`:                                     &s.inbox,
		`INSERT INTO sessions (id, site, secret_hash, salt, created, continues, hash, last_time, start_url)
		 VALUES (?1, ?2, ?3, ?4, ?5, ?6, zeroblob(32), ?5, ?7) RETURNING num`: &s.create,
		`INSERT INTO streams (session, ordinal, stream, client_index, tab, received, clock_offset, url, ip, agent, width, height, device, policy, recorder, last, frame)
		 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`: &s.join,
		`UPDATE streams SET clock_offset = ? WHERE session = ? AND ordinal = ?`:                                &s.offset,
		`UPDATE sessions SET continued_by = ? WHERE num = ?`:                                                   &s.continued,
		`INSERT INTO inbox (id, session, ordinal, first, count, received, lines) VALUES (?, ?, ?, ?, ?, ?, ?)`: &s.receive,
		`DELETE FROM inbox WHERE id = ?`:                                                                       &s.handled,
		`UPDATE streams SET last = ? WHERE session = ? AND ordinal = ?`:                                        &s.progress,
		`INSERT INTO entries (session, first_seq, last_seq, lines) VALUES (?, ?, ?, ?)`:                        &s.entries,
		`UPDATE sessions SET last_seq = ?, hash = ?, state = ?, ended = ?, last_time = ?, end_reason = ?, start_url = ?, participants = ?
		 WHERE num = ?`: &s.numbered,
		`INSERT OR IGNORE INTO policies (digest, site, since, compiled) VALUES (?, ?, ?, ?)`: &s.policy,
		`UPDATE probe SET at = ?`: &s.probe,
	})
	if err != nil {
		return err
	}
	if err := s.sealing.prepare(ctx, conn); err != nil {
		return err
	}
	return s.erasing.prepare(ctx, conn)
}

// prepareAll prepares statements by their texts.
func prepareAll(ctx context.Context, conn *sql.Conn, statements map[string]**sql.Stmt) error {
	for text, to := range statements {
		stmt, err := conn.PrepareContext(ctx, text)
		if err != nil {
			return fmt.Errorf("prepare %q: %w", text, err)
		}
		*to = stmt
	}
	return nil
}

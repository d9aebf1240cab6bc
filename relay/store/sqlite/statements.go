package sqlite

import (
	"context"
	"database/sql"
	"fmt"
)

// statements are those of the writer, prepared once.
type statements struct {
	session, streams, inbox         *sql.Stmt
	create, join, rejoin, continued *sql.Stmt
	receive, handled, progress      *sql.Stmt
	entries, numbered               *sql.Stmt
	policy, probe                   *sql.Stmt
	key, noKeys                     *sql.Stmt
	recorderFile, oldRecorders      *sql.Stmt
	closing                         *sql.Stmt
	invited, invite, highest        *sql.Stmt
	request, remember, forget       *sql.Stmt
	sealing                         sealingStatements
	erasing                         erasingStatements

	all []*sql.Stmt
}

func (s *statements) prepare(ctx context.Context, conn *sql.Conn) error {
	err := s.prepareAll(ctx, conn, prepared{
		`SELECT num, site, secret_hash, last_seq, ended, closing, continued_by, sealed FROM sessions WHERE id = ?`:                                             &s.session,
		`SELECT ordinal, stream, client_index, frame, person, secret_hash, tab, clock_offset, last, connected FROM streams WHERE session = ? ORDER BY ordinal`: &s.streams,
		`SELECT id, ordinal, first + count - 1 FROM inbox WHERE session = ?`:                                                                                   &s.inbox,
		`INSERT INTO sessions (id, site, secret_hash, salt, created, continues, hash, last_time, start_url)
		 VALUES (?1, ?2, ?3, ?4, ?5, ?6, zeroblob(32), ?5, ?7) RETURNING num`: &s.create,
		`INSERT INTO streams (session, ordinal, stream, client_index, tab, received, clock_offset, url, ip, agent, width, height, device, policy, recorder, last, frame, person, secret_hash, connected)
		 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`: &s.join,
		`UPDATE streams SET clock_offset = ?, connected = ? WHERE session = ? AND ordinal = ?`:                 &s.rejoin,
		`UPDATE sessions SET continued_by = ? WHERE num = ?`:                                                   &s.continued,
		`INSERT INTO inbox (id, session, ordinal, first, count, received, lines) VALUES (?, ?, ?, ?, ?, ?, ?)`: &s.receive,
		`DELETE FROM inbox WHERE id = ?`:                                                                       &s.handled,
		`UPDATE streams SET last = ? WHERE session = ? AND ordinal = ?`:                                        &s.progress,
		`INSERT INTO entries (session, first_seq, last_seq, lines) VALUES (?, ?, ?, ?)`:                        &s.entries,
		`UPDATE sessions SET last_seq = ?, hash = ?, state = ?, ended = ?, last_time = ?, end_reason = ?, start_url = ?, participants = ?
		 WHERE num = ?`: &s.numbered,
		`INSERT OR IGNORE INTO policies (digest, site, since, compiled) VALUES (?, ?, ?, ?)`:                                                        &s.policy,
		`INSERT INTO recorder_files (name, since, packed) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET since = excluded.since`:                 &s.recorderFile,
		`DELETE FROM recorder_files WHERE since < (SELECT min(since) FROM (SELECT DISTINCT since FROM recorder_files ORDER BY since DESC LIMIT ?))`: &s.oldRecorders,
		`DELETE FROM keys`: &s.noKeys,
		`INSERT INTO keys (site, name, digest) VALUES (?, ?, ?)`:                                   &s.key,
		`UPDATE probe SET at = ?`:                                                                  &s.probe,
		`UPDATE sessions SET closing = 1 WHERE num = ?`:                                            &s.closing,
		`SELECT client_index FROM participants WHERE session = ? AND who = ? AND who <> ''`:        &s.invited,
		`SELECT coalesce(max(client_index), -1) FROM participants WHERE session = ?`:               &s.highest,
		`INSERT INTO participants (session, client_index, who) VALUES (?, ?, ?)`:                   &s.invite,
		`SELECT digest, at, session, number FROM requests WHERE scope = ? AND key = ?`:             &s.request,
		`INSERT INTO requests (scope, key, digest, at, session, number) VALUES (?, ?, ?, ?, ?, ?)`: &s.remember,
		`DELETE FROM requests WHERE at < ?`:                                                        &s.forget,
	})
	if err != nil {
		return err
	}
	if err := s.sealing.prepare(ctx, conn, s.prepareAll); err != nil {
		return err
	}
	return s.erasing.prepare(ctx, conn, s.prepareAll)
}

// prepared tells by its text where a statement goes.
type prepared map[string]**sql.Stmt

// preparing prepares statements and sees to it that they are closed.
type preparing func(context.Context, *sql.Conn, prepared) error

// prepareAll prepares statements by their texts.
func (s *statements) prepareAll(ctx context.Context, conn *sql.Conn, texts prepared) error {
	for text, to := range texts {
		stmt, err := conn.PrepareContext(ctx, text)
		if err != nil {
			return fmt.Errorf("prepare %q: %w", text, err)
		}
		*to = stmt
		s.all = append(s.all, stmt)
	}
	return nil
}

// close lets the statements go. One that is left would keep its connection's files open for as long as the process
// lives, and the write-ahead log would not be brought back into the database.
func (s *statements) close() {
	for _, stmt := range s.all {
		_ = stmt.Close() // it tells again what its last use has told
	}
}

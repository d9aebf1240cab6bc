package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/cotrail/cotrail/relay/store"
)

const (
	// transactWithin bounds a transaction with its commit. A commit whose standby is gone waits for ever; the recorder
	// is rather told to come again.
	transactWithin = 15 * time.Second
	// maxTries bounds how often a transaction is made again that lost against another.
	maxTries = 8
)

// needs is what a write must know of a session.
type needs struct {
	session string     // whose row is locked; none when empty
	streams bool       // all its streams
	stream  string     // or this one
	pending bool       // which batches wait for their numbers
	invites bool       // the last participant who has a number
	who     string     // … and this one
	once    store.Once // a request that may have been done before
	tree    bool       // the tree is locked, to grow
	chain   string     // the site whose access log is locked; none when empty
}

// turn is one transaction: what was read under its locks, and the statements that go out with its COMMIT.
type turn struct {
	store   *Store
	known   map[string]*session // those that are locked; nil where there is none of that id
	tree    *edge               // nil when the tree is not locked
	chains  map[string]*chain   // the access logs that are locked, by site
	done    map[request]answer  // what was done before
	out     *pgx.Batch
	missing []needs // what turned out to be needed besides
}

// session is what a turn knows of a session.
type session struct {
	store.Known
	sealed       bool
	erased, held int64            // when, 0 for never
	people       map[string]int64 // numbers of participants by who they are, as far as they are needed
	highest      int64            // of those numbers
}

func newSession(id string) *session {
	return &session{Known: store.NewKnown(id), people: map[string]int64{}, highest: store.NoParticipant}
}

func (t *turn) queue(statement string, args ...any) { t.out.Queue(statement, args...) }

var (
	// errMissing: rows are locked in their order or not at all, so the transaction begins again.
	errMissing = errors.New("the transaction needs another session")
	// errUnconfirmed is what a cancelled wait for the standby leaves: a commit that may be lost with the primary.
	errUnconfirmed = errors.New("the database committed with a warning, so the standby may not have it")
	errRolledBack  = errors.New("the database rolled the transaction back")
)

// commit runs the operations of a group in one transaction and gives each its error. An operation checks before it
// writes, so that what it refuses has written nothing and the others go on.
func (s *Store) commit(ctx context.Context, group []*write) {
	slices.SortStableFunc(group, func(a, b *write) int { return cmp.Compare(a.needs.session, b.needs.session) })
	err := s.transact(ctx, group)
	var refused *pgconn.PgError
	if errors.As(err, &refused) && !passes(err) && len(group) > 1 {
		for i := range group { // one of them is at fault: the others must not suffer
			s.commit(ctx, group[i:i+1])
		}
		return
	}
	s.trouble.note(err)
	if err == nil {
		return
	}
	for _, op := range group {
		op.err = judge(err)
	}
}

// transact makes the transaction, and again when it lost against another.
func (s *Store) transact(ctx context.Context, group []*write) error {
	ctx, cancel := context.WithTimeout(ctx, transactWithin)
	defer cancel()
	pooled, err := s.writing.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}
	defer pooled.Release()
	var all []needs
	for _, op := range group {
		all = append(all, op.needs)
	}
	for range maxTries {
		var missing []needs
		missing, err = s.try(ctx, pooled.Conn(), group, all)
		all = append(all, missing...)
		switch {
		case err == nil:
			return nil
		case !again(err):
			_ = pooled.Conn().Close(ctx) // whatever state it is in: the pool makes another
			return err
		}
		if _, err := pooled.Exec(ctx, "ROLLBACK"); err != nil {
			return err
		}
	}
	return err
}

// try makes the transaction in two exchanges: lock and read; write and commit. One more comes between them when the
// tree grows.
func (s *Store) try(ctx context.Context, conn *pgx.Conn, group []*write, all []needs) (missing []needs, err error) {
	t := &turn{store: s, known: map[string]*session{}, chains: map[string]*chain{}, done: map[request]answer{}, out: &pgx.Batch{}}
	in := &pgx.Batch{}
	in.Queue("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE") // each statement sees what is committed by then
	s.standby.check(in)
	t.read(in, all)
	if err := conn.SendBatch(ctx, in).Close(); err != nil {
		return nil, fmt.Errorf("lock and read: %w", err)
	}
	if err := t.readEdge(ctx, conn); err != nil {
		return nil, err
	}
	for _, op := range group {
		op.err = op.do(t)
	}
	if len(t.missing) > 0 {
		return t.missing, errMissing
	}
	delete(conn.PgConn().CustomData(), warned)
	t.out.Queue("COMMIT").Exec(func(tag pgconn.CommandTag) error {
		if tag.String() != "COMMIT" {
			return errRolledBack
		}
		return nil
	})
	if err := conn.SendBatch(ctx, t.out).Close(); err != nil {
		return nil, fmt.Errorf("write and commit: %w", err)
	}
	// The lock alone makes even a transaction that found everything there wait for the standby. So a batch that comes
	// again after this warning is acknowledged only when the standby has all that was before.
	if conn.PgConn().CustomData()[warned] != nil {
		return nil, errUnconfirmed
	}
	return nil, nil
}

// read queues the statements that lock the sessions, in the order of their ids, and read them. All locks come before
// the first write, and new sessions are written in the same order: no two relays ever wait for each other.
func (t *turn) read(in *pgx.Batch, all []needs) {
	bySession := map[string][]needs{}
	tree := false
	for _, n := range all {
		tree = tree || n.tree
		if n.chain != "" {
			t.chains[n.chain] = nil
		}
		if n.session != "" {
			bySession[n.session] = append(bySession[n.session], n)
		}
	}
	ids := slices.Sorted(maps.Keys(bySession))
	for _, id := range ids {
		t.lock(in, id)
	}
	for _, n := range all {
		t.lockDone(in, n.once)
	}
	if tree {
		t.lockTree(in)
	}
	t.lockChains(in)
	for _, id := range ids {
		t.look(in, id, bySession[id])
	}
}

func (t *turn) lock(in *pgx.Batch, id string) {
	in.Queue("SELECT site, secret_hash, last_seq, ended, closing, continued_by, sealed, erased, held FROM sessions WHERE session_id = $1 FOR UPDATE", id).
		Query(func(rows pgx.Rows) error {
			t.known[id] = nil
			for rows.Next() {
				k := newSession(id)
				var secret []byte
				if err := rows.Scan(&k.Site, &secret, &k.LastSeq, &k.Ended, &k.Closing, &k.ContinuedBy, &k.sealed, &k.erased, &k.held); err != nil {
					return err
				}
				copy(k.SecretHash[:], secret)
				t.known[id] = k
			}
			return rows.Err()
		})
}

// look reads of a session what any write of the group needs.
func (t *turn) look(in *pgx.Batch, id string, all []needs) {
	var every, pending, invites bool
	var some, who []string
	for _, n := range all {
		every, pending, invites = every || n.streams, pending || n.pending, invites || n.invites
		if n.stream != "" {
			some = append(some, n.stream)
		}
		if n.who != "" {
			who = append(who, n.who)
		}
	}
	if every || len(some) > 0 {
		t.lookStreams(in, id, every, some)
	}
	if every {
		t.lookStopped(in, id)
	}
	if pending {
		t.lookPending(in, id)
	}
	if invites {
		t.lookPeople(in, id, who)
	}
}

func (t *turn) lookStreams(in *pgx.Batch, id string, every bool, some []string) {
	in.Queue(`SELECT ordinal, stream, client_index, frame, person, secret_hash, tab, clock_offset, last, connected, coalesce((
			SELECT first + count - 1 FROM inbox i WHERE i.session_id = s.session_id AND i.ordinal = s.ordinal ORDER BY first DESC LIMIT 1), 0)
		FROM streams s WHERE session_id = $1 AND ($2 OR stream = ANY ($3)) ORDER BY ordinal`, id, every, some).
		Query(func(rows pgx.Rows) error {
			for rows.Next() {
				var name string
				var waiting uint64
				st := &store.KnownStream{}
				if err := rows.Scan(&st.Ordinal, &name, &st.Index, &st.Frame, &st.Person, &st.Secret, &st.Tab, &st.Offset, &st.Saved, &st.Connected, &waiting); err != nil {
					return err
				}
				st.Last = max(st.Saved, waiting)
				if k := t.known[id]; k != nil { // nil when it was made since: writing it again fails, and so begins again
					k.Add(name, st)
				}
			}
			return rows.Err()
		})
}

func (t *turn) lookPending(in *pgx.Batch, id string) {
	in.Queue("SELECT ordinal, first FROM inbox WHERE session_id = $1", id).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			var ordinal int64
			var first uint64
			if err := rows.Scan(&ordinal, &first); err != nil {
				return err
			}
			if k := t.known[id]; k != nil {
				k.Pending[pendingID(ordinal, first)] = true
			}
		}
		return rows.Err()
	})
}

// session gives a session that is locked. errMissing when it is not: the transaction then begins again, with it.
func (t *turn) session(id string) (*session, error) {
	k, locked := t.known[id]
	switch {
	case !locked:
		t.missing = append(t.missing, needs{session: id, streams: true})
		return nil, errMissing
	case k == nil:
		return nil, store.ErrNotFound
	}
	return k, nil
}

package postgres

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/cotrail/cotrail/relay/store"
)

// outboxKey is the key of what changes the outbox: of this relay one at a time waits for its rows.
const outboxKey = "outbox"

// deliveryColumns are a store.Delivery's fields, in their order.
const deliveryColumns = `id, site, destination, session_id, began, kind, state, made, since, attempts, next_at, lease, last_error`

// addDeliveries adds deliveries within a transaction: sealing tells the destinations by it.
func (t *turn) addDeliveries(deliveries []store.Delivery) {
	for _, d := range deliveries {
		t.queue(`INSERT INTO deliveries (`+deliveryColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (session_id, id) DO NOTHING`,
			d.ID, d.Site, d.Destination, d.Session, d.Began, d.Kind, d.State, d.Made, d.Since, d.Attempts, t.store.skew.toShared(d.NextAt), d.Lease, storable(d.LastError))
	}
}

// dropDeliveries removes, within a transaction, what waits to tell of a session: erasing does so.
func (t *turn) dropDeliveries(session string, now int64) {
	t.queue(`DELETE FROM deliveries WHERE session_id = $1 AND kind = 'created' AND state = 'waiting' AND (lease = '' OR next_at <= $2)`,
		session, t.store.skew.toShared(now))
}

// AddDeliveries implements store.Outbox.
func (s *Store) AddDeliveries(ctx context.Context, deliveries []store.Delivery) error {
	deliveries = slices.Clone(deliveries)
	return s.submit(ctx, &write{key: outboxKey, do: func(t *turn) error {
		t.addDeliveries(deliveries)
		return nil
	}})
}

// DropDeliveries implements store.Outbox.
func (s *Store) DropDeliveries(ctx context.Context, session string, now int64) error {
	return s.submit(ctx, &write{key: outboxKey, do: func(t *turn) error {
		t.dropDeliveries(session, now)
		return nil
	}})
}

// notDisabled selects the deliveries d of destinations that still want them.
const notDisabled = `NOT EXISTS (SELECT FROM disabled x WHERE x.site = d.site AND x.destination = d.destination)`

// DueDeliveries implements store.Outbox.
func (s *Store) DueDeliveries(ctx context.Context) ([]store.Due, error) {
	due, err := list[store.Due](ctx, s, "list due deliveries", `SELECT site, destination, min(next_at) FROM deliveries d
		WHERE state = 'waiting' AND `+notDisabled+` GROUP BY site, destination ORDER BY site, destination`)
	for i := range due {
		due[i].At = s.skew.toOwn(due[i].At)
	}
	return due, err
}

// ClaimDeliveries implements store.Outbox. That the row is still due is asked again when its lock is had, so that of
// two relays that chose the same one of them gets it.
func (s *Store) ClaimDeliveries(ctx context.Context, site, destination, lease string, limit int, now, until int64) ([]store.Delivery, error) {
	var claimed []store.Delivery
	err := s.submit(ctx, &write{key: outboxKey, do: func(t *turn) error {
		t.out.Queue(`UPDATE deliveries SET lease = $1, next_at = $2
			WHERE state = 'waiting' AND next_at <= $3 AND (session_id, id) IN (
				SELECT session_id, id FROM deliveries d
				WHERE site = $4 AND destination = $5 AND state = 'waiting' AND next_at <= $3 AND `+notDisabled+`
				AND NOT EXISTS (SELECT FROM deliveries o WHERE o.session_id = d.session_id AND o.site = d.site
					AND o.destination = d.destination AND o.state = 'waiting' AND o.id < d.id)
				ORDER BY next_at, id LIMIT $6)
			RETURNING `+deliveryColumns, lease, s.skew.toShared(until), s.skew.toShared(now), site, destination, limit).
			Query(func(rows pgx.Rows) (err error) {
				claimed, err = pgx.CollectRows(rows, pgx.RowToStructByPos[store.Delivery])
				return err
			})
		return nil
	}})
	if err != nil {
		return nil, err
	}
	return s.own(claimed), nil
}

// own gives deliveries with times of this relay's clock.
func (s *Store) own(deliveries []store.Delivery) []store.Delivery {
	for i := range deliveries {
		deliveries[i].NextAt = s.skew.toOwn(deliveries[i].NextAt)
	}
	return deliveries
}

// SettleDelivery implements store.Outbox.
func (s *Store) SettleDelivery(ctx context.Context, o store.Outcome) error {
	return s.changeLeased(ctx, `UPDATE deliveries SET state = $1, attempts = $2, next_at = $3, last_error = $4, lease = ''
		WHERE id = $5 AND lease = $6 AND state = 'waiting'`, o.State, o.Attempts, s.skew.toShared(o.NextAt), storable(o.LastError), o.ID, o.Lease)
}

// changeLeased runs a statement on a row that should be leased. ErrLeaseLost when it finds none.
func (s *Store) changeLeased(ctx context.Context, statement string, args ...any) error {
	var changed int64
	err := s.submit(ctx, &write{key: outboxKey, do: func(t *turn) error {
		t.out.Queue(statement, args...).Exec(func(tag pgconn.CommandTag) error {
			changed = tag.RowsAffected()
			return nil
		})
		return nil
	}})
	if err == nil && changed == 0 {
		return store.ErrLeaseLost
	}
	return err
}

// DisableDestination implements store.Outbox.
func (s *Store) DisableDestination(ctx context.Context, site, destination string, at int64) error {
	return s.submit(ctx, &write{key: outboxKey, do: func(t *turn) error {
		t.queue("INSERT INTO disabled (site, destination, at) VALUES ($1, $2, $3) ON CONFLICT (site, destination) DO NOTHING", site, destination, at)
		return nil
	}})
}

// DisabledDestinations implements store.Outbox.
func (s *Store) DisabledDestinations(ctx context.Context) ([]store.Disabled, error) {
	return list[store.Disabled](ctx, s, "list disabled destinations", "SELECT site, destination, at FROM disabled ORDER BY site, destination")
}

// selected is a store.DeliveryQuery's condition; selects are its arguments.
const selected = `($1 = '' OR id = $1) AND ($2::text[] IS NULL OR site = ANY ($2)) AND ($3 = '' OR destination = $3) AND ($4 = '' OR session_id = $4)
	AND ($5 = '' OR state = $5) AND ($6::bigint = 0 OR made >= $6) AND ($7::bigint = 0 OR made < $7)`

func selects(q store.DeliveryQuery, more ...any) []any {
	return append([]any{q.ID, q.Sites, q.Destination, q.Session, q.State, q.From, q.To}, more...)
}

// RetryDeliveries implements store.Outbox.
func (s *Store) RetryDeliveries(ctx context.Context, q store.DeliveryQuery, now int64) (int, error) {
	const free = selected + ` AND NOT (state = 'waiting' AND lease <> '' AND next_at > $8)`
	q.Sites = slices.Clone(q.Sites)
	var retried int64
	err := s.submit(ctx, &write{key: outboxKey, do: func(t *turn) error {
		t.queue(`DELETE FROM disabled x WHERE EXISTS (SELECT FROM deliveries WHERE site = x.site AND destination = x.destination AND `+free+`)`,
			selects(q, s.skew.toShared(now))...)
		t.out.Queue(`UPDATE deliveries SET state = 'waiting', attempts = 0, since = $9, next_at = $8, lease = '' WHERE `+free, selects(q, s.skew.toShared(now), now)...).
			Exec(func(tag pgconn.CommandTag) error {
				retried = tag.RowsAffected()
				return nil
			})
		return nil
	}})
	if err != nil {
		return 0, err
	}
	return int(retried), nil
}

// Deliveries implements store.Outbox. The cursor is the id of the last of the page.
func (s *Store) Deliveries(ctx context.Context, q store.DeliveryQuery, limit int, after string) ([]store.Delivery, string, error) {
	if after != "" && uuid.Validate(after) != nil {
		return nil, "", store.ErrCursor
	}
	limit = min(max(limit, 1), maxPage)
	page, err := list[store.Delivery](ctx, s, "list deliveries", `SELECT `+deliveryColumns+` FROM deliveries
		WHERE `+selected+` AND ($8 = '' OR id < $8) ORDER BY id DESC LIMIT $9`, selects(q, after, limit+1)...)
	if s.own(page); err != nil || len(page) <= limit {
		return page, "", err
	}
	return page[:limit], page[limit-1].ID, nil
}

// CountDeliveries implements store.Outbox.
func (s *Store) CountDeliveries(ctx context.Context) ([]store.DeliveryCount, error) {
	return list[store.DeliveryCount](ctx, s, "count deliveries", `SELECT site, destination, state, count(*), min(made) FROM deliveries
		WHERE state IN ('waiting', 'dead') GROUP BY state, site, destination ORDER BY state DESC, site, destination`)
}

// list reads all rows of a query, each into a struct by the order of its fields.
func list[T any](ctx context.Context, s *Store, doing, query string, args ...any) ([]T, error) {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	rows, err := s.reading.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[T])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	return all, nil
}

package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/cotrail/cotrail/relay/store"
)

// change runs a statement that is too rare to be kept prepared, remembers trouble and tells how many rows it changed.
func (w *writer) change(query string, args ...any) (int64, error) {
	res, err := w.conn.ExecContext(context.Background(), query, args...)
	if err != nil {
		w.trouble = err
		return 0, err
	}
	return res.RowsAffected()
}

// addDeliveries adds deliveries within a transaction of the writer: sealing tells the destinations by it.
func (w *writer) addDeliveries(deliveries []store.Delivery) error {
	for _, d := range deliveries {
		_, err := w.change(`INSERT INTO deliveries (`+deliveryColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
			d.ID, d.Site, d.Destination, d.Session, d.Began, d.Kind, d.State, d.Made, d.Since, d.Attempts, d.NextAt, d.Lease, d.LastError)
		if err != nil {
			return err
		}
	}
	return nil
}

// dropDeliveries removes, within a transaction of the writer, what waits to tell of a session: erasing does so.
func (w *writer) dropDeliveries(session string, now int64) error {
	_, err := w.change(`DELETE FROM deliveries WHERE session = ? AND kind = 'created' AND state = 'waiting' AND (lease = '' OR next_at <= ?)`, session, now)
	return err
}

// AddDeliveries implements store.Outbox.
func (s *Store) AddDeliveries(ctx context.Context, deliveries []store.Delivery) error {
	return s.writer.submit(ctx, 0, func() error { return s.writer.addDeliveries(deliveries) })
}

// DropDeliveries implements store.Outbox.
func (s *Store) DropDeliveries(ctx context.Context, session string, now int64) error {
	return s.writer.submit(ctx, 0, func() error { return s.writer.dropDeliveries(session, now) })
}

// notDisabled selects the deliveries d of destinations that still want them.
const notDisabled = `NOT EXISTS (SELECT 1 FROM disabled x WHERE x.site = d.site AND x.destination = d.destination)`

// DueDeliveries implements store.Outbox.
func (s *Store) DueDeliveries(ctx context.Context) ([]store.Due, error) {
	return list(ctx, s.readers, "list due deliveries", func(row scanner) (d store.Due, err error) {
		return d, row.Scan(&d.Site, &d.Destination, &d.At)
	}, `SELECT site, destination, min(next_at) FROM deliveries d WHERE state = 'waiting' AND `+notDisabled+` GROUP BY site, destination`)
}

// ClaimDeliveries implements store.Outbox. That the row is still due is asked again in the UPDATE itself, so that of
// two relays that chose the same one of them gets it.
func (s *Store) ClaimDeliveries(ctx context.Context, site, destination, lease string, limit int, now, until int64) (claimed []store.Delivery, err error) {
	err = s.writer.submit(ctx, 0, func() error {
		rows, err := s.writer.conn.QueryContext(context.Background(), `UPDATE deliveries SET lease = ?1, next_at = ?2
			WHERE state = 'waiting' AND next_at <= ?3 AND id IN (
				SELECT id FROM deliveries d
				WHERE site = ?4 AND destination = ?5 AND state = 'waiting' AND next_at <= ?3 AND `+notDisabled+`
				AND NOT EXISTS (SELECT 1 FROM deliveries o WHERE o.session = d.session AND o.site = d.site
					AND o.destination = d.destination AND o.state = 'waiting' AND o.id < d.id)
				ORDER BY next_at, id LIMIT ?6)
			RETURNING `+deliveryColumns, lease, until, now, site, destination, limit)
		if err != nil {
			s.writer.trouble = err
			return err
		}
		claimed, err = scanAll(rows, scanDelivery)
		if err != nil {
			s.writer.trouble = err
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return claimed, nil
}

// SettleDelivery implements store.Outbox.
func (s *Store) SettleDelivery(ctx context.Context, o store.Outcome) error {
	return s.writer.submit(ctx, 0, func() error {
		n, err := s.writer.change(`UPDATE deliveries SET state = ?, attempts = ?, next_at = ?, last_error = ?, lease = ''
			WHERE id = ? AND lease = ? AND state = 'waiting'`, o.State, o.Attempts, o.NextAt, o.LastError, o.ID, o.Lease)
		if err == nil && n == 0 {
			return store.ErrLeaseLost
		}
		return err
	})
}

// DisableDestination implements store.Outbox.
func (s *Store) DisableDestination(ctx context.Context, site, destination string, at int64) error {
	return s.writer.submit(ctx, 0, func() error {
		_, err := s.writer.change(`INSERT INTO disabled (site, destination, at) VALUES (?, ?, ?) ON CONFLICT (site, destination) DO NOTHING`, site, destination, at)
		return err
	})
}

// DisabledDestinations implements store.Outbox.
func (s *Store) DisabledDestinations(ctx context.Context) ([]store.Disabled, error) {
	return list(ctx, s.readers, "list disabled destinations", func(row scanner) (d store.Disabled, err error) {
		return d, row.Scan(&d.Site, &d.Destination, &d.At)
	}, `SELECT site, destination, at FROM disabled ORDER BY site, destination`)
}

// RetryDeliveries implements store.Outbox.
func (s *Store) RetryDeliveries(ctx context.Context, q store.DeliveryQuery, now int64) (retried int, err error) {
	where, args := deliveriesWhere(q)
	free := where + " AND NOT (state = 'waiting' AND lease <> '' AND next_at > ?)"
	args = append(args, now)
	err = s.writer.submit(ctx, 0, func() error {
		_, err := s.writer.change(`DELETE FROM disabled WHERE EXISTS (SELECT 1 FROM deliveries
			WHERE deliveries.site = disabled.site AND deliveries.destination = disabled.destination AND `+free+`)`, args...)
		if err != nil {
			return err
		}
		n, err := s.writer.change(`UPDATE deliveries SET state = 'waiting', attempts = 0, since = ?, next_at = ?, lease = '' WHERE `+free,
			append([]any{now, now}, args...)...)
		retried = int(n)
		return err
	})
	return retried, err
}

// Deliveries implements store.Outbox. The cursor is the id of the last of the page.
func (s *Store) Deliveries(ctx context.Context, q store.DeliveryQuery, limit int, after string) ([]store.Delivery, string, error) {
	where, args := deliveriesWhere(q)
	if after != "" {
		if uuid.Validate(after) != nil {
			return nil, "", store.ErrCursor
		}
		where, args = where+" AND id < ?", append(args, after)
	}
	limit = min(max(limit, 1), maxPage)
	page, err := list(ctx, s.readers, "list deliveries", scanDelivery,
		`SELECT `+deliveryColumns+` FROM deliveries WHERE `+where+` ORDER BY id DESC LIMIT ?`, append(args, limit+1)...)
	if err != nil || len(page) <= limit {
		return page, "", err
	}
	return page[:limit], page[limit-1].ID, nil
}

// CountDeliveries implements store.Outbox.
func (s *Store) CountDeliveries(ctx context.Context) ([]store.DeliveryCount, error) {
	const count = `SELECT site, destination, state, count(*), min(made) FROM deliveries WHERE state = '%s' GROUP BY site, destination, state`
	return list(ctx, s.readers, "count deliveries", func(row scanner) (c store.DeliveryCount, err error) {
		return c, row.Scan(&c.Site, &c.Destination, &c.State, &c.Count, &c.Oldest)
	}, fmt.Sprintf(count+" UNION ALL "+count, store.StateWaiting, store.StateDead))
}

// deliveriesWhere writes a query's condition.
func deliveriesWhere(q store.DeliveryQuery) (where string, args []any) {
	and := func(condition string, values ...any) {
		where, args = where+" AND "+condition, append(args, values...)
	}
	for _, is := range []struct{ column, value string }{{"id", q.ID}, {"destination", q.Destination}, {"session", q.Session}, {"state", q.State}} {
		if is.value != "" {
			and("deliveries."+is.column+" = ?", is.value)
		}
	}
	if q.Sites != nil {
		sites := make([]any, len(q.Sites))
		for i, site := range q.Sites {
			sites[i] = site
		}
		and("deliveries.site IN ("+strings.TrimSuffix(strings.Repeat("?,", len(sites)), ",")+")", sites...)
	}
	if q.From != 0 {
		and("made >= ?", q.From)
	}
	if q.To != 0 {
		and("made < ?", q.To)
	}
	return strings.TrimPrefix(where+" AND 1 = 1", " AND "), args
}

const deliveryColumns = `id, site, destination, session, began, kind, state, made, since, attempts, next_at, lease, last_error`

func scanDelivery(row scanner) (d store.Delivery, err error) {
	return d, row.Scan(&d.ID, &d.Site, &d.Destination, &d.Session, &d.Began, &d.Kind, &d.State, &d.Made, &d.Since,
		&d.Attempts, &d.NextAt, &d.Lease, &d.LastError)
}

// scanner is a row.
type scanner interface{ Scan(...any) error }

// list reads all rows of a query.
func list[T any](ctx context.Context, db *sql.DB, doing string, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	all, err := scanAll(rows, scan)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	return all, nil
}

// scanAll reads rows to their end.
func scanAll[T any](rows *sql.Rows, scan func(scanner) (T, error)) (all []T, err error) {
	for rows.Next() && err == nil {
		var one T
		if one, err = scan(rows); err == nil {
			all = append(all, one)
		}
	}
	return all, errors.Join(err, rows.Err(), rows.Close())
}

package postgres

import "testing"

// Die ends the store as kill -9 ends its relay: nobody is told.
func (s *Store) Die() {
	s.closeOnce.Do(func() {
		s.abandon()
		for _, w := range s.writers {
			w.close()
		}
		s.written.Wait()
		s.stop()
		s.stopped.Wait()
		s.disconnect()
		s.packing.Close()
	})
}

// Requests are the keys of the requests that are known.
func (s *Store) Requests(t *testing.T) []string {
	keys, err := s.texts(t.Context(), "list requests", "SELECT key FROM requests ORDER BY key")
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

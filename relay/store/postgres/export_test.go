package postgres

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

package sqlite

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"github.com/ncruces/go-sqlite3"
	sqlitedriver "github.com/ncruces/go-sqlite3/driver"
	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"
)

// faulty is the name of the SQLite that runs on a disk of this package, and of its VFS.
const faulty = "faulty"

func init() { sql.Register(faulty, faultyDriver{}) }

// faultyDriver is ncruces' SQLite, which takes a VFS written in Go. It understands the parameters that the relay gives
// its own driver, in the order in which that one applies them.
type faultyDriver struct{}

func (faultyDriver) Open(name string) (driver.Conn, error) {
	dsn, err := url.Parse(name)
	if err != nil {
		return nil, err
	}
	asked := dsn.Query()
	given := url.Values{"vfs": {faulty}, "mode": asked["mode"]}
	pragma := func(name, key string) {
		if asked.Has(key) {
			given.Add("_pragma", name+"("+asked.Get(key)+")")
		}
	}
	pragma("busy_timeout", "_busy_timeout")
	given["_pragma"] = append(given["_pragma"], asked["_pragma"]...)
	pragma("journal_mode", "_journal_mode")
	pragma("synchronous", "_synchronous")
	pragma("query_only", "_query_only")
	dsn.RawQuery = given.Encode()
	return new(sqlitedriver.SQLite).Open(dsn.String())
}

// diskVFS lets SQLite use a disk. Shared memory is a file of the machine: it does not outlive a crash.
type diskVFS struct {
	disk  *disk
	dir   string // for shared memory
	mu    sync.Mutex
	locks map[string]*lockState
}

// lockState is who has locked a file, as SQLite's own locks are: many read, one is about to write, one writes.
type lockState struct {
	shared   int
	reserved *handle
	pending  *handle
}

func newDiskVFS(d *disk, dir string) *diskVFS {
	return &diskVFS{disk: d, dir: dir, locks: map[string]*lockState{}}
}

func (v *diskVFS) FullPathname(name string) (string, error) { return name, nil }

func (v *diskVFS) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	if name == "" || flags&(vfs.OPEN_TEMP_DB|vfs.OPEN_TEMP_JOURNAL|vfs.OPEN_TRANSIENT_DB|vfs.OPEN_SUBJOURNAL) != 0 {
		return &vfsutil.SliceFile{}, flags | vfs.OPEN_MEMORY, nil
	}
	d := v.disk
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.operate(d.epoch) {
		return nil, flags, sqlite3.CANTOPEN
	}
	f := d.files[name]
	if f == nil {
		if flags&vfs.OPEN_CREATE == 0 {
			return nil, flags, sqlite3.CANTOPEN
		}
		f = &file{}
		d.files[name] = f
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	key := fmt.Sprint(d.epoch, name)
	if v.locks[key] == nil {
		v.locks[key] = &lockState{}
	}
	shm := fmt.Sprintf("%s/%d-%s-shm", v.dir, d.epoch, name[strings.LastIndexByte(name, '/')+1:])
	return &handle{vfs: v, file: f, epoch: d.epoch, state: v.locks[key], shm: vfs.NewSharedMemory(shm, flags)}, flags, nil
}

func (v *diskVFS) Delete(name string, _ bool) error {
	d := v.disk
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case !d.operate(d.epoch):
		return sqlite3.IOERR_DELETE
	case d.files[name] == nil:
		return sqlite3.IOERR_DELETE_NOENT
	}
	delete(d.files, name)
	return nil
}

func (v *diskVFS) Access(name string, _ vfs.AccessFlag) (bool, error) {
	v.disk.mu.Lock()
	defer v.disk.mu.Unlock()
	f := v.disk.files[name]
	return f != nil && len(f.cached) > 0, nil
}

// handle is an open file. It is dead after a crash.
type handle struct {
	vfs   *diskVFS
	file  *file
	epoch int
	shm   vfs.SharedMemory
	lock  vfs.LockLevel
	state *lockState
}

// do runs an operation of the disk, or fails with err when its power is off.
func (h *handle) do(err error, operation func(*disk) error) error {
	d := h.vfs.disk
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.operate(h.epoch) {
		return err
	}
	return operation(d)
}

func (h *handle) ReadAt(b []byte, at int64) (n int, err error) {
	err = h.do(sqlite3.IOERR_READ, func(*disk) (err error) { n, err = h.file.read(b, at); return err })
	return n, err
}

func (h *handle) WriteAt(b []byte, at int64) (int, error) {
	err := h.do(sqlite3.IOERR_WRITE, func(d *disk) error {
		if d.full && at+int64(len(b)) > int64(len(h.file.cached)) {
			return sqlite3.FULL
		}
		h.file.write(b, at)
		return nil
	})
	if err != nil {
		return 0, err
	}
	return len(b), nil
}

func (h *handle) Truncate(size int64) error {
	return h.do(sqlite3.IOERR_TRUNCATE, func(*disk) error { h.file.truncate(size); return nil })
}

func (h *handle) Sync(vfs.SyncFlag) error {
	return h.do(sqlite3.IOERR_FSYNC, func(d *disk) error {
		d.synced++
		if d.failSync > 0 {
			if d.failSync--; d.failSync == 0 {
				h.file.doom()
				return sqlite3.IOERR_FSYNC
			}
		}
		h.file.sync()
		return nil
	})
}

func (h *handle) Size() (size int64, err error) {
	err = h.do(sqlite3.IOERR_FSTAT, func(*disk) error { size = int64(len(h.file.cached)); return nil })
	return size, err
}

func (h *handle) Lock(level vfs.LockLevel) error {
	h.vfs.mu.Lock()
	defer h.vfs.mu.Unlock()
	s := h.state
	switch {
	case h.lock >= level:
		return nil
	case s.pending != nil && s.pending != h, level >= vfs.LOCK_RESERVED && s.reserved != nil && s.reserved != h:
		return sqlite3.BUSY
	}
	if h.lock == vfs.LOCK_NONE {
		s.shared++
		h.lock = vfs.LOCK_SHARED
	}
	if level >= vfs.LOCK_RESERVED {
		s.reserved = h
		h.lock = vfs.LOCK_RESERVED
	}
	if level == vfs.LOCK_EXCLUSIVE {
		s.pending = h
		h.lock = vfs.LOCK_PENDING
		if s.shared > 1 {
			return sqlite3.BUSY
		}
	}
	h.lock = level
	return nil
}

func (h *handle) Unlock(level vfs.LockLevel) error {
	h.vfs.mu.Lock()
	defer h.vfs.mu.Unlock()
	if h.lock <= level {
		return nil
	}
	if h.state.reserved == h {
		h.state.reserved = nil
	}
	if h.state.pending == h {
		h.state.pending = nil
	}
	if level == vfs.LOCK_NONE {
		h.state.shared--
	}
	h.lock = level
	return nil
}

func (h *handle) CheckReservedLock() (bool, error) {
	h.vfs.mu.Lock()
	defer h.vfs.mu.Unlock()
	return h.state.reserved != nil, nil
}

func (h *handle) Close() error {
	if h.shm != nil {
		_ = h.shm.Close()
	}
	return h.Unlock(vfs.LOCK_NONE)
}

func (h *handle) LockState() vfs.LockLevel       { return h.lock }
func (h *handle) SharedMemory() vfs.SharedMemory { return h.shm }
func (h *handle) SectorSize() int                { return sector }

// DeviceCharacteristics are those that SQLite takes every disk of a Linux machine to have.
func (h *handle) DeviceCharacteristics() vfs.DeviceCharacteristic {
	return vfs.IOCAP_POWERSAFE_OVERWRITE
}

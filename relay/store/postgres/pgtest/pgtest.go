// Package pgtest starts real PostgreSQL servers for tests: from Debian's packages, in a directory of their own (in
// memory where there is room), on loopback, as a user who is not root, with fsync on. They end with the test, or with
// the test program, and leave nothing behind.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	// binaries is where Debian and its kin put each version.
	binaries = "/usr/lib/postgresql/*/bin"
	// patience bounds every wait for a server: on a loaded machine a start takes seconds.
	patience = 60 * time.Second
	// glance is the pause between two looks at what is waited for.
	glance = 20 * time.Millisecond
)

// Password is asked of nobody here. It is in the addresses so that tests can look for it where it must not be.
const Password = "hunter2secret"

// Server is a PostgreSQL server.
type Server struct {
	bin  string
	dir  string // of the test; the data lies in it
	port int
	as   *syscall.Credential
	ran  *run
}

// run is one life of a server's process.
type run struct {
	process *os.Process
	ended   chan struct{}
}

// New makes a server of the test's own and starts it.
func New(t testing.TB) *Server {
	t.Helper()
	s, err := newServer(place())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.remove)
	if err := s.initialize(); err != nil {
		t.Fatal(err)
	}
	s.Start(t)
	return s
}

// newServer finds the newest PostgreSQL and a user to run it, for a directory within the one that is named.
func newServer(within string) (*Server, error) {
	found, _ := filepath.Glob(binaries) // the pattern is a good one
	found = slices.DeleteFunc(found, func(dir string) bool { return version(dir) < 15 })
	if len(found) == 0 {
		return nil, fmt.Errorf("PostgreSQL 15 or later is not in %s: install Debian's package postgresql (.ci/deps does), and try again", binaries)
	}
	bin := slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })
	dir, err := os.MkdirTemp(within, "cotrail-pg-")
	if err != nil {
		return nil, fmt.Errorf("make a directory for PostgreSQL: %w", err)
	}
	s := &Server{bin: bin, dir: dir}
	if s.as, err = unprivileged(dir); err == nil {
		s.port, err = freePort()
	}
	if err != nil {
		return nil, fmt.Errorf("prepare PostgreSQL: %w", err)
	}
	return s, nil
}

const (
	// memory is where Linux keeps files in memory. Tests kill processes, not machines, so what a server is told to be
	// on disk is as safe there, and told in half the time.
	memory = "/dev/shm"
	// room is how much must be free in it, in bytes: a test's servers and their write-ahead logs take a part of it.
	room = 4 << 30
)

// place gives the directory for servers: in memory where there is room, else that of temporary files.
func place() string {
	var s syscall.Statfs_t
	if err := syscall.Statfs(memory, &s); err != nil || int64(s.Bavail)*s.Bsize < room {
		return ""
	}
	return memory
}

func version(bin string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(bin))) // 0 for what is no version
	return n
}

// unprivileged gives the directory to a user who is not root, where the test is: PostgreSQL does not run as root.
func unprivileged(dir string) (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	who, err := user.Lookup("postgres")
	if err != nil {
		if who, err = user.Lookup("nobody"); err != nil {
			return nil, err
		}
	}
	uid, _ := strconv.Atoi(who.Uid) // numbers on every system that has credentials
	gid, _ := strconv.Atoi(who.Gid)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(dir, uid, gid)
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// Files writes what is in memory into the server's files and gives their directory.
func (s *Server) Files(t testing.TB) string {
	t.Helper()
	s.Exec(t, "postgres", "CHECKPOINT")
	return s.data()
}

func (s *Server) initialize() error {
	return s.tool("initdb", "-D", s.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
}

// tool runs one of PostgreSQL's programs to its end.
func (s *Server) tool(name string, args ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c := exec.CommandContext(ctx, filepath.Join(s.bin, name), args...)
	c.Dir, c.SysProcAttr = s.dir, &syscall.SysProcAttr{Credential: s.as}
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, out)
	}
	return nil
}

// Start starts the server, at first or after its end, and waits until it answers. After a kill it does not start at
// once: the system first has to take back the memory of those that were killed.
func (s *Server) Start(t testing.TB) {
	t.Helper()
	var err error
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(glance) {
		if err = s.start(); err == nil {
			return
		}
	}
	t.Fatal(err)
}

func (s *Server) start() error {
	log, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	defer log.Close()
	c := exec.Command(filepath.Join(s.bin, "postgres"), "-D", s.data(), "-p", strconv.Itoa(s.port), "-k", s.dir,
		"-c", "listen_addresses=127.0.0.1", "-c", "fsync=on", "-c", "max_connections=200", "-c", "shared_buffers=64MB", "-c", "dynamic_shared_memory_type=mmap",
		"-c", "wal_level=replica", "-c", "max_wal_senders=10", "-c", "wal_keep_size=512MB", "-c", "hot_standby=on", "-c", "wal_receiver_timeout=5s")
	c.Dir, c.Stdout, c.Stderr = s.dir, log, log
	c.SysProcAttr = &syscall.SysProcAttr{Credential: s.as, Pdeathsig: syscall.SIGQUIT}
	started := make(chan error)
	r := &run{ended: make(chan struct{})}
	go func() {
		runtime.LockOSThread() // the process gets its signal when the thread ends that started it
		defer close(r.ended)
		err := c.Start()
		r.process = c.Process
		started <- err
		if err == nil {
			_ = c.Wait() // it was told to end, and in which way
		}
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	s.ran = r
	if err := s.answers(); err != nil {
		said, _ := os.ReadFile(log.Name())
		return fmt.Errorf("PostgreSQL does not answer: %w\n%s", err, said)
	}
	return nil
}

func (s *Server) answers() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		c, err := pgx.Connect(ctx, s.URL("postgres"))
		if err == nil {
			return c.Close(ctx)
		}
		select {
		case <-s.ran.ended:
			return err
		case <-ctx.Done():
			return err
		case <-time.After(glance):
		}
	}
}

// Kill ends the server as a power cut would: all its processes at once, without a word.
func (s *Server) Kill() {
	_ = s.ran.process.Signal(syscall.SIGSTOP) // it makes no more of them
	s.children(syscall.SIGKILL)
	s.end(syscall.SIGKILL)
}

// Hold makes the server stand still, all its processes; GoOn lets them go on.
func (s *Server) Hold() {
	_ = s.ran.process.Signal(syscall.SIGSTOP)
	s.children(syscall.SIGSTOP)
}

// GoOn ends Hold.
func (s *Server) GoOn() {
	s.children(syscall.SIGCONT)
	_ = s.ran.process.Signal(syscall.SIGCONT)
}

// children sends a signal to the processes that the server's first one has made.
func (s *Server) children(signal syscall.Signal) {
	main := s.ran.process.Pid
	listed, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", main, main))
	for _, child := range strings.Fields(string(listed)) {
		if pid, err := strconv.Atoi(child); err == nil {
			_ = syscall.Kill(pid, signal) // it may be gone
		}
	}
}

// Stop ends the server and its connections in order.
func (s *Server) Stop() { s.end(syscall.SIGINT) }

func (s *Server) end(how syscall.Signal) {
	if s.ran == nil {
		return
	}
	_ = s.ran.process.Signal(how) // it may have ended by itself
	if how != syscall.SIGKILL {
		s.GoOn() // who stands still hears nothing
	}
	<-s.ran.ended
	s.ran = nil
}

func (s *Server) remove() {
	s.end(syscall.SIGQUIT)
	_ = os.RemoveAll(s.dir) // what is left is the system's to clean
}

// Host is where the server listens.
func (s *Server) Host() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)) }

// URL is the address of one of its databases.
func (s *Server) URL(database string) string { return URL(database, s) }

// URL is the address of a database that is on several servers, of which one is the primary.
func URL(database string, servers ...*Server) string {
	hosts := ""
	for i, s := range servers {
		if i > 0 {
			hosts += ","
		}
		hosts += s.Host()
	}
	u := url.URL{Scheme: "postgres", User: url.UserPassword("postgres", Password), Host: hosts, Path: "/" + database}
	return u.String()
}

// Exec runs a statement in a database of the server.
func (s *Server) Exec(t testing.TB, database, statement string, args ...any) {
	t.Helper()
	s.do(t, database, func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, statement, args...)
		return err
	})
}

// conflict is what a standby says to a query that stands in the way of what it replays: it is to be asked again.
const conflict = "40001"

// Await waits until a query that gives one boolean gives true.
func (s *Server) Await(t testing.TB, database, query string, args ...any) {
	t.Helper()
	s.do(t, database, func(ctx context.Context, c *pgx.Conn) error {
		for {
			var yes bool
			err := c.QueryRow(ctx, query, args...).Scan(&yes)
			var e *pgconn.PgError
			if again := errors.As(err, &e) && e.Code == conflict; !again && (err != nil || yes) {
				return err
			}
			time.Sleep(glance)
		}
	})
}

func (s *Server) do(t testing.TB, database string, fn func(ctx context.Context, c *pgx.Conn) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c, err := pgx.Connect(ctx, s.URL(database))
	if err != nil {
		t.Fatalf("connect to PostgreSQL: %v", err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	if err := fn(ctx, c); err != nil {
		t.Fatalf("PostgreSQL: %v", err)
	}
}

// shared is the server of the test program.
var shared struct {
	sync.Mutex
	server    *Server
	databases atomic.Int64
}

// Database gives the address of an empty database on the test program's server, which TestMain must end with End.
func Database(t testing.TB) string {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.server == nil {
		s, err := newServer(place())
		if err == nil {
			shared.server = s
			if err = s.initialize(); err == nil {
				err = s.start()
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	name := fmt.Sprintf("test%d", shared.databases.Add(1))
	shared.server.Exec(t, "postgres", "CREATE DATABASE "+name)
	return shared.server.URL(name)
}

// Serve starts a server on disk for a program that measures, and gives the address of an empty database. The program
// has to end it.
func Serve() (url string, end func(), err error) {
	s, err := newServer("")
	if err != nil {
		return "", nil, err
	}
	if err = s.initialize(); err == nil {
		err = s.start()
	}
	if err != nil {
		s.remove()
		return "", nil, err
	}
	return s.URL("postgres"), s.remove, nil
}

// End ends the test program's server, if there is one.
func End() {
	shared.Lock()
	defer shared.Unlock()
	if shared.server != nil {
		shared.server.remove()
		shared.server = nil
	}
}

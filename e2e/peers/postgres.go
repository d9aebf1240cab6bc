package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// postgresReady bounds the server's start, and postgresStop its end.
	postgresReady = 20 * time.Second
	postgresStop  = 10 * time.Second
)

// startPostgres starts a server of its own, as it is configured when nobody changes anything but the number of
// connections. Each writer has a connection and inserts row after row.
func startPostgres(ctx context.Context, dir string) (func(int) (func([]byte) error, error), func() error, error) {
	bin, err := postgresBin()
	if err != nil {
		return nil, nil, err
	}
	who, err := notRoot(dir)
	if err != nil {
		return nil, nil, err
	}
	data := filepath.Join(dir, "data")
	initdb := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "-D", data, "-A", "trust", "-U", "peer")
	initdb.SysProcAttr, initdb.Dir = who, dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	s := exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "max_connections=300")
	s.SysProcAttr, s.Dir = who, dir
	if err := s.Start(); err != nil {
		return nil, nil, err
	}
	stop := func() error {
		_ = s.Process.Signal(os.Interrupt)
		kill := time.AfterFunc(postgresStop, func() { _ = s.Process.Kill() })
		defer kill.Stop()
		return s.Wait()
	}
	pool, err := pgxpool.New(ctx, fmt.Sprintf("host=%s user=peer dbname=postgres pool_max_conns=200", dir))
	if err != nil {
		return nil, nil, errors.Join(err, stop())
	}
	const table = "CREATE TABLE batches (id bigserial PRIMARY KEY, writer int NOT NULL, lines bytea NOT NULL)"
	for end := time.Now().Add(postgresReady); ; time.Sleep(50 * time.Millisecond) {
		if _, err = pool.Exec(ctx, table); err == nil {
			break
		}
		if time.Now().After(end) {
			pool.Close()
			return nil, nil, errors.Join(err, stop())
		}
	}
	put := func(writer int) (func([]byte) error, error) {
		return func(batch []byte) error {
			_, err := pool.Exec(ctx, "INSERT INTO batches (writer, lines) VALUES ($1, $2)", writer, batch)
			return err
		}, nil
	}
	return put, func() error { pool.Close(); return stop() }, nil
}

// postgresBin finds the server's programs, where Debian puts them or in the path.
func postgresBin() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	if len(found) > 0 {
		return filepath.Dir(found[len(found)-1]), nil
	}
	name, err := exec.LookPath("initdb")
	if err != nil {
		return "", fmt.Errorf("there is no PostgreSQL here: %w", err)
	}
	return filepath.Dir(name), nil
}

// notRoot gives the directory to somebody else where we are root, as whom PostgreSQL does not run.
func notRoot(dir string) (*syscall.SysProcAttr, error) {
	if os.Getuid() != 0 {
		return &syscall.SysProcAttr{}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errUID := strconv.Atoi(u.Uid)
		gid, errGID := strconv.Atoi(u.Gid)
		if err := errors.Join(errUID, errGID, os.Chown(dir, uid, gid)); err != nil {
			return nil, err
		}
		return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
	}
	return nil, errors.New("PostgreSQL does not run as root, and there is nobody else")
}

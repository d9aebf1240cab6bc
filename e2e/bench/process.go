package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// clockTick is the unit of /proc/PID/stat on every Linux of today (USER_HZ).
const clockTick = 10 * time.Millisecond

// used is what the relay's process has used since its start. It says what an event costs also where other programs
// keep the machine busy.
type used struct {
	cpu     time.Duration
	written int64 // bytes, by the file system to the disk
}

func (r *relay) used() (u used, err error) {
	stat, err := r.proc("stat")
	if err != nil {
		return u, err
	}
	// The name, in brackets, may hold anything; after it user and system time are the 12th and 13th field.
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	for _, f := range fields[11:13] {
		ticks, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return u, fmt.Errorf("reading the relay's processor time: %w", err)
		}
		u.cpu += time.Duration(ticks) * clockTick
	}
	u.written, err = r.procNumber("io", "write_bytes:")
	return u, err
}

// resident is the memory of the relay's process, in bytes.
func (r *relay) resident() (int64, error) {
	kb, err := r.procNumber("status", "VmRSS:")
	return kb << 10, err
}

func (r *relay) proc(file string) (string, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", r.cmd.Process.Pid, file))
	return string(b), err
}

// procNumber gives the number on the line that begins with a key.
func (r *relay) procNumber(file, key string) (int64, error) {
	text, err := r.proc(file)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(text) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == key {
			return strconv.ParseInt(fields[1], 10, 64)
		}
	}
	return 0, fmt.Errorf("/proc/PID/%s has no %s", file, key)
}

package process

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// clockTick is the unit of /proc/PID/stat on every Linux of today (USER_HZ).
const clockTick = 10 * time.Millisecond

// Used is what the relay's process has used since its start. It says what an event costs also where other programs
// keep the machine busy.
type Used struct {
	CPU     time.Duration
	Written int64 // bytes, by the file system to the disk
}

// Used reads what the process has used.
func (r *Relay) Used() (u Used, err error) {
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
		u.CPU += time.Duration(ticks) * clockTick
	}
	u.Written, err = r.procNumber("io", "write_bytes:")
	return u, err
}

// Resident is the memory of the relay's process, in bytes.
func (r *Relay) Resident() (int64, error) {
	kb, err := r.procNumber("status", "VmRSS:")
	return kb << 10, err
}

func (r *Relay) proc(file string) (string, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", r.cmd.Process.Pid, file))
	return string(b), err
}

// procNumber gives the number on the line that begins with a key.
func (r *Relay) procNumber(file, key string) (int64, error) {
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

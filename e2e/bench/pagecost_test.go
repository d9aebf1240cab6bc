package main

import "testing"

func TestPageRows(t *testing.T) {
	visits := func(scripts ...float64) (all []visit) {
		for _, s := range scripts {
			all = append(all, visit{acts: cost{script: s}, start: cost{task: 10 * s}})
		}
		return all
	}
	names := []string{"cotrail", none, "rrweb", "rrweb-record"}
	rows := pageRows(names, map[string][]visit{
		none: visits(2, 1, 3), "cotrail": visits(22, 21, 90), "rrweb": visits(52, 50, 54), "rrweb-record": visits(42, 42, 42),
	})
	want := []struct {
		what, subject string
		median, ratio float64
		verdict       string
	}{
		{"script, 380 interactions", none, 2, 0, ""},
		{"script, 380 interactions", "cotrail", 20, 0.5, "must holds"},
		{"script, 380 interactions", "rrweb", 50, 1.25, ""},
		{"script, 380 interactions", "rrweb-record", 40, 1, ""},
		{"all tasks, start-up", none, 20, 0, ""},
		{"all tasks, start-up", "cotrail", 220, 220. / 420, "aim reached"},
		{"all tasks, start-up", "rrweb", 520, 520. / 420, ""},
		{"all tasks, start-up", "rrweb-record", 420, 1, ""},
		{"the same without the page", none, 20, 0, ""},
		{"the same without the page", "cotrail", 200, 0.5, ""},
	}
	for i, w := range want {
		r := rows[i]
		if r.What != w.what || r.Subject != w.subject || r.Median != w.median || r.Ratio != w.ratio || r.verdict() != w.verdict {
			t.Errorf("row %d is %+v (%s), want %+v", i, r, r.verdict(), w)
		}
	}
}

func TestPromiseTime(t *testing.T) {
	name := func(tid int, name string) traceEvent {
		return traceEvent{Phase: "M", Name: "thread_name", Pid: 1, Tid: tid, Args: []byte(`{"name":"` + name + `"}`)}
	}
	records := []traceEvent{
		{Phase: "X", Name: "RunMicrotasks", Pid: 1, Tid: 1, Dur: 3000, Tdur: 2000},
		name(1, "CrRendererMain"), name(2, "DedicatedWorker thread"),
		{Phase: "X", Name: "RunMicrotasks", Pid: 1, Tid: 1, Dur: 500, Tdur: 500},
		{Phase: "X", Name: "RunMicrotasks", Pid: 1, Tid: 2, Dur: 9000, Tdur: 9000}, // a worker's
		{Phase: "X", Name: "V8.StackGuard", Pid: 1, Tid: 1, Dur: 9000, Tdur: 9000},
	}
	if got := promiseTime(records, false); got != 2.5 {
		t.Errorf("processor time is %v ms", got)
	}
	if got := promiseTime(records, true); got != 3.5 {
		t.Errorf("wall-clock time is %v ms", got)
	}
}

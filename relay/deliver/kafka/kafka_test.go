package kafka

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/cotrail/cotrail/relay/deliver"
	"github.com/cotrail/cotrail/relay/store"
)

// TestTopic publishes over Kafka's protocol: a session's entries are in one partition, in their order, each with its id.
func TestTopic(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(3), kfake.SeedTopics(4, "audit"))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	topic, err := New(Config{Brokers: cluster.ListenAddrs(), Topic: "audit"})
	if err != nil {
		t.Fatal(err)
	}
	defer topic.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	const sessions, entries = 10, 50
	for session := range sessions {
		var all []deliver.Entry
		for seq := range uint64(entries) {
			all = append(all, deliver.Entry{Seq: seq + 1, Line: fmt.Appendf(nil, "{\"seq\":%d}", seq+1)})
		}
		if err := topic.Publish(ctx, "shop", fmt.Sprint("s", session), all); err != nil {
			t.Fatal(err)
		}
	}
	if err := topic.Deliver(ctx, deliver.Message{ID: "d1", Kind: store.KindErased, Site: "shop", Session: "s1"}); err != nil {
		t.Fatal(err)
	}

	reader, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.ConsumeTopics("audit"), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	partition := map[string]int32{}
	next := map[string]int{}
	for n := 0; n < sessions*entries+1; {
		fetched := reader.PollFetches(ctx)
		if err := fetched.Err(); err != nil {
			t.Fatal(err)
		}
		fetched.EachRecord(func(r *kgo.Record) {
			n++
			session := string(r.Key)
			if p, known := partition[session]; known && p != r.Partition {
				t.Errorf("%s is in partitions %d and %d", session, p, r.Partition)
			}
			partition[session] = r.Partition
			if strings.Contains(string(r.Value), deliver.TypeErased) {
				return
			}
			next[session]++
			if id := string(r.Headers[0].Value); id != fmt.Sprintf("%s:%d", session, next[session]) || string(r.Value) != fmt.Sprintf("{\"seq\":%d}", next[session]) {
				t.Errorf("%s: entry %d is %s %s", session, next[session], id, r.Value)
			}
		})
	}
}

// TestNobodyThere ends with the time that it has.
func TestNobodyThere(t *testing.T) {
	topic, err := New(Config{Brokers: []string{"127.0.0.1:1"}, Topic: "audit"})
	if err != nil {
		t.Fatal(err)
	}
	defer topic.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := topic.Publish(ctx, "shop", "s1", []deliver.Entry{{Seq: 1, Line: []byte("{}")}}); err == nil {
		t.Error("published to nobody")
	}
}

package api

import (
	"bytes"
	"context"

	"github.com/tidwall/gjson"
)

// maxCompleting bounds the entries that are kept while a log is read in the dialect: each is another report of a join, a
// tab or a download, and more of them no people make.
const maxCompleting = 1000

// completing gives the entries of a log that complete earlier ones, by the seq of those: in the dialect one act is one entry.
func (a *API) completing(ctx context.Context, id string) (map[uint64][][]byte, error) {
	all, count := map[uint64][][]byte{}, 0
	err := a.Store.Entries(ctx, id, 0, func(_ uint64, line []byte) error {
		if count == maxCompleting || !bytes.Contains(line, []byte(`"completes":`)) {
			return nil
		}
		if of := gjson.GetBytes(line, "completes").Uint(); of != 0 { // else it is a word of the details
			all[of] = append(all[of], bytes.Clone(line))
			count++
		}
		return nil
	})
	return all, err
}

package workloads

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const small = `cluster:
  - nodes: {count: 3, capacity: {cpu: 4, memory: 8Gi}}
workload:
  - synthetic: {arrivals: {poisson: 2/s}, duration: 10s, requests: [{cpu: 1}], count: 10}
`

func TestSmallestScenario(t *testing.T) {
	s, err := Decode("dir/small.yaml", []byte(small))
	require.NoError(t, err)
	out, err := s.Marshal()
	require.NoError(t, err)
	t.Log(string(out))
}

package fault_test

import (
	"testing"

	"github.com/wavetank/wavetank/sim/simtest"
)

func TestScripts(t *testing.T) { simtest.Run(t, "testdata", nil) }

package traces

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
)

// minutes is how many columns of counts a file of Azure Functions has: those of a day.
const minutes = 24 * 60

// The columns of Azure Functions 2019, invocations_per_function_md.anon.d01.csv and so on
// (github.com/Azure/AzurePublicDataset, AzureFunctionsDataset2019.md): a row for each function and day, with how often it was
// invoked in each minute.
const (
	azureOwner = iota
	azureApp
	azureFunction
	azureTrigger
	azureFirst // minute "1"; the others follow
)

func invocationColumns() []column {
	columns := []column{{name: "HashOwner"}, {name: "HashApp"}, {name: "HashFunction"}, {name: "Trigger", optional: true}}
	for m := range minutes {
		columns = append(columns, column{name: strconv.Itoa(m + 1)})
	}
	return columns
}

// newInvocations reads the day and adds up the rows that are meant: of one function, app or owner, or all of them.
func newInvocations(src io.ReadCloser, name string, pick RatePick) (RateReader, error) {
	if pick.Metric != "" {
		return nil, errors.New(name + ": azure-functions has no metrics to choose from")
	}
	t, err := newTable(src, name, invocationColumns())
	if err != nil {
		return nil, err
	}
	counts, found := make([]float64, minutes), false
	for t.next() {
		meant := pick.Name == "" || pick.Name == t.identifier(azureOwner) || pick.Name == t.identifier(azureApp) ||
			pick.Name == t.identifier(azureFunction)
		found = found || meant
		for m := range minutes {
			if n := t.integer(azureFirst+m, maxRate); meant {
				counts[m] += float64(n) / 60
			}
		}
	}
	if t.err != nil {
		return nil, t.err
	}
	if !found {
		return nil, notFound(name, "no row is of", pick.Name)
	}
	return even(src, 0, time.Minute, counts), nil
}

// notFound is the error of a pick that a file does not have.
func notFound(name, what, picked string) error {
	if picked == "" {
		return fmt.Errorf("%s: there are no rows", name)
	}
	return fmt.Errorf("%s: %s %s", name, what, quoteOdd(picked))
}

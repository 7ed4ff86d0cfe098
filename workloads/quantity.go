package workloads

import (
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
)

// The largest quantities that are accepted. They lie far above every machine and keep later sums from overflowing.
const (
	maxMilliCPU = 1_000_000_000 // a million cores
	maxBytesOf  = 1 << 50       // a pebibyte of memory or storage
	maxCount    = 1 << 40       // of pods on a node and of extended resources
)

// quantityForm is a quantity as Kubernetes writes it: a decimal number and a suffix (apimachinery
// pkg/api/resource/quantity.go, v0.36). The number of digits is bounded, so that no quantity costs more than it says.
var quantityForm = regexp.MustCompile(`^([+-]?)([0-9]{0,30})(?:\.([0-9]{0,30}))?(?:(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E)|[eE]([+-]?[0-9]{1,2}))?$`)

// suffixes gives the power of 1024 (binary) or of 10 (decimal) that a suffix stands for.
var (
	binarySuffixes  = map[string]int64{"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}
	decimalSuffixes = map[string]int64{"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
)

var (
	errNotQuantity = errors.New("not a quantity such as 4, 500m or 64Gi")
	errTooFine     = errors.New("too fine")
)

// parseQuantity reads a quantity and returns it in units of 1/parts: parts is 1000 for milli-units, 1 for whole ones.
// It is exact: what is finer than the unit is an error.
func parseQuantity(text string, parts int64) (*big.Int, error) {
	m := quantityForm.FindStringSubmatch(text)
	if m == nil || m[2]+m[3] == "" {
		return nil, fmt.Errorf("%w: %s", errNotQuantity, quoteOdd(text))
	}
	digits, _ := new(big.Int).SetString(m[1]+m[2]+m[3], 10)
	exponent := decimalSuffixes[m[4]] - int64(len(m[3]))
	if m[5] != "" {
		e, err := strconv.ParseInt(m[5], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%w: %s", errNotQuantity, quoteOdd(text))
		}
		exponent += e
	}
	digits.Mul(digits, big.NewInt(parts))
	digits.Lsh(digits, uint(10*binarySuffixes[m[4]]))
	if exponent >= 0 {
		return digits.Mul(digits, powerOf10(exponent)), nil
	}
	whole, rest := digits.QuoRem(digits, powerOf10(-exponent), new(big.Int))
	if rest.Sign() != 0 {
		return nil, errTooFine
	}
	return whole, nil
}

func powerOf10(n int64) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(n), nil) }

// quantity reads a quantity from 0 to most, in units of 1/parts. The unit is named in messages.
func (d *decoder) quantity(v value, parts, most int64, unit string) int64 {
	text := d.scalar(v, "a quantity")
	if d.err != nil {
		return 0
	}
	n, err := parseQuantity(text, parts)
	switch {
	case errors.Is(err, errTooFine):
		d.fail(v, "finer than %s: %s", unit, text)
	case err != nil:
		d.fail(v, "%w", err)
	case n.Sign() < 0:
		d.fail(v, "negative: %s", text)
	case n.Cmp(big.NewInt(most)) > 0:
		d.fail(v, "over %s: %s", big.NewInt(most/parts), text)
	default:
		return n.Int64()
	}
	return 0
}

func (d *decoder) cpu(v value) int64    { return d.quantity(v, 1000, maxMilliCPU, "1m") }
func (d *decoder) bytes(v value) int64  { return d.quantity(v, 1, maxBytesOf, "a byte") }
func (d *decoder) amount(v value) int64 { return d.quantity(v, 1, maxCount, "1") }

// formatCPU writes milli-CPU as Kubernetes does: "500m", "4".
func formatCPU(milli int64) string {
	if milli%1000 == 0 {
		return strconv.FormatInt(milli/1000, 10)
	}
	return strconv.FormatInt(milli, 10) + "m"
}

// formatBytes writes bytes with the largest binary suffix that is exact: "64Gi", "1500Mi", "7".
func formatBytes(n int64) string {
	suffixes := []string{"", "Ki", "Mi", "Gi", "Ti", "Pi"}
	i := 0
	for ; n != 0 && n%1024 == 0 && i+1 < len(suffixes); i++ {
		n /= 1024
	}
	return strconv.FormatInt(n, 10) + suffixes[i]
}

// isExtended tells whether a name is that of an extended resource or of huge pages, as Kubernetes spells them.
func isExtended(name string) bool {
	return strings.Contains(name, "/") || strings.HasPrefix(name, "hugepages-")
}

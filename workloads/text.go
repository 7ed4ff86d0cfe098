package workloads

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// ParseDuration reads a duration as Go writes it ("1h30m", "250ms"), with days before all else: "7d", "1.5d", "1d12h".
// A day has 24 hours.
func ParseDuration(text string) (time.Duration, error) {
	days, rest, found := strings.Cut(text, "d")
	if !found {
		days, rest = "", text
	}
	var total time.Duration
	if found {
		n, err := time.ParseDuration(days + "h") // ParseDuration knows decimals and overflow
		if err != nil || strings.ContainsAny(days, "hmsµuni") || n > maxSpan/24 || n < -maxSpan/24 {
			return 0, badDuration(text)
		}
		total = n * 24
	}
	if rest == "" && found {
		return total, nil
	}
	span, err := time.ParseDuration(rest)
	if err != nil || found && strings.ContainsAny(rest[:1], "+-") {
		return 0, badDuration(text)
	}
	if total < 0 {
		span = -span
	}
	if sum := total + span; (sum < total) == (span < 0) {
		return sum, nil
	}
	return 0, badDuration(text)
}

const maxSpan time.Duration = 1<<63 - 1

func badDuration(text string) error {
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return fmt.Errorf("a duration without unit: %s; write %ss for seconds", quoteOdd(text), text)
	}
	return fmt.Errorf("not a duration such as 90s, 1h30m or 7d: %s", quoteOdd(text))
}

// formatDuration writes a duration so that ParseDuration reads the same one: as Go does, less idle zeros.
func formatDuration(span time.Duration) string {
	text := span.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// Nearest returns the word that was probably meant: the only known one that begins with it, or else the one with the fewest changed letters, the first of several.
// It is empty when none is near: when more than a third of the letters, and more than one, would have to change.
func Nearest(word string, known []string) string {
	if whole := beginning(word, known); whole != "" {
		return whole
	}
	best, least := "", max(1, len(word)/3)+1
	for _, k := range known {
		if n := editDistance(strings.ToLower(word), strings.ToLower(k), least); n < least {
			best, least = k, n
		}
	}
	return best
}

// beginning returns the only known word that begins with this one, "" if there is none or the word is too short to tell.
func beginning(word string, known []string) string {
	whole := ""
	for _, k := range known {
		if len(word) >= 4 && strings.HasPrefix(strings.ToLower(k), strings.ToLower(word)) {
			if whole != "" {
				return ""
			}
			whole = k
		}
	}
	return whole
}

// editDistance counts the letters that must be inserted, deleted, replaced or swapped with their neighbour to make b of
// a (the restricted Damerau-Levenshtein distance). Words whose lengths differ by more than limit are not looked at.
func editDistance(a, b string, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	var before []int
	last := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			replace := last[j]
			if a[i] != b[j] {
				replace++
			}
			row[j+1] = min(replace, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}

// isUnprintable tells whether a character would spoil a line of text.
func isUnprintable(r rune) bool { return r == utf8.RuneError || !strconv.IsPrint(r) }

// isOdd tells whether a character would spoil a name.
func isOdd(r rune) bool { return r == ' ' || isUnprintable(r) }

// quoteOdd quotes a text that is empty, long or holds characters that would spoil a message.
func quoteOdd(text string) string {
	const long = 80
	if len(text) > long {
		return strconv.Quote(text[:long]) + "..."
	}
	if text == "" || strings.ContainsFunc(text, isOdd) {
		return strconv.Quote(text)
	}
	return text
}

func isRange(err error) bool { return errors.Is(err, strconv.ErrRange) }

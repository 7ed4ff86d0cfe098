package sim

import "math/rand/v2"

// Rand returns the generator of a named stream: a PCG seeded by (seed, name), the
// same one on every call. Streams are independent of each other, so a new
// consumer with a stream of its own never shifts another's draws.
func (e *Engine) Rand(stream string) *rand.Rand {
	r, ok := e.named[stream]
	if !ok {
		r = rand.New(rand.NewPCG(e.seed, finish(hashString(hashStart, stream))))
		e.named[stream] = r
	}
	return r
}

// Draw returns a generator whose sequence depends on nothing but the seed, the
// stream and the key, which may have parts (namespace, name). What belongs to an object is drawn by the object's key, so
// that it does not depend on what else was drawn before: the run time of a pod is
// the same under every policy.
//
// All calls share one generator, which Draw seeds anew without allocating: it is
// valid until the next call of Draw or Source. Draw what is needed at once, and do
// not keep it.
func (e *Engine) Draw(stream string, key ...string) *rand.Rand {
	e.reseed(stream, key)
	return e.draw
}

// Source is Draw for distributions that want a source, such as those of gonum's
// distuv. The same rule holds: valid until the next call of Draw or Source.
func (e *Engine) Source(stream string, key ...string) rand.Source {
	e.reseed(stream, key)
	return &e.source
}

func (e *Engine) reseed(stream string, key []string) {
	h := hashString(hashStart, stream)
	for _, part := range key {
		h = (h ^ keySeparator) * hashPrime
		h = hashString(h, part)
	}
	e.source.Seed(e.seed, finish(h))
}

// FNV-1a, 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/), written out since
// the standard library's allocates. It may never change: results depend on it.
const (
	hashStart    uint64 = 0xcbf29ce484222325
	hashPrime    uint64 = 0x100000001b3
	keySeparator uint64 = 0xff // in no UTF-8 string: ("a", "bc") is not ("ab", "c")
)

func hashString(h uint64, s string) uint64 {
	for i := 0; i < len(s); i++ {
		h = (h ^ uint64(s[i])) * hashPrime
	}
	return h
}

// finish spreads the last characters of the hashed string over all bits, so that
// pod-1 and pod-2 start far apart: the finaliser of SplitMix64 (Steele, Lea and
// Flood, OOPSLA 2014).
func finish(h uint64) uint64 {
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}

package traces

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// The first bytes of compressed streams (RFC 1952 section 2.3.1, RFC 8878 section 3.1.1). They decide, not the name of
// the file: traces are often renamed.
var (
	gzipMagic = []byte{0x1f, 0x8b}
	zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}
)

// zstdMaxWindow bounds the memory that a zstd stream may ask for, in bytes. It is the window of zstd --ultra -22.
const zstdMaxWindow = 128 << 20

func openFile(path string) (io.ReadCloser, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: no such trace file: %w", path, fs.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("opening trace: %w", err)
	}
	return file, nil
}

// decompress returns the text in raw and, when closed, closes raw too. It leaves raw open when it fails.
func decompress(raw io.ReadCloser, name string) (io.ReadCloser, error) {
	buffered := bufio.NewReaderSize(raw, 64<<10)
	start, err := buffered.Peek(len(zstdMagic))
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: reading trace: %w", name, err)
	}
	switch {
	case bytes.HasPrefix(start, gzipMagic):
		return gunzip(buffered, raw, name)
	case bytes.HasPrefix(start, zstdMagic):
		return unzstd(buffered, raw, name)
	}
	return source{Reader: buffered, close: raw.Close}, nil
}

func gunzip(r io.Reader, raw io.Closer, name string) (io.ReadCloser, error) {
	decoder, err := gzip.NewReader(r)
	if err != nil {
		return nil, readError(name, err)
	}
	// The decoder holds nothing, and its Close would only repeat an error of its Read.
	return source{Reader: decoder, close: raw.Close}, nil
}

// unzstd decodes in the caller's goroutine: a concurrency of 1 makes the decoder start none.
func unzstd(r io.Reader, raw io.Closer, name string) (io.ReadCloser, error) {
	decoder, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(zstdMaxWindow))
	if err != nil {
		return nil, readError(name, err)
	}
	closeBoth := func() error {
		decoder.Close()
		return raw.Close()
	}
	return source{Reader: decoder, close: closeBoth}, nil
}

// source is decoded text and what must be closed after it.
type source struct {
	io.Reader
	close func() error
}

func (s source) Close() error { return s.close() }

// readError words a failure of the stream beneath the rows.
func readError(name string, err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%s: truncated: the compressed data ends too early: %w", name, err)
	}
	return fmt.Errorf("%s: reading trace: %w", name, err)
}

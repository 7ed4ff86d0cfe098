// Package app is the command line of wavetank and the one place where its parts are put together. It is exported so that
// a program with plugins of its own is a main function of a few lines:
//
//	func main() {
//		os.Exit(app.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, app.WithPlugin("Mine", newMine)))
//	}
//
// # Exit codes
//
//	0    the command did what was asked
//	1    something failed that was not the input's fault, such as a full disk
//	2    wrong input: a flag, a file, a row of a trace; one line on standard error says which
//	130  interrupted: what was measured until then is printed and written, and marked as partial
package app

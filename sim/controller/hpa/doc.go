// Package hpa is the horizontal pod autoscaler.
package hpa

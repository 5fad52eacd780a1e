module wasl.example/bench

go 1.23.0

require (
	github.com/nemith/netconf v0.0.2
	golang.org/x/crypto v0.41.0
)

require (
	golang.org/x/exp v0.0.0-20230817173708-d852ddb80c63 // indirect
	golang.org/x/sys v0.35.0 // indirect
)

// nemith-peer does the tasks of the benchmark with github.com/nemith/netconf.
//
//	nemith-peer TARGET
//
// TARGET is JSON, as in tasks.ts. One JSON task a line on standard input, one JSON answer a line on standard output.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log"
	"net"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/nemith/netconf"
	ncssh "github.com/nemith/netconf/transport/ssh"
	"golang.org/x/crypto/ssh"
)

type target struct {
	Host     string `json:"host"`
	Port     int    `json:"port"`
	Username string `json:"username"`
	KeyFile  string `json:"keyFile"`
	// What this server needs between hello and first rpc.
	PauseAfterHelloMs int `json:"pauseAfterHelloMs"`
}

type task struct {
	Kind  string `json:"kind"`
	Count int    `json:"count"`
	Width int    `json:"width"`
	Bytes int    `json:"bytes"`
	Chunk int    `json:"chunk"`
	Keep  bool   `json:"keep"`
	As    string `json:"as"`
}

type answer struct {
	Seconds float64 `json:"seconds"`
	Error   string  `json:"error,omitempty"`
}

type discardChanges struct {
	XMLName xml.Name `xml:"discard-changes"`
}

type getConfig struct {
	XMLName xml.Name `xml:"get-config"`
	Source  struct {
		Running struct{} `xml:"running"`
	} `xml:"source"`
	Filter *filter `xml:"filter,omitempty"`
}

type filter struct {
	Type string `xml:"type,attr"`
	Size string `xml:"urn:bench size"`
}

// node is any element: what Go's own XML package makes of a configuration whose shape it is not told.
type node struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []node     `xml:",any"`
}

type peer struct {
	target target
	config *ssh.ClientConfig
	kept   *netconf.Session
	held   []*netconf.Session
}

var background = context.Background()

func main() {
	log.SetOutput(os.Stderr)
	peer := &peer{}
	if err := json.Unmarshal([]byte(os.Args[1]), &peer.target); err != nil {
		log.Fatal(err)
	}
	key, err := os.ReadFile(peer.target.KeyFile)
	if err != nil {
		log.Fatal(err)
	}
	signer, err := ssh.ParsePrivateKey(key)
	if err != nil {
		log.Fatal(err)
	}
	peer.config = &ssh.ClientConfig{
		User:            peer.target.Username,
		Auth:            []ssh.AuthMethod{ssh.PublicKeys(signer)},
		HostKeyCallback: ssh.InsecureIgnoreHostKey(),
	}
	output := json.NewEncoder(os.Stdout)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		var asked task
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			log.Fatal(err)
		}
		seconds, err := peer.run(asked)
		said := answer{Seconds: seconds}
		if err != nil {
			said.Error = err.Error()
		}
		if err := output.Encode(said); err != nil {
			log.Fatal(err)
		}
	}
}

func (p *peer) open() (*netconf.Session, error) {
	address := net.JoinHostPort(p.target.Host, strconv.Itoa(p.target.Port))
	transport, err := ncssh.Dial(background, "tcp", address, p.config)
	if err != nil {
		return nil, err
	}
	session, err := netconf.Open(transport)
	if err == nil {
		time.Sleep(time.Duration(p.target.PauseAfterHelloMs) * time.Millisecond)
	}
	return session, err
}

func (p *peer) run(asked task) (float64, error) {
	switch asked.Kind {
	case "open":
		session, err := p.open()
		p.kept = session
		return 0, err
	case "connect":
		return p.connect(asked.Count)
	case "sessions":
		return p.sessions(asked.Count, asked.Keep)
	case "rpcs":
		return timed(func() error { return repeat(asked.Count, func() error { return smallRPC(p.kept) }) })
	case "concurrent":
		return timed(func() error {
			return atOnce(asked.Width, func() error {
				return repeat(asked.Count/asked.Width, func() error { return smallRPC(p.kept) })
			})
		})
	case "get":
		return timed(func() error { return p.get(asked) })
	}
	return 0, fmt.Errorf("no task %s", asked.Kind)
}

func (p *peer) connect(count int) (float64, error) {
	total := 0.0
	for range count {
		var session *netconf.Session
		seconds, err := timed(func() (err error) {
			session, err = p.open()
			return err
		})
		if err != nil {
			return 0, err
		}
		total += seconds
		_ = session.Close(background)
	}
	return total, nil
}

func (p *peer) sessions(count int, keep bool) (float64, error) {
	var mu sync.Mutex
	var opened []*netconf.Session
	seconds, err := timed(func() error {
		return atOnce(count, func() error {
			session, err := p.open()
			if err != nil {
				return err
			}
			mu.Lock()
			opened = append(opened, session)
			mu.Unlock()
			return smallRPC(session)
		})
	})
	if keep {
		p.held = append(p.held, opened...)
		return seconds, err
	}
	closed := atOnce(len(opened), func() error {
		mu.Lock()
		session := opened[0]
		opened = opened[1:]
		mu.Unlock()
		_ = session.Close(background)
		return nil
	})
	if err == nil {
		err = closed
	}
	return seconds, err
}

func (p *peer) get(asked task) error {
	operation := &getConfig{}
	if asked.Bytes > 0 {
		operation.Filter = &filter{Type: "subtree", Size: fmt.Sprintf("%d %d", asked.Bytes, asked.Chunk)}
	}
	reply, err := p.kept.Do(background, operation)
	if err != nil {
		return err
	}
	if err := reply.Err(); err != nil {
		return err
	}
	if asked.As == "tree" {
		var data node
		if err := reply.Decode(&data); err != nil {
			return err
		}
		if len(data.Children) == 0 {
			return fmt.Errorf("an empty tree")
		}
		return nil
	}
	if text := string(reply.Body); len(text) < asked.Bytes {
		return fmt.Errorf("%d of %d bytes", len(text), asked.Bytes)
	}
	return nil
}

func smallRPC(session *netconf.Session) error {
	reply, err := session.Do(background, &discardChanges{})
	if err != nil {
		return err
	}
	return reply.Err()
}

func timed(work func() error) (float64, error) {
	started := time.Now()
	err := work()
	return time.Since(started).Seconds(), err
}

func repeat(count int, work func() error) error {
	for range count {
		if err := work(); err != nil {
			return err
		}
	}
	return nil
}

func atOnce(width int, work func() error) error {
	errors := make(chan error, width)
	for range width {
		go func() { errors <- work() }()
	}
	var first error
	for range width {
		if err := <-errors; err != nil && first == nil {
			first = err
		}
	}
	return first
}

// byte-server answers NETCONF over SSH at once and does nothing else, so that what is measured is the client.
//
//	byte-server BASE HOSTKEY LOGINKEY
//
// BASE is 1.0 or 1.1: the only framing it offers. It prints its port on one line and ends when its standard input does. A get-config whose
// filter holds <size xmlns="urn:bench">BYTES CHUNK</size> is answered with that much data, in chunks of CHUNK bytes (0: one chunk); anything
// else with <ok/>. A large reply is made once, when it is asked for the first time.
package main

import (
	"bytes"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"regexp"
	"strconv"
	"sync"
	"sync/atomic"

	"golang.org/x/crypto/ssh"
)

// A rpc of the benchmark has less than 1 KiB; this ends a client that sends for ever.
const requestBytesMax = 1 << 20

const hello = `<hello xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"><capabilities>` +
	`<capability>urn:ietf:params:netconf:base:%s</capability>` +
	`<capability>urn:ietf:params:netconf:capability:candidate:1.0</capability>` +
	`<capability>urn:ietf:params:netconf:capability:validate:1.1</capability>` +
	`</capabilities><session-id>%d</session-id></hello>]]>]]>`

var (
	eom       = []byte("]]>]]>")
	chunksEnd = []byte("\n##\n")
	messageID = regexp.MustCompile(`message-id=["']([^"']+)["']`)
	sizeAsked = regexp.MustCompile(`<(?:\w+:)?size[^>]*>(\d+) (\d+)<`)
)

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: byte-server 1.0|1.1 HOSTKEY LOGINKEY")
	}
	server := &byteServer{base: os.Args[1], rests: map[string][]byte{}}
	config := &ssh.ServerConfig{}
	config.AddHostKey(readSigner(os.Args[2]))
	login := readSigner(os.Args[3]).PublicKey().Marshal()
	config.PublicKeyCallback = func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		if subtle.ConstantTimeCompare(key.Marshal(), login) == 1 {
			return nil, nil
		}
		return nil, errors.New("unknown key")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	for {
		connection, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go server.serve(connection, config)
	}
}

func readSigner(path string) ssh.Signer {
	text, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	signer, err := ssh.ParsePrivateKey(text)
	if err != nil {
		log.Fatal(err)
	}
	return signer
}

type byteServer struct {
	base     string
	sessions atomic.Int64
	mu       sync.Mutex
	rests    map[string][]byte
}

func (s *byteServer) serve(raw net.Conn, config *ssh.ServerConfig) {
	defer raw.Close()
	connection, channels, requests, err := ssh.NewServerConn(raw, config)
	if err != nil {
		return
	}
	defer connection.Close()
	go ssh.DiscardRequests(requests)
	for asked := range channels {
		if asked.ChannelType() != "session" {
			_ = asked.Reject(ssh.UnknownChannelType, "sessions only")
			continue
		}
		channel, requests, err := asked.Accept()
		if err != nil {
			return
		}
		go s.session(channel, requests)
	}
}

func (s *byteServer) session(channel ssh.Channel, requests <-chan *ssh.Request) {
	defer channel.Close()
	for request := range requests {
		wanted := request.Type == "subsystem" && bytes.Contains(request.Payload, []byte("netconf"))
		_ = request.Reply(wanted, nil)
		if wanted {
			go ssh.DiscardRequests(requests)
			if err := s.converse(channel); err != nil && !errors.Is(err, io.EOF) {
				log.Print(err)
			}
			return
		}
	}
}

func (s *byteServer) converse(channel ssh.Channel) error {
	if _, err := fmt.Fprintf(channel, hello, s.base, s.sessions.Add(1)); err != nil {
		return err
	}
	end := eom
	var received []byte
	piece := make([]byte, 32<<10)
	for helloSeen := false; ; {
		at := bytes.Index(received, end)
		if at < 0 {
			n, err := channel.Read(piece)
			if err != nil {
				return err
			}
			if received = append(received, piece[:n]...); len(received) > requestBytesMax {
				return errors.New("a request that is too long")
			}
			continue
		}
		message := received[:at]
		received = received[at+len(end):]
		if !helloSeen {
			helloSeen = true
			if s.base == "1.1" {
				end = chunksEnd
			}
			continue
		}
		if err := s.answer(channel, message); err != nil {
			return err
		}
		if bytes.Contains(message, []byte("close-session")) {
			return io.EOF
		}
	}
}

func (s *byteServer) answer(channel io.Writer, message []byte) error {
	id := messageID.FindSubmatch(message)
	if id == nil {
		return fmt.Errorf("a request without message-id: %q", message)
	}
	head := fmt.Sprintf(`<rpc-reply xmlns="urn:ietf:params:xml:ns:netconf:base:1.0" message-id="%s">`, id[1])
	size := sizeAsked.FindSubmatch(message)
	if size == nil {
		_, err := channel.Write(s.frame([]byte(head+"<ok/></rpc-reply>"), 0))
		return err
	}
	bytesMin, _ := strconv.Atoi(string(size[1]))
	chunk, _ := strconv.Atoi(string(size[2]))
	head += `<data><vrfs xmlns="urn:bench">`
	rest := s.restOf(bytesMin, chunk)
	switch {
	case s.base == "1.0":
	case chunk == 0:
		head = fmt.Sprintf("\n#%d\n%s", len(head)+len(rest)-len(chunksEnd), head)
	default:
		head = fmt.Sprintf("\n#%d\n%s", len(head), head)
	}
	if _, err := io.WriteString(channel, head); err != nil {
		return err
	}
	_, err := channel.Write(rest)
	return err
}

// restOf returns a reply from the first entry to the end of its message, in chunks already; it is made once.
func (s *byteServer) restOf(bytesMin, chunk int) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked := fmt.Sprintf("%d in %d", bytesMin, chunk)
	rest, made := s.rests[asked]
	if !made {
		rest = entries(bytesMin)
		rest = append(rest, "</vrfs></data></rpc-reply>"...)
		if s.base == "1.1" && chunk == 0 {
			rest = append(rest, chunksEnd...)
		} else {
			rest = s.frame(rest, chunk)
		}
		s.rests[asked] = rest
	}
	return rest
}

func entries(bytesMin int) []byte {
	var data bytes.Buffer
	for n := 0; data.Len() < bytesMin; n++ {
		fmt.Fprintf(&data, "<vrf><name>VPN-%05d</name><rd>65000:12345</rd><import-rt>65000:12345</import-rt><description>branch to branch</description></vrf>\n", n%2000)
	}
	return data.Bytes()
}

// frame puts a message, or the rest of one, into the framing of the session (RFC 6242 section 4).
func (s *byteServer) frame(message []byte, chunk int) []byte {
	if s.base == "1.0" {
		return append(message, eom...)
	}
	if chunk == 0 {
		chunk = len(message)
	}
	var framed bytes.Buffer
	for len(message) > 0 {
		piece := message[:min(chunk, len(message))]
		fmt.Fprintf(&framed, "\n#%d\n%s", len(piece), piece)
		message = message[len(piece):]
	}
	framed.Write(chunksEnd)
	return framed.Bytes()
}

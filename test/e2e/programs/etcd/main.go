// Command etcd is the etcd server with nothing added: its module publishes the
// server as a library, so the entry point has to live here.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() { etcdmain.Main(os.Args) }

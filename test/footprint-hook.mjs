// Preloaded by footprint.test.ts: prints on stderr whom the process looks up and connects to, and what it starts.
import childProcess from "node:child_process";
import dgram from "node:dgram";
import dns from "node:dns";
import { writeSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";

const note = (what) => writeSync(2, `footprint ${what}\n`);

const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (...given) {
  // Node's own callers hand over the arguments as one list, already put in order.
  const [options] = Array.isArray(given[0]) ? given[0] : given;
  const to = typeof options === "object" && options !== null ? options : { port: options, host: given[1] };
  note(`connect ${to.path ?? `${to.host ?? "localhost"}:${to.port}`}`);
  return connect.apply(this, given);
};

for (const name of ["lookup", "resolve", "resolve4", "resolve6"]) {
  const original = dns[name];
  dns[name] = (host, ...rest) => {
    if (net.isIP(host) === 0) note(`lookup ${host}`);
    return original(host, ...rest);
  };
}

const { createSocket } = dgram;
dgram.createSocket = (...given) => {
  note("datagrams");
  return createSocket(...given);
};

const { spawn } = childProcess;
childProcess.spawn = (command, ...rest) => {
  note(`start ${command}`);
  return spawn(command, ...rest);
};

syncBuiltinESMExports();

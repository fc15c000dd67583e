import fc from "fast-check";

/** Texts no reader may throw on or hang over. */
export const hostileTexts: readonly string[] = [
  "",
  "\n\n\n",
  "\u0000\u0001\uFFFD",
  "bash: ip: command not found\n",
  "Error: ipv4: FIB table does not exist.\nDump terminated\n",
  "iptables v1.8.8 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)\n",
  '"'.repeat(20_000),
  `-A FORWARD ${'"\\'.repeat(20_000)}`,
  `-A FORWARD ${'\\" '.repeat(20_000)}`,
  "-A".repeat(50_000),
  `${" ".repeat(100_000)}x`,
  `${"a ".repeat(50_000)}`,
  "default ".repeat(20_000),
  "1".repeat(100_000),
  `0:\t${"from ".repeat(50_000)}`,
  "-A __proto__ -j constructor\n-P __proto__ DROP\n",
  "constructor dev __proto__ lladdr toString REACHABLE\n",
  "/proc/sys/net/ipv4/conf/__proto__/rp_filter:1\n",
  "{}",
  "[1, 2",
  "\r\n-P FORWARD DROP\r\n",
];

/** Text made of the words that the commands print, in any order. */
export const shuffledWords = fc
  .array(
    fc.constantFrom(
      ..."-A -P -N -j -g FORWARD POSTROUTING DROP ACCEPT RETURN ! -i -o -s -d lxc+ 10.0.0.0/8 --ctstate NEW -m".split(
        " ",
      ),
      ..."default via dev lladdr REACHABLE FAILED nexthop unreachable metric lookup local from all main".split(" "),
      ...'10.0.0.1 fd00::1/64 0: 100: eth0 \n \t " \\'.split(" "),
      "\n",
      "\n",
      "\t",
    ),
    { maxLength: 60 },
  )
  .map((words) => words.join(" "));

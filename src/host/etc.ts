/**
 * /etc: the tables that programs look names up in, as files of each host, which root may edit.
 *
 * Read first: hier(7), hosts(5), services(5), protocols(5), passwd(5). The functions that read them are world/names/. What
 * other hosts are called stands in /run/hosts, whose text is made when somebody looks, as /proc's is.
 */
import { GeneratedFile } from "../file/inode.ts";
import type { FileTree } from "../file/tree.ts";

/** Of an inode that is far from those of the tree, of /proc and of /bin. */
const INODE = 0xd000_0000;

/** Makes the files; `worldHosts` gives the text of /run/hosts as this host has it. */
export function mountEtc(files: FileTree, name: string, worldHosts: () => string): void {
  const etc = files.directory({ pid: 1, name: "init", uid: 0, gid: 0, cwd: files.root, umask: 0 }, "/etc");
  if (typeof etc === "string") return;
  const tables: Readonly<Record<string, string>> = {
    hostname: `${name}\n`,
    hosts: HOSTS,
    services: SERVICES,
    protocols: PROTOCOLS,
    passwd: "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n",
    group: "root:x:0:\nnogroup:x:65534:\n",
  };
  for (const [file, text] of Object.entries(tables)) files.addFile(etc, file, 0o644, text);
  const readable = { uid: 0, gid: 0, permissions: 0o444 };
  files.addDirectory(files.root, "run", 0o755, {
    get: (entry) => (entry === "hosts" ? new GeneratedFile(files.volume, readable, worldHosts, INODE) : undefined),
    names: () => ["hosts"],
  });
}

/** The host's own name is in /run/hosts, with the addresses that others reach it by, or 127.0.0.1 where it has none. */
const HOSTS = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n";

/** Well-known services of the Internet: the assigned numbers, with their aliases. */
const SERVICES = `# service\tport/protocol\taliases\t\t# what it is
tcpmux\t\t1/tcp\t\t\t\t# TCP port service multiplexer
echo\t\t7/tcp
echo\t\t7/udp
discard\t\t9/tcp\t\tsink null
discard\t\t9/udp\t\tsink null
systat\t\t11/tcp\t\tusers\t\t# active users
daytime\t\t13/tcp
daytime\t\t13/udp
netstat\t\t15/tcp\t\t\t\t# who is up
qotd\t\t17/tcp\t\tquote\t\t# quote of the day
chargen\t\t19/tcp\t\tttytst source
chargen\t\t19/udp\t\tttytst source
ftp-data\t20/tcp
ftp\t\t21/tcp\t\t\t\t# File Transfer Protocol
ssh\t\t22/tcp\t\t\t\t# SSH Remote Login Protocol
telnet\t\t23/tcp
smtp\t\t25/tcp\t\tmail\t\t# Simple Mail Transfer Protocol
time\t\t37/tcp\t\ttimserver
time\t\t37/udp\t\ttimserver
whois\t\t43/tcp\t\tnicname
tacacs\t\t49/tcp
tacacs\t\t49/udp
domain\t\t53/tcp\t\tnameserver\t# Domain Name System
domain\t\t53/udp\t\tnameserver
bootps\t\t67/udp\t\tdhcps\t\t# BOOTP and DHCP server
bootpc\t\t68/udp\t\tdhcpc\t\t# BOOTP and DHCP client
tftp\t\t69/udp\t\t\t\t# Trivial File Transfer Protocol
gopher\t\t70/tcp\t\t\t\t# Internet Gopher
finger\t\t79/tcp
www\t\t80/tcp\t\thttp\t\t# WorldWideWeb HTTP
www\t\t80/udp\t\thttp
kerberos\t88/tcp\t\tkerberos5 krb5
kerberos\t88/udp\t\tkerberos5 krb5
pop2\t\t109/tcp\t\tpostoffice pop-2\t# POP version 2
pop3\t\t110/tcp\t\tpop-3\t\t# POP version 3
sunrpc\t\t111/tcp\t\tportmapper\t# RPC 4.0 portmapper
sunrpc\t\t111/udp\t\tportmapper
auth\t\t113/tcp\t\tauthentication tap ident
nntp\t\t119/tcp\t\treadnews untp\t# USENET News Transfer Protocol
ntp\t\t123/udp\t\t\t\t# Network Time Protocol
imap2\t\t143/tcp\t\timap\t\t# Interim Mail Access Protocol 2 and 4
snmp\t\t161/tcp\t\t\t\t# Simple Network Management Protocol
snmp\t\t161/udp
snmp-trap\t162/udp\t\tsnmptrap
bgp\t\t179/tcp\t\t\t\t# Border Gateway Protocol
irc\t\t194/tcp\t\t\t\t# Internet Relay Chat
ldap\t\t389/tcp\t\t\t\t# Lightweight Directory Access Protocol
ldap\t\t389/udp
https\t\t443/tcp\t\t\t\t# HTTP over TLS
https\t\t443/udp\t\t\t\t# HTTP/3
submissions\t465/tcp\tssmtp smtps urd\t# submission over TLS
isakmp\t\t500/udp\t\t\t\t# IPSEC key management
exec\t\t512/tcp
biff\t\t512/udp\t\tcomsat
login\t\t513/tcp
who\t\t513/udp\t\twhod
shell\t\t514/tcp\t\tcmd syslog\t# no passwords used
syslog\t\t514/udp
printer\t\t515/tcp\t\tspooler\t\t# line printer spooler
route\t\t520/udp\t\trouter routed\t# RIP
submission\t587/tcp\t\t\t\t# mail submission
ldaps\t\t636/tcp
imaps\t\t993/tcp\t\t\t\t# IMAP over TLS
pop3s\t\t995/tcp\t\t\t\t# POP3 over TLS
socks\t\t1080/tcp\t\t\t\t# proxy
mqtt\t\t1883/tcp\t\t\t\t# Message Queuing Telemetry Transport
nfs\t\t2049/tcp\t\t\t\t# Network File System
nfs\t\t2049/udp
mysql\t\t3306/tcp
sip\t\t5060/tcp\t\t\t\t# Session Initiation Protocol
sip\t\t5060/udp
xmpp-client\t5222/tcp\tjabber-client
postgresql\t5432/tcp\tpostgres\t# PostgreSQL database
amqp\t\t5672/tcp
x11\t\t6000/tcp\t\tx11-0\t\t# X Window System
redis\t\t6379/tcp
http-alt\t8080/tcp\twebcache\t# WWW caching service
http-alt\t8080/udp
`;

/** Assigned Internet protocol numbers. */
const PROTOCOLS = `# protocol\tnumber\taliases
ip\t0\tIP
icmp\t1\tICMP
igmp\t2\tIGMP
tcp\t6\tTCP
udp\t17\tUDP
ipv6\t41\tIPv6
ipv6-route\t43\tIPv6-Route
ipv6-frag\t44\tIPv6-Frag
ipv6-icmp\t58\tIPv6-ICMP
ipv6-nonxt\t59\tIPv6-NoNxt
ipv6-opts\t60\tIPv6-Opts
`;

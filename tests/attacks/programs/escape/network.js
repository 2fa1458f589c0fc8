// covers: E11 J03 J06b
// expect: AC
// time_ms: 2500
const net = require("net");
const dns = require("dns");
const found = [];
let waiting = 1;
const done = () => --waiting || console.log(found.length ? found.join() : "safe");
for (const [host, port] of [["127.0.0.1", 5050], ["127.0.0.1", 5432], ["::1", 8080], ["169.254.169.254", 80], ["172.17.0.1", 2375]]) {
    waiting++;
    const socket = net.connect(port, host, () => found.push(host) && socket.destroy());
    socket.setTimeout(300, () => socket.destroy());
    socket.on("error", () => {}).on("close", done);
}
waiting++;
dns.lookup("example.org", (error) => {
    if (!error) found.push("name");
    done();
});
try {
    net.createServer().on("error", () => {}).listen(0, "0.0.0.0", () => found.push("listens") && process.exit(console.log("listens")));
} catch (error) {}
done();

# covers: E11 J03
# expect: AC
import socket
import urllib.request

found = []
for attempt in (
    lambda: socket.create_connection(("127.0.0.1", 5432), 0.1),
    lambda: socket.getaddrinfo("example.org", 80),
    lambda: urllib.request.urlopen("http://169.254.169.254/", timeout=0.1),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("1.1.1.1", 53)),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP),
):
    try:
        found.append(attempt())
    except OSError:
        pass
print(found or "safe")

# covers: F03 J19
# expect: AC
# times: 2
# Leaves notes in every place that a home, a cache or a temporary file could be, and looks for those left before.
import os
import sys
import tempfile

found = []
places = [tempfile.gettempdir(), os.path.expanduser("~"), os.getcwd(), "/tmp", "/var/tmp", "/dev/shm", "/run", "/run/lock", "/run/user/1000"]
places += [os.environ.get(name, "/") for name in ("TMPDIR", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "PYTHONPYCACHEPREFIX")]
for place in set(map(os.path.realpath, places + sys.path)):
    for name in ("note", "__pycache__/note", ".note"):
        path = os.path.join(place, name)
        if os.path.exists(path):
            found.append(path)
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as file:
                file.write("left")
        except OSError:
            pass
print(found or "safe")

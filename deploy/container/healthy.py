"""Whether the desk page in this container answers: exit code 0, or a traceback. Its token is in the environment."""

import os
import urllib.request

request = urllib.request.Request(
    "http://127.0.0.1:8050/api/pulse", headers={"Authorization": f"Bearer {os.environ['VOSTOCHNY_DESK_TOKEN']}"}
)
urllib.request.urlopen(request, timeout=8).close()

"""Fetches one data set from openml.org: `python -m visualizer.data.openml_process NAME FOLDER`.

It writes FOLDER/NAME.safetensors. Where it fails, it writes {"why": …} as JSON to its standard output and ends with 1.
When its standard input ends, however the server ended, it removes FOLDER and ends too.
"""

import json
import os
import shutil
import socket
import sys
import threading
import warnings
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError, URLError

from visualizer.data.openml import OFFERS, keep
from visualizer.errors import UserError

SILENCE_SECONDS = 15.0  # after which a server that says nothing is given up


def main(name: str, folder: str) -> int:
    """Fetch it; the exit code."""
    threading.Thread(target=_end_with_the_server, args=(folder,), daemon=True).start()
    with suppress(OSError, AttributeError):
        os.nice(10)  # the pages of the app go first
    warnings.simplefilter("ignore")  # scikit-learn tells of every new attempt
    socket.setdefaulttimeout(SILENCE_SECONDS)
    openml_name, version = OFFERS[name].openml
    try:
        from sklearn.datasets import fetch_openml

        found = fetch_openml(openml_name, version=version, as_frame=False, data_home=folder, n_retries=1)
        keep(name, found.data, found.target, Path(folder, f"{name}.safetensors"))
    except HTTPError as error:
        return _give_up(f"The server openml.org, or something on the way to it, answered with the code {error.code}.")
    except (URLError, TimeoutError, ConnectionError, HTTPException):
        return _give_up("No answer came from openml.org: the computer that this app runs on seems to have no internet.")
    except UserError as error:
        return _give_up(error.why)
    except ValueError:  # of fetch_openml, where the checksum is another
        return _give_up("The file from openml.org is damaged, or it is another one.")
    except OSError as error:
        return _give_up(f"It could not be written to the disk of the server ({error.strerror}).")
    return 0


def _end_with_the_server(folder: str) -> None:
    # Not through sys.stdin, whose lock would be held when this process comes to its own end.
    os.read(sys.stdin.fileno(), 1)
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


def _give_up(why: str) -> int:
    sys.stdout.write(json.dumps({"why": why}))
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

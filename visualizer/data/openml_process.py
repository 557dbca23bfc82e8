"""Fetches one data set from openml.org: `python -m visualizer.data.openml_process NAME FOLDER`.

It writes FOLDER/NAME.safetensors. If it fails, it writes {"why": …} as JSON to its standard output and exits with 1.
When its standard input ends, because the server ended in whatever way, it removes FOLDER and exits too.
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

from visualizer.data.openml import OPENML_DATASETS, save_fetched
from visualizer.errors import UserError

CONNECTION_TIMEOUT = 15.0  # seconds


def main(name: str, folder: str) -> int:
    """Fetch the data set. Returns the exit code."""
    threading.Thread(target=_exit_with_server, args=(folder,), daemon=True).start()
    with suppress(OSError, AttributeError):
        os.nice(10)  # the app's pages have priority
    warnings.simplefilter("ignore")  # scikit-learn warns at every retry
    socket.setdefaulttimeout(CONNECTION_TIMEOUT)
    openml_name, version = OPENML_DATASETS[name].openml
    try:
        from sklearn.datasets import fetch_openml

        fetched = fetch_openml(openml_name, version=version, as_frame=False, data_home=folder, n_retries=1)
        save_fetched(name, fetched.data, fetched.target, Path(folder, f"{name}.safetensors"))
    except HTTPError as error:
        return _give_up(f"The server openml.org, or something on the way to it, answered with the code {error.code}.")
    except (URLError, TimeoutError, ConnectionError, HTTPException):
        return _give_up("No answer came from openml.org: the computer that this app runs on seems to have no internet.")
    except UserError as error:
        return _give_up(error.why)
    except ValueError:  # from fetch_openml, if the checksum is different
        return _give_up("The file from openml.org is damaged, or it is another one.")
    except OSError as error:
        return _give_up(f"It could not be written to the disk of the server ({error.strerror}).")
    return 0


def _exit_with_server(folder: str) -> None:
    # Not through sys.stdin, whose lock would still be held when this process exits by itself.
    os.read(sys.stdin.fileno(), 1)
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


def _give_up(why: str) -> int:
    sys.stdout.write(json.dumps({"why": why}))
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

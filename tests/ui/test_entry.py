"""What is there before the first visitor comes."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START = """
import asyncio, sys
import streamlit_app

async def start():
    async with streamlit_app.lifespan(streamlit_app.app):
        print("pandas", hasattr(sys.modules.get("pandas"), "Series"))

asyncio.run(start())
"""


def test_pandas_is_loaded_as_a_whole_since_plotly_looks_into_half_of_it():
    done = subprocess.run(
        [sys.executable, "-c", START], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    assert "pandas True" in done.stdout.splitlines()

"""What is there before the first visitor comes."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
START = """
import asyncio, os, sys
import streamlit_app

async def start():
    async with streamlit_app.lifespan(streamlit_app.app):
        print("pandas", hasattr(sys.modules.get("pandas"), "Series"))
        batch = getattr(os, "SCHED_BATCH", None)
        print("yields", batch is None or os.sched_getscheduler(0) == batch)

asyncio.run(start())
"""


@pytest.fixture(scope="module")
def lines() -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", START], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    return done.stdout.splitlines()


def test_pandas_is_loaded_as_a_whole_since_plotly_looks_into_half_of_it(lines):
    assert "pandas True" in lines


def test_the_server_does_not_interrupt_what_trains(lines):
    assert "yields True" in lines

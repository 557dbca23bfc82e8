"""A file with a network that somebody uploads: it is read as a job, with progress and “Cancel”."""

from dataclasses import dataclass, field
from functools import partial

import streamlit as st

from visualizer.limits import MB
from visualizer.source_code.files.network_file import ENDINGS, max_file_bytes, open_network_file
from visualizer.source_code.files.reading import FileReading
from visualizer.ui.kit import bound
from visualizer.ui.kit.job import WAITING, Progress, Steps
from visualizer.ui.kit.quantities import size
from visualizer.ui.state.session import Session
from visualizer.ui.state.work import forget, work

_PATIENCE = 0.5  # seconds, in which small files are read without drawing progress


@dataclass(frozen=True)
class _Given:
    """An uploaded file; the number tells two uploads of the same file apart."""

    number: int
    data: bytes
    name: str


@dataclass
class _Uploads:
    """The files that are being read, by the key of their place, and how many there were."""

    waiting: dict[str, _Given] = field(default_factory=dict)
    count: int = 0


@dataclass(frozen=True)
class ReadFile:
    """A file that was read.

    Attributes:
        data: Its bytes.
        name: Its name.
        reading: What is in it, where another program wrote it; None for any other file.
    """

    data: bytes
    name: str
    reading: FileReading | None


def network_uploader(owner: Session, label: str, key: str) -> None:
    """Draw the field for a file; `taken` gives it once it is read, and `show_reading_file` draws the way there."""
    uploads = owner.page_state(_Uploads)

    def give(data: bytes, name: str) -> None:
        uploads.count += 1
        uploads.waiting[key] = _Given(uploads.count, data, name)

    bound.upload(label, give, key, type=["safetensors", *ENDINGS], max_upload_size=-(-max_file_bytes() // MB))


def taken(owner: Session, key: str) -> ReadFile | None:
    """The file that was read since the last run, once; None if there is none. Why one was refused becomes the message.

    Call it before anything is drawn that depends on what is opened.
    """
    uploads, job = owner.page_state(_Uploads), owner.jobs.get(_job(key))
    if job is None or not (job.ended or job.cancelled.is_set()):
        return None
    forget(_job(key))
    uploads.waiting.pop(key, None)
    if job.error is not None:
        owner.message = job.error
    result: ReadFile | None = job.result
    return result


def show_reading_file(owner: Session, key: str) -> None:
    """Draw the progress of the file that is being read, if there is one."""
    given = owner.page_state(_Uploads).waiting.get(key)
    if given is None:
        return
    read = partial(_reading, given)
    work(_job(key), given.number, read, button="Read it again", at_once=True, executor=WAITING, patience=_PATIENCE)
    job = owner.jobs[_job(key)]
    if job.ended or job.cancelled.is_set():
        st.rerun()


def _job(key: str) -> str:
    return f"{key}-reading"


def _reading(given: _Given) -> Steps[ReadFile]:
    yield Progress(0.0, f"Reading {size(len(given.data))} …")
    return ReadFile(given.data, given.name, open_network_file(given.data, given.name))

"""Takes jobs from created to finished: one process per training, so many at a time, none lost by a restart."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import re
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from modelserver.engine import Conversation
from modelserver.outcome import Outcome
from modelserver.records import TERMINAL, Checkpoint, Hyperparameters, Job, JobError, JobEvent, JobStatus
from modelserver.records import Metrics, new_id
from modelserver.store import Store
from modelserver.training_file import BadTrainingFile, read_training_file
from modelserver.training_process import Assignment

log = logging.getLogger(__name__)


class TrainingFailed(Exception):
    """code, message, param, as the job's error shows them."""

    def __init__(self, code: str, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.param = code, message, param

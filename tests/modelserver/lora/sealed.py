"""Trains and serves a real model where nothing but loopback exists, and counts the packets for anywhere else.

`unshare -rn python -m tests.modelserver.lora.sealed BASE STATE` prints one line of JSON. Every address is routed to
loopback in there, so that a packet for any of them is seen, whichever library or language sent it.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import socket
import subprocess
import sys
import threading
from pathlib import Path

from modelserver.server import Setup, running_modelserver
from tests.modelserver.lora.tiny_base import AUTHOR, chat_rows, notes
from tests.modelserver.providers import KEY, Provider, ask, jsonl, upload, wait_for

ALL_PACKETS = 3  # ETH_P_ALL
SOMEWHERE = "192.0.2.1"  # for documentation: RFC 5737


class Meter:
    """The addresses beyond loopback that packets were sent to."""

    def __init__(self) -> None:
        self.seen, self._known = list[str](), threading.Event()
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ALL_PACKETS))
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while True:
            packet = self._socket.recv(128)
            version = packet[0] >> 4
            address = ipaddress.ip_address(packet[16:20] if version == 4 else packet[24:40])
            if not address.is_loopback:
                self.seen.append(str(address))
                self._known.set()

    def seen_after_one_is_sent(self) -> list[str]:
        """Shows that the meter works."""
        self.seen.clear()
        self._known.clear()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"hello", (SOMEWHERE, 9))
        self._known.wait(10)
        return self.seen


def seal() -> None:
    """Every address of both kinds is this machine's loopback."""
    for command in (
        ("ip", "link", "set", "lo", "up"),
        ("ip", "route", "add", "default", "dev", "lo", "src", "127.0.0.1"),
        ("ip", "-6", "route", "add", "default", "dev", "lo"),
    ):
        subprocess.run(command, check=True)


async def train_and_ask(base: Path, state: Path) -> str:
    """The state of the job, after a voice was trained and has answered."""
    async with (
        running_modelserver(Setup(state=state, api_key=KEY, bases={"tiny": base})) as url,
        Provider(url, KEY, "tiny").client() as client,
    ):
        rows = await upload(client, jsonl(chat_rows(notes(AUTHOR, seed=3, count=12))))
        created = await client.fine_tuning.jobs.create(
            model="tiny", training_file=rows, hyperparameters={"n_epochs": 1, "batch_size": 4}
        )
        done = await wait_for(client, created.id, within_s=240)
        await client.chat.completions.create(model=done.fine_tuned_model or "", messages=ask("Hello"))
        return done.status


def main() -> None:
    seal()
    meter = Meter()
    status = asyncio.run(train_and_ask(Path(sys.argv[1]), Path(sys.argv[2])))
    sent = list(meter.seen)
    told = {"status": status, "sent": sent, "control": meter.seen_after_one_is_sent()}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()

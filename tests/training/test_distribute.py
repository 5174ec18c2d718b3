from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = """
import dataclasses, sys
from pathlib import Path
from edgedigits.training.data import load_mnist
from edgedigits.training.recipes import ROBUST
from edgedigits.training.runs import Run
from edgedigits.training.train import Launch, train

recipe = dataclasses.replace(ROBUST, epochs=2, batch_size=64)
scores = train(
    recipe, data=load_mnist(Path(sys.argv[1])), run=Run(Path(sys.argv[2])), launch=Launch(strategy="multiworker")
)
print("chief" if scores else "worker")
"""


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [server.getsockname()[1] for server in sockets]
    for server in sockets:
        server.close()
    return ports


def test_two_workers_on_loopback_train_one_network_and_the_chief_writes_it(archive: Path, tmp_path: Path) -> None:
    addresses = [f"127.0.0.1:{port}" for port in free_ports(2)]
    workers = []
    for index in range(2):
        cluster = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
        environment = os.environ | {
            "TF_CONFIG": json.dumps(cluster),
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "TF_CPP_MIN_LOG_LEVEL": "3",
        }
        command = [sys.executable, "-c", SCRIPT, str(archive), str(tmp_path / f"run{index}")]
        workers.append(
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        )
    answers = [worker.communicate(timeout=240) for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0], "\n".join(error[-2000:] for _, error in answers)
    assert [output.strip() for output, _ in answers] == ["chief", "worker"]
    assert json.loads((tmp_path / "run0" / "metrics.json").read_text())["epochs"] == 2
    assert not (tmp_path / "run1").exists()

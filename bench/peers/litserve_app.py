"""The same work behind LitServe: `python -m bench.peers.litserve_app <port>`."""

from __future__ import annotations

import sys
from typing import Any

import litserve

from bench.peers.work import Work


class Classifier(litserve.LitAPI):
    """One prediction, or those of a batch, a request."""

    def setup(self, device: str) -> None:  # noqa: ARG002
        """Load everything, in each worker."""
        self.work = Work()

    def predict(self, document: dict[str, Any]) -> dict[str, Any]:
        """Classify one review or several."""
        return self.work.answer(document)


if __name__ == "__main__":
    server = litserve.LitServer(Classifier(), accelerator="cpu", workers_per_device=2)
    server.run(
        port=int(sys.argv[1]), host="127.0.0.1", log_level="warning", generate_client_file=False
    )
